"""Saying until when a member is not sent to work."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied

from ip2a.rules import has_right
from ip2a.views.generic import RecordAct
from ip2a.words import format_day
from members import exemptions
from members.forms import day_input
from members.models import Exemption, Member
from members.views.acts import Confirmed


class ExemptForm(forms.Form):
    until = forms.DateField(label="Exempt until", widget=day_input(), help_text="The last day, itself included.")
    note = forms.CharField(
        label="Note to yourself", max_length=300, required=False, help_text="Nobody but you will ever see it."
    )


class MemberExempt(Confirmed):
    model = Member
    form_class = ExemptForm
    submit_label = "Exempt from work"
    question = "Until which day is this member not sent to work?"
    consequences = (
        "The member's page says “Exempt until” that day, and nothing else: not why, and not who said so.",
        "The member keeps the place on every list.",
    )

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not has_right(request.user, "add", Exemption):
            raise PermissionDenied("Your role may not exempt members. Ask an administrator for the right.")
        return super().dispatch(request, *args, **kwargs)

    def may(self):
        return exemptions.may_exempt(self.request.user, self.record)

    def facts(self):
        day = exemptions.until(self.record, self.request.user)
        return [("Exempt until", format_day(day))] if day else []

    def act(self, values):
        row = exemptions.exempt(self.record, until=values["until"], by=self.request.user, note=values["note"])
        messages.success(self.request, f"{self.record} is exempt until {format_day(row.until_day)}.")


class ExemptionEnd(RecordAct):
    model = Exemption
    verb = "change"
    done_message = "Your exemption ended today."

    def visible(self):
        return super().visible().select_related("member")

    def act(self, record, user):
        exemptions.end(record, by=user)

    def next_url(self, record):
        return record.member.get_absolute_url()
