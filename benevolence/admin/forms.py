"""What the officers' room asks."""

from typing import Any

from django import forms
from django.utils import timezone

from benevolence import roster
from benevolence.admin.acts import ActForm
from benevolence.forms import day_field, money_field, words_field
from benevolence.models import Level, Policy
from benevolence.models.office import Kinship
from benevolence.models.review import ConflictKind
from benevolence.rules.deciding import ceiling_of
from benevolence.services.deciding import remaining_for
from ip2a.models import User
from ip2a.pickers import PickerField
from ip2a.words import format_money
from members.admin import CorrectionForm
from members.models import Member

APPROVE, DENY, ASK, DEFER = "approve", "deny", "ask", "defer"
DECISIONS = [
    (APPROVE, "Approve"),
    (DENY, "Deny: this ends the case"),
    (ASK, "Ask the filer for more"),
    (DEFER, "Defer to a day"),
]
DECIDERS = ("decide_benevolenceapplication",)


def deciders() -> Any:
    """People whose role may decide applications."""
    return User.objects.filter(is_active=True, groups__permissions__codename__in=DECIDERS).distinct()


class DecisionForm(ActForm):
    """One decision. Which fields it needs depends on the decision; the service says what is missing."""

    decision = forms.ChoiceField(choices=DECISIONS, widget=forms.RadioSelect, label="Your decision")
    amount = money_field("Amount to approve", required=False)
    until = forms.DateField(
        label="Defer until",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Type the day as 2026-03-18, or pick it."},
    )
    for_applicant = words_field(
        "Words for the applicant",
        "Why it is denied, or what is missing: the filer reads this, and the letter says it.",
        required=False,
    )
    comments = words_field("Comments for the officers", "Why you decide so, or why it waits.", required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        ceiling, left = ceiling_of(self.record), remaining_for(self.record, timezone.localdate())
        self.fields["amount"].initial = min(ceiling, left)
        by_levels, by_caps = format_money(ceiling), format_money(left)
        help_text = f"At most {by_levels} by what was asked and approved so far; the caps leave {by_caps}."
        self.fields["amount"].help_text = help_text

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("decision") == DEFER and "until" not in self.errors and data.get("until") is None:
            self.add_error("until", "Say until when it waits.")
        if data.get("decision") == APPROVE and "amount" not in self.errors and data.get("amount") is None:
            self.add_error("amount", "Say how much you approve.")
        return data


class ConflictForm(ActForm):
    kind = forms.ChoiceField(choices=ConflictKind, label="Because")
    reason = words_field("In your words", "Stays with the case; only officers read it.", required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        asked = roster.open_conflicts(self.user, self.record)
        self.fields["kind"].initial = asked[0].kind if asked else ConflictKind.OTHER


class StayForm(ConflictForm):
    """Only what one was asked about and may stay in spite of."""

    reason = words_field("Why you can decide it all the same", "Stays with the case; only officers read it.")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kinds = [conflict.kind for conflict in roster.open_conflicts(self.user, self.record) if not conflict.must]
        self.fields["kind"].choices = [(kind, ConflictKind(kind).label) for kind in kinds]


class KinshipForm(ActForm):
    kinship = forms.ChoiceField(choices=Kinship, label="The applicant is my")


class NoteForm(ActForm):
    text = words_field("Notes of the officers", "As confidential as the story.", required=False, rows=6)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = self.record.notes


class EntrustForm(ActForm):
    to = forms.ModelChoiceField(User.objects.none(), label="New filer")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        filers = User.objects.filter(is_active=True, groups__permissions__codename="add_benevolenceapplication")
        self.fields["to"].queryset = filers.exclude(pk=self.record.filed_by_id).distinct()


class ConfirmForm(ActForm):
    agrees = forms.TypedChoiceField(
        label="The emergency lane was right for this case",
        choices=[("yes", "Yes, I confirm"), ("no", "No, I object")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    comments = words_field("Comments", "Needed if you object.", required=False)


class NothingForm(ActForm):
    """Nothing to ask: the button is enough."""


class ReasonForm(ActForm):
    reason = words_field("Reason", "Stays on record; only officers read it.")


class BulkForm(forms.Form):
    """The same words for every ticked case."""

    for_applicant = words_field("Words for the applicant", "The filers read this.")
    until = day_field("Until")
    reason = words_field("Why it waits")
    comments = words_field("Comments for the officers", required=False)


class NewVersionForm(ActForm):
    effective_from = day_field("In force from")
    title = forms.CharField(max_length=120, required=False, help_text="Leave empty to keep the title.")


class PolicyForm(CorrectionForm):
    standings = forms.MultipleChoiceField(
        choices=Member.Status, widget=forms.CheckboxSelectMultiple, label="Standings", required=False
    )

    class Meta:
        model = Policy
        exclude = ["number", "effective_until"]
        widgets = {"effective_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}


class HandOverForm(forms.Form):
    level = forms.ChoiceField(choices=Level)
    to = forms.ModelChoiceField(User.objects.none(), label="Office holder")
    on = day_field("From", "Whoever holds the office now does so until the day before.")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = deciders()


class StandInForm(forms.Form):
    level = forms.ChoiceField(choices=Level)
    person = forms.ModelChoiceField(User.objects.none())
    starts_on = day_field("First day")
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Leave empty while it lasts.",
    )
    covers_all = forms.BooleanField(
        label="Covers everything",
        required=False,
        help_text="The holder is away: the stand-in decides every case, not only those that the holder may not.",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = deciders()


class RelativeForm(forms.Form):
    member = PickerField("members.member")
    kinship = forms.ChoiceField(choices=Kinship, label="The member is my")
