"""What every record is."""

from functools import lru_cache

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from ip2a.compartments import VisibleQuerySet
from ip2a.models.loading import Loaded


@lru_cache
def _around_the_number(page: str) -> tuple[str, str]:
    head, _, tail = reverse(page, args=[0]).rpartition("/0/")
    return f"{head}/", f"/{tail}"


@lru_cache
def page_url(page: str) -> str:
    """The address of a page that is of no one record, looked up once."""
    return reverse(page)


def record_url(page: str, pk: int) -> str:
    """The address of a record's page. A list asks for a hundred of them, so only the number is put in each time."""
    head, tail = _around_the_number(page)
    return f"{head}{pk}{tail}"


class RecordQuerySet(VisibleQuerySet):
    pass


class RemovableQuerySet(RecordQuerySet):
    def live(self):
        """Without the rows that were removed."""
        return self.filter(deleted_at=None)


class Record(Loaded, models.Model):
    """A row of the house: dated, versioned and audited by the database itself.

    ``updated_at`` and ``version`` are kept by a trigger, whatever road the change comes by; ``version`` is what an
    edit form compares ("somebody changed this since you opened it").
    """

    compartment = ""
    audit_hidden: tuple[str, ...] = ()
    audit_silent: tuple[str, ...] = ()  # columns whose changes alone are no event: how far something is
    takes_documents = True
    papers_with_change = False  # inside its compartment, the right to change a record is one to add its documents
    append_only = False
    never_deleted = False  # rows and their documents stay, whoever asks

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(db_default=1, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True


class Removable(Record):
    """A record that may be taken out of sight. It is never destroyed, and uniqueness ignores it."""

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RemovableQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_removed(self) -> bool:
        return self.deleted_at is not None

    def stays_because(self) -> str:
        """Why this record may not be taken out of sight; "" where it may."""
        return ""


class Importable(models.Model):
    """Remembers its number in the system it came from, so that a second import updates instead of doubling."""

    legacy_id = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        abstract = True
