"""The questions about a case itself: a new one, and its facts. Those of its verbs are in ``forms_acts``."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from grievances import agreements
from grievances.models import AgreementVersion, CaseType, Grievance, GrievanceStepRecord, Subject
from grievances.terms import Procedure, Unit
from ip2a.answers import Refused
from ip2a.models import User
from ip2a.pickers import PickerField
from members.forms import ReasonMixin, day_input

PURSUING = {"groups__permissions__codename": "pursue_grievance", "is_active": True}
FILED, NOT_FILED = "filed", "not_filed"


def representatives():
    """Who may be given a case."""
    return User.objects.filter(**PURSUING).distinct().order_by("last_name", "first_name", "email")


def counts_hours(procedure: Procedure) -> bool:
    """Whether any limit asks for the time of day."""
    return any(limit.unit is Unit.HOURS for limit in procedure.limits)


def moment(day: date | None, clock: Any, zone: str) -> datetime | None:
    """A day and a time of it, in the agreement's zone; None without a time."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)) if day and clock else None


def time_input() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, format="%H:%M")


class SubjectField(forms.ModelChoiceField):
    """Subjects that are offered; one that a case has already stays choosable there."""

    def __init__(self, **kwargs: Any):
        super().__init__(Subject.objects.filter(is_active=True), required=False, empty_label="Not said", **kwargs)


class FactsForm(ReasonMixin, forms.ModelForm):
    subject = SubjectField()

    class Meta:
        model = Grievance
        fields = ["case_type", "subject", "contract_article", "violation_description", "remedy_sought"]
        widgets = {
            "violation_description": forms.Textarea({"rows": 7}),
            "remedy_sought": forms.Textarea({"rows": 4}),
        }
        labels = {"contract_article": "Article violated"}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.subject_id:
            offered = Subject.objects.filter(is_active=True) | Subject.objects.filter(pk=self.instance.subject_id)
            self.fields["subject"].queryset = offered


class ComplaintForm(forms.ModelForm):
    """Takes up a complaint. The agreement is found by employer and day; where several bind, it is asked."""

    employer = PickerField("members.organization", label="Employer")
    agreement_version = forms.ModelChoiceField(
        AgreementVersion.objects.none(),
        label="Agreement",
        required=False,
        empty_label="The one that binds this employer on that day",
    )
    member = PickerField(
        "members.member",
        label="Grievant",
        required=False,
        help_text="For a group, the member who speaks for it; the others join on the case’s page. "
        "A policy grievance needs none.",
    )
    subject = SubjectField()
    is_filed = forms.ChoiceField(
        label="Was it filed?",
        choices=[(NOT_FILED, "Not yet: we look into it first"), (FILED, "Yes, it was filed")],
        initial=NOT_FILED,
        widget=forms.RadioSelect,
    )
    filed_on = forms.DateField(label="Filed on", required=False, widget=day_input(), initial=timezone.localdate)
    filed_at = forms.TimeField(
        label="At what time", required=False, widget=time_input(), help_text="The limits of this agreement count hours."
    )
    served_on = forms.DateField(
        label="Received by the employer",
        required=False,
        widget=day_input(),
        help_text="If you know it: many limits run from this day.",
    )

    class Meta:
        model = Grievance
        fields = [
            "case_type",
            "employer",
            "agreement_version",
            "member",
            "subject",
            "contract_article",
            "violation_description",
            "remedy_sought",
            "incident_date",
            "knowledge_date",
        ]
        widgets = {
            "case_type": forms.RadioSelect,
            "incident_date": day_input(),
            "knowledge_date": day_input(),
            "violation_description": forms.Textarea({"rows": 7}),
            "remedy_sought": forms.Textarea({"rows": 4}),
        }
        labels = {
            "case_type": "Who is it for?",
            "contract_article": "Article violated",
            "incident_date": "When it happened",
            "knowledge_date": "When the grievant learned of it",
        }
        help_texts = {"knowledge_date": "If that was later than the day itself."}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["case_type"].choices = [
            (CaseType.INDIVIDUAL, "One member"),
            (CaseType.GROUP, "A group of members"),
            (CaseType.POLICY, "The union itself: a policy grievance"),
        ]
        self.binding: list[AgreementVersion] = []
        if not self.is_bound:
            del self.fields["filed_at"]  # which agreement it is, and so whether hours count, is not known yet

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"agreement_version"}  # found in clean()

    def full_clean(self) -> None:
        """What may be chosen as the agreement follows from the employer and the day that were typed."""
        if self.is_bound:
            self.binding = self._binding()
            if not any(counts_hours(agreements.to_procedure(version)) for version in self.binding):
                self.fields.pop("filed_at", None)
            chosen = [version.pk for version in self.binding]
            self.fields["agreement_version"].queryset = AgreementVersion.objects.filter(pk__in=chosen).select_related(
                "agreement"
            )
        super().full_clean()

    def _binding(self) -> list[AgreementVersion]:
        """Asked of the fields themselves, because the other fields' choices depend on it."""
        given = {}
        for name in ("employer", "incident_date"):
            field = self.fields[name]
            try:
                given[name] = field.clean(
                    field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
                )
            except forms.ValidationError:
                return []
        return agreements.versions_for(given["employer"], given["incident_date"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("is_filed") == FILED and not data.get("filed_on"):
            self.add_error("filed_on", "Say on which day it was filed.")
        if data.get("is_filed") == FILED and "filed_at" in self.fields and not data.get("filed_at"):
            self.add_error("filed_at", "This agreement counts hours: say at what time it was filed.")
        if data.get("is_filed") == NOT_FILED:
            data["filed_on"] = data["filed_at"] = data["served_on"] = None
        if data.get("case_type") != CaseType.POLICY and "member" in data and not data["member"]:
            self.add_error("member", "Say who the grievant is, or make it a policy grievance.")
        employer, day = data.get("employer"), data.get("incident_date")
        if employer and day and not data.get("agreement_version") and not self.has_error("agreement_version"):
            data["agreement_version"] = self._found(employer, day)
        if data.get("agreement_version"):
            self.instance.agreement_version = data["agreement_version"]
        return data

    def _found(self, employer: Any, day: date) -> AgreementVersion | None:
        try:
            return agreements.version_for(employer, day)
        except Refused as refusal:
            self.add_error("agreement_version", str(refusal))
            return None

    def _post_clean(self) -> None:
        version = self.cleaned_data.get("agreement_version")
        if version is None:
            self.cleaned_data.pop("agreement_version", None)  # the refusal stands beside the field already
        super()._post_clean()
        if version is not None:
            self.instance.agreement_version = version

    def filed_moment(self) -> datetime | None:
        data = self.cleaned_data
        return moment(data["filed_on"], data.get("filed_at"), data["agreement_version"].agreement.zone)


class StepRecordForm(ReasonMixin, forms.ModelForm):
    """The day of the meeting is corrected in the timeline, because limits run from it."""

    class Meta:
        model = GrievanceStepRecord
        fields = ["union_attendees", "employer_attendees", "notes"]
        labels = {"union_attendees": "Who came for the union", "employer_attendees": "Who came for the employer"}
        widgets = {
            "union_attendees": forms.Textarea({"rows": 2}),
            "employer_attendees": forms.Textarea({"rows": 2}),
            "notes": forms.Textarea({"rows": 8}),
        }
