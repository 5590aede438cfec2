from django import forms

from ip2a.numbers import value
from ip2a.pickers import PickerField
from members.forms import ReasonMixin, day_input
from training.models import (
    Certification,
    ClassSession,
    Cohort,
    Course,
    Demographics,
    Expense,
    Grade,
    Grant,
    Instructor,
    InstructorHours,
    JatcApplication,
    Location,
    Placement,
    Student,
    ToolIssued,
)
from training.models.student import Ancestry
from training.rates import USUAL_PLACES


def time_input() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, format="%H:%M")


def lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class ApplyForm(forms.ModelForm):
    """A member becomes an applicant."""

    member = PickerField("members.member")

    class Meta:
        model = Student
        fields = ["member", "applied_on", "notes"]
        widgets = {"applied_on": day_input(), "notes": lines()}


class StudentUpdateForm(ReasonMixin, forms.ModelForm):
    class Meta:
        model = Student
        fields = ["student_number", "applied_on", "notes"]
        widgets = {"applied_on": day_input(), "notes": lines()}


class InstructorForm(forms.ModelForm):
    member = PickerField("members.member", required=False, help_text="If they are a member of the local.")

    class Meta:
        model = Instructor
        fields = [
            "first_name",
            "last_name",
            "phone",
            "email",
            "specialties",
            "member",
            "user",
            "rate_type",
            "rate",
            "is_active",
            "notes",
        ]
        widgets = {"notes": lines()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        logins = self.fields["user"].queryset.filter(is_active=True, groups__name__isnull=False).distinct()
        self.fields["user"].queryset = logins.order_by("last_name", "first_name")


class InstructorUpdateForm(ReasonMixin, InstructorForm):
    pass


class LocationForm(forms.ModelForm):
    class Meta:
        model = Location
        fields = [
            "name",
            "location_type",
            "capacity",
            "is_active",
            "phone",
            "address",
            "city",
            "state",
            "zip_code",
            "notes",
        ]
        widgets = {"notes": lines()}

    def clean_state(self):
        return self.cleaned_data["state"].upper()


class LocationUpdateForm(ReasonMixin, LocationForm):
    pass


class CourseForm(forms.ModelForm):
    class Meta:
        model = Course
        fields = ["code", "title", "course_type", "hours", "is_active", "description"]
        widgets = {"description": lines()}


class CourseUpdateForm(ReasonMixin, CourseForm):
    pass


class CohortForm(forms.ModelForm):
    location = PickerField("training.location", required=False)

    class Meta:
        model = Cohort
        fields = ["code", "start_date", "end_date", "max_students", "location", "notes"]
        widgets = {"start_date": day_input(), "end_date": day_input(), "notes": lines()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["max_students"] = int(value(USUAL_PLACES))


class CohortUpdateForm(ReasonMixin, CohortForm):
    pass


class ClassForm(forms.ModelForm):
    cohort = PickerField("training.cohort")
    course = PickerField("training.course", required=False)
    instructor = PickerField("training.instructor", required=False)
    location = PickerField("training.location", required=False)

    class Meta:
        model = ClassSession
        fields = ["cohort", "session_date", "starts_at", "ends_at", "course", "topic", "instructor", "location"]
        widgets = {"session_date": day_input(), "starts_at": time_input(), "ends_at": time_input()}


class ClassUpdateForm(ReasonMixin, ClassForm):
    pass


class GradeForm(forms.ModelForm):
    """The student is typed; the place that is graded is the running one, or the last."""

    student = PickerField("training.student")
    course = PickerField("training.course", required=False)

    class Meta:
        model = Grade
        fields = ["student", "grade_type", "title", "course", "score", "max_score", "graded_on"]
        widgets = {"graded_on": day_input()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["student"] = self.instance.enrollment.student_id

    def clean_student(self):
        student = self.cleaned_data["student"]
        if self.instance.pk and student.pk == self.instance.enrollment.student_id:
            return student
        rows = student.enrollments.visible_to(self.fields["student"].widget.user)
        place = rows.running().first() or rows.first()
        if place is None:
            raise forms.ValidationError("This student has no place in a cohort, so there is nothing to grade.")
        self.instance.enrollment = place
        return student


class GradeUpdateForm(ReasonMixin, GradeForm):
    pass


class CertificationForm(forms.ModelForm):
    student = PickerField("training.student")

    class Meta:
        model = Certification
        fields = ["student", "certification_type", "title", "number", "issuer", "issued_date", "expiry_date"]
        widgets = {"issued_date": day_input(), "expiry_date": day_input()}
        help_texts = {"issued_date": "Leave empty while it is only expected."}


class CertificationUpdateForm(ReasonMixin, CertificationForm):
    pass


class ToolForm(forms.ModelForm):
    student = PickerField("training.student")

    class Meta:
        model = ToolIssued
        fields = ["student", "tool", "serial_number", "quantity", "value", "issued_on", "due_on"]
        widgets = {"issued_on": day_input(), "due_on": day_input()}


class ToolUpdateForm(ReasonMixin, ToolForm):
    pass


class HoursForm(forms.ModelForm):
    instructor = PickerField("training.instructor")
    cohort = PickerField("training.cohort", required=False)

    class Meta:
        model = InstructorHours
        fields = ["instructor", "cohort", "work_date", "hours", "description"]
        widgets = {"work_date": day_input(), "hours": forms.NumberInput({"step": "0.25", "data-unit": "hours"})}


class HoursUpdateForm(ReasonMixin, HoursForm):
    pass


class JatcApplicationForm(forms.ModelForm):
    student = PickerField("training.student")
    jatc = PickerField("members.organization", label="JATC")

    class Meta:
        model = JatcApplication
        fields = ["student", "jatc", "notes"]
        widgets = {"notes": lines()}


class JatcApplicationUpdateForm(ReasonMixin, JatcApplicationForm):
    pass


class PlacementForm(forms.ModelForm):
    student = PickerField("training.student")
    employer = PickerField("members.organization", required=False)

    class Meta:
        model = Placement
        fields = ["student", "kind", "employer", "job_title", "wage", "start_date", "notes"]
        widgets = {"start_date": day_input(), "notes": lines()}


class PlacementUpdateForm(ReasonMixin, PlacementForm):
    pass


class GrantForm(forms.ModelForm):
    class Meta:
        model = Grant
        fields = [
            "name",
            "grant_number",
            "funder",
            "start_date",
            "end_date",
            "amount",
            "cohorts",
            "target_enrolled",
            "target_completed",
            "target_credentials",
            "target_placed",
            "notes",
        ]
        widgets = {
            "start_date": day_input(),
            "end_date": day_input(),
            "cohorts": forms.CheckboxSelectMultiple,
            "notes": lines(),
        }


class GrantUpdateForm(ReasonMixin, GrantForm):
    pass


class ExpenseForm(forms.ModelForm):
    grant = PickerField("training.grant")

    class Meta:
        model = Expense
        fields = [
            "grant",
            "expense_date",
            "amount",
            "payee",
            "description",
            "payment_method",
            "reference",
            "over_because",
        ]
        widgets = {"expense_date": day_input()}
        help_texts = {"over_because": "Only where more is spent than the grant has left."}


class ExpenseUpdateForm(ReasonMixin, ExpenseForm):
    pass


class DemographicsForm(forms.ModelForm):
    ancestry = forms.MultipleChoiceField(
        choices=Ancestry.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Race and ethnicity",
        help_text="As many as the student ticked.",
    )

    class Meta:
        model = Demographics
        fields = ["gender", "ancestry", "veteran", "disability", "told_on"]
        widgets = {"told_on": day_input()}
