"""What was mended, by whom, and every row as it was before: nothing that a repair takes away is lost."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from ip2a.compartments import VisibleQuerySet, traces_open_to
from ip2a.models import Record
from ip2a.models.base import record_url
from ip2a.models.fields import among


class RunKind(models.TextChoices):
    MEND = "mend", "Mending"
    UNDO = "undo", "Taking back"


class Road(models.TextChoices):
    NIGHT = "night", "By night"
    COMMAND = "command", "Command"
    PAGE = "page", "Page"
    DRILL = "drill", "Drill"


class RunStatus(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CLOSED = "closed", "Closed: it ended in the middle"


class Action(models.TextChoices):
    CHANGED = "changed", "Changed"
    REMOVED = "removed", "Removed"
    ADDED = "added", "Added"
    CURED = "cured", "Put right in the database itself"


class HealRun(Record):
    """One round of mending, or of taking one back. ``found``, ``repaired`` and ``left`` count over all data, those in
    compartments too; whoever may not see all of it is shown the steps that they may see, added up."""

    Kind = RunKind
    Road = Road
    Status = RunStatus
    takes_documents = False
    never_deleted = True

    kind = models.CharField(max_length=10, choices=RunKind, default=RunKind.MEND)
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="undos", verbose_name="takes back"
    )
    road = models.CharField(max_length=10, choices=Road)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.RUNNING)
    batch = models.BigIntegerField(unique=True, help_text="Marks its changes in the audit trail.")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0, help_text="What was wrong before.")
    repaired = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0, help_text="What is wrong still.")
    message = models.CharField(max_length=500, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "repair run"
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("mend_data", "Can have data mended, and take mends back")]
        constraints = [
            models.CheckConstraint(name="healrun_kind_known", condition=among("kind", RunKind)),
            models.CheckConstraint(name="healrun_road_known", condition=among("road", Road)),
            models.CheckConstraint(name="healrun_status_known", condition=among("status", RunStatus)),
            models.CheckConstraint(
                name="healrun_undo_of_something",
                condition=models.Q(kind=RunKind.MEND, undoes=None)
                | models.Q(kind=RunKind.UNDO, undoes__isnull=False, undone_at=None),
            ),
            models.CheckConstraint(
                name="healrun_running_or_ended",
                condition=models.Q(status=RunStatus.RUNNING, ended_at=None)
                | (~models.Q(status=RunStatus.RUNNING) & models.Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="healrun_by_start")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self):
        return record_url("maintenance:healrun_detail", self.pk)


class HealStepQuerySet(VisibleQuerySet):
    pass


class HealStep(models.Model):
    """What one run did about one check. ``withheld``: for a person, because so many were found at once or somebody
    took the same mend back; ``still``: found by that check after the mend."""

    append_only = True
    compartment = ""

    run = models.ForeignKey(HealRun, models.PROTECT, related_name="steps")
    check_name = models.CharField(max_length=150)
    found = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0)
    busy = models.PositiveIntegerField(default=0, help_text="Somebody was changing them; the next run has them.")
    still = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=1000, blank=True)
    seconds = models.FloatField(default=0)

    objects = HealStepQuerySet.as_manager()

    class Meta:
        verbose_name = "step of a repair run"
        verbose_name_plural = "steps of a repair run"
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(name="healstep_once", fields=["run", "check_name"])]

    def __str__(self):
        return self.check_name


class QuarantineRowQuerySet(VisibleQuerySet):
    def visible_to(self, user):
        """Rows of tables this person may read, as far as their compartments are open to them."""
        return super().visible_to(user).filter(traces_open_to(user), table_name__in=_tables_open_to(user))

    def kept(self):
        """Mends that still hold."""
        return self.filter(returned=None)

    def undone(self):
        return self.filter(returned__isnull=False)


class QuarantineRow(models.Model):
    """A row that a run changed or removed, whole, before and after. Written once: the database refuses any change."""

    Action = Action
    append_only = True

    run = models.ForeignKey(HealRun, models.PROTECT, related_name="rows")
    check_name = models.CharField(max_length=150)
    table_name = models.CharField(max_length=63)
    row_key = models.CharField(max_length=200)
    action = models.CharField(max_length=10, choices=Action)
    compartment = models.CharField(max_length=40, blank=True, editable=False)
    before = models.JSONField()
    after = models.JSONField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())

    objects = QuarantineRowQuerySet.as_manager()

    class Meta:
        verbose_name = "row in quarantine"
        verbose_name_plural = "rows in quarantine"
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(name="quarantine_action_known", condition=among("action", Action))]
        indexes = [models.Index(fields=["table_name", "row_key", "check_name"], name="quarantine_of_row")]

    def __str__(self):
        return f"{self.table_name} {self.row_key}"

    def get_absolute_url(self):
        return record_url("maintenance:quarantinerow_detail", self.pk)

    @property
    def model(self) -> type[models.Model] | None:
        return model_of_table(self.table_name)

    @property
    def label(self) -> str:
        """The kind of record, in words."""
        return str(self.model._meta.verbose_name) if self.model else self.table_name

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "returned")

    def differences(self) -> list[tuple[str, object, object]]:
        """(column, before, after) of what the mend changed, without columns whose values are never written down."""
        silent = {"updated_at", "version", *getattr(self.model, "audit_hidden", ())}
        silent |= {f.column for f in self.model._meta.local_fields if f.generated} if self.model else set()
        after = self.after or {}
        return [
            (name, value, after.get(name))
            for name, value in self.before.items()
            if name not in silent and (self.after is None or value != after.get(name))
        ]


class QuarantineReturn(models.Model):
    """That a row in quarantine was put back as it was."""

    append_only = True

    row = models.OneToOneField(QuarantineRow, models.PROTECT, related_name="returned")
    run = models.ForeignKey(HealRun, models.PROTECT, related_name="returns")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "return from quarantine"
        verbose_name_plural = "returns from quarantine"
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.row} put back"


def model_of_table(table: str) -> type[models.Model] | None:
    return next((m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table), None)


def _tables_open_to(user) -> list[str]:
    """Tables of the models this person may read; a many-to-many table goes with the model that declares it."""
    tables = []
    for model in apps.get_models():
        if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            tables.append(model._meta.db_table)
            tables += [f.remote_field.through._meta.db_table for f in model._meta.local_many_to_many]
    return tables
