"""What students earn and get, and what instructors work: grades, certifications, tools, hours."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone

from ip2a.models import Record, RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text
from training.models.cohort import Cohort, Enrollment
from training.models.places import Course, Instructor
from training.models.scope import Scoped, sees_all
from training.models.student import Student
from training.models.words import CertificationStatus, CertificationType, GradeType, RateType, money


class GradeQuerySet(Scoped):
    of_cohort = "enrollment__cohort"

    def for_table(self):
        return self.select_related("enrollment__student", "enrollment__cohort", "course")


class Grade(Record):
    """A mark on a scale from nought to ``max_score``."""

    Type = GradeType
    never_deleted = True

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="grades", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+")
    grade_type = models.CharField("type", max_length=16, choices=GradeType, default=GradeType.EXAM)
    title = models.CharField(max_length=200, blank=True)
    score = models.DecimalField(max_digits=6, decimal_places=2)
    max_score = models.DecimalField("out of", max_digits=6, decimal_places=2, default=Decimal(100))
    graded_on = models.DateField("graded", default=timezone.localdate)

    objects = GradeQuerySet.as_manager()

    class Meta:
        ordering = ["-graded_on", "-id"]
        constraints = [
            models.CheckConstraint(name="grade_type_known", condition=among("grade_type", GradeType)),
            models.CheckConstraint(
                name="grade_within_scale",
                condition=models.Q(score__gte=0, max_score__gt=0, score__lte=models.F("max_score")),
                violation_error_message="The score must lie between nought and the most that can be had.",
            ),
        ]
        indexes = [
            models.Index(fields=["enrollment", "-graded_on"], name="grade_of_enrollment"),
            models.Index(fields=["-graded_on", "-id"], name="grade_by_day"),
        ]

    def __str__(self):
        return f"{self.enrollment.student}: {self.score:g} of {self.max_score:g}"

    def get_absolute_url(self):
        return record_url("training:grade_detail", self.pk)

    @property
    def percent(self) -> Decimal:
        return (self.score / self.max_score * 100).quantize(Decimal("0.1"))


class CertificationQuerySet(Scoped):
    of_student = "student"

    def for_table(self):
        return self.select_related("student")

    def valid(self):
        return self.filter(status=CertificationStatus.ACTIVE)

    def expiring(self, first, last):
        return self.valid().filter(expiry_date__range=(first, last))

    def due_to_expire(self, on):
        return self.valid().filter(expiry_date__lte=on)


class Certification(Record):
    """A card or certificate that a student holds. On its expiry date it is no longer valid."""

    Type = CertificationType
    Status = CertificationStatus
    never_deleted = True

    student = models.ForeignKey(Student, models.PROTECT, related_name="certifications", db_index=False)
    certification_type = models.CharField("type", max_length=20, choices=CertificationType)
    title = models.CharField(max_length=200, blank=True, help_text="What it is, where the type is “Other”.")
    number = models.CharField("card number", max_length=60, blank=True)
    issuer = models.CharField("issued by", max_length=200, blank=True)
    status = models.CharField(
        max_length=10, choices=CertificationStatus, default=CertificationStatus.PENDING, editable=False
    )
    issued_date = models.DateField("issued", null=True, blank=True)
    expiry_date = models.DateField("expires", null=True, blank=True, help_text="Empty when it never expires.")
    revoked_because = models.CharField(max_length=300, blank=True, editable=False)

    search_text = search_text("number", "title", "issuer")

    objects = CertificationQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_date", "-id"]
        constraints = [
            models.CheckConstraint(
                name="certification_type_known", condition=among("certification_type", CertificationType)
            ),
            models.CheckConstraint(name="certification_status_known", condition=among("status", CertificationStatus)),
            models.CheckConstraint(
                name="certification_expires_after_issue",
                condition=models.Q(issued_date=None)
                | models.Q(expiry_date=None)
                | models.Q(expiry_date__gt=models.F("issued_date")),
                violation_error_message="It would expire before it was issued: check both dates.",
            ),
            models.CheckConstraint(
                name="certification_issued_on_a_day",
                condition=models.Q(status__in=["pending", "revoked"]) | models.Q(issued_date__isnull=False),
                violation_error_message="Say when it was issued.",
            ),
            models.CheckConstraint(
                name="certification_expired_has_day",
                condition=~models.Q(status="expired") | models.Q(expiry_date__isnull=False),
            ),
            models.CheckConstraint(
                name="certification_revoked_for_a_reason",
                condition=models.Q(status="revoked") & filled("revoked_because")
                | ~models.Q(status="revoked") & models.Q(revoked_because=""),
            ),
            models.CheckConstraint(
                name="certification_other_named",
                condition=~models.Q(certification_type="other") | filled("title"),
                violation_error_message="Say what it is, because the type is “Other”.",
            ),
        ]
        indexes = [
            search_index("certification_search"),
            models.Index(fields=["student", "-issued_date"], name="certification_of_student"),
            models.Index(fields=["expiry_date"], name="certification_expiring", condition=models.Q(status="active")),
            models.Index(
                models.F("issued_date").desc(nulls_last=True), models.F("id").desc(), name="certification_by_issue_day"
            ),
        ]

    def __str__(self):
        return f"{self.words} of {self.student}"

    def get_absolute_url(self):
        return record_url("training:certification_detail", self.pk)

    @property
    def words(self) -> str:
        return self.title or self.get_certification_type_display()


class ToolQuerySet(Scoped):
    of_student = "student"

    def for_table(self):
        return self.select_related("student")

    def out(self):
        return self.filter(returned_on=None)

    def overdue(self, on):
        return self.out().filter(due_on__lt=on)


class ToolIssued(Record):
    """A tool that a student took, until it comes back."""

    never_deleted = True

    student = models.ForeignKey(Student, models.PROTECT, related_name="tools", db_index=False)
    tool = models.CharField(max_length=200)
    serial_number = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    value = money(null=True, blank=True, help_text="What it costs to replace one.")
    issued_on = models.DateField("issued", default=timezone.localdate)
    due_on = models.DateField("due back", null=True, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    returned_on = models.DateField("returned", null=True, blank=True, editable=False)
    returned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    condition = models.CharField("condition on return", max_length=200, blank=True, editable=False)

    search_text = search_text("tool", "serial_number")

    objects = ToolQuerySet.as_manager()

    class Meta:
        verbose_name = "issued tool"
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.CheckConstraint(name="tool_named", condition=filled("tool")),
            models.CheckConstraint(
                name="tool_some", condition=models.Q(quantity__gt=0), violation_error_message="Issue at least one."
            ),
            models.CheckConstraint(
                name="tool_due_after_issue",
                condition=models.Q(due_on=None) | models.Q(due_on__gte=models.F("issued_on")),
                violation_error_message="It would be due back before it was issued: check both dates.",
            ),
            models.CheckConstraint(
                name="tool_returned_after_issue",
                condition=models.Q(returned_on=None, returned_to=None)
                | models.Q(returned_on__gte=models.F("issued_on"), returned_to__isnull=False),
                violation_error_message="It cannot have come back before it was issued.",
            ),
            models.CheckConstraint(
                name="tool_value_not_negative", condition=models.Q(value=None) | models.Q(value__gte=0)
            ),
        ]
        indexes = [
            search_index("toolissued_search"),
            models.Index(fields=["student", "-issued_on"], name="tool_of_student"),
            models.Index(fields=["due_on"], name="tool_out", condition=models.Q(returned_on=None)),
            models.Index(fields=["-issued_on", "-id"], name="tool_by_issue"),
        ]

    def __str__(self):
        return f"{self.tool}{f' ({self.serial_number})' if self.serial_number else ''}"

    def get_absolute_url(self):
        return record_url("training:toolissued_detail", self.pk)


class HoursQuerySet(RecordQuerySet):
    def visible_to(self, user):
        rows = super().visible_to(user)
        return rows if rows.query.is_empty() or sees_all(user) else rows.filter(instructor__user=user)

    def for_table(self):
        return self.select_related("instructor", "cohort")


class InstructorHours(Record):
    """What an instructor worked on a day. The rate is copied, so that a raise changes nothing in the past."""

    never_deleted = True

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="hours", db_index=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, null=True, blank=True, related_name="+")
    work_date = models.DateField("day", default=timezone.localdate)
    hours = models.DecimalField(max_digits=4, decimal_places=2)
    description = models.CharField("what was done", max_length=200, blank=True)
    rate_type = models.CharField(max_length=10, choices=RateType, editable=False)
    rate = money(null=True, blank=True, editable=False)

    amount = models.GeneratedField(
        expression=models.Case(
            models.When(rate_type="hourly", then=models.F("hours") * models.F("rate")),
            models.When(rate_type="daily", then=models.F("rate")),
            default=models.Value(None),
        ),
        output_field=money(null=True),
        db_persist=True,
    )

    objects = HoursQuerySet.as_manager()

    class Meta:
        verbose_name = "instructor hours"
        verbose_name_plural = "instructor hours"
        ordering = ["-work_date", "-id"]
        constraints = [
            models.CheckConstraint(
                name="hours_possible",
                condition=models.Q(hours__gt=0, hours__lte=24),
                violation_error_message="A day has more than nought and at most 24 hours.",
            ),
            models.CheckConstraint(name="hours_rate_type_known", condition=among("rate_type", RateType)),
        ]
        indexes = [
            models.Index(fields=["instructor", "-work_date"], name="hours_of_instructor"),
            models.Index(fields=["-work_date", "-id"], name="hours_by_day"),
        ]

    def __str__(self):
        return f"{self.instructor}, {self.work_date:%-d %b %Y}"

    def get_absolute_url(self):
        return record_url("training:instructorhours_detail", self.pk)
