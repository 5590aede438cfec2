from django.conf import settings
from django.db import models
from django.urls import reverse

from ip2a.models import Record
from ip2a.models.base import RecordQuerySet
from ip2a.models.fields import among, filled


class BackupState(models.TextChoices):
    RUNNING = "running", "Being made"
    DONE = "done", "Made"
    FAILED = "failed", "Failed"
    GONE = "gone", "Taken away"


class Verdict(models.TextChoices):
    UNKNOWN = "unknown", "Not restored yet"
    GOOD = "good", "Restored and right"
    BAD = "bad", "Does not hold"


class BackupRunQuerySet(RecordQuerySet):
    def good(self):
        """Whole, still there, and not found wanting."""
        return self.filter(state=BackupState.DONE).exclude(verdict=Verdict.BAD)

    def for_table(self):
        return self.select_related("started_by")


class BackupRun(Record):
    """One backup: when, how large, what of, and whether it was ever restored."""

    State = BackupState
    Verdict = Verdict
    NEXT = {
        BackupState.RUNNING: {BackupState.DONE, BackupState.FAILED},
        BackupState.DONE: {BackupState.GONE},
        BackupState.FAILED: set(),
        BackupState.GONE: set(),
    }
    takes_documents = False

    name = models.CharField(max_length=80, unique=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="started by"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=BackupState, default=BackupState.RUNNING)
    problem = models.TextField(blank=True)

    bytes = models.PositiveBigIntegerField(default=0, help_text="Of the database's dump.")
    sha256 = models.CharField("checksum", max_length=64, blank=True)
    files = models.PositiveIntegerField(default=0, help_text="That the database named.")
    files_bytes = models.PositiveBigIntegerField(default=0)
    files_copied = models.PositiveIntegerField(default=0, help_text="The others were there from earlier backups.")
    files_missing = models.PositiveIntegerField(default=0, help_text="That could not be read, or were not as recorded.")
    row_counts = models.JSONField(default=dict, blank=True)

    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.UNKNOWN)
    verified_at = models.DateTimeField(null=True, blank=True)
    verify_problem = models.TextField(blank=True)
    restore_seconds = models.FloatField(null=True, blank=True)

    sent_at = models.DateTimeField("copied to the second place", null=True, blank=True)
    send_problem = models.TextField(blank=True)

    objects = BackupRunQuerySet.as_manager()

    class Meta:
        verbose_name = "backup"
        ordering = ["-started_at", "-id"]
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(name="backup_state_known", condition=among("state", BackupState)),
            models.CheckConstraint(name="backup_verdict_known", condition=among("verdict", Verdict)),
            models.CheckConstraint(name="backup_named", condition=filled("name")),
            models.CheckConstraint(
                name="backup_ended_when_over",
                condition=models.Q(state=BackupState.RUNNING, ended_at=None)
                | (~models.Q(state=BackupState.RUNNING) & models.Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="backup_failed_says_why",
                condition=~models.Q(state=BackupState.FAILED) | ~models.Q(problem=""),
            ),
            models.CheckConstraint(
                name="backup_verdict_has_date",
                condition=models.Q(verdict=Verdict.UNKNOWN) | models.Q(verified_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["started_by"], name="backup_by_person")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("maintenance:backuprun_detail", args=[self.pk])

    @property
    def seconds(self) -> float | None:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None
