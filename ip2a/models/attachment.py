from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from ip2a.compartments import traces_open_to
from ip2a.models.base import Importable, Record, Removable, RemovableQuerySet, record_url
from ip2a.models.fields import among, filled


class Category(models.TextChoices):
    GENERAL = "general", "General"
    GRIEVANCE_DOC = "grievance_doc", "Grievance document"
    BENEVOLENCE_DOC = "benevolence_doc", "Benevolence document"
    PHOTO = "photo", "Photo"
    CERTIFICATE = "certificate", "Certificate"
    CONTRACT = "contract", "Contract"
    CORRESPONDENCE = "correspondence", "Correspondence"


class Storage(models.TextChoices):
    KEPT = "kept", "Kept here"
    RECORDED = "recorded", "Recorded only"


# Two cheap questions instead of one pattern of 64 letters, which PostgreSQL works out anew for every row.
CHECKSUM = models.Q(Exact(Length("sha256"), 64)) & ~models.Q(sha256__regex="[^0-9a-f]")
RECORDED_PLACE = "recorded/"  # what begins so is no place in the store


class AttachmentQuerySet(RemovableQuerySet):
    def kept(self):
        """Documents whose file the store must have; the others are only recorded, and never had one here."""
        return self.filter(storage=Storage.KEPT)

    def of(self, record):
        return self.filter(content_type=ContentType.objects.get_for_model(record), object_id=record.pk)

    def for_table(self):
        return self.select_related("uploader")

    def visible_to(self, user):
        """A document is seen by those who may see its record, whatever hides the record."""
        models_ = {ContentType.objects.get_for_model(model).pk: model for model in document_models()}
        return self._within(user, models_)

    def visible_beside(self, user, record):
        """The documents of one record: the same question, asked of one model only."""
        return self.beside(user, type(record), ContentType.objects.get_for_model(record).pk, record.pk)

    def beside(self, user, model, kind: int, number: int):
        """As ``visible_beside``, for a record that is only named: its model, its content type and its number."""
        return self.filter(content_type=kind, object_id=number)._within(user, {kind: model})

    def _within(self, user, kinds: dict[int, type[models.Model]]):
        if not user.has_perm("ip2a.view_attachment"):
            return self.none()
        seen = models.Q()
        for content_type, model in kinds.items():
            records = model._default_manager.visible_to(user).order_by()
            seen |= models.Q(models.Exists(records.filter(pk=models.OuterRef("object_id"))), content_type=content_type)
        return self.filter(traces_open_to(user)).filter(seen) if seen else self.none()


class Attachment(Importable, Removable):
    """A file of a record. The row says what the file is and where the store keeps it; the store knows no record.

    ``compartment`` is the record's, copied, so that traces of a document can be told apart without its record.
    ``storage`` tells a file that the store keeps from one of which only these facts are known.
    """

    Category = Category
    Storage = Storage
    takes_documents = False

    content_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", db_index=False)
    object_id = models.BigIntegerField()
    record = GenericForeignKey("content_type", "object_id")
    compartment = models.CharField(max_length=40, blank=True, editable=False)

    category = models.CharField(max_length=20, choices=Category, default=Category.GENERAL)
    description = models.CharField(max_length=300, blank=True)
    original_name = models.CharField("name", max_length=200)
    size = models.BigIntegerField(help_text="In bytes.")
    media_type = models.CharField("type", max_length=100)
    sha256 = models.CharField("checksum", max_length=64)
    path = models.CharField("place in the store", max_length=200)
    storage = models.CharField(
        max_length=10, choices=Storage, default=Storage.KEPT, db_default=Storage.KEPT, editable=False
    )
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="added by",
        db_index=False,  # attachment_by_uploader
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(name="attachment_category_known", condition=among("category", Category)),
            models.CheckConstraint(name="attachment_named", condition=filled("original_name", "path", "media_type")),
            models.CheckConstraint(name="attachment_not_empty", condition=models.Q(size__gt=0)),
            models.CheckConstraint(name="attachment_checksum_whole", condition=CHECKSUM),
            models.UniqueConstraint(fields=["path"], name="attachment_place_once"),
            models.CheckConstraint(name="attachment_storage_known", condition=among("storage", Storage)),
            models.CheckConstraint(
                name="attachment_recorded_has_no_place",
                condition=models.Q(storage=Storage.RECORDED, path__startswith=RECORDED_PLACE)
                | models.Q(storage=Storage.KEPT) & ~models.Q(path__startswith=RECORDED_PLACE),
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "sha256"],
                name="attachment_once",
                condition=models.Q(deleted_at=None),
                violation_error_message="This file is already among the documents of this record.",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-created_at"], name="attachment_of_record"),
            models.Index(fields=["uploader"], name="attachment_by_uploader"),
        ]

    def __str__(self):
        return self.original_name

    @property
    def is_kept(self) -> bool:
        return self.storage == Storage.KEPT

    def stays_because(self) -> str:
        model = self.content_type.model_class()
        if model is None or not getattr(model, "never_deleted", False):
            return ""
        return (
            f"Nothing in a {model._meta.verbose_name} is removed, so this document stays. "
            "If it does not belong here, say so in its description."
        )

    def get_absolute_url(self):
        return record_url("attachment_detail", self.pk)

    def get_download_url(self):
        return record_url("attachment_download", self.pk)


def document_models() -> list[type[models.Model]]:
    """Every model whose records can have documents: those with a page of their own that do not say otherwise."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Record) and model.takes_documents and hasattr(model, "get_absolute_url")
    ]
