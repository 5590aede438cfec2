"""Filling tables by COPY, the fastest road into PostgreSQL that leaves nothing out: every constraint and trigger holds,
and the audit trail is written as for any other change.

Rows are sent in portions. Inside ``ahead()`` a thread sends them while the next ones are made up.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg import Copy, sql

from maintenance import sending

PORTION = 10_000
Row = Sequence[Any]


@dataclass
class _Ahead:
    """What goes on while rows are sent: who sends them, and a second connection that is free meanwhile."""

    sender: sending.Sender
    beside: Any
    walls: dict[str, bool] = field(default_factory=dict)


_ahead: _Ahead | None = None


@contextmanager
def ahead() -> Iterator[None]:
    """Inside a transaction: rows that are to be stored are sent by a thread, in their order, and not waited for.

    Any question to the database, asked through Django, waits until they are stored. When the block is left all of
    them are; when it is left by an error nothing more is sent.
    """
    global _ahead  # noqa: PLW0603 one process fills one database
    real = connections[DEFAULT_DB_ALIAS]
    if _ahead is not None or not real.in_atomic_block:
        raise RuntimeError("Rows are sent ahead inside one transaction, and once at a time.")
    sender, beside = sending.Sender(real.connection), real.copy()
    walls = _all_walls()
    _ahead, real.catch_up = _Ahead(sender, beside, walls), catch_up
    sender.start()
    try:
        with real.execute_wrapper(_after_catching_up):
            yield
            catch_up()
        sender.end()
    except BaseException:
        sender.give_up()
        raise
    finally:
        _ahead, real.catch_up = None, None
        beside.close()


def catch_up(tell: Callable[[int], None] = lambda rows: None) -> None:
    """Wait until everything that was sent ahead is stored; ``tell`` hears now and then how many rows are not."""
    if _ahead is not None:
        with connection.wrap_database_errors:
            _ahead.sender.catch_up(tell)


def _after_catching_up(execute, statement, parameters, many, context):
    catch_up()
    return execute(statement, parameters, many, context)


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> Iterator[int]:
    """Store rows of values for the named fields; gives after each portion how many are stored, or sent, so far.

    Whatever is not named gets the database's default.
    """
    table = sql.Identifier(model._meta.db_table)
    columns = sql.SQL(", ").join(sql.Identifier(model._meta.get_field(name).column) for name in names)
    has_walls = _has_walls(model)
    source, stored = iter(rows), 0
    for first in source:  # no statement, and no trigger, for a portion without rows
        count, text = _as_text(chain([first], islice(source, PORTION - 1)))
        _send(sending.Portion(table, columns, has_walls, text, count))
        stored += count
        yield stored


def _as_text(rows: Iterable[Row]) -> tuple[int, bytes]:
    """Rows as COPY reads them, and how many they are."""
    count, text = 0, sending.Text()
    with _free().cursor() as cursor, Copy(cursor, writer=text) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count, b"".join(text.parts)


def _free():
    """A connection of the driver on which nothing is under way."""
    line = _ahead.beside if _ahead is not None else connection
    line.ensure_connection()
    return line.connection


def _send(portion: sending.Portion) -> None:
    with connection.wrap_database_errors:
        if _ahead is not None:
            _ahead.sender.send(portion)
        else:
            sending.store(_free(), portion)


def _has_walls(model: type[models.Model]) -> bool:
    known = _ahead.walls if _ahead is not None else _all_walls()
    return known[model._meta.db_table]


def _all_walls() -> dict[str, bool]:
    """Each table, and whether row security applies to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, row_security_active(oid) FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def create(records: Sequence[models.Model]) -> Iterator[int]:
    """Store new records of one model as ``bulk_create`` does, and give keys to those that have none."""
    model = type(records[0])
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    real = connections[DEFAULT_DB_ALIAS]  # not its proxy, which is asked for every value of every row
    for record in records:
        record._prepare_related_fields_for_save(operation_name="create")
    given = [field for field in fields if not isinstance(getattr(records[0], field.attname), DatabaseDefault)]
    keyless = [record for record in records if record.pk is None]
    for record, key in zip(keyless, new_keys(model, len(keyless)), strict=True):
        record.pk = key
    prepared = ([field.get_db_prep_save(field.pre_save(one, True), real) for field in given] for one in records)
    yield from copy_rows(model, [field.name for field in given], prepared)
    for record in records:
        record._state.adding, record._state.db = False, real.alias


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """So many keys that no other row has or will get."""
    if not count:
        return []
    line = _ahead.beside if _ahead is not None else connection  # a sequence knows no transactions
    with line.cursor() as cursor:
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
