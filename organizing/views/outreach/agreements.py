"""The papers under which salts work."""

from django import forms
from django.contrib import messages
from django.utils import timezone

from ip2a.rules import has_right
from ip2a.views.generic import RecordCreate, RecordDetail, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from ip2a.words import format_day, state_chip, tone_of
from members.forms import day_input
from members.views.acts import Confirmed
from members.views.details import linked
from organizing.columns import outreach as columns
from organizing.filters.outreach import AgreementFilter
from organizing.forms.outreach import AgreementForm, AgreementUpdateForm
from organizing.models import SaltingAgreement
from organizing.rules import outreach as rules
from organizing.services import outreach as services


class AgreementList(RecordList):
    model = SaltingAgreement
    title = "Salting agreements"
    filterset_class = AgreementFilter
    columns = columns.AGREEMENTS
    default_order = "-starts"
    search_field = "employer"
    main_filters = ("state", "member")
    create_label = "Add a signed agreement"
    empty_text = "Every salt works under a signed paper that says where, from when, and who directs it."

    def rows(self):
        return super().rows().for_table()


class AgreementCreate(RecordCreate):
    model = SaltingAgreement
    form_class = AgreementForm
    groups = [
        ("Who and where", ("member", "organization", "directed_by")),
        ("When", ("signed_on", "starts_on", "ends_on")),
        ("For the office", ("exempt_until",)),
    ]
    saved_message = "{record}: the agreement runs. Add the signed paper to its documents."

    def get_initial(self):
        me = self.request.user
        return {"directed_by": me.pk, "starts_on": timezone.localdate(), **super().get_initial()}

    def perform(self, form):
        until = form.cleaned_data["exempt_until"]
        return services.sign(form.save(commit=False), by=self.request.user, exempt_until=until)


class AgreementUpdate(RecordUpdate):
    model = SaltingAgreement
    form_class = AgreementUpdateForm


class AgreementHistory(RecordHistory):
    model = SaltingAgreement


class AgreementDetail(RecordDetail):
    model = SaltingAgreement

    def visible(self):
        return super().visible().select_related("member", "organization", "directed_by", "exemption", "ended_by")

    def facts(self):
        r, state = self.record, columns.state_of(self.record)
        return [
            ("Employer", linked(r.organization)),
            ("State", state_chip(columns.STATES[state], tone_of(state))),
            ("From", format_day(r.starts_on)),
            ("To", format_day(r.ended_on or r.ends_on) or "Until the employer signs"),
        ]

    def aside_facts(self):
        r = self.record
        shown = [
            ("Salt", linked(r.member)),
            ("Directed by", r.directed_by.get_full_name()),
            ("Signed", format_day(r.signed_on)),
            ("Exempt until", format_day(r.exemption.until_day) if r.exemption else "Not exempt by this"),
            ("Why it ended", r.ended_because),
            ("Ended by", r.ended_by.get_full_name() if r.ended_by else ""),
            ("Notes", r.notes),
        ]
        return [(label, value) for label, value in shown if value]

    def verbs(self):
        r, user = self.record, self.request.user
        if not has_right(user, "change", SaltingAgreement):
            return []
        running = [("End it", "end"), ("Exempt the salt until …", "exempt")]
        asked = running if r.ended_on is None else [("Run it again", "take_up")]
        found = [{"label": label, "url": self.url_of(verb, r.pk)} for label, verb in asked]
        if r.ended_on is not None and not (answer := rules.may_take_up(user, r)):
            found[0]["disabled_reason"] = answer.reason
        return found


class EndForm(forms.Form):
    on = forms.DateField(label="Last day", widget=day_input(), initial=timezone.localdate)
    reason = forms.CharField(label="Why", max_length=300)


class WhyForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=300, help_text="Stays in the history, beside your name.")


class UntilForm(forms.Form):
    until = forms.DateField(label="Exempt until", widget=day_input(), help_text="The last day, itself included.")


class AgreementAct(Confirmed):
    model = SaltingAgreement
    verb = "change"

    def facts(self):
        r = self.record
        return [("Salt", r.member), ("Employer", r.organization), ("From", format_day(r.starts_on))]


class AgreementEnd(AgreementAct):
    form_class = EndForm
    submit_label = "End this agreement"
    consequences = ("The paper stays. An exemption stays until its own day: its end would tell what it was for.",)

    def may(self):
        return rules.may_end(self.request.user, self.record)

    def act(self, values):
        services.end(self.record, on=values["on"], reason=values["reason"], by=self.request.user)
        messages.success(self.request, "The agreement ended.")


class AgreementTakeUp(AgreementAct):
    form_class = WhyForm
    submit_label = "Run this agreement again"

    def may(self):
        return rules.may_take_up(self.request.user, self.record)

    def act(self, values):
        services.take_up(self.record, reason=values["reason"], by=self.request.user)
        messages.success(self.request, "The agreement runs again.")


class AgreementExempt(AgreementAct):
    form_class = UntilForm
    submit_label = "Exempt the salt"
    consequences = ("The office reads “Exempt until” that day on the member's page: not why, and not who said so.",)

    def may(self):
        return rules.may_end(self.request.user, self.record)

    def act(self, values):
        services.exempt(self.record, until=values["until"], by=self.request.user)
        messages.success(self.request, f"The salt is exempt until {format_day(values['until'])}.")
