"""Looking at rows: many checks of one table in a single pass, the others one by one.

Every look is bounded by a time limit, and its error is its own: it ends neither round nor transaction.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from maintenance import derived_sql
from maintenance.registry import Check
from maintenance.thresholds import declare, value

logger = logging.getLogger(__name__)
EXAMPLES = 5
LOCK_WAIT = "2s"  # somebody changes the table's form: rather say so than stand in their way
LIMIT = declare("maintenance.longest-check", 120, unit="seconds", about="A check that takes longer is given up.")


@dataclass(frozen=True)
class Seen:
    """What one check saw: how many, the newest few, or why it could not look."""

    check: Check
    count: int = 0
    examples: list[int] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # things without what cures them
    trouble: str = ""
    seconds: float = 0.0
    fixable: int = 0  # these three are known when it was weighed (maintenance.mendable)
    withheld: int = 0
    remark: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.count or self.trouble)


@contextmanager
def bounded() -> Iterator[None]:
    """Statements inside give up after a while, wait for no lock, and are not compiled first."""
    before = {}
    wanted = {"statement_timeout": f"{int(value(LIMIT) * 1000)}ms", "lock_timeout": LOCK_WAIT, "jit": "off"}
    with connection.cursor() as cursor:
        for name, setting in wanted.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            before[name] = cursor.fetchone()[0]
            cursor.execute("SELECT set_config(%s, %s, true)", [name, setting])
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                for name, setting in before.items():
                    cursor.execute("SELECT set_config(%s, %s, true)", [name, setting])


class CannotLook(Exception):
    """A check raised; ``seen`` says so."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(seen.trouble)
        self.seen = seen


@contextmanager
def safely(check: Check, *, writes: bool = False) -> Iterator[None]:
    """A failing statement ends only what is inside. ``writes``: the condition is written, which asks nothing of the
    database; two thousand savepoints would take longer than the whole look."""
    started = time.perf_counter()
    try:
        with nullcontext() if writes else transaction.atomic():
            yield
    except Exception as error:
        logger.warning("Check %s could not run: %s", check.name, error, exc_info=logger.isEnabledFor(logging.DEBUG))
        trouble = f"{type(error).__name__}: {error}"[:500]
        raise CannotLook(Seen(check, trouble=trouble, seconds=time.perf_counter() - started)) from error


def look(check: Check) -> Seen:
    """Run one check by itself."""
    started = time.perf_counter()
    try:
        with safely(check):
            seen = _told(check) if check.tell else Seen(check, *_found(check))
    except CannotLook as error:
        return error.seen
    return replace(seen, seconds=time.perf_counter() - started)


def _told(check: Check) -> Seen:
    things = check.tell() if check.tell else []
    shown = things[:EXAMPLES]
    words = [f"{thing.text} ({thing.cure})" if thing.cure else thing.text for thing in shown]
    return Seen(check, len(things), things=words, places=[thing.text for thing in shown])


def _found(check: Check) -> tuple[int, list[int], list[str]]:
    if isinstance(condition := check.condition() if check.condition else None, derived_sql.Shared):
        return _numbers(check.model, condition.count_sql(), lambda: derived_sql.select_keys(check.model, condition))
    if condition:
        keys = derived_sql.select_keys(check.model, condition)
        return _keys(check.model, keys, None)
    statement, values = _statement(check.find())
    return _keys(check.model, statement, values) if statement else (0, [], [])


def _statement(rows: QuerySet) -> tuple[str, tuple]:
    """The query of the keys alone: what a page shows beside them is not looked up."""
    try:
        return rows.order_by().select_related(None).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def _keys(model: type[Model], statement: str, values: tuple | None) -> tuple[int, list[int], list[str]]:
    """How many and the newest few, in one look."""
    newest = f"(array_agg(pk ORDER BY pk DESC))[1:{EXAMPLES}]"
    counted = f"SELECT count(*), {newest} FROM ({statement}) AS found(pk)"  # noqa: S608 - Django's own SQL
    with connection.cursor() as cursor:
        cursor.execute(counted, values)
        count, examples = cursor.fetchone()
    return count, *_shown(examples or [])


def _numbers(model: type[Model], counting: str, keys: Callable[[], str]) -> tuple[int, list[int], list[str]]:
    """Counting first, where finding the rows themselves costs more."""
    with connection.cursor() as cursor:
        cursor.execute(counting)
        count = cursor.fetchone()[0]
    return (count, *_shown(newest_of(keys()))) if count else (0, [], [])


def newest_of(keys: str, values: tuple | None = None) -> list[Any]:
    statement = f"SELECT pk FROM ({keys}) AS found(pk) ORDER BY pk DESC LIMIT {EXAMPLES}"  # noqa: S608 - as above
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]


def _shown(keys: list[Any]) -> tuple[list[int], list[str]]:
    """Numbers of records; keys that are no numbers can only be told."""
    return ([], [str(key) for key in keys]) if keys and not isinstance(keys[0], int) else (keys, [])


@dataclass
class Condition:
    """One check as a condition on its table's rows."""

    check: Check
    statement: str
    values: tuple = ()
    shared: derived_sql.Shared | None = None

    @property
    def is_apart(self) -> bool:
        """Counted by a scan of its own: of rows in pairs, and of rows of other tables, which a join finds much faster
        than asking for each row."""
        return self.shared is not None or "SELECT" in self.statement

    @property
    def counting(self) -> str:
        if self.shared is not None:
            return f"({self.statement})"
        if self.is_apart:
            table = derived_sql.table_of(self.check.model)
            return f"(SELECT count(*) FROM {table} WHERE {self.statement})"  # noqa: S608 - of the models alone
        return f"count(*) FILTER (WHERE {self.statement})"

    @property
    def keys(self) -> str:
        if self.shared is not None:
            return self.shared.keys_sql().replace("%", "%%")
        return derived_sql.select_keys(self.check.model, self.statement)


def condition_of(check: Check) -> Condition | None:
    """The check as a condition, where it is one: derived ones say it, of others the query must stay in one table."""
    if check.tell is not None:
        return None
    if check.condition is not None:
        said = check.condition()
        if isinstance(said, derived_sql.Shared):
            return Condition(check, said.count_sql().replace("%", "%%"), shared=said)
        return Condition(check, said.replace("%", "%%"))
    return _where_of(check, check.find().order_by().select_related(None))


def _where_of(check: Check, rows: QuerySet) -> Condition | None:
    query = rows.query
    is_plain = not (query.annotations or query.distinct or query.is_sliced or query.combinator or query.group_by)
    if not is_plain or query.extra or query.model is not check.model:
        return None
    compiler = query.get_compiler(connection=connection)
    try:
        compiler.pre_sql_setup()
        statement, values = compiler.compile(query.where)
    except FullResultSet:
        return Condition(check, "true")
    except EmptyResultSet:
        return Condition(check, "false")
    tables = [alias for alias, count in query.alias_refcount.items() if count]
    # Rows of other tables are asked for by themselves, where the planner may join them.
    return Condition(check, statement, tuple(values)) if len(tables) == 1 and "SELECT" not in statement else None


def look_through(model: type[Model], conditions: list[Condition]) -> list[Seen]:
    """All conditions on one table in one pass; one by one if that fails, so that each error finds its check."""
    started = time.perf_counter()
    counts = ", ".join(one.counting for one in conditions)
    where = "" if conditions[0].is_apart else f" FROM {derived_sql.table_of(model)}"
    values = [value for one in conditions for value in one.values]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {counts}{where}", values)
            found = cursor.fetchone()
    except Exception as error:
        logger.info("The pass over %s could not run, its checks run singly: %s", model._meta.db_table, error)
        return [look(one.check) for one in conditions]
    seconds = (time.perf_counter() - started) / len(conditions)
    return [_exemplified(one, count, seconds) for one, count in zip(conditions, found, strict=True)]


def _exemplified(one: Condition, count: int, seconds: float) -> Seen:
    if not count:
        return Seen(one.check, seconds=seconds)
    examples, things = _shown(newest_of(one.keys, one.values))
    return Seen(one.check, count, examples, things, seconds=seconds)


def largest_first(models: Iterable[type[Model]]) -> list[type[Model]]:
    """By the database's own estimate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples > 0")
        rows = dict(cursor.fetchall())
    return sorted(models, key=lambda model: (-rows.get(model._meta.db_table, 0), model._meta.db_table))
