"""What is told to whom, what was put off, and what the clock did."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from ip2a.compartments import VisibleQuerySet
from ip2a.models import Record
from ip2a.models.channel import Priority
from ip2a.models.fields import among, filled


class NoticeQuerySet(VisibleQuerySet):
    def open(self):
        return self.filter(ended_at=None)


class Notice(models.Model):
    """Something that somebody should know, as long as it is so. An observation, replaced and not audited.

    ``name`` says what it is about ("finding:members.overlapping-jobs", "schedule:auto-heal"); ``count`` how many.
    """

    compartment = ""

    name = models.CharField(max_length=200, unique=True)
    priority = models.CharField(max_length=10, choices=Priority)
    sentence = models.CharField(max_length=500)
    advice = models.CharField(max_length=500, blank=True)
    path = models.CharField(max_length=300, blank=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="notice_priority_known", condition=among("priority", Priority)),
            models.CheckConstraint(name="notice_named", condition=filled("name", "sentence")),
        ]

    def __str__(self):
        return self.sentence


class NoticeTelling(models.Model):
    """What a channel was told last of a notice, so that nothing unchanged is told twice."""

    compartment = ""

    channel = models.ForeignKey("ip2a.NotificationChannel", models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="tellings")
    since = models.DateTimeField()
    priority = models.CharField(max_length=10, choices=Priority)
    count = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField()

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = "telling of a notice"
        verbose_name_plural = "tellings of notices"
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="telling_once", fields=["channel", "notice"])]

    def __str__(self):
        return f"{self.channel_id}: {self.notice_id}"


class PostponementQuerySet(VisibleQuerySet):
    def on(self, day: date):
        """Still put off on that day."""
        return self.filter(until__gt=day)


class Postponement(Record):
    """A finding that a person has put off: until a day, for a reason. It comes back by itself on that day."""

    takes_documents = False
    never_deleted = True

    check_name = models.CharField(max_length=150, unique=True)
    until = models.DateField("comes back on")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = PostponementQuerySet.as_manager()

    class Meta:
        verbose_name = "postponed finding"
        ordering = ["until", "check_name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="postponement_explained",
                condition=filled("check_name", "reason"),
                violation_error_message="Say why it can wait.",
            )
        ]

    def __str__(self):
        return self.check_name


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Left out"


UNFINISHED = (RunState.WAITING, RunState.RUNNING)


class ScheduledRun(models.Model):
    """One turn of one scheduled work. ``slot`` is the moment of the timetable it stands for: of each there is one
    turn at most, whoever asks how often. Runs that a person asked for stand for none."""

    State = RunState
    compartment = ""

    name = models.CharField(max_length=80)
    slot = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField()
    started_at = models.DateTimeField("started", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    job = models.OneToOneField("ip2a.Job", models.PROTECT, null=True, blank=True, related_name="+")

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = "scheduled run"
        ordering = ["-due", "-id"]
        default_permissions = ("view",)
        permissions = [("run_schedule", "Can have scheduled work done now")]
        constraints = [
            models.UniqueConstraint(name="scheduledrun_slot_once", fields=["name", "slot"]),
            models.CheckConstraint(name="scheduledrun_state_known", condition=among("state", RunState)),
            models.CheckConstraint(
                name="scheduledrun_ended_or_not",
                condition=models.Q(state__in=UNFINISHED, ended_at=None)
                | (~models.Q(state__in=UNFINISHED) & models.Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["name", "-due"], name="scheduledrun_by_name")]

    def __str__(self):
        return f"{self.name}, {timezone.localtime(self.due):%Y-%m-%d %H:%M}"

    @property
    def took(self) -> timedelta | None:
        """Never less than nothing, also when the clock was set back meanwhile."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(timedelta(0), self.ended_at - self.started_at)

    def is_ahead_of(self, now: datetime) -> bool:
        """Whether it was made while the clock stood far ahead of now."""
        return self.started_at is not None and self.started_at > now + timedelta(hours=1)
