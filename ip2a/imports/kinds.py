"""What a room can take from a table: registered in its ``imports.py``, found by module name at startup."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from django.db import models

from ip2a.imports import values
from ip2a.imports.values import Convert

NEAR_WALL = 0.8


@dataclass(frozen=True)
class Way:
    """One way to name the record a row refers to: the column ``name`` holds the other model's field ``by``.

    ``tidy`` picks the part that matters out of what is typed, such as the number in "Lima, Rosa (7464416)".
    """

    name: str
    by: str
    label: str
    spellings: tuple[str, ...] = ()
    tidy: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Reference:
    """A foreign key of the kind's model and the ways to fill it, the surest first.

    ``follow`` names the field of a record that points to the one that took its place (a merge).
    """

    field: str
    ways: tuple[Way, ...]
    follow: str = ""


@dataclass(frozen=True)
class Split:
    """One column that fills several fields: ``split`` gives their texts in order."""

    name: str
    label: str
    into: tuple[str, ...]
    split: Callable[[str], tuple[str, ...]]
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """Rows of one sort. ``match_by`` names the fields (or keys) that tell which existing record a row without an old
    id means; with ``adopts`` they also find a record that has no old id yet, for a row that brings one.

    ``derived`` columns follow from others: a function of the row's staged columns in SQL that is true where the file
    disagrees, with the words. ``walled`` columns are kept for a compartment and shown to nobody outside it.
    """

    key: str
    label: str
    model: type[models.Model]
    fields: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    splits: tuple[Split, ...] = ()
    match_by: tuple[str, ...] = ()
    adopts: bool = False
    can_arrive_removed: bool = True
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tidy: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    derived: tuple["Derived", ...] = ()
    walled: Mapping[str, str] = field(default_factory=dict)
    about: str = ""

    @cached_property
    def columns(self) -> dict[str, "Column"]:
        """Everything a column of a file can be read as, by name."""
        return {column.name: column for column in _columns(self)}

    def wall_of(self, header: str) -> str:
        """The compartment that a column of a file belongs to; "" for none. A near spelling is walled too."""
        walls = {values.folded(name): wall for name, wall in self.walled.items()}
        near = get_close_matches(values.folded(header), walls, 1, NEAR_WALL)
        return walls[near[0]] if near else ""

    @property
    def required(self) -> list["Column"]:
        return [column for column in self.columns.values() if column.is_required]

    @property
    def permissions(self) -> tuple[str, str]:
        meta = self.model._meta
        return f"{meta.app_label}.add_{meta.model_name}", f"{meta.app_label}.change_{meta.model_name}"


@dataclass(frozen=True)
class Derived:
    """A column that the database computes: read only to see whether the file contradicts itself."""

    name: str
    label: str
    disagrees: str
    words: str


@dataclass(frozen=True)
class Column:
    """A column that a kind understands: how it is headed, converted, and typed while staged."""

    name: str
    label: str
    sql_type: str
    convert: Convert
    spellings: tuple[str, ...] = ()
    is_required: bool = False
    into: tuple[str, ...] = ()


def _columns(kind: Kind) -> list[Column]:
    found = [Column("legacy_id", "Old id", "bigint", values.number_of("old id"), ("id", "old id", "legacy id"))]
    found += [_field_column(kind, kind.model._meta.get_field(name)) for name in kind.fields]
    for split in kind.splits:
        found.append(Column(split.name, split.label, "text", values.cleaned, split.spellings, into=split.into))
    for reference in kind.references:
        target = kind.model._meta.get_field(reference.field).related_model
        found += [_way_column(way, target) for way in reference.ways]
    found += [Column(d.name, d.label, "boolean", values.yes_or_no(d.label.lower())) for d in kind.derived]
    found.append(Column("is_deleted", "Removed", "boolean", _removed(kind), ("deleted", "is removed", "removed")))
    for name, label in (("deleted_at", "Removed at"), ("created_at", "Added at"), ("updated_at", "Changed at")):
        found.append(Column(name, label, "timestamp with time zone", values.moment_of(label.lower())))
    return found


def _field_column(kind: Kind, field: models.Field) -> Column:
    from django.db import connection  # types are the database's words

    convert = values.for_field(field, kind.words.get(field.name, {}))
    tidy = kind.tidy.get(field.name)
    return Column(
        field.name,
        str(field.verbose_name).capitalize() if str(field.verbose_name).islower() else str(field.verbose_name),
        field.db_type(connection),
        (lambda text: convert(tidy(text))) if tidy else convert,
        kind.spellings.get(field.name, ()),
        is_required=not field.blank and not field.has_default(),
    )


def _way_column(way: Way, target: type[models.Model]) -> Column:
    label = way.label.lower()
    if isinstance(target._meta.get_field(way.by), models.IntegerField):
        return Column(way.name, way.label, "bigint", values.number_of(label), way.spellings)
    convert = values.text_of(label, longest=500, required=False)
    tidy = way.tidy or values.cleaned
    return Column(way.name, way.label, "text", lambda text: convert(tidy(text)) or None, way.spellings)


def _removed(kind: Kind) -> Convert:
    convert, noun = values.yes_or_no("removed"), str(kind.model._meta.verbose_name)

    def refuse(text: str) -> str | None:
        value = convert(text)
        if value == "t":
            rule = f"the {noun} was removed in the old system"
            raise values.Bad(rule, f"{rule}; here a {noun} is kept and its status says so. Import it as not removed")
        return value

    return convert if kind.can_arrive_removed else refuse


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; kinds are offered in the order in which they are registered."""
    if kind.key in _kinds and _kinds[kind.key].model is not kind.model:
        raise ValueError(f"Two kinds of import are called {kind.key!r}.")
    _kinds[kind.key] = kind
    return kind


def kinds() -> list[Kind]:
    return list(_kinds.values())


def find(key: str) -> Kind:
    return _kinds[key]
