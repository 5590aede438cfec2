import django_filters as filters
from django.db.models import Q
from django.utils import timezone

from ip2a.filters import ChoiceFilter, DayRangeFilter, SearchFilter, TextFilter, YesNoFilter
from ip2a.reports import RecordFilter
from members.filters import ids_of
from training.models import Cohort, Enrollment, Grant, Instructor, Student
from training.models.words import (
    CertificationStatus,
    CertificationType,
    CohortStatus,
    CourseType,
    GradeType,
    JatcStatus,
    LocationType,
    PaymentMethod,
    PlacementKind,
    StudentStatus,
)


class OfStudent(filters.FilterSet):
    """For rows that belong to a student."""

    q = TextFilter(label="Student", method="of_student")

    def of_student(self, rows, name, value):
        return rows.filter(**{f"{self.student_path}__in": ids_of(Student.objects.all(), value)})

    student_path = "student"


class StudentFilter(filters.FilterSet):
    q = SearchFilter()
    status = ChoiceFilter(choices=StudentStatus)
    cohort = TextFilter(label="Cohort", method="in_cohort")
    cohort_id = RecordFilter(Cohort.objects.all, label="Cohort exactly", method="in_one_cohort")
    applied = DayRangeFilter(field_name="applied_on", label="Applied")
    since = DayRangeFilter(field_name="status_on", label="Status since")

    class Meta:
        model = Student
        fields: list[str] = []

    def in_cohort(self, rows, name, value):
        places = Enrollment.objects.filter(cohort__in=ids_of(Cohort.objects.all(), value))
        return rows.filter(pk__in=places.values("student"))

    def in_one_cohort(self, rows, name, value):
        return rows.filter(pk__in=Enrollment.objects.filter(cohort=value).values("student"))


class CohortFilter(filters.FilterSet):
    q = SearchFilter()
    status = ChoiceFilter(choices=CohortStatus)
    instructor = TextFilter(label="Instructor", method="taught_by")
    started = DayRangeFilter(field_name="start_date", label="Starts")

    class Meta:
        model = Cohort
        fields: list[str] = []

    def taught_by(self, rows, name, value):
        known = Instructor.objects.visible_to(self.request.user)
        return rows.filter(pk__in=Cohort.objects.filter(teachers__instructor__in=ids_of(known, value)).values("pk"))


class ClassFilter(filters.FilterSet):
    cohort = TextFilter(label="Cohort", method="of_cohort")
    cohort_id = RecordFilter(Cohort.objects.all, field_name="cohort", label="Cohort exactly")
    day = DayRangeFilter(field_name="session_date", label="Day")
    taken = YesNoFilter(label="Attendance", yes="Taken", no="Not taken, though held", method="is_taken")
    cancelled = YesNoFilter(label="Cancelled", method="was_cancelled")

    def of_cohort(self, rows, name, value):
        return rows.filter(cohort__in=ids_of(Cohort.objects.all(), value))

    def is_taken(self, rows, name, value):
        if value == "yes":
            return rows.exclude(taken_at=None)
        return rows.held().filter(taken_at=None, session_date__lte=timezone.localdate())

    def was_cancelled(self, rows, name, value):
        return rows.filter(is_cancelled=value == "yes")


class LocationFilter(filters.FilterSet):
    q = SearchFilter()
    location_type = ChoiceFilter(label="Type", choices=LocationType)
    active = YesNoFilter(label="In use", method="in_use")

    def in_use(self, rows, name, value):
        return rows.filter(is_active=value == "yes")


class CourseFilter(LocationFilter):
    location_type = None
    course_type = ChoiceFilter(label="Type", choices=CourseType)
    active = YesNoFilter(label="Taught now", method="in_use")


class InstructorFilter(LocationFilter):
    location_type = None
    active = YesNoFilter(label="Teaches now", method="in_use")


class GradeFilter(OfStudent):
    student_path = "enrollment__student"
    grade_type = ChoiceFilter(label="Type", choices=GradeType)
    cohort_id = RecordFilter(Cohort.objects.all, field_name="enrollment__cohort", label="Cohort exactly")
    graded = DayRangeFilter(field_name="graded_on", label="Graded")


class CertificationFilter(OfStudent):
    status = ChoiceFilter(choices=CertificationStatus)
    certification_type = ChoiceFilter(label="Type", choices=CertificationType)
    expires = DayRangeFilter(field_name="expiry_date", label="Expires")
    issued = DayRangeFilter(field_name="issued_date", label="Issued")


class ToolFilter(OfStudent):
    out = YesNoFilter(label="Out", yes="Still out", no="Returned", method="is_out")
    overdue = YesNoFilter(label="Overdue", method="is_overdue")
    issued = DayRangeFilter(field_name="issued_on", label="Issued")

    def is_out(self, rows, name, value):
        return rows.filter(returned_on__isnull=value == "yes")

    def is_overdue(self, rows, name, value):
        late = Q(returned_on=None, due_on__lt=timezone.localdate())
        return rows.filter(late if value == "yes" else ~late)


class HoursFilter(filters.FilterSet):
    q = TextFilter(label="Instructor", method="of_instructor")
    day = DayRangeFilter(field_name="work_date", label="Day")

    def of_instructor(self, rows, name, value):
        known = Instructor.objects.visible_to(self.request.user)
        return rows.filter(instructor__in=ids_of(known, value))


class JatcApplicationFilter(OfStudent):
    status = ChoiceFilter(choices=JatcStatus)
    submitted = DayRangeFilter(field_name="submitted_on", label="Submitted")


class PlacementFilter(OfStudent):
    kind = ChoiceFilter(choices=PlacementKind)
    started = DayRangeFilter(field_name="start_date", label="Started")


class GrantFilter(filters.FilterSet):
    q = SearchFilter()
    runs = YesNoFilter(label="Runs now", method="runs_now")

    def runs_now(self, rows, name, value):
        today = timezone.localdate()
        now = Q(start_date__lte=today, end_date__gte=today)
        return rows.filter(now if value == "yes" else ~now)


class ExpenseFilter(filters.FilterSet):
    q = SearchFilter()
    grant_id = RecordFilter(Grant.objects.all, field_name="grant", label="Grant")
    payment_method = ChoiceFilter(label="Paid by", choices=PaymentMethod)
    over = YesNoFilter(label="Beyond the grant", method="is_beyond")
    day = DayRangeFilter(field_name="expense_date", label="Day")

    def is_beyond(self, rows, name, value):
        return rows.filter(is_over=value == "yes")


class ReportFilter(filters.FilterSet):
    grant_id = RecordFilter(Grant.objects.all, field_name="grant", label="Grant")
    last = DayRangeFilter(field_name="last_day", label="Last day")
