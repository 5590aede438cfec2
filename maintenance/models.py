from django.contrib.postgres.fields import ArrayField
from django.db import models

from ip2a.compartments import VisibleQuerySet
from ip2a.models import Record
from maintenance.backups.models import BackupRun
from maintenance.models_healing import HealRun, HealStep, QuarantineReturn, QuarantineRow
from maintenance.models_watching import Notice, NoticeTelling, Postponement, ScheduledRun
from maintenance.resilience.models import ChecksumRound, FileFault, ResilienceMetric, ResilienceReport

__all__ = [
    "BackupRun",
    "ChecksumRound",
    "FileFault",
    "Finding",
    "HealRun",
    "HealStep",
    "Notice",
    "NoticeTelling",
    "Postponement",
    "QuarantineReturn",
    "QuarantineRow",
    "ResilienceMetric",
    "ResilienceReport",
    "ScheduledRun",
    "Severity",
    "Threshold",
]


class Severity(models.TextChoices):
    CRITICAL = "critical", "Critical"
    WARNING = "warning", "Warning"
    INFORMATION = "information", "Information"


class FindingQuerySet(VisibleQuerySet):
    def open(self):
        """What a round found, and checks that could not run."""
        return self.filter(models.Q(count__gt=0) | ~models.Q(trouble=""))


class Finding(models.Model):
    """What one check saw in the last round. An observation, not a record: it is replaced each round and not audited.

    ``examples`` are numbers of records, never their names: those are looked up within the reader's rights.
    """

    compartment = ""
    Severity = Severity

    check_name = models.CharField(max_length=100, unique=True)
    severity = models.CharField(max_length=20, choices=Severity)
    count = models.PositiveIntegerField(default=0)
    fixable = models.PositiveIntegerField(default=0, help_text="Of these, what the next repair mends.")
    withheld = models.PositiveIntegerField(default=0, help_text="Of these, what is mended when a person says yes.")
    examples = ArrayField(models.BigIntegerField(), default=list)
    things = ArrayField(models.TextField(), default=list, help_text="Examples in words, where there is no record.")
    trouble = models.TextField(blank=True, help_text="Why the check itself could not run.")
    since = models.DateTimeField(null=True, blank=True, help_text="First seen; empty while all is well.")
    checked_at = models.DateTimeField()
    seconds = models.FloatField(default=0)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "data finding"
        ordering = ["check_name"]

    def __str__(self):
        return self.check_name


class Promise(models.Model):
    """A trigger, function or row policy as the last migrate left it (``maintenance.promises``)."""

    kind = models.CharField(max_length=20)
    table_name = models.CharField(max_length=63, blank=True)
    name = models.CharField(max_length=200)
    definition = models.TextField(help_text="The statement that makes it.")

    class Meta:
        verbose_name = "promise of the database"
        verbose_name_plural = "promises of the database"
        ordering = ["kind", "table_name", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "table_name", "name"], name="promise_once")]

    def __str__(self):
        return " ".join(filter(None, [self.kind, self.name, f"of {self.table_name}" if self.table_name else ""]))


class Threshold(Record):
    """A number that a local may set differently. Declared in code with its default, kept here with its history."""

    name = models.CharField(max_length=100, unique=True, editable=False)
    value = models.DecimalField(max_digits=12, decimal_places=2)
    default = models.DecimalField(max_digits=12, decimal_places=2, editable=False)
    unit = models.CharField(max_length=40, blank=True, editable=False)
    about = models.CharField(max_length=300, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
