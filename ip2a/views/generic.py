"""The five kinds of page: list, detail, create, update, act. A view is attributes over one of these.

Whoever is not signed in goes to sign-in; whoever lacks the model's right gets 403 with the reason; a record that a
person may not see is 404.
"""

from copy import copy
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.vary import vary_on_headers
from django.views.generic import FormView, TemplateView, View

from ip2a import compartments, exports, merging, panels, pickers, services
from ip2a.answers import YES, Answer, Refused
from ip2a.conflicts import differences, resolved
from ip2a.listing import Listing
from ip2a.paging import page_number, paginate
from ip2a.rules import has_right, may_add, may_change
from ip2a.tables import Column, Table


class Guarded(LoginRequiredMixin):
    """Asks who is there, then whether their role has the verb for this model."""

    model: type[models.Model]
    verb = "view"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not compartments.may_enter(request.user, self.model):
            raise Http404("No page of a compartment exists outside of it.")
        if request.user.is_authenticated and not has_right(request.user, self.verb, self.model):
            what = f"{_VERBS[self.verb]} {self.model._meta.verbose_name_plural}"
            raise PermissionDenied(f"Your role may not {what}. Ask an administrator for the right.")
        return super().dispatch(request, *args, **kwargs)

    def visible(self):
        """Rows that this person may know of; every page starts here."""
        return self.model._default_manager.visible_to(self.request.user)

    @cached_property
    def record(self):
        return get_object_or_404(self.visible(), pk=self.kwargs["pk"])

    def url_of(self, page: str, *args) -> str:
        return reverse(
            f"{self.model._meta.app_label}:{self.model._meta.model_name}_{page}",
            args=args,
        )

    def templates_for(self, kind: str) -> list[str]:
        meta = self.model._meta
        return [
            f"{meta.app_label}/{meta.model_name}_{kind}.html",
            f"ip2a/record_{kind}.html",
        ]


_VERBS = {"view": "see", "add": "add", "change": "change", "delete": "remove"}


# Reading one statement after another needs no transaction around it.
@method_decorator([transaction.non_atomic_requests, vary_on_headers("HX-Request")], name="dispatch")
class RecordList(Guarded, TemplateView):
    """A list that filters, sorts, pages and exports. Its address says everything it shows."""

    filterset_class: type
    columns: list[Column] = []
    default_order = ""
    search_field = "q"
    main_filters: tuple[str, ...] = ()
    title = ""
    create_label = ""
    empty_text = ""

    def rows(self):
        """What the list is about, before filters. Override to narrow or to join."""
        return self.visible()

    def on_page(self, rows):
        """Fetch no more columns than the page shows. An export takes them all."""
        return rows

    def enrich(self, records: list[Any]) -> None:
        """Fetch for a page (or a chunk of an export) what is shown beside each record."""

    @cached_property
    def listing(self) -> Listing:
        return Listing(self.request, self.rows(), self.columns, self.filterset_class, self.default_order)

    def get(self, request, *args, **kwargs):
        if request.GET.get("format") in exports.KINDS:
            return self.export(exports.KINDS[request.GET["format"]])
        return super().get(request, *args, **kwargs)

    def export(self, write):
        name = str(self.model._meta.verbose_name_plural).replace(" ", "-")
        try:
            return write(name, self.columns, self.listing.rows, self.enrich)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.listing.address(format=None))

    def get_template_names(self) -> list[str]:
        if self.request.htmx and not self.request.htmx.history_restore_request:
            meta = self.model._meta
            return [f"{meta.app_label}/_{meta.model_name}_list.html", "ip2a/_record_list.html"]
        return self.templates_for("list")

    def get_context_data(self, **kwargs):
        listing, meta = self.listing, self.model._meta
        noun = (str(meta.verbose_name), str(meta.verbose_name_plural))
        page = paginate(self.on_page(listing.rows), page_number(self.request.GET.get("page")), noun, listing.address)
        self.enrich(page.records)
        table = Table(
            self.columns,
            page.records,
            caption=page.count_label,
            order=listing.order,
            sort_url=lambda key: listing.address(sort=key),
        )
        return super().get_context_data(
            title=self.title,
            crumbs=[(self.title, None)],
            table=table,
            page=page,
            filters_html=listing.bar(self.filter_fields, type(self)),
            chips=listing.chips(),
            clear_url=self.request.path,
            export_csv_url=listing.address(format="csv"),
            export_xlsx_url=listing.address(format="xlsx"),
            create_url=self.url_of("create") if self.create_label and may_add(self.request.user, self.model) else None,
            create_label=self.create_label,
            nothing_found=table.is_empty and listing.is_filtered,
            empty={"title": f"No {noun[1]} yet", "text": self.empty_text},
            **kwargs,
        )

    def filter_fields(self, form) -> dict[str, Any]:
        """The filter bar's parts: search first, then the most used, the rest behind "More filters"."""
        shown = {self.search_field, *self.main_filters}
        return {
            "search_field": form[self.search_field] if self.search_field in form.fields else None,
            "main_fields": [form[name] for name in self.main_filters],
            "more_fields": [field for field in form if field.name not in shown],
        }


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RecordDetail(Guarded, TemplateView):
    """A record with its facts, next action, and the panels that any app draws on it."""

    def get(self, request, *args, **kwargs):
        successor = merging.successor_of(self.record)
        if successor is not None:
            messages.info(request, f"{self.record} was merged into this {self.model._meta.verbose_name}.")
            return redirect(successor)
        compartments.note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        return self.templates_for("detail")

    def facts(self) -> list[tuple[str, Any]]:
        return []

    def aside_facts(self) -> list[tuple[str, Any]]:
        return []

    def verbs(self) -> list[dict[str, Any]]:
        """Entries of the record's menu: {label, url, method, disabled_reason}."""
        return []

    def get_context_data(self, **kwargs):
        answer = may_change(self.request.user, self.record)
        edit = {
            "label": "Edit",
            "url": self.url_of("update", self.record.pk),
            "disabled_reason": answer.reason,
        }
        return super().get_context_data(
            record=self.record,
            title=str(self.record),
            crumbs=[
                (
                    str(self.model._meta.verbose_name_plural).capitalize(),
                    self.url_of("list"),
                ),
                (str(self.record), None),
            ],
            facts=self.facts(),
            aside_facts=self.aside_facts(),
            primary_action=edit if has_right(self.request.user, "change", self.model) else None,
            menu_actions=self.verbs(),
            panels=panels.draw(self.model._meta.label_lower, self.request, self.record),
            history_url=self.url_of("history", self.record.pk),
            **kwargs,
        )


class RecordForm(Guarded, FormView):
    """What create and update share: groups of fields, and a refusal that loses nothing typed."""

    groups: list[tuple[str, tuple[str, ...]]] = []
    saved_message = "{record} was saved."
    save = staticmethod(services.save)  # rooms with rules of their own put their service here

    def get_template_names(self) -> list[str]:
        return self.templates_for("form")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": self.instance()}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        pickers.for_user(form, self.request.user)
        return form

    def instance(self):
        raise NotImplementedError

    def perform(self, form):
        """Save by the service. Rooms with verbs of their own override this."""
        raise NotImplementedError

    def form_valid(self, form):
        try:
            record = self.perform(form)
        except services.Taken as taken:
            form.add_error(next((f for f in taken.fields if f in form.fields), None), taken.message)
            return self.form_invalid(form)
        except services.Conflict as conflict:
            return self.conflict(form, conflict.current)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.saved_message.format(record=record))
        return HttpResponseRedirect(self.success_url_for(record))

    def success_url_for(self, record) -> str:
        return record.get_absolute_url()

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        named = {name for _, names in self.groups for name in names}
        rest = [field for field in form.visible_fields() if field.name not in named]
        groups = [(heading, [form[name] for name in names if name in form.fields]) for heading, names in self.groups]
        return {
            **context,
            "groups": [g for g in groups if g[1]] + ([("", rest)] if rest else []),
        }


class RecordCreate(RecordForm):
    verb = "add"
    saved_message = "{record} was added."

    def instance(self):
        return self.model()

    def get_initial(self):
        return {**super().get_initial(), **pickers.presets(self.form_class, self.request.GET, self.request.user)}

    def perform(self, form):
        may_add(self.request.user, self.model).enforce()
        return self.save(form.save(commit=False), by=self.request.user)

    def get_context_data(self, **kwargs):
        name = self.model._meta.verbose_name
        return super().get_context_data(
            title=f"Add {_article(str(name))}",
            crumbs=[
                (
                    str(self.model._meta.verbose_name_plural).capitalize(),
                    self.url_of("list"),
                ),
                (f"Add {_article(str(name))}", None),
            ],
            submit_label=f"Add {name}",
            cancel_url=self.url_of("list"),
            **kwargs,
        )


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


class RecordUpdate(RecordForm):
    verb = "change"

    def get(self, request, *args, **kwargs):
        compartments.note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    def instance(self):
        return copy(self.record)  # a form writes on its instance, and the page still names what is stored

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if "data" in kwargs:
            kwargs["data"] = resolved(kwargs["data"], self.form_class, self.record)
        return kwargs

    @property
    def opened(self) -> int | None:
        """The version that the form was opened with."""
        return pickers.number_of(self.request.POST.get("version"))

    def perform(self, form):
        if self.opened is None:
            raise Refused(
                "The form came back without its version, so nobody can tell whether the record changed. Open it again."
            )
        reason = form.cleaned_data.get("reason", "")
        return self.save(
            form.save(commit=False),
            by=self.request.user,
            version=self.opened,
            reason=reason,
        )

    def conflict(self, form, current):
        """Somebody was faster: both versions side by side; what was typed stays typed."""
        found = differences(form, current, self.opened)
        if not found.fields:
            messages.info(self.request, f"Nothing to save: {found.who or 'somebody'} saved the same values just now.")
            return redirect(current)
        context = self.get_context_data(
            form=form,
            conflict=found.fields,
            conflict_who=found.who,
            conflict_when=found.when,
        )
        return self.render_to_response({**context, "version": current.version}, status=409)

    def get_context_data(self, **kwargs):
        record = self.record
        answer = may_change(self.request.user, record)
        return super().get_context_data(
            record=record,
            title=f"Edit {record}",
            crumbs=[
                (
                    str(self.model._meta.verbose_name_plural).capitalize(),
                    self.url_of("list"),
                ),
                (str(record), record.get_absolute_url()),
                ("Edit", None),
            ],
            version=self.request.POST.get("version", record.version),
            submit_label="Save changes",
            cancel_url=record.get_absolute_url(),
            refused_because=answer.reason,
            **kwargs,
        )


class RecordAct(Guarded, View):
    """POST one verb to one record; a refusal is a message with the reason, never an error page."""

    http_method_names = ["post"]
    verb = "change"
    done_message = ""

    def may(self) -> Answer:
        return YES

    def act(self, record, user) -> Any:
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        record = self.record
        try:
            self.may().enforce()
            self.act(record, request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            if self.done_message:
                messages.success(
                    request,
                    self.done_message.format(record=record),
                    extra_tags=self.undo_tag(record),
                )
        return redirect(self.next_url(record))

    def undo_tag(self, record) -> str:
        return ""

    def next_url(self, record) -> str:
        return record.get_absolute_url()
