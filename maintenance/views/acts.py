"""Mend, put off, take back: each says what will happen before it does it."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import FormView, View

from ip2a.answers import Answer, Refused
from ip2a.views.around import around
from ip2a.views.generic import Guarded
from ip2a.words import format_day
from maintenance import findings, healing, repairing
from maintenance.healing_undo import undo_rows
from maintenance.models import Finding, HealRun, QuarantineRow
from maintenance.registry import Check
from maintenance.views.findings import CRUMB, HOME, told_check

DEFAULT_DAYS = 14
NOTHING_SAFE = "When it was last looked at, nothing of it was safe to mend: it is looked at once more."


class MendForm(forms.Form):
    many = forms.BooleanField(
        label="Mend them also where very many are found at once",
        required=False,
        help_text="Otherwise a finding above the limit is left alone, until somebody has looked at some of them.",
    )
    again = forms.BooleanField(
        label="Mend also what somebody took back before",
        required=False,
        help_text="Otherwise such rows stay as that person wanted them.",
    )


class PutOffForm(forms.Form):
    until = forms.DateField(
        label="Comes back on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: timezone.localdate() + timedelta(days=DEFAULT_DAYS),
    )
    reason = forms.CharField(
        label="Why it can wait", max_length=300, help_text="It stands beside your name, for the others to read."
    )


class Asking(Guarded, FormView):
    """Says what will happen, then does it. A refusal is shown with its reason."""

    template_name = "ip2a/confirm.html"
    form_class: type[forms.Form] = forms.Form
    submit_label = ""
    danger = False

    def may(self) -> Answer:
        raise NotImplementedError

    def act(self, values: dict[str, Any]) -> HttpResponse:
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.back_url)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            return self.act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @property
    def back_url(self) -> str:
        return HOME

    def told(self) -> dict[str, Any]:
        return {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shown = {
            "title": self.submit_label,
            "crumbs": [(CRUMB, HOME), (self.submit_label, None)],
            "reason_field": context["form"],
            "submit_label": self.submit_label,
            "danger": self.danger,
            "cancel_url": self.back_url,
        }
        return context | shown | self.told()


class AboutFinding(Asking):
    model = Finding

    @cached_property
    def check(self) -> Check:
        return told_check(self.request.user, self.kwargs["name"])

    @property
    def back_url(self) -> str:
        return f"{HOME}{self.check.name}/"

    def told(self) -> dict[str, Any]:
        finding = Finding.objects.filter(check_name=self.check.name).first()
        return {"question": self.check.say(finding.count if finding else 0), "title": self.submit_label}


class Mend(AboutFinding):
    form_class = MendForm
    submit_label = "Mend"

    def may(self) -> Answer:
        return repairing.may_mend(self.request.user, self.check)

    def act(self, values):
        return redirect(repairing.start_mending(self.check, by=self.request.user, **values).url)

    def told(self):
        finding = Finding.objects.filter(check_name=self.check.name).first()
        repair = findings.repair_of(self.check, finding) or NOTHING_SAFE
        kept = "Every row is kept as it was, and the whole run can be taken back."
        return super().told() | {"consequences": [repair, kept]}


class MendAll(Asking):
    model = HealRun
    submit_label = "Mend all that is safe"

    def may(self) -> Answer:
        return repairing.may_mend(self.request.user)

    def act(self, values):
        return redirect(repairing.start_mending(None, by=self.request.user).url)

    def told(self):
        lines = [
            "Everything is looked at, and what has a safe repair is mended, as each night at two.",
            "Every row is kept as it was, and the whole run can be taken back.",
            "Where very many are found at once nothing is mended: such a finding waits for your yes.",
        ]
        return {"consequences": lines}


class PutOff(AboutFinding):
    form_class = PutOffForm
    submit_label = "Not now"

    def may(self) -> Answer:
        return repairing.may_put_off(self.request.user, self.check)

    def act(self, values):
        row = repairing.put_off(self.check, by=self.request.user, **values)
        messages.success(self.request, f"It is out of the way, and comes back by itself on {format_day(row.until)}.")
        return redirect(HOME)

    def told(self):
        lines = ["It leaves the list and the number in the menu, and nobody is notified of it until that day."]
        return super().told() | {"consequences": lines}


class TakeUp(Guarded, View):
    model = Finding
    http_method_names = ["post"]

    def post(self, request, name):
        check = told_check(request.user, name)
        try:
            repairing.take_up(check, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "It is on the list again.")
        return redirect(HOME)


class UndoRun(Asking):
    model = HealRun
    submit_label = "Undo"
    danger = True

    def may(self) -> Answer:
        return healing.may_mend(self.request.user)

    def act(self, values):
        return redirect(repairing.start_undo(self.record, by=self.request.user).url)

    @property
    def back_url(self) -> str:
        return self.record.get_absolute_url()

    def told(self):
        lines = [
            "Every row that this run mended becomes what it was before.",
            "A row that somebody has changed since is left alone, and you are told which.",
            "The nights to come do not mend again what you take back.",
        ]
        return {"question": f"Take back all of run {self.record.pk}?", "consequences": lines}


@around(transaction.non_atomic_requests)
class PutBack(Guarded, View):
    """One row as it was."""

    model = QuarantineRow
    http_method_names = ["post"]

    def post(self, request, pk):
        row = self.visible().filter(pk=pk).first()
        if row is None:
            raise Http404
        try:
            undone = undo_rows([row.pk], by=request.user)
            repairing.after_an_undo(undone)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            for one in undone.left_alone:
                messages.warning(request, f"It was left alone: it {one.reason}.")
            if undone.restored or undone.message:
                messages.success(request, undone.message or "It is as it was before.")
        return redirect(row.get_absolute_url())
