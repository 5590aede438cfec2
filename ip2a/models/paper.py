"""Letters and forms: their wording, and the drafts made from it."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from ip2a.compartments import traces_open_to
from ip2a.models.base import Record, RecordQuerySet
from ip2a.models.fields import filled


class PaperTemplate(Record):
    """The local's wording of a kind of paper. It tells of no case, so it stands outside of every compartment.

    ``shipped`` is the wording that came with the software; as long as ``body`` is the same, a new release may better
    both.
    """

    takes_documents = False

    key = models.CharField(max_length=100, unique=True, editable=False)
    title = models.CharField(max_length=100, editable=False)
    body = models.TextField("wording")
    shipped = models.TextField("shipped wording", editable=False)

    class Meta:
        verbose_name = "wording of a paper"
        verbose_name_plural = "wordings of papers"
        ordering = ["title", "key"]
        constraints = [
            models.CheckConstraint(
                name="papertemplate_worded",
                condition=filled("key", "title", "body", "shipped"),
                violation_error_message="The wording is empty.",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_shipped(self) -> bool:
        return self.body == self.shipped


class DraftQuerySet(RecordQuerySet):
    def of(self, record):
        return self.filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)

    def open(self):
        return self.filter(closed_at=None)

    def visible_to(self, user):
        """Beside the right, the compartment: pages show drafts only with their record, which they ask for first."""
        return super().visible_to(user).filter(traces_open_to(user))


class PaperDraft(Record):
    """A letter somebody is writing about a record; closed once it is kept as a document, or replaced by a merge.

    ``compartment`` is the record's, copied, so that traces of a draft can be told apart without its record.
    """

    takes_documents = False

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", db_index=False)
    object_id = models.BigIntegerField()
    record = GenericForeignKey("content_type", "object_id")
    compartment = models.CharField(max_length=40, blank=True, editable=False)

    key = models.CharField("kind of paper", max_length=100)
    body = models.TextField("text")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="last written by")
    kept_as = models.ForeignKey("ip2a.Attachment", models.PROTECT, null=True, related_name="+", editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "draft of a paper"
        verbose_name_plural = "drafts of papers"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="paperdraft_written", condition=filled("key", "body")),
            models.CheckConstraint(
                name="paperdraft_kept_is_closed",
                condition=models.Q(kept_as=None) | models.Q(closed_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="paperdraft_one_open",
                fields=["content_type", "object_id", "key"],
                condition=models.Q(closed_at=None),
                violation_error_message="Both have an open draft of the same paper.",
            ),
        ]
        indexes = [models.Index(fields=["content_type", "object_id", "key", "-id"], name="paperdraft_of_record")]

    def __str__(self):
        return f"Draft of {self.key}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
