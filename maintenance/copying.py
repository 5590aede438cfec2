"""Filling tables by COPY, the fastest road into PostgreSQL that leaves nothing out: every constraint and trigger holds,
and the audit trail is written as for any other change.

Rows are sent in portions, so that neither side ever holds more than one of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql

PORTION = 20_000
WAITING = sql.Identifier("ip2a_copying")
Row = Sequence[Any]


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterator[int]:
    """Store rows of values for the named fields; gives after each portion how many are stored so far.

    Whatever is not named gets the database's default. While a portion is made up nothing else may ask the database.
    """
    table = sql.Identifier(model._meta.db_table)
    columns = sql.SQL(", ").join(sql.Identifier(model._meta.get_field(name).column) for name in names)
    store = _copy_behind_walls if _has_walls(model) else _copy
    source, stored = iter(rows), 0
    for first in source:  # no statement, and no trigger, for a portion without rows
        stored += store(table, columns, chain([first], islice(source, PORTION - 1)))
        yield stored


def _copy(table: sql.Identifier, columns: sql.Composed, rows: Iterable[Row]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _copy_behind_walls(table: sql.Identifier, columns: sql.Composed, rows: Iterable[Row]) -> int:
    """PostgreSQL takes no COPY where row security applies: the rows go to a table of our own, and from there in one
    INSERT that is checked row by row."""
    about = {"waiting": WAITING, "table": table, "columns": columns}
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {waiting} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA").format(
                **about
            )
        )
        count = _copy(WAITING, columns, rows)
        cursor.execute(sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {waiting}").format(**about))
        cursor.execute(sql.SQL("DROP TABLE {waiting}").format(**about))
    return count


def _has_walls(model: type[models.Model]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active(%s::regclass)", [f'"{model._meta.db_table}"'])
        return cursor.fetchone()[0]


def create(records: Sequence[models.Model]) -> Iterator[int]:
    """Store new records of one model as ``bulk_create`` does, and give keys to those that have none."""
    model = type(records[0])
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    for record in records:
        record._prepare_related_fields_for_save(operation_name="create")
    given = [field for field in fields if not isinstance(getattr(records[0], field.attname), DatabaseDefault)]
    keyless = [record for record in records if record.pk is None]
    for record, key in zip(keyless, new_keys(model, len(keyless)), strict=True):
        record.pk = key
    prepared = ([field.get_db_prep_save(field.pre_save(one, True), connection) for field in given] for one in records)
    yield from copy_rows(model, [field.name for field in given], prepared)
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """So many keys that no other row has or will get."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


REFERENCES = """
SELECT DISTINCT conname FROM pg_constraint
WHERE contype = 'f' AND condeferrable AND connamespace = 'public'::regnamespace ORDER BY conname
"""


def check_references_at_once() -> None:
    """References are checked after each portion instead of all of them at the end, so that nothing piles up.

    Promises about several rows together still wait for the last of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES)
        names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
        cursor.execute(sql.SQL("SET CONSTRAINTS {} IMMEDIATE").format(names))


def refresh_statistics(models_: Iterable[type[models.Model]]) -> None:
    """What the planner knows of tables that have just grown."""
    with connection.cursor() as cursor:
        for model in models_:
            cursor.execute("SELECT ip2a_analyze(%s::regclass)", [f'"{model._meta.db_table}"'])
