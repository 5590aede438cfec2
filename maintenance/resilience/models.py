from django.conf import settings
from django.db import models
from django.urls import reverse

from ip2a.compartments import VisibleQuerySet
from ip2a.models import Attachment, Record
from ip2a.models.fields import among


class ReportState(models.TextChoices):
    RUNNING = "running", "Being made"
    DONE = "done", "Made"
    FAILED = "failed", "Cut off"


class Level(models.TextChoices):
    WELL = "well", "Well"
    UNKNOWN = "unknown", "Not known"
    WARN = "warn", "Look at it"
    ACT = "act", "Act now"


class RoundKind(models.TextChoices):
    SAMPLE = "sample", "A sample"
    ALL = "all", "All"


class Fault(models.TextChoices):
    MISSING = "missing", "The file is missing"
    CHANGED = "changed", "The file is not the one that was kept"
    UNREADABLE = "unreadable", "The file cannot be read"


class ResilienceReport(Record):
    """One report: ``parts`` are its words and tables as they were told then; the numbers are rows beside it."""

    State = ReportState
    Level = Level
    takes_documents = False

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="started by"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.RUNNING)
    level = models.CharField(max_length=10, choices=Level, default=Level.UNKNOWN)
    over = models.PositiveSmallIntegerField(default=0, help_text="How many sentences ask for somebody.")
    parts = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "resilience report"
        ordering = ["-started_at", "-id"]
        default_permissions = ("view", "add")
        constraints = [
            models.CheckConstraint(name="resilience_state_known", condition=among("state", ReportState)),
            models.CheckConstraint(name="resilience_level_known", condition=among("level", Level)),
            models.CheckConstraint(
                name="resilience_ended_when_over",
                condition=models.Q(state=ReportState.RUNNING, ended_at=None)
                | (~models.Q(state=ReportState.RUNNING) & models.Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["started_by"], name="resilience_by_person")]

    def __str__(self):
        return f"Report {self.pk}"

    def get_absolute_url(self):
        return reverse("maintenance:resiliencereport_detail", args=[self.pk])


class ResilienceMetric(models.Model):
    """One measured number. An observation of machines about machines: kept for its history, not audited."""

    compartment = ""

    report = models.ForeignKey(
        ResilienceReport, models.CASCADE, null=True, blank=True, related_name="metrics", db_index=False,
        help_text="Empty where it was measured between two reports.",
    )  # fmt: skip
    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, blank=True)
    value = models.FloatField()
    at = models.DateTimeField()

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = "measured number"
        default_permissions = ("view",)
        ordering = ["report", "name", "subject"]
        constraints = [models.UniqueConstraint(fields=["report", "name", "subject"], name="metric_once_a_report")]
        indexes = [models.Index(fields=["name", "subject", "at"], name="metric_history")]

    def __str__(self):
        return f"{self.name} {self.subject}".strip()


class ChecksumRound(models.Model):
    """Reading documents and comparing them with their checksums: how far it is, so that a killed one goes on."""

    compartment = ""
    Kind = RoundKind

    kind = models.CharField(max_length=10, choices=RoundKind)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    place = models.BigIntegerField(default=0, help_text="The last document that was read.")
    until = models.BigIntegerField(help_text="The last document there was when it began.")
    read = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = "round of checksums"
        verbose_name_plural = "rounds of checksums"
        default_permissions = ("view",)
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(name="checksumround_kind_known", condition=among("kind", RoundKind)),
            models.UniqueConstraint(fields=["kind"], name="checksumround_one_open", condition=models.Q(ended_at=None)),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.started_at:%Y-%m-%d}"


class FileFault(models.Model):
    """What was wrong with a document's file when it was last read; gone as soon as it is read and right."""

    compartment = ""
    Fault = Fault

    attachment = models.OneToOneField(Attachment, models.CASCADE, related_name="+")
    fault = models.CharField(max_length=12, choices=Fault)
    seen_at = models.DateTimeField()

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = "fault of a file"
        verbose_name_plural = "faults of files"
        default_permissions = ("view",)
        ordering = ["-seen_at", "-id"]
        constraints = [models.CheckConstraint(name="filefault_known", condition=among("fault", Fault))]

    def __str__(self):
        return self.get_fault_display()
