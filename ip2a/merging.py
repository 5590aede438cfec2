"""Two records of one thing become one: what points at the one that goes is made to point at the one that stays.

What points at a record is not listed by hand: every foreign key, one-to-one, many-to-many and generic key of any app
is found on the models. Where moving a row would break a constraint (two primary contacts, the same file twice), the
app that owns the row says how it is settled, in its ``merging`` module:

    @settles("members.organizationcontact", "organization")
    def one_primary(rows, loser, survivor): ...

It may return the keys of rows that stay with the one that goes, because the survivor's rows took them in. What it
refuses is told to who may know of such rows.

Append-only rows cannot be moved and keep pointing at the record that went.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.compartments import of_model, open_to, system
from ip2a.models import Attachment
from ip2a.rules import has_right

LONGEST_CHAIN = 50
UNTOLD = "These two cannot be merged as they stand. Ask an administrator to look at them."


@dataclass(frozen=True)
class Link:
    """One way in which rows of a model point at a record: by a key of their own, or generically."""

    model: type[models.Model]
    field: str
    content_type_field: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.model._meta.label_lower, self.field

    @property
    def is_crossing(self) -> bool:
        """The table between two sides of a many-to-many field."""
        return bool(self.model._meta.auto_created)

    def rows(self, record: models.Model) -> models.QuerySet:
        return self._within(self.model._base_manager.all(), record)

    def visible_rows(self, record: models.Model, user: Any) -> models.QuerySet:
        """Those that this person may know of."""
        if self.is_crossing or not hasattr(self.model._default_manager, "visible_to"):
            return self.model._base_manager.none()
        rows = self._within(self.model._default_manager.visible_to(user), record)
        return rows.live() if hasattr(rows, "live") else rows

    def _within(self, rows: models.QuerySet, record: models.Model) -> models.QuerySet:
        found = rows.filter(**{self.field: record.pk})
        if self.content_type_field:
            found = found.filter(**{self.content_type_field: ContentType.objects.get_for_model(record)})
        return found

    def move(self, loser: models.Model, survivor: models.Model, kept: Collection[int] = ()) -> int:
        if self.is_crossing:
            self._drop_crossings_of_both(loser, survivor)
        return self.rows(loser).exclude(pk__in=kept).update(**{self.field: survivor.pk})

    def _drop_crossings_of_both(self, loser: models.Model, survivor: models.Model) -> None:
        other = next(f for f in self.model._meta.local_fields if f.is_relation and f.attname != self.field)
        taken = self.rows(survivor).values(other.attname)
        self.rows(loser).filter(**{f"{other.attname}__in": taken}).delete()


Settle = Callable[[models.QuerySet, models.Model, models.Model], Collection[int] | None]
_settlers: dict[tuple[str, str], Settle] = {}


def settles(label: str, field: str) -> Callable[[Settle], Settle]:
    """Register ``function(rows, loser, survivor)``, called before rows of a model move by that field."""

    def register(function: Settle) -> Settle:
        _settlers[label.lower(), _attname(label, field)] = function
        return function

    return register


def _attname(label: str, field: str) -> str:
    return apps.get_model(label)._meta.get_field(field).attname


@cache
def links_to(model: type[models.Model]) -> tuple[Link, ...]:
    """Everything that can point at records of a model, except earlier merges into them and what can never change."""
    found = [*_keys_to(model), *_generic_keys()]
    return tuple(link for link in found if link.model is not model and not getattr(link.model, "append_only", False))


def _keys_to(model: type[models.Model]) -> Iterator[Link]:
    for relation in model._meta.get_fields(include_hidden=True):
        is_key = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if is_key and relation.related_model._meta.managed and not relation.related_model._meta.proxy:
            yield Link(relation.related_model, relation.field.attname)


def _generic_keys() -> Iterator[Link]:
    for model in apps.get_models():
        for field in model._meta.private_fields:
            if isinstance(field, GenericForeignKey):
                yield Link(model, field.fk_field, field.ct_field)


def knows_of(user: Any, model: type[models.Model]) -> bool:
    """Whether this person may know that there are records of a model at all."""
    compartment = of_model(model)
    return has_right(user, "view", model) and (not compartment or compartment in open_to(user))


def preview(loser: models.Model, user: Any) -> list[tuple[int, str]]:
    """What will move, as (count, noun): only what this person may see, whatever else moves with it."""
    counts: dict[type[models.Model], int] = {}
    for link in links_to(type(loser)):
        if knows_of(user, link.model):
            counts[link.model] = counts.get(link.model, 0) + link.visible_rows(loser, user).count()
    return [(count, _noun(model, count)) for model, count in counts.items() if count]


def _noun(model: type[models.Model], count: int) -> str:
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)


def move_all(loser: models.Model, survivor: models.Model, *, by: Any) -> int:
    """Make everything that points at the loser point at the survivor; the number of rows that moved."""
    with system("organizing", "a merge"):  # rows that whoever merges may not know of move with the others
        return sum(_move(link, loser, survivor, by) for link in links_to(type(loser)))


def move_within(loser: models.Model, survivor: models.Model) -> int:
    """For a settler whose row becomes a part of another one: what points at the row moves as well."""
    return sum(_settled(link, loser, survivor) for link in links_to(type(loser)))


def _settled(link: Link, loser: models.Model, survivor: models.Model) -> int:
    settle = _settlers.get(link.key)
    kept = settle(link.rows(loser), loser, survivor) if settle is not None else None
    return link.move(loser, survivor, kept or ())


def _move(link: Link, loser: models.Model, survivor: models.Model, by: Any) -> int:
    try:
        with transaction.atomic():
            return _settled(link, loser, survivor)
    except IntegrityError as error:
        raise Refused(_in_the_way(link, error, by)) from error
    except Refused as refusal:
        raise refusal if knows_of(by, link.model) else Refused(UNTOLD) from refusal


def _in_the_way(link: Link, error: IntegrityError, by: Any) -> str:
    if not knows_of(by, link.model):
        return UNTOLD
    noun = link.model._meta.verbose_name_plural
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    for constraint in link.model._meta.constraints:
        is_worded = constraint.violation_error_message != constraint.default_violation_error_message
        if constraint.name == name and is_worded:
            return f"The {noun} of both cannot be put together: {constraint.violation_error_message}"
    return f"The {noun} of both cannot be put together: each may have only one. Settle that first, then merge."


def successor_of(record: models.Model) -> models.Model | None:
    """The record that a merged one became in the end; None for one that was not merged."""
    found = getattr(record, "merged_into", None)
    for _ in range(LONGEST_CHAIN):
        further = getattr(found, "merged_into", None)
        if further is None:
            return found
        found = further
    return found


@settles("ip2a.attachment", "object_id")
def same_file_once(rows, loser, survivor):
    """A file that both records have stays once; the second copy is removed and can be brought back."""
    there = Attachment.objects.of(survivor).live().values("sha256")
    rows.filter(deleted_at=None, sha256__in=there).update(deleted_at=timezone.now())
