"""What may be mended, and how: the list that a repair works from.

An app declares in ``<app>/mends.py`` what is safe for its own records. Values are those of ``QuerySet.update``, or
functions that give them::

    mends.change("members.joined-in-future", {"hire_date": None}, says="The date becomes unknown.")
    mends.safest(Member, "status", Member.Status.INACTIVE)
    mends.constraint(MemberEmployment, "employment_ends_after_start", {"end_date": F("start_date")}, says="…")

Nobody's standing may be raised by a mend, and no decision of a person be made by it. What is derived from the models
is mended by these rules alone:

- an unknown value of a choice becomes the one that ``safest`` names; without it, it is for a person;
- a row whose record is gone goes to quarantine, where rows of that kind may be removed: removable records, those that
  are part of their parent (CASCADE), tables of many-to-many fields. Where the key may be empty, it becomes empty.
  What is never deleted, or only ever added to, is for a person;
- in the database itself: invalid indexes are rebuilt, constraints not yet verified are, disabled triggers are enabled,
  if the tables' owner is at hand; all else is told with its statement.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet

from ip2a import numbers
from ip2a.models import Removable
from maintenance.registry import Check, Fault, Kind, all_checks

OWN = "maintenance"  # what repairs write down is never repaired by them
Values = dict[str, Any]
Rows = Callable[[QuerySet], QuerySet]
AT_MOST = numbers.declare(
    "maintenance.mend-at-most",
    1000,
    unit="rows",
    about="When one check finds more than this, nothing is mended before somebody has looked and said yes.",
)
CURES = re.compile(r"^(REINDEX INDEX CONCURRENTLY|ALTER TABLE \S+ (VALIDATE CONSTRAINT|ENABLE (ALWAYS )?TRIGGER)) ")
CURABLE = ("schema.constraint-not-valid", "schema.index-invalid", "schema.trigger-disabled")
REMOVED = "The row goes to quarantine, whole, and is removed."
REPAIRED = "It is put right by the rule that made it."
EMPTIED = "What it refers to is gone, so the reference becomes empty."
CURED = "Indexes are rebuilt, constraints verified and triggers enabled, where the tables' owner is at hand."


@dataclass(frozen=True)
class Mend:
    """``values`` change the row; without them it is removed. ``rows`` narrows what is found to what is safe.

    ``each`` mends one record at a time by a function of the room (``@the_check.mends``), such as reckoning it anew.
    ``cures`` is for the database itself: statements of the finding are run as the tables' owner.
    """

    says: str
    values: Values | None = None
    rows: Rows | None = None
    cures: bool = False
    each: Callable[[Any], str] | None = None


_named: dict[str, Mend] = {}
_safest: dict[tuple[type[models.Model], str], Values] = {}
_constraints: dict[tuple[type[models.Model], str], Mend] = {}
_required: dict[tuple[type[models.Model], str], Mend] = {}
_kept: set[type[models.Model]] = set()


def change(check: str, values: Values, *, says: str, rows: Rows | None = None) -> None:
    """The records found by this check get these values."""
    _named[check] = Mend(says, values, rows)


def remove(check: str, *, says: str = REMOVED, rows: Rows | None = None) -> None:
    """The records found by this check go to quarantine and are removed."""
    _named[check] = Mend(says, None, rows)


def safest(model: type[models.Model], field: str, value: str) -> None:
    """What an unknown value of this field becomes: never one that gives more than anybody had."""
    _safest[model, field] = {field: value}


def constraint(
    model: type[models.Model], name: str, values: Values | None, *, says: str, rows: Rows | None = None
) -> None:
    """Rows that break this constraint get these values; with None they are removed."""
    _constraints[model, name] = Mend(says, values, rows)


def required(model: type[models.Model], field: str, values: Values | None, *, says: str = REMOVED) -> None:
    """Rows without this value get these; with None they are removed."""
    _required[model, field] = Mend(says, values)


def keep(model: type[models.Model]) -> None:
    """Rows of this model are never removed or emptied of a reference by a repair: what to do is for a person."""
    _kept.add(model)


def equip() -> None:
    """Hang its mend on every check that has one, so that pages and lists say what may be mended."""
    for check in all_checks():
        mend_of(check)


def mend_of(check: Check) -> Mend | None:
    """How what this check finds is mended; None when that is for a person."""
    mend = _named.get(check.name) or _by_function(check) or _derived(check)
    if mend is not None:
        check.fix = mend.says
    return mend


def _by_function(check: Check) -> Mend | None:
    return Mend(check.fix or REPAIRED, each=check.mend) if check.mend is not None else None


def _derived(check: Check) -> Mend | None:
    if check.kind == Kind.SCHEMA:
        return Mend(CURED, cures=True) if check.name in CURABLE else None
    if check.kind != Kind.DERIVED or getattr(check.model, "append_only", False) or check.app == OWN:
        return None
    finder = {
        Fault.CHOICES: _choice,
        Fault.CONSTRAINT: _constraint,
        Fault.UNIQUE: _constraint,
        Fault.REQUIRED: _required_value,
        Fault.ORPHAN: _orphan,
        Fault.RECORDLESS: _recordless,
    }.get(check.fault)
    return finder(check) if finder else None


def _choice(check: Check) -> Mend | None:
    return _safe_choice(check.model, field_of(check).name)


def _safe_choice(model: type[models.Model], field: str) -> Mend | None:
    values = _safest.get((model, field))
    if values is None:
        return None
    label = dict(model._meta.get_field(field).flatchoices).get(values[field], values[field])
    return Mend(f"An unknown value becomes “{label}”.", values)


def _constraint(check: Check) -> Mend | None:
    return _constraints.get((check.model, check.constraint))


def _required_value(check: Check) -> Mend | None:
    field = field_of(check)
    known = _required.get((check.model, field.name))
    if known is None and field.is_relation and may_go(field):
        return Mend(REMOVED)
    return known


def _orphan(check: Check) -> Mend | None:
    field = field_of(check)
    if getattr(check.model, "never_deleted", False) or check.model in _kept:
        return None
    if field.null:
        return Mend(EMPTIED, {field.name: None})
    return Mend(REMOVED) if may_go(field) else None


def _recordless(check: Check) -> Mend | None:
    return Mend(REMOVED) if issubclass(check.model, Removable) else None


def field_of(check: Check) -> models.Field:
    return next(f for f in check.model._meta.local_concrete_fields if check.column in (f.column, f.name))


def may_go(key: models.Field) -> bool:
    """Whether rows of this model may be removed when the record is gone that this key refers to."""
    model = key.model
    if model in _kept or getattr(model, "append_only", False) or getattr(model, "never_deleted", False):
        return False
    part_of_parent = key.remote_field is not None and key.remote_field.on_delete is models.CASCADE
    return bool(model._meta.auto_created) or issubclass(model, Removable) or part_of_parent
