"""Cohorts: who teaches them, who sits in them, when they meet, and who was there."""

from django.db import models
from django.utils import timezone

from ip2a.models import Record
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text, sort_key
from training.models.places import Course, Instructor, Location
from training.models.scope import Scoped, scoped
from training.models.student import Student
from training.models.words import (
    COUNTED,
    RUNNING,
    SEATED,
    THERE,
    AttendanceStatus,
    CohortStatus,
    EnrollmentStatus,
)


class CohortQuerySet(Scoped):
    of_cohort = "pk"

    def for_table(self):
        return self.select_related("location")

    def with_seats(self):
        """How many places are taken."""
        seated = Enrollment.objects.filter(cohort=models.OuterRef("pk"), status__in=SEATED)
        counted = seated.order_by().values("cohort").annotate(n=models.Count("*")).values("n")
        taken = models.Subquery(counted, output_field=models.IntegerField())
        return self.annotate(taken=models.functions.Coalesce(taken, 0))


class Cohort(Record):
    """A class that starts and ends together. The database never seats more than ``max_students``."""

    Status = CohortStatus
    never_deleted = True

    code = models.CharField(max_length=30, help_text="Such as IP2A-2026-Q1.")
    status = models.CharField(max_length=10, choices=CohortStatus, default=CohortStatus.PLANNED, editable=False)
    start_date = models.DateField()
    end_date = models.DateField()
    max_students = models.PositiveSmallIntegerField("places", default=30)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="cohorts")
    notes = models.TextField(blank=True)

    sort_key = sort_key("code")
    search_text = search_text("code")

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-start_date", "-id"]
        constraints = [
            models.CheckConstraint(
                name="cohort_coded", condition=filled("code"), violation_error_message="A cohort needs a code."
            ),
            models.CheckConstraint(name="cohort_status_known", condition=among("status", CohortStatus)),
            models.CheckConstraint(
                name="cohort_ends_after_start",
                condition=models.Q(end_date__gte=models.F("start_date")),
                violation_error_message="The cohort ends before it starts: check both dates.",
            ),
            models.CheckConstraint(
                name="cohort_has_places",
                condition=models.Q(max_students__gt=0),
                violation_error_message="A cohort needs at least one place.",
            ),
            models.UniqueConstraint(
                name="cohort_code_unique",
                fields=["code"],
                violation_error_message="Another cohort already has this code.",
            ),
        ]
        indexes = [
            search_index("cohort_search"),
            models.Index(fields=["-start_date", "-id"], name="cohort_by_start"),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return record_url("training:cohort_detail", self.pk)


class CohortInstructor(Record):
    """Who teaches a cohort. At most one of them answers for it."""

    named_by = ("instructor", "cohort")

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="teachers", db_index=False)
    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="teaches")
    is_primary = models.BooleanField("answers for it", default=False)
    takes_documents = False

    objects = scoped(of_cohort="cohort").as_manager()

    class Meta:
        verbose_name = "instructor of a cohort"
        verbose_name_plural = "instructors of cohorts"
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(
                name="cohortinstructor_once",
                fields=["cohort", "instructor"],
                violation_error_message="This instructor teaches the cohort already.",
            ),
            models.UniqueConstraint(
                name="cohortinstructor_one_primary",
                fields=["cohort"],
                condition=models.Q(is_primary=True),
                violation_error_message="Another instructor already answers for this cohort.",
            ),
        ]

    def __str__(self):
        return f"{self.instructor}, {self.cohort}"

    def get_absolute_url(self):
        return self.cohort.get_absolute_url()


def _from_marks() -> dict[str, models.Count]:
    there, both = (models.Q(attendances__status__in=words) for words in (THERE, COUNTED))
    return {
        "true_attended": models.Count("attendances", filter=there),
        "true_counted": models.Count("attendances", filter=both),
    }


class EnrollmentQuerySet(Scoped):
    of_cohort = "cohort"

    def for_table(self):
        return self.select_related("student", "cohort")

    def running(self):
        return self.filter(status__in=RUNNING)

    def seated(self):
        return self.filter(status__in=SEATED)

    def on(self, day):
        """Who belongs to the class on that day: enrolled, not ended, not on leave."""
        away = Leave.objects.filter(enrollment=models.OuterRef("pk"), first_day__lte=day)
        away = away.filter(models.Q(last_day=None) | models.Q(last_day__gte=day))
        within = self.filter(enrolled_on__lte=day).filter(models.Q(ended_on=None) | models.Q(ended_on__gte=day))
        return within.exclude(models.Exists(away))

    def with_true_totals(self):
        """What ``attended`` and ``counted`` must be, from the marks themselves."""
        there, all_ = (models.Q(attendances__status__in=words) for words in (THERE, COUNTED))
        return self.annotate(
            true_attended=models.Count("attendances", filter=there),
            true_counted=models.Count("attendances", filter=all_),
        )


class Enrollment(Record):
    """A student's place in a cohort, from a day on. A deferred place is kept for somebody on leave.

    ``attended`` of ``counted`` classes is added up by the database while attendance is taken, so that a page of many
    students need not read their marks.
    """

    Status = EnrollmentStatus
    never_deleted = True
    audit_silent = ("attended", "counted")
    takes_documents = False

    student = models.ForeignKey(Student, models.PROTECT, related_name="enrollments", db_index=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrollments", db_index=False)
    status = models.CharField(max_length=12, choices=EnrollmentStatus, default=EnrollmentStatus.ENROLLED)
    enrolled_on = models.DateField("enrolled", default=timezone.localdate)
    ended_on = models.DateField("last day", null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    attended = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    counted = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ["-enrolled_on", "-id"]
        constraints = [
            models.CheckConstraint(name="enrollment_status_known", condition=among("status", EnrollmentStatus)),
            models.CheckConstraint(
                name="enrollment_ends_after_start",
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("enrolled_on")),
                violation_error_message="The last day lies before the first. Check both.",
            ),
            models.CheckConstraint(
                name="enrollment_ended_when_over",
                condition=models.Q(status__in=RUNNING, ended_on=None)
                | (~models.Q(status__in=RUNNING) & models.Q(ended_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="enrollment_attended_what_counted", condition=models.Q(attended__lte=models.F("counted"))
            ),
            models.CheckConstraint(
                name="enrollment_left_for_a_reason",
                condition=~models.Q(status__in=["dropped", "withdrawn"]) | filled("reason"),
                violation_error_message="Say why the student left.",
            ),
            models.UniqueConstraint(
                name="enrollment_once",
                fields=["cohort", "student"],
                violation_error_message="This student was enrolled in this cohort already.",
            ),
            models.UniqueConstraint(
                name="enrollment_one_running",
                fields=["student"],
                condition=models.Q(status__in=RUNNING),
                violation_error_message="This student has a place in another cohort.",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-enrolled_on"], name="enrollment_of_student"),
            models.Index(fields=["cohort", "status"], name="enrollment_in_cohort"),
        ]

    def __str__(self):
        return f"{self.student}, {self.cohort}"

    def get_absolute_url(self):
        return self.student.get_absolute_url()


class Leave(Record):
    """Days on which a student is away with the place kept; without a last day they are still away."""

    named_by = ("enrollment__student", "enrollment__cohort")
    never_deleted = True
    takes_documents = False

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="leaves", db_index=False)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)

    objects = scoped(of_cohort="enrollment__cohort").as_manager()

    class Meta:
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(
                name="leave_ends_after_start",
                condition=models.Q(last_day=None) | models.Q(last_day__gte=models.F("first_day")),
            ),
            models.CheckConstraint(name="leave_has_reason", condition=filled("reason")),
            models.UniqueConstraint(
                name="leave_one_at_a_time", fields=["enrollment"], condition=models.Q(last_day=None)
            ),
        ]
        indexes = [models.Index(fields=["enrollment", "first_day"], name="leave_of_enrollment")]

    def __str__(self):
        return f"{self.enrollment}, from {self.first_day}"

    def get_absolute_url(self):
        return self.enrollment.get_absolute_url()


class SessionQuerySet(Scoped):
    of_cohort = "cohort"

    def for_table(self):
        return self.select_related("cohort", "course", "instructor", "location")

    def held(self):
        return self.filter(is_cancelled=False)

    def with_true_presence(self):
        """What ``presence`` must say, from the marks themselves."""
        return self.annotate(**_from_marks())


class ClassSession(Record):
    """One meeting of a cohort, on a day of the cohort."""

    never_deleted = True

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="sessions", db_index=False)
    session_date = models.DateField("day")
    starts_at = models.TimeField("starts")
    ends_at = models.TimeField("ends")
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="sessions")
    instructor = models.ForeignKey(Instructor, models.PROTECT, null=True, blank=True, related_name="sessions")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="sessions")
    topic = models.CharField(max_length=200, blank=True)
    is_cancelled = models.BooleanField("cancelled", default=False, editable=False)
    cancelled_because = models.CharField(max_length=300, blank=True, editable=False)
    taken_at = models.DateTimeField("attendance taken", null=True, blank=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "class"
        verbose_name_plural = "classes"
        ordering = ["-session_date", "-starts_at", "-id"]
        permissions = [("take_attendance", "Can take attendance in classes they see")]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_start",
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                violation_error_message="The class ends before it starts: check both times.",
            ),
            models.CheckConstraint(
                name="session_cancelled_for_a_reason",
                condition=models.Q(is_cancelled=True) & filled("cancelled_because")
                | models.Q(is_cancelled=False, cancelled_because=""),
            ),
            models.UniqueConstraint(
                name="session_once",
                fields=["cohort", "session_date", "starts_at"],
                condition=models.Q(is_cancelled=False),
                violation_error_message="The cohort has a class at that time already.",
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "session_date", "starts_at"], name="session_of_cohort"),
            models.Index(fields=["-session_date", "-starts_at", "-id"], name="session_by_day"),
        ]

    def __str__(self):
        return f"{self.cohort}, {self.session_date:%-d %b %Y}"

    def get_absolute_url(self):
        return record_url("training:classsession_detail", self.pk)


class Attendance(Record):
    """Whether a student was there. Only for those who belonged to the class on that day."""

    named_by = ("enrollment__student",)
    Status = AttendanceStatus
    takes_documents = False

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="attendances", db_index=False)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="attendances", db_index=False)
    status = models.CharField(max_length=16, choices=AttendanceStatus)
    note = models.CharField(max_length=200, blank=True)

    objects = scoped(of_cohort="session__cohort").as_manager()

    class Meta:
        verbose_name = "attendance"
        verbose_name_plural = "attendance"
        constraints = [
            models.CheckConstraint(name="attendance_status_known", condition=among("status", AttendanceStatus)),
            models.UniqueConstraint(
                name="attendance_once",
                fields=["session", "enrollment"],
                violation_error_message="Attendance of this student in this class is written down already.",
            ),
        ]
        indexes = [models.Index(fields=["enrollment", "status"], name="attendance_of_enrollment")]

    def __str__(self):
        return f"{self.enrollment.student}: {self.get_status_display()}"

    def get_absolute_url(self):
        return record_url("training:classsession_detail", self.session_id)


class Presence(models.Model):
    """How many were there of those who counted in a class: added up by the database while attendance is taken."""

    session = models.OneToOneField(ClassSession, models.PROTECT, primary_key=True, related_name="presence")
    attended = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "presence in a class"
        verbose_name_plural = "presence in classes"

    def __str__(self):
        return f"{self.attended} of {self.counted}"
