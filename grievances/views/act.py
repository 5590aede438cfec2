"""A page that asks what must be known for one verb of a case, then does it. A refusal says why and loses nothing."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import FormView

from grievances import rules
from grievances.forms import moment
from grievances.forms_acts import ActForm, PaperForm
from grievances.lookups import CaseFile, case_file
from grievances.models import Grievance
from ip2a import audit, pickers
from ip2a.answers import YES, Answer, Refused
from ip2a.attachments import intake
from ip2a.views.around import around
from ip2a.views.generic import Guarded
from ip2a.words import format_day, format_money

BROKEN_OFF = "The upload broke off before its end, so nothing was written down. Send it again."


class TakesPaper:
    """Measures a file while it streams in, so that one that is too large never fills the disk.

    The upload handler must be set before anything reads the request: the check for forgery, which does, comes after.
    No transaction waits for a slow sender: each verb has its own.
    """

    def post(self, request, *args, **kwargs):
        self.upload = intake.MeasuringUploadHandler(request)
        request.upload_handlers = [self.upload]
        return self.receive(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def receive(self, request, *args, **kwargs):
        with audit.acting(user=request.user):
            return super().post(request, *args, **kwargs)

    def wrong_uploads(self) -> list[str]:
        """What did not arrive, and why."""
        refusals = self.upload.refusals()
        if self.request.FILES and intake.COMPLETE not in self.request.POST:
            refusals.append(BROKEN_OFF)
        return refusals


@around(csrf_exempt, transaction.non_atomic_requests)
class CaseAct(TakesPaper, Guarded, FormView):
    """``label`` is the verb on the button, ``may`` its rule, ``act`` its service; ``act`` gives the message.

    With ``checks`` the answers are shown once more before the verb is done, because it cannot simply be taken back.
    """

    model = Grievance
    verb = "change"
    template_name = "grievances/act.html"
    label = ""
    question = ""
    danger = False
    checks = False
    paper_label = ""
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def visible(self):
        return super().visible().select_related("member", "employer", "agreement_version__agreement", "assigned_rep")

    @property
    def case(self) -> Grievance:
        return self.record

    @cached_property
    def file(self) -> CaseFile:
        return case_file(self.request.user, self.case)

    @property
    def today(self):
        return self.file.today

    def may(self) -> Answer:
        """Whether the verb is open at all; what was typed is judged by the service."""
        return rules.may_pursue(self.request.user)

    def check(self, values: dict[str, Any]) -> Answer:
        """Whether the service would do it, asked before the page that checks the answers."""
        return YES

    def act(self, values: dict[str, Any]) -> str:
        raise NotImplementedError

    def consequences(self) -> list[str]:
        return []

    def facts(self) -> list[tuple[str, Any]]:
        case = self.case
        return [
            ("Grievant", case.member or "None: a policy grievance"),
            ("Employer", case.employer),
            ("Step", self.file.step.name),
        ]

    def next_url(self) -> str:
        return self.record.get_absolute_url()

    def get(self, request, *args, **kwargs):
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.next_url())
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if issubclass(self.form_class, ActForm):
            kwargs["hours"] = self.file.counts_hours
        return kwargs

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        pickers.for_user(form, self.request.user)
        self.fit(form)
        return form

    def fit(self, form: forms.Form) -> None:
        """Take out what does not apply to this case."""

    def form_valid(self, form):
        values = dict(form.cleaned_data)
        try:
            self.refuse_wrong_uploads()
            self.may().enforce()
            if self.checks and "change" in self.request.POST:
                return self.render_to_response(self.get_context_data(form=form))
            if self.checks and "confirmed" not in self.request.POST:
                self.check(values).enforce()
                return self.ask_once_more(form)
            if self.checks:
                values["paper"] = self.request.FILES.get("paper")
            message = self.act(self.timed(values))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, message)
        return HttpResponseRedirect(self.next_url())

    def refuse_wrong_uploads(self) -> None:
        wrong = self.wrong_uploads()
        if wrong:
            raise Refused(" ".join(wrong))

    def timed(self, values: dict[str, Any]) -> dict[str, Any]:
        """The time of day as a moment in the agreement's zone."""
        if "at" in values:
            values["at"] = moment(values["on"], values["at"], self.case.agreement_version.agreement.zone)
        return values

    def form_invalid(self, form):
        if hasattr(form, "keep_asking_for_paper"):
            form.keep_asking_for_paper()
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def ask_once_more(self, form):
        """The answers in words, and the form behind them as it was sent."""
        answers = [(field.label, said(form, field)) for field in form.visible_fields() if said(form, field)]
        paper = PaperForm()
        paper.fields["paper"].label = self.paper_label or "Paper"
        context = self.get_context_data(form=form, answers=answers, checking=True)
        return self.render_to_response(context | {"paper_form": paper})

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        named = [name for _, names in self.groups for name in names]
        groups = [(heading, [form[n] for n in names if n in form.fields]) for heading, names in self.groups]
        rest = [field for field in form.visible_fields() if field.name not in named]
        return {
            **context,
            "title": f"{self.label}: {self.record}",
            "crumbs": [
                (str(self.model._meta.verbose_name_plural).capitalize(), self.url_of("list")),
                (str(self.record), self.record.get_absolute_url()),
                (self.label, None),
            ],
            "question": self.question,
            "facts": self.facts(),
            "consequences": self.consequences(),
            "groups": [("", rest), *[group for group in groups if group[1]]] if rest else groups,
            "submit_label": self.label,
            "danger": self.danger,
            "checks": self.checks,
            "cancel_url": self.next_url(),
        }


def said(form: forms.Form, field: forms.BoundField) -> str:
    """What was answered, in words; "" where nothing was."""
    value = form.cleaned_data.get(field.name)
    if value in (None, ""):
        return ""
    choices = dict(getattr(field.field, "choices", None) or ())
    typed = field.value()
    if choices and typed in choices:
        return str(choices[typed]) if typed else ""
    if hasattr(value, "isoformat"):
        return format_day(value)
    return format_money(value) if getattr(field.field, "decimal_places", None) == 2 else str(value)
