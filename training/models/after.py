"""After the class: applying to a JATC, interviews, placement, and asking three, six and twelve months later."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from ip2a.models import Record
from ip2a.models.base import record_url
from ip2a.models.fields import among
from members.models import Organization
from training.models.scope import Scoped, scoped
from training.models.student import Student
from training.models.words import FollowUpOutcome, JatcStatus, PlacementKind, money

SCORED = (JatcStatus.INTERVIEWED, JatcStatus.ACCEPTED, JatcStatus.WAITLISTED, JatcStatus.REJECTED)


def _of(figure: models.Aggregate, empty: int | None = None) -> Any:
    rows = Interview.objects.filter(application=models.OuterRef("pk")).order_by().values("application")
    found = models.Subquery(rows.annotate(figure=figure).values("figure"))
    return found if empty is None else Coalesce(found, empty)


class ApplicationQuerySet(Scoped):
    of_student = "student"

    def for_table(self):
        return self.select_related("student", "jatc").with_scores()

    def with_scores(self):
        """``mean`` and ``scores`` of the interviews, asked for each row: a page's fifty are added up, not all."""
        return self.annotate(mean=_of(models.Avg("score")), scores=_of(models.Count("id"), empty=0))

    def ranked(self):
        """By mean score of the interviews, the best first; who applied first goes before an equal."""
        return self.with_scores().filter(status__in=SCORED, scores__gt=0).order_by("-mean", "submitted_on", "pk")


class JatcApplication(Record):
    """A student's application to a joint apprenticeship committee."""

    Status = JatcStatus
    never_deleted = True

    student = models.ForeignKey(Student, models.PROTECT, related_name="jatc_applications", db_index=False)
    jatc = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="JATC")
    status = models.CharField(max_length=20, choices=JatcStatus, default=JatcStatus.DRAFT, editable=False)
    submitted_on = models.DateField("submitted", null=True, blank=True, editable=False)
    interview_at = models.DateTimeField("interview", null=True, blank=True, editable=False)
    decided_on = models.DateField("decided", null=True, blank=True, editable=False)
    notes = models.TextField(blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "JATC application"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="jatcapplication_status_known", condition=among("status", JatcStatus)),
            models.CheckConstraint(
                name="jatcapplication_submitted_on_a_day",
                condition=models.Q(status__in=["draft", "withdrawn"]) | models.Q(submitted_on__isnull=False),
            ),
            models.CheckConstraint(
                name="jatcapplication_scheduled_has_time",
                condition=~models.Q(status="interview_scheduled") | models.Q(interview_at__isnull=False),
            ),
            models.CheckConstraint(
                name="jatcapplication_decided_after_submission",
                condition=models.Q(decided_on=None)
                | models.Q(submitted_on=None)
                | models.Q(decided_on__gte=models.F("submitted_on")),
            ),
            models.UniqueConstraint(
                name="jatcapplication_one_open",
                fields=["student", "jatc"],
                condition=~models.Q(status__in=["rejected", "withdrawn"]),
                violation_error_message="This student has an application to this JATC already.",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-id"], name="jatcapplication_of_student"),
            models.Index(fields=["status", "-id"], name="jatcapplication_by_status"),
            models.Index(
                models.F("submitted_on").desc(nulls_last=True),
                models.F("id").desc(),
                name="jatcapplication_by_day",
            ),
        ]

    def __str__(self):
        return f"{self.student} to {self.jatc}"

    def get_absolute_url(self):
        return record_url("training:jatcapplication_detail", self.pk)


class Interview(Record):
    """One interviewer's score. What was said stays; a correction is a new entry by a new interview."""

    named_by = ("application",)
    append_only = True
    takes_documents = False

    application = models.ForeignKey(JatcApplication, models.PROTECT, related_name="interviews", db_index=False)
    interviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    interviewer_name = models.CharField(max_length=200)
    held_on = models.DateField()
    score = models.DecimalField(max_digits=5, decimal_places=2)
    max_score = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(100))
    comments = models.TextField(blank=True)

    objects = scoped(of_student="application__student").as_manager()

    class Meta:
        ordering = ["held_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="interview_within_scale",
                condition=models.Q(score__gte=0, max_score__gt=0, score__lte=models.F("max_score")),
                violation_error_message="The score must lie between nought and the most that can be had.",
            ),
            models.UniqueConstraint(
                name="interview_once",
                fields=["application", "interviewer"],
                violation_error_message="This interviewer has scored this application already.",
            ),
        ]

    def __str__(self):
        return f"{self.interviewer_name}: {self.score:g}"

    def get_absolute_url(self):
        return self.application.get_absolute_url()


class PlacementQuerySet(Scoped):
    of_student = "student"

    def for_table(self):
        return self.select_related("student", "employer")


class Placement(Record):
    """Where a student went after the class."""

    Kind = PlacementKind
    never_deleted = True

    student = models.ForeignKey(Student, models.PROTECT, related_name="placements", db_index=False)
    kind = models.CharField(max_length=16, choices=PlacementKind, default=PlacementKind.APPRENTICESHIP)
    employer = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="placements")
    job_title = models.CharField(max_length=100, blank=True)
    wage = money(null=True, blank=True, help_text="Dollars an hour at the start.")
    start_date = models.DateField(default=timezone.localdate)
    notes = models.TextField(blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-start_date", "-id"]
        constraints = [
            models.CheckConstraint(name="placement_kind_known", condition=among("kind", PlacementKind)),
            models.CheckConstraint(
                name="placement_wage_not_negative",
                condition=models.Q(wage=None) | models.Q(wage__gte=0),
                violation_error_message="A wage cannot be negative.",
            ),
            models.CheckConstraint(
                name="placement_job_has_employer",
                condition=models.Q(kind="education") | models.Q(employer__isnull=False),
                violation_error_message="Say who the employer is.",
            ),
            models.UniqueConstraint(
                name="placement_once",
                fields=["student", "start_date"],
                violation_error_message="A placement of this student from that day is written down already.",
            ),
        ]
        indexes = [models.Index(fields=["-start_date", "-id"], name="placement_by_start")]

    def __str__(self):
        return f"{self.student}, {self.get_kind_display().lower()}"

    def get_absolute_url(self):
        return record_url("training:placement_detail", self.pk)


class FollowUpQuerySet(Scoped):
    of_student = "placement__student"

    def for_table(self):
        return self.select_related("placement__student", "placement__employer")

    def open(self):
        return self.filter(done_on=None)

    def due(self, on):
        return self.open().filter(due_on__lte=on)


class FollowUp(Record):
    """Asking a placed student again after some months."""

    Outcome = FollowUpOutcome
    never_deleted = True
    takes_documents = False

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="follow_ups", db_index=False)
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField("due")
    done_on = models.DateField("asked", null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=FollowUpOutcome, blank=True)
    wage = money(null=True, blank=True, help_text="Dollars an hour now.")
    notes = models.TextField(blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "follow-up"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="followup_done_has_outcome",
                condition=models.Q(done_on=None, outcome="")
                | models.Q(done_on__isnull=False, outcome__in=FollowUpOutcome.values),
            ),
            models.CheckConstraint(
                name="followup_wage_not_negative",
                condition=models.Q(wage=None) | models.Q(wage__gte=0),
                violation_error_message="A wage cannot be negative.",
            ),
            models.UniqueConstraint(name="followup_once", fields=["placement", "months"]),
        ]
        indexes = [models.Index(fields=["due_on"], name="followup_open", condition=models.Q(done_on=None))]

    def __str__(self):
        return f"{self.placement.student} after {self.months} months"

    def get_absolute_url(self):
        return self.placement.get_absolute_url()
