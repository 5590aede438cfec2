"""The pages that add and change one record."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.views.generic import FormView

from ip2a import compartments, pickers, services
from ip2a.answers import Refused
from ip2a.conflicts import differences, resolved
from ip2a.rules import may_add, may_change
from ip2a.views.guarded import Guarded


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
        instance = copy(self.record)  # a form writes on its instance, and the page still names what is stored
        instance.stored = self.record
        return instance

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
