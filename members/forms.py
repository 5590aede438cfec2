from django import forms
from django.utils import timezone

from ip2a.pickers import PickerField
from members.models import Member, MemberEmployment, Organization, OrganizationContact


class ReasonMixin(forms.Form):
    """Why a record is changed; kept in its history."""

    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=300,
        help_text="Shown in the history, beside your name.",
    )


def day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def not_in_future(day, what: str):
    """A date that has already happened, or a clear sentence."""
    if day and day > timezone.localdate():
        raise forms.ValidationError(f"{what} lies in the future. Type the day it happened.")
    return day


class MemberForm(forms.ModelForm):
    class Meta:
        model = Member
        fields = [
            "member_number",
            "first_name",
            "middle_name",
            "last_name",
            "status",
            "classification",
            "hire_date",
            "date_of_birth",
            "phone",
            "email",
            "address",
            "city",
            "state",
            "zip_code",
            "notes",
        ]
        widgets = {
            "hire_date": day_input(),
            "date_of_birth": day_input(),
            "notes": forms.Textarea({"rows": 4}),
        }

    def clean_state(self):
        return self.cleaned_data["state"].upper()

    def clean_date_of_birth(self):
        return not_in_future(self.cleaned_data["date_of_birth"], "The date of birth")

    def clean_hire_date(self):
        return not_in_future(self.cleaned_data["hire_date"], "The day of joining")

    def clean(self):
        data = super().clean()
        born, joined = data.get("date_of_birth"), data.get("hire_date")
        if born and joined and joined <= born:
            self.add_error("hire_date", "Nobody can have joined before being born: check both dates.")
        return data


class MemberUpdateForm(ReasonMixin, MemberForm):
    pass


class OrganizationForm(forms.ModelForm):
    website = forms.URLField(required=False, assume_scheme="https")

    class Meta:
        model = Organization
        fields = [
            "name",
            "org_type",
            "is_signatory",
            "phone",
            "email",
            "website",
            "address",
            "city",
            "state",
            "zip_code",
            "notes",
        ]
        widgets = {"notes": forms.Textarea({"rows": 4})}

    def clean_state(self):
        return self.cleaned_data["state"].upper()


class OrganizationUpdateForm(ReasonMixin, OrganizationForm):
    pass


class OrganizationContactForm(forms.ModelForm):
    organization = PickerField("members.organization")

    class Meta:
        model = OrganizationContact
        fields = [
            "organization",
            "first_name",
            "last_name",
            "title",
            "phone",
            "email",
            "is_primary",
            "notes",
        ]
        widgets = {"notes": forms.Textarea({"rows": 3})}
        help_texts = {"is_primary": "Called first. Whoever is primary now gives the place up."}

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"is_primary"}  # saving makes room for a new primary contact


class OrganizationContactUpdateForm(ReasonMixin, OrganizationContactForm):
    pass


class MemberEmploymentForm(forms.ModelForm):
    member = PickerField("members.member")
    organization = PickerField("members.organization", label="Employer")

    class Meta:
        model = MemberEmployment
        fields = [
            "member",
            "organization",
            "start_date",
            "end_date",
            "job_title",
            "hourly_rate",
        ]
        widgets = {"start_date": day_input(), "end_date": day_input()}


class MemberEmploymentUpdateForm(ReasonMixin, MemberEmploymentForm):
    pass
