"""What is asked of an activity, a score and a salting agreement."""

from django import forms
from django.utils import timezone

from ip2a.pickers import PickerField
from members.forms import ReasonMixin, day_input, not_in_future
from organizing.models import EmployerScore, SaltingActivity, SaltingAgreement
from organizing.services.campaigns import organizers


def count_input() -> forms.NumberInput:
    return forms.NumberInput({"inputmode": "numeric", "min": 0})


class ActivityForm(forms.ModelForm):
    """Short enough for a phone in a parking lot: what happened and how it went come before the rest."""

    organization = PickerField("members.organization", label="Employer")
    member = PickerField("members.member", label="Who was there", help_text="The salt or organizer.")

    class Meta:
        model = SaltingActivity
        fields = [
            "organization",
            "member",
            "activity_date",
            "activity_type",
            "outcome",
            "workers_contacted",
            "cards_signed",
            "location",
            "description",
            "notes",
        ]
        widgets = {
            "activity_date": day_input(),
            "outcome": forms.RadioSelect,
            "workers_contacted": count_input(),
            "cards_signed": count_input(),
            "description": forms.Textarea({"rows": 2}),
            "notes": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = SaltingActivity.Outcome.choices

    def clean_activity_date(self):
        return not_in_future(self.cleaned_data["activity_date"], "The day")


class ActivityUpdateForm(ActivityForm):
    reason = forms.CharField(
        label="Why it is corrected", max_length=300, help_text="The old values stay in the history, beside this."
    )


class ScoreForm(forms.ModelForm):
    organization = PickerField("members.organization", label="Employer")
    why = forms.CharField(label="Why", max_length=300, help_text="What made you say so.")

    class Meta:
        model = EmployerScore
        fields = ["organization", "score", "on", "why", "trade", "notes"]
        widgets = {"score": forms.RadioSelect, "on": day_input(), "notes": forms.Textarea({"rows": 3})}
        labels = {"score": "How they stand"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["score"].choices = EmployerScore.Stance.choices

    def clean_on(self):
        return not_in_future(self.cleaned_data["on"], "The day")


class AgreementForm(forms.ModelForm):
    member = PickerField("members.member", label="Salt")
    organization = PickerField("members.organization", label="Employer")
    exempt_until = forms.DateField(
        label="Exempt until",
        required=False,
        widget=day_input(),
        help_text="The office reads “Exempt until” that day on the member's page, and nothing of why. May stay empty.",
    )

    class Meta:
        model = SaltingAgreement
        fields = ["member", "organization", "directed_by", "signed_on", "starts_on", "ends_on", "exempt_until", "notes"]
        widgets = {
            "signed_on": day_input(),
            "starts_on": day_input(),
            "ends_on": day_input(),
            "notes": forms.Textarea({"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["directed_by"].queryset = organizers()

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"ended_on"}  # the constraint against two at once asks for it

    def clean_signed_on(self):
        return not_in_future(self.cleaned_data["signed_on"], "The day it was signed")

    def clean_exempt_until(self):
        day = self.cleaned_data["exempt_until"]
        if day and day < timezone.localdate():
            raise forms.ValidationError("That day is over. Type today or a later day.")
        return day


class AgreementUpdateForm(ReasonMixin, AgreementForm):
    exempt_until = None

    class Meta(AgreementForm.Meta):
        fields = ["directed_by", "signed_on", "starts_on", "ends_on", "notes"]

    member = organization = None
