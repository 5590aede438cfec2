"""Damage that a drill plants, one for each written check: an app declares its own in ``<app>/damages.py``.

    @damage("members.current-job-of-deceased")
    def current_job_of_deceased():
        job = MemberEmploymentFactory(member__status="deceased")
        return f"a current job of {job.member}, who has died"

A damage is done as the owner of the tables, inside a transaction that is rolled back, in a copy that is thrown away.
What is derived from the models needs none: ``drill_planting`` finds values that break it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

Plant = Callable[[], str]


@dataclass(frozen=True)
class Damage:
    """``outside``: cannot be done inside a transaction, so ``clean`` takes it away again."""

    plant: Plant
    clean: Callable[[], None] | None = None

    @property
    def outside(self) -> bool:
        return self.clean is not None


_damages: dict[str, Damage] = {}
_undrillable: dict[str, str] = {}


def damage(check: str, *, clean: Callable[[], None] | None = None) -> Callable[[Plant], Plant]:
    def register(function: Plant) -> Plant:
        if check in _damages:
            raise ValueError(f"Two damages are declared for {check}.")
        _damages[check] = Damage(function, clean)
        return function

    return register


def undrillable(check: str, why: str) -> None:
    """No drill can do this damage; the reason is shown."""
    _undrillable[check] = why


def why_undrillable(check: str) -> str:
    return _undrillable.get(check, "")


def damage_for(check: str) -> Damage | None:
    return _damages.get(check)


def named() -> list[str]:
    return sorted(_damages)


def execute(statement: str, params: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@contextmanager
def by_hand(*models: type[Model]) -> Iterator[None]:
    """As a hand with SQL, or a restore, writes: the triggers of these tables stand aside, their checks are gone."""
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for name in _promises_of(table):
            execute(f"ALTER TABLE {table} DROP CONSTRAINT {connection.ops.quote_name(name)} CASCADE")
    yield
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _promises_of(table: str) -> list[str]:
    """Check and exclusion constraints; what points at other tables stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype IN ('c', 'x')", [table]
        )
        return [name for (name,) in cursor.fetchall()]


def change(row: Model, **values: Any) -> Model:
    """Set columns of one row past every page and guard."""
    with by_hand(type(row)):
        type(row)._base_manager.filter(pk=row.pk).update(**values)
    return row


def lose(row: Model) -> Model:
    """Take one row away past every page and guard."""
    with by_hand(type(row)), connection.cursor() as cursor:
        table, key = map(connection.ops.quote_name, (row._meta.db_table, row._meta.pk.column))
        cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [row.pk])  # noqa: S608 - names of a model
    return row
