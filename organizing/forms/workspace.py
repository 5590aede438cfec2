"""What is asked of a campaign, a list, a worker, a card and an unfair labor practice."""

from django import forms
from django.utils import timezone

from ip2a.pickers import PickerField
from members.forms import ReasonMixin, day_input, not_in_future
from organizing.models import AuthorizationCard, Campaign, ChargeSection, UnfairPractice, UnitList, Worker
from organizing.services.campaigns import organizers


def lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def only_organizers(form: forms.ModelForm, name: str) -> None:
    form.fields[name].queryset = organizers()


class CampaignUpdateForm(ReasonMixin, forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ["name", "opened_on", "unit_description", "target_percent", "stale_days", "lead", "notes"]
        widgets = {
            "opened_on": day_input(),
            "unit_description": lines(),
            "notes": lines(),
            "target_percent": forms.NumberInput({"data-unit": "percent"}),
            "stale_days": forms.NumberInput({"data-unit": "days"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        only_organizers(self, "lead")

    def clean_opened_on(self):
        return not_in_future(self.cleaned_data["opened_on"], "The day on which it opened")


class CampaignForm(CampaignUpdateForm):
    reason = None
    employer = PickerField("members.organization", help_text="More can be added on the campaign's page.")

    field_order = ["name", "employer"]


class ListUpdateForm(ReasonMixin, forms.ModelForm):
    class Meta:
        model = UnitList
        fields = ["as_of", "source", "received_on", "stated_size", "notes"]
        widgets = {"as_of": day_input(), "received_on": day_input(), "notes": lines()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].error_messages["required"] = (
            "Say for which day the list is true: cards are counted against a dated list only."
        )
        self.fields["source"].error_messages["required"] = (
            "Say where the list comes from: a number without a source convinces nobody."
        )

    def clean_as_of(self):
        return not_in_future(self.cleaned_data["as_of"], "The day of the list")


class ListForm(ListUpdateForm):
    reason = None
    campaign = PickerField("organizing.campaign")

    class Meta(ListUpdateForm.Meta):
        fields = ["campaign", *ListUpdateForm.Meta.fields]


QUICK = ["crew", "shift", "location", "language", "phone"]
WORKER = [
    "first_name",
    "last_name",
    "organization",
    "employer_number",
    "job_title",
    *QUICK,
    "email",
    "address",
    "city",
    "state",
    "zip_code",
    "organizer",
    "next_step",
    "next_step_on",
    "member",
    "notes",
]


class WorkerUpdateForm(ReasonMixin, forms.ModelForm):
    organization = PickerField("members.organization", required=False, label="Employer")
    member = PickerField("members.member", required=False, help_text="If one of ours.")

    class Meta:
        model = Worker
        fields = WORKER
        widgets = {"next_step_on": day_input(), "notes": lines()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        only_organizers(self, "organizer")

    def clean_state(self):
        return self.cleaned_data["state"].upper()


class WorkerForm(WorkerUpdateForm):
    reason = None
    campaign = PickerField("organizing.campaign")

    class Meta(WorkerUpdateForm.Meta):
        fields = ["campaign", *WORKER]


class QuickForm(forms.ModelForm):
    """What is learned in a conversation, typed in one go."""

    class Meta:
        model = Worker
        fields = [*QUICK, "organizer"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        only_organizers(self, "organizer")


CARD = [
    "kind",
    "has_signature",
    "signed_on",
    "employer_named",
    "organization",
    "witnessed_by",
    "received_on",
    "identity_method",
    "signer_contact",
    "signed_at",
    "confirmation_sent_at",
    "notes",
]


class CardUpdateForm(ReasonMixin, forms.ModelForm):
    organization = PickerField(
        "members.organization",
        required=False,
        label="Which employer that is",
        help_text="Leave it empty where the name on the card is that of the campaign's employer.",
    )

    class Meta:
        model = AuthorizationCard
        fields = CARD
        widgets = {
            "signed_on": day_input(),
            "received_on": day_input(),
            "signed_at": moment_input(),
            "confirmation_sent_at": moment_input(),
            "kind": forms.RadioSelect,
            "notes": lines(),
        }

    def clean_signed_on(self):
        return not_in_future(self.cleaned_data["signed_on"], "The date on the card")

    def clean_received_on(self):
        return not_in_future(self.cleaned_data["received_on"], "The day on which it was received")

    def clean_signed_at(self):
        at = self.cleaned_data["signed_at"]
        if at and at > timezone.now():
            raise forms.ValidationError("The time stamp lies in the future. Type when it was signed.")
        return at


class CardForm(CardUpdateForm):
    reason = None
    worker = PickerField("organizing.worker")

    class Meta(CardUpdateForm.Meta):
        fields = ["worker", *CARD]


class PracticeUpdateForm(ReasonMixin, forms.ModelForm):
    organization = PickerField("members.organization", label="Employer")
    sections = forms.MultipleChoiceField(
        label="Which part of the law", choices=ChargeSection, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = UnfairPractice
        fields = ["organization", "occurred_on", "known_on", "sections", "what_happened", "witnesses"]
        widgets = {
            "occurred_on": day_input(),
            "known_on": day_input(),
            "what_happened": lines(5),
            "witnesses": lines(2),
        }

    def clean_occurred_on(self):
        return not_in_future(self.cleaned_data["occurred_on"], "The day it happened")

    def clean_known_on(self):
        return not_in_future(self.cleaned_data["known_on"], "The day it became known")

    def clean(self):
        data = super().clean()
        happened, known = data.get("occurred_on"), data.get("known_on")
        if happened and known and known < happened:
            self.add_error("known_on", "It was known before it happened: check both dates.")
        return data


class PracticeForm(PracticeUpdateForm):
    reason = None
    campaign = PickerField("organizing.campaign")

    class Meta(PracticeUpdateForm.Meta):
        fields = ["campaign", *PracticeUpdateForm.Meta.fields]
