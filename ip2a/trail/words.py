"""Entries of the trail in words: fields by their labels, choices by theirs, and the names of the records they mean.

Names are looked up within the reader's rights, with one query for each model however many entries are told.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models

from ip2a.models import AuditEntry
from ip2a.questions import question, with_names
from ip2a.trail.tables import KEPT_BY_DATABASE, capitalized, fields_of, generic_key_of, models_by_table, noun
from ip2a.words import format_day, format_moment, format_money

LONGEST = 500
Key = tuple[type[models.Model], int]


@dataclass(frozen=True)
class Change:
    field: str
    old: str
    new: str


@dataclass
class Told:
    """One entry for the screen. ``is_whole``: the changes are a whole record, added or deleted."""

    entry: AuditEntry
    who: str
    action: str
    noun: str
    name: str
    url: str
    is_whole: bool
    changes: list[Change] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def reason(self) -> str:
        return self.entry.reason

    @property
    def command(self) -> str:
        return self.entry.command

    @property
    def summary(self) -> str:
        """The changes in one line, for a file."""
        return "; ".join(f"{c.field}: {c.old} → {c.new}" if c.old else f"{c.field}: {c.new}" for c in self.changes)


def tell(user: Any, entries: Iterable[AuditEntry]) -> list[Told]:
    """Entries in words, for this reader."""
    entries = list(entries)
    names = _Names(user)
    for entry in entries:
        names.want_all(entry)
    names.fetch()
    return [_told(entry, names) for entry in entries]


def who(entry: AuditEntry) -> str:
    """A person, or how else the change came about."""
    if entry.actor_id is not None:
        return entry.actor_name
    if entry.command:
        return "A command"
    if entry.path:
        return "Somebody not signed in"
    return f"Database user {entry.actor_name}" if entry.actor_name else "Not known"


def action(entry: AuditEntry) -> str:
    if entry.action == AuditEntry.Action.UPDATE and "deleted_at" in (entry.changed or ()):
        return "Removed" if (entry.new or {}).get("deleted_at") else "Brought back"
    return capitalized(entry.get_action_display())


def _told(entry: AuditEntry, names: "_Names") -> Told:
    model = models_by_table().get(entry.table_name)
    record = names.records.get((model, entry.record_id)) if model else None
    return Told(
        entry=entry,
        who=who(entry),
        action=action(entry),
        noun=noun(entry.table_name),
        name=str(record) if record is not None else f"number {entry.record_id}",
        url=_url_of(record),
        is_whole=entry.action != AuditEntry.Action.UPDATE,
        changes=_changes(entry, model, names),
    )


def _url_of(record: Any) -> str:
    return record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""


def _changes(entry: AuditEntry, model: type[models.Model] | None, names: "_Names") -> list[Change]:
    old, new = entry.old or {}, entry.new or {}
    known = fields_of(model) if model else {}
    changes = []
    for column in _columns_of(entry, known):
        known_field = known.get(column)
        label = capitalized(str(known_field.verbose_name) if known_field is not None else column.replace("_", " "))
        if column not in old and column not in new:
            changes.append(Change(label, "", "changed, not shown"))
            continue
        was, is_now = (names.value(model, known_field, column, row) for row in (old, new))
        if entry.action == AuditEntry.Action.UPDATE or was or is_now:
            changes.append(Change(label, was, is_now or "(empty)") if new else Change(label, "", was))
    return changes


def _columns_of(entry: AuditEntry, known: dict[str, Any]) -> list[str]:
    """In the order of the model's fields; a whole record without what the database keeps by itself."""
    if entry.action == AuditEntry.Action.UPDATE:
        columns = entry.changed or []
    else:
        columns = [name for name in (entry.new or entry.old or {}) if name not in KEPT_BY_DATABASE]
    order = {column: number for number, column in enumerate(known)}
    return sorted(columns, key=lambda column: order.get(column, len(order)))


@question
def _named(reader: Any, model: type[models.Model], numbers: list[int]) -> models.QuerySet:
    rows: Any = model._default_manager.all()
    return with_names(rows.visible_to(reader) if hasattr(rows, "visible_to") else rows).filter(pk__among=numbers)


class _Names:
    """The names of records that entries mean: collected first, fetched once for each model."""

    def __init__(self, user: Any):
        self.user = user
        self.wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        self.records: dict[Key, Any] = {}

    def want_all(self, entry: AuditEntry) -> None:
        model = models_by_table().get(entry.table_name)
        if model is None:
            return
        self.wanted[model].add(entry.record_id)
        for row in (entry.old, entry.new):
            for column, value in (row or {}).items():
                key = self._key(model, column, value, row)
                if key is not None:
                    self.wanted[key[0]].add(key[1])

    def _key(self, model: type[models.Model], column: str, value: Any, row: dict[str, Any]) -> Key | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        known_field = fields_of(model).get(column)
        if known_field is not None and known_field.is_relation:
            return known_field.related_model, value
        kind = row.get(generic_key_of(model, column) or "")
        other = ContentType.objects.get_for_id(kind).model_class() if isinstance(kind, int) else None
        return (other, value) if other is not None else None

    def fetch(self) -> None:
        for model, numbers in self.wanted.items():
            for record in _named.anyway(self.user, model, sorted(numbers)):
                self.records[model, record.pk] = record

    def value(self, model: Any, known_field: Any, column: str, row: dict[str, Any]) -> str:
        """A stored value in words; "" for nothing."""
        value = row.get(column)
        if value is None or value == "":
            return ""
        key = self._key(model, column, value, row) if model else None
        if key is not None:
            record = self.records.get(key)
            return str(record) if record is not None else f"{capitalized(str(key[0]._meta.verbose_name))} {value}"
        return _shown(known_field, column, value)


def _shown(known_field: Any, column: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    choice = dict(known_field.flatchoices).get(value) if known_field is not None and known_field.choices else None
    if choice is not None:
        return str(choice)
    typed = _typed(known_field, value)
    if isinstance(typed, datetime):
        return format_moment(typed)
    if hasattr(typed, "weekday"):
        return format_day(typed)
    if isinstance(typed, Decimal) and column.endswith(("_rate", "_amount")):
        return format_money(typed)
    text = str(typed)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _typed(known_field: Any, value: Any) -> Any:
    """JSON knows no dates and no decimals: as the field would read it, or as it stands when the field has changed."""
    if known_field is None or isinstance(value, (dict, list)):
        return value
    try:
        return known_field.to_python(str(value) if isinstance(value, float) else value)
    except (ValidationError, TypeError, ValueError):
        return value
