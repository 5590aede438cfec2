"""What happened in a case, and the limits that follow from it. Entries are added, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from grievances import terms
from grievances.models.case import Grievance
from ip2a.models import Attachment, Record, RecordQuerySet
from ip2a.models.fields import among, filled


class EventKind(models.TextChoices):
    INCIDENT = terms.Kind.INCIDENT.value, "It happened"
    KNOWLEDGE = terms.Kind.KNOWLEDGE.value, "The grievant learned of it"
    FILED = terms.Kind.FILED.value, "Filed"
    SERVED = terms.Kind.SERVED.value, "Received by the employer"
    MET = terms.Kind.MET.value, "Step meeting held"
    ANSWERED = terms.Kind.ANSWERED.value, "Employer's answer received"
    DENIED = terms.Kind.DENIED.value, "Denied"
    ADVANCED = terms.Kind.ADVANCED.value, "Advanced"
    SKIPPED = terms.Kind.SKIPPED.value, "Skipped by agreement"
    REFERRED = terms.Kind.REFERRED.value, "Referred to arbitration"
    DECIDED = terms.Kind.DECIDED.value, "Award or ruling"
    EXTENDED = terms.Kind.EXTENDED.value, "Limit extended"
    ABEYANCE = terms.Kind.ABEYANCE.value, "Held in abeyance"
    RESUMED = terms.Kind.RESUMED.value, "Abeyance ended"
    SETTLED = terms.Kind.SETTLED.value, "Settled"
    WITHDRAWN = terms.Kind.WITHDRAWN.value, "Withdrawn"
    CLOSED = terms.Kind.CLOSED.value, "Closed"
    REOPENED = terms.Kind.REOPENED.value, "Reopened"


class CaseEventQuerySet(RecordQuerySet):
    def standing(self):
        """Without the events that a later one corrected, and without those that only take one back."""
        return self.filter(corrected_by=None, is_void=False)

    def in_order(self):
        return self.order_by("happened_on", "happened_at", "id")


class CaseEvent(Record):
    """Something that happened, with its day. A mistake is corrected by a new event that names the old one.

    ``is_void`` takes the named event back without putting another in its place.
    """

    Kind = EventKind

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=EventKind)
    happened_on = models.DateField("day")
    happened_at = models.DateTimeField("time", null=True, blank=True, help_text="Where a limit counts hours.")
    step_number = models.PositiveSmallIntegerField("step", default=0, help_text="0: the case as a whole.")
    limit_key = models.CharField(max_length=60, blank=True)
    until_on = models.DateField("new last day", null=True, blank=True)
    amount = models.PositiveSmallIntegerField("longer by", default=0)
    agreed_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    paper = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    is_void = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)

    objects = CaseEventQuerySet.as_manager()
    append_only = True
    takes_documents = False

    class Meta:
        verbose_name = "case event"
        ordering = ["happened_on", "id"]
        constraints = [
            models.CheckConstraint(name="case_event_kind_known", condition=among("kind", EventKind)),
            models.CheckConstraint(name="case_event_step_0_to_4", condition=Q(step_number__lte=4)),
            models.CheckConstraint(
                name="case_event_extension_says_how_long",
                condition=~Q(kind=EventKind.EXTENDED)
                | (~Q(limit_key="") & (Q(until_on__isnull=False) | Q(amount__gt=0))),
                violation_error_message="Say which limit is extended, and until when or by how much.",
            ),
            models.CheckConstraint(
                name="case_event_extension_agreed",
                condition=~Q(kind__in=[EventKind.EXTENDED, EventKind.ABEYANCE, EventKind.SKIPPED]) | ~Q(agreed_by=""),
                violation_error_message="Say who agreed to it on the employer's side.",
            ),
            models.CheckConstraint(
                name="case_event_correction_says_why",
                condition=Q(corrects=None, is_void=False) | (Q(corrects__isnull=False) & ~Q(reason="")),
                violation_error_message="Say why it is corrected.",
            ),
            models.CheckConstraint(name="case_event_not_its_own", condition=Q(corrects=None) | ~Q(corrects=F("id"))),
        ]
        indexes = [
            models.Index(fields=["grievance", "happened_on", "id"], name="case_event_of_case"),
            models.Index(
                fields=["grievance", "kind", "step_number", "happened_on"],
                include=["id"],
                name="case_event_arrivals",
                condition=Q(kind__in=[EventKind.ADVANCED, EventKind.REFERRED], is_void=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.happened_on}"

    def get_record_url(self):
        return f"{self.grievance.get_absolute_url()}#event-{self.pk}"


class DeadlineState(models.TextChoices):
    OPEN = terms.State.OPEN.value, "Running"
    SUSPENDED = terms.State.SUSPENDED.value, "In abeyance"
    MET = terms.State.MET.value, "Met"
    MET_LATE = terms.State.MET_LATE.value, "Met late"
    MISSED = terms.State.MISSED.value, "Missed"
    SKIPPED = terms.State.SKIPPED.value, "Skipped"
    VOID = terms.State.VOID.value, "No longer needed"


# What is met while the clock is stopped never had a last day.
DATED = (DeadlineState.OPEN, DeadlineState.MET_LATE, DeadlineState.MISSED)


class DeadlineQuerySet(RecordQuerySet):
    def standing(self):
        """Without the dates that were superseded."""
        return self.filter(superseded_at=None)

    def running(self):
        return self.standing().filter(state=DeadlineState.OPEN)


class Deadline(Record):
    """One limit of a case with its working. A date that changed stays as it was, with what superseded it."""

    State = DeadlineState

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="deadlines", db_index=False)
    limit_key = models.CharField(max_length=60)
    occurrence = models.PositiveSmallIntegerField(default=1)
    step_number = models.PositiveSmallIntegerField("step", default=0)
    label = models.CharField(max_length=200)
    side = models.CharField(max_length=20, choices=[(s.value, s.value.capitalize()) for s in terms.Side])
    article = models.CharField(max_length=100, blank=True)
    consequence = models.CharField(
        max_length=20, choices=[(c.value, c.value.capitalize()) for c in terms.Consequence], default="nothing"
    )
    state = models.CharField(max_length=20, choices=DeadlineState, default=DeadlineState.OPEN)
    starts_on = models.DateField()
    due_on = models.DateField("due", null=True, blank=True, help_text="None while the clock is stopped.")
    due_at = models.DateTimeField("due at", null=True, blank=True)
    is_expected = models.BooleanField(default=False, help_text="Runs from a default that has not happened yet.")
    met_on = models.DateField(null=True, blank=True)
    sentence = models.TextField()
    working = models.JSONField(default=list, help_text="Day by day: the day, what it counts as, and why.")
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_reason = models.CharField(max_length=300, blank=True)
    superseded_by = models.ForeignKey(CaseEvent, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DeadlineQuerySet.as_manager()
    never_deleted = True
    takes_documents = False

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(name="deadline_state_known", condition=among("state", DeadlineState)),
            models.CheckConstraint(
                name="deadline_running_has_day", condition=~Q(state__in=DATED) | Q(due_on__isnull=False)
            ),
            models.CheckConstraint(name="deadline_named", condition=filled("limit_key", "label", "sentence")),
            models.CheckConstraint(
                name="deadline_superseded_for_a_reason",
                condition=Q(superseded_at=None, superseded_reason="")
                | (Q(superseded_at__isnull=False) & ~Q(superseded_reason="")),
            ),
            models.CheckConstraint(
                name="deadline_met_has_day",
                condition=~Q(state__in=[DeadlineState.MET, DeadlineState.MET_LATE]) | Q(met_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="deadline_once",
                fields=["grievance", "limit_key", "occurrence"],
                condition=Q(superseded_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["grievance", "due_on", "id"], name="deadline_of_case"),
            models.Index(
                fields=["due_on", "id"],
                name="deadline_running",
                condition=Q(superseded_at=None, state=DeadlineState.OPEN),
            ),
            models.Index(
                F("due_on").desc(nulls_last=True),
                F("id").desc(),
                name="deadline_by_day",
                condition=Q(superseded_at=None),
            ),
            models.Index(
                fields=["side", "step_number", "state", "due_on"],
                include=["grievance"],
                name="deadline_counted",
                condition=Q(superseded_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.label}, due {self.due_on}" if self.due_on else f"{self.label}, in abeyance"

    @property
    def is_ours(self) -> bool:
        return self.side != terms.Side.EMPLOYER
