"""Verbs on one record of the administration pages: a page that asks, then does it or says why not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ip2a import pickers
from ip2a.answers import YES, Answer, Refused


class ActForm(forms.Form):
    """Knows the record it is about and who asks."""

    def __init__(self, *args: Any, record: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.record, self.user = record, user
        pickers.for_user(self, user)


@dataclass(frozen=True)
class Act:
    """``right`` is the permission without which there is no such page; ``may`` answers before anything is asked."""

    name: str
    label: str
    about: str
    form: type[ActForm]
    do: Callable[..., Any]
    done: str
    right: str
    may: Callable[[Any, Any], Answer] = lambda user, record: YES


class ActsMixin:
    """Adds a page for each of ``acts``, and their links at the top of the record's page."""

    acts: tuple[Act, ...] = ()
    change_form_template = "admin/benevolence/change_form_acts.html"

    def get_urls(self) -> list[Any]:
        own = [
            path(f"<path:object_id>/{act.name}/", self.admin_site.admin_view(self._page(act)), name=self.act_url(act))
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def act_url(self, act: Act) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.name.replace('-', '_')}"

    def act_links(self, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
        """The acts that are open now."""
        return [
            (act.label, reverse(f"admin:{self.act_url(act)}", args=[record.pk]))
            for act in self.acts
            if request.user.has_perm(act.right) and act.may(request.user, record)
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["act_links"] = self.act_links(request, obj) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _page(self, act: Act) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            return self._asked(request, object_id, act)

        return page

    def record_title(self, request: HttpRequest, record: Any) -> str:
        return str(record)

    def _asked(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        if not self.has_view_permission(request) or not request.user.has_perm(act.right):
            raise PermissionDenied("Your role may not do this. Ask an administrator for the right.")
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        answer = act.may(request.user, record)
        form = act.form(request.POST if request.method == "POST" else None, record=record, user=request.user)
        if request.method == "POST" and answer and form.is_valid():
            try:
                result = act.do(record, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, act.done)
                return HttpResponseRedirect(self.after(record, result))
        return self._drawn(request, record, act, answer, form)

    def after(self, record: Any, result: Any) -> str:
        """Back to the record, or on to what was made of it."""
        shown = result if isinstance(result, type(record)) else record
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[shown.pk])

    def _drawn(self, request: HttpRequest, record: Any, act: Act, answer: Answer, form: forms.Form) -> HttpResponse:
        title = self.record_title(request, record)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.label}: {title}",
            "opts": self.opts,
            "record_title": title,
            "label": act.label,
            "about": act.about,
            "form": form,
            "refused_because": answer.reason,
            "back_url": self.after(record, record),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/benevolence/act.html", context, status=status)
