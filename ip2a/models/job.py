from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse

from ip2a.compartments import traces_open_to
from ip2a.models.base import Record, RecordQuerySet
from ip2a.models.fields import among, filled


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


UNFINISHED = (State.WAITING, State.RUNNING)


class JobQuerySet(RecordQuerySet):
    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def of(self, kind: str, subject):
        """Jobs of one kind about one record; ``subject`` None is the house as a whole."""
        if subject is None:
            return self.filter(kind=kind, content_type=None)
        return self.filter(kind=kind, content_type=ContentType.objects.get_for_model(subject), object_id=subject.pk)

    def visible_to(self, user):
        """A job is seen by those who may see its subject; one without, by who started it and by administrators."""
        keys = self.order_by().exclude(content_type=None).values_list("content_type", flat=True).distinct()
        models_ = {key: ContentType.objects.get_for_id(key).model_class() for key in keys}
        return self._within(user, {key: model for key, model in models_.items() if model is not None})

    def visible_beside(self, user, subject):
        """The same question, asked about the jobs of one record's kind only."""
        if subject is None:
            return self._within(user, {})
        return self.beside(user, type(subject), ContentType.objects.get_for_model(subject).pk)

    def beside(self, user, model, of_kind: int):
        """As ``visible_beside``, for a kind of record that is only named: its model and its content type."""
        return self._within(user, {of_kind: model})

    def _within(self, user, kinds: dict[int, type[models.Model]]):
        seen = models.Q(content_type=None)
        if not user.has_perm("ip2a.view_job"):
            seen &= models.Q(started_by=user.pk)
        for key, model in kinds.items():
            records = model._default_manager.visible_to(user).order_by()
            seen |= models.Q(models.Exists(records.filter(pk=models.OuterRef("object_id"))), content_type=key)
        return self.filter(traces_open_to(user)).filter(seen)


class Job(Record):
    """Work that takes longer than a page may: who asked for it, how far it is, and what came of it.

    ``compartment`` is the subject's, copied. How far it is changes twice a second and is told to nobody's history.
    """

    State = State
    NEXT = {
        State.WAITING: {State.RUNNING, State.FAILED},
        State.RUNNING: {State.RUNNING, State.WAITING, State.DONE, State.FAILED},
        State.DONE: set(),
        State.FAILED: set(),
    }
    takes_documents = False
    wall = "started_by_id = {actor}"
    audit_silent = ("done", "total", "stage", "queued_at", "heartbeat_at")

    kind = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    content_type = models.ForeignKey(ContentType, models.PROTECT, null=True, blank=True, related_name="+")
    object_id = models.BigIntegerField(null=True, blank=True)
    subject = GenericForeignKey("content_type", "object_id")
    compartment = models.CharField(max_length=40, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="started by"
    )
    data = models.JSONField("asked for", default=dict, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField("why it failed", blank=True)
    queued_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    heartbeat_at = models.DateTimeField("last heard of", null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    stage = models.CharField(max_length=200, blank=True)

    result = models.JSONField(default=dict, blank=True)
    result_text = models.CharField(max_length=300, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    result_label = models.CharField(max_length=200, blank=True)

    objects = JobQuerySet.as_manager()
    is_new = False  # set on the answer of ``jobs.start`` that really started it

    class Meta:
        verbose_name = "long job"
        ordering = ["-created_at", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="job_state_known", condition=among("state", State)),
            models.CheckConstraint(name="job_named", condition=filled("kind", "label")),
            models.CheckConstraint(
                name="job_subject_whole",
                condition=models.Q(content_type=None, object_id=None)
                | models.Q(content_type__isnull=False, object_id__isnull=False),
            ),
            models.CheckConstraint(
                name="job_finished_has_date",
                condition=models.Q(state__in=UNFINISHED, finished_at=None)
                | (~models.Q(state__in=UNFINISHED) & models.Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["kind", "content_type", "object_id"],
                name="job_one_unfinished",
                condition=models.Q(state__in=UNFINISHED),
                nulls_distinct=False,
                violation_error_message="This is being worked on already.",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id", "kind", "-id"], name="job_of_subject"),
            models.Index(fields=["started_by"], name="job_by_person"),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("jobs:job_detail", args=[self.pk])

    @property
    def url(self) -> str:
        return self.get_absolute_url()

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def percent(self) -> int | None:
        """How far it is; None while nobody knows how much there is to do."""
        if self.state == State.DONE:
            return 100
        return min(100 * self.done // self.total, 100) if self.total else None

    @property
    def text(self) -> str:
        """The sentence under the bar."""
        if self.state == State.FAILED:
            return self.error
        if self.state == State.DONE:
            return self.result_text
        if self.state == State.WAITING and self.attempts:
            return "It stopped in the middle and begins again by itself."
        if self.state == State.WAITING and self.queued_at is None:
            return "The queue does not answer at the moment. It starts by itself as soon as it does; nothing is lost."
        return self.stage
