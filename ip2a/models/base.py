"""What every record is."""

from functools import cache, lru_cache
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from ip2a.compartments import VisibleQuerySet
from ip2a.models.loading import Loaded


@lru_cache(maxsize=1000)
def _around_the_number(page: str, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, str]:
    head, _, tail = reverse(page, args=[*before, 0, *after]).rpartition("/0/")
    return f"{head}/", f"/{tail}"


@lru_cache(maxsize=1000)
def page_url(page: str, *words: str) -> str:
    """The address of a page that is of no one record, looked up once."""
    return reverse(page, args=words)


def record_url(page: str, pk: int, *, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> str:
    """The address of a record's page. A list asks for a hundred of them, so only the number is put in each time.

    ``before`` and ``after`` are the words that the address has around the number.
    """
    head, tail = _around_the_number(page, before, after)
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
    named_by: tuple[str, ...] = ()  # relations that its name and its address are made of
    takes_documents = True
    papers_with_change = False  # inside its compartment, the right to change a record is one to add its documents
    append_only = False
    never_deleted = False  # rows and their documents stay, whoever asks
    stored: "Record | None" = None  # what a form began with: the row as it stands

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(db_default=1, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def get_constraints(self) -> list[tuple[type[models.Model], list[models.BaseConstraint]]]:
        """Without those that are only about values left as they are stored: the row meets them already, and to ask
        takes the database three statements for each."""
        every = super().get_constraints()
        if self.stored is None or self.stored._state.adding:
            return every
        same = {field.name for field in self._meta.concrete_fields if _is_left(field, self, self.stored)}
        return [(model, [one for one in found if not _is_about_only(same, model, one)]) for model, found in every]


def _is_left(field: Any, record: models.Model, stored: models.Model) -> bool:
    """Whether a value is as it is stored. A list or the like may have been changed in its place, in both at once."""
    value = getattr(record, field.attname)
    return not field.generated and not isinstance(value, list | dict) and value == getattr(stored, field.attname)


def _is_about_only(names: set[str], model: type[models.Model], constraint: models.BaseConstraint) -> bool:
    about = _fields_of(model, constraint.name)
    return bool(about) and about <= names


@cache
def _fields_of(model: type[models.Model], name: str) -> frozenset[str]:
    """The fields that a check or a uniqueness is about; none where it is not known."""
    constraint: Any = next(one for one in model._meta.constraints if one.name == name)
    if not isinstance(constraint, models.CheckConstraint | models.UniqueConstraint):
        return frozenset()
    conditions = [constraint.condition, *getattr(constraint, "expressions", ())]
    # Django asks itself so for its own checks of constraints, and has no public way.
    references = [r for one in conditions if one is not None for r in model._get_expr_references(one)]  # type: ignore[attr-defined]
    return frozenset([*(reference[0] for reference in references), *getattr(constraint, "fields", ())])


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
