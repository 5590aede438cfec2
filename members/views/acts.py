"""Verbs on contacts and jobs: each asks on a page of its own, or is one button."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import FormView

from ip2a import services as records
from ip2a.answers import Answer, Refused
from ip2a.rules import may_remove
from ip2a.views.generic import Guarded, RecordAct
from ip2a.words import format_day, format_money
from members import rules, services
from members.forms import day_input
from members.models import MemberEmployment, OrganizationContact


class RemovalForm(forms.Form):
    reason = forms.CharField(
        label="Why it is removed", max_length=300, help_text="Stays in the history, beside your name."
    )


class EndForm(forms.Form):
    end_date = forms.DateField(label="Last day", widget=day_input(), initial=timezone.localdate)
    reason = forms.CharField(
        label="Reason", max_length=300, required=False, help_text="Such as laid off, quit, end of the project."
    )


class Confirmed(Guarded, FormView):
    """Says what will happen, asks what must be known, then does it. A refusal is shown with its reason."""

    template_name = "ip2a/confirm.html"
    submit_label = ""
    question = ""
    danger = False
    consequences: tuple[str, ...] = ()

    def may(self) -> Answer:
        raise NotImplementedError

    def act(self, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def facts(self) -> list[tuple[str, Any]]:
        return []

    def get(self, request, *args, **kwargs):
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.record.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            self.act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return HttpResponseRedirect(self.next_url())

    def next_url(self) -> str:
        return self.record.get_absolute_url()

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        name = str(self.model._meta.verbose_name_plural).capitalize()
        return {
            **context,
            "reason_field": context["form"],
            "title": self.title(),
            "crumbs": [
                (name, self.url_of("list")),
                (str(self.record), self.record.get_absolute_url()),
                (self.submit_label, None),
            ],
            "question": self.question,
            "facts": self.facts(),
            "consequences": self.consequences,
            "submit_label": self.submit_label,
            "danger": self.danger,
            "cancel_url": self.record.get_absolute_url(),
        }

    def title(self) -> str:
        return f"{self.submit_label}: {self.record}"


class RecordRemove(Confirmed):
    verb = "delete"
    form_class = RemovalForm
    danger = True
    consequences = (
        "It disappears from lists, search and counts.",
        "Nothing is destroyed: its page and its history stay, and it can be brought back.",
    )

    def may(self) -> Answer:
        return may_remove(self.request.user, self.record)

    def act(self, values):
        records.remove(self.record, by=self.request.user, reason=values["reason"])
        undo = self.url_of("restore", self.record.pk)
        messages.success(self.request, f"{self.record} was removed.", extra_tags=f"undo:{undo}")


class RecordRestore(RecordAct):
    verb = "delete"
    done_message = "{record} is back."

    def act(self, record, user):
        records.restore(record, by=user)


class ContactRemove(RecordRemove):
    model = OrganizationContact
    submit_label = "Remove this contact"

    def facts(self):
        contact = self.record
        return [("Organization", contact.organization), ("Title", contact.title), ("Phone", contact.phone)]

    def next_url(self):
        return self.record.organization.get_absolute_url()


class ContactRestore(RecordRestore):
    model = OrganizationContact

    def act(self, record, user):
        services.restore_contact(record, by=user)


class ContactMakePrimary(RecordAct):
    model = OrganizationContact
    done_message = "{record} is the primary contact now."

    def act(self, record, user):
        services.make_primary(record, by=user)


class EmploymentRemove(RecordRemove):
    model = MemberEmployment
    submit_label = "Remove this job"
    question = "Remove a job only if it was never worked. A job that is over is ended, not removed."

    def facts(self):
        return job_facts(self.record)

    def next_url(self):
        return self.record.member.get_absolute_url()


class EmploymentRestore(RecordRestore):
    model = MemberEmployment


class EmploymentEnd(Confirmed):
    model = MemberEmployment
    verb = "change"
    form_class = EndForm
    submit_label = "End this job"

    def may(self) -> Answer:
        return rules.may_end(self.request.user, self.record)

    def facts(self):
        return job_facts(self.record)

    def act(self, values):
        job = services.end_job(self.record, on=values["end_date"], by=self.request.user, reason=values["reason"])
        messages.success(self.request, f"The job ended on {format_day(job.end_date)}.")

    def next_url(self):
        return self.record.member.get_absolute_url()


def job_facts(job: MemberEmployment) -> list[tuple[str, Any]]:
    return [
        ("Member", job.member),
        ("Employer", job.organization),
        ("Start", format_day(job.start_date)),
        ("End", format_day(job.end_date) or "Still lasts"),
        ("Job title", job.job_title),
        ("Hourly rate", format_money(job.hourly_rate)),
    ]
