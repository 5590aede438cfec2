from django.conf import settings
from django.db import models
from django.urls import reverse

from ip2a.compartments import traces_open_to
from ip2a.models.base import Record, RecordQuerySet


class State(models.TextChoices):
    UPLOADED = "uploaded", "Uploaded"
    CHECKING = "checking", "Trying out"
    CHECKED = "checked", "Tried out"
    IMPORTING = "importing", "Importing"
    IMPORTED = "imported", "Imported"
    FAILED = "failed", "Stopped"
    UNDOING = "undoing", "Taking back"
    UNDONE = "undone", "Taken back"


class BatchQuerySet(RecordQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(traces_open_to(user))


class ImportBatch(Record):
    """A file somebody handed in, how its columns are read, what came of it, and the number its changes carry.

    ``compartment`` is that of the records it makes: outside of it the file was never handed in.
    """

    State = State
    NEXT = {
        State.UPLOADED: {State.CHECKING, State.IMPORTING},
        State.CHECKING: {State.CHECKED, State.FAILED, State.CHECKING},
        State.CHECKED: {State.CHECKING, State.IMPORTING, State.UPLOADED},
        State.IMPORTING: {State.IMPORTED, State.FAILED, State.IMPORTING},
        State.IMPORTED: {State.UNDOING},
        State.FAILED: {State.CHECKING, State.IMPORTING, State.UPLOADED},
        State.UNDOING: {State.UNDONE, State.IMPORTED, State.UNDOING},
        State.UNDONE: {State.CHECKING, State.UPLOADED},
    }
    RUNNING = (State.CHECKING, State.IMPORTING, State.UNDOING)

    kind = models.CharField(max_length=40)
    compartment = models.CharField(max_length=40, blank=True, editable=False)
    file_name = models.CharField("file", max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(default=0)
    upload = models.FileField(upload_to="imports/", max_length=200, blank=True, editable=False)
    report = models.FileField(upload_to="imports/", max_length=200, blank=True, editable=False)
    mapping = models.JSONField(default=dict)
    number = models.BigIntegerField(unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="imports", verbose_name="who"
    )

    state = models.CharField(max_length=20, choices=State, default=State.UPLOADED)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    stopped_because = models.TextField(blank=True)
    outcome = models.JSONField(default=dict)
    undo_outcome = models.JSONField(default=dict)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(name="importbatch_state_known", condition=models.Q(state__in=State.values)),
        ]
        permissions = [("import_records", "Can import records and take imports back")]

    def __str__(self):
        return f"{self.file_name} ({self.created_at:%Y-%m-%d})" if self.created_at else self.file_name

    def get_absolute_url(self):
        return reverse("imports:batch_detail", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING


class KeptQuerySet(RecordQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(traces_open_to(user))


class KeptValues(Record):
    """What an imported file said about a record in columns that no field takes, until a room has a place for it."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="kept_values")
    model = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    compartment = models.CharField(max_length=40, blank=True)
    values = models.JSONField(default=dict)

    objects = KeptQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "kept values"
        constraints = [
            models.UniqueConstraint(name="keptvalues_one_each", fields=["model", "record_id", "compartment"]),
        ]

    def __str__(self):
        return f"{self.model} {self.record_id}"
