"""Mending the rows that one check found: in small batches, a transaction each.

Rows that somebody else is changing are passed over, the others locked; those that are wrong still are changed or
removed and written into quarantine, whole, before and after, by one statement: none of it without the rest. A batch
is as large as fits into a moment, so that whoever wants one of its rows meanwhile waits no longer than that.
"""
# ruff: noqa: S608 - the statements are put together from names of the models alone

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DataError, IntegrityError, OperationalError, connection, models, transaction
from django.db.models import QuerySet, sql

from ip2a.compartments import of_model
from maintenance import looking
from maintenance.mending import Mend
from maintenance.models import HealRun
from maintenance.models_healing import Action
from maintenance.registry import Check

FIRST_BATCH = 100
SMALLEST, LARGEST = 50, 200
MOMENT = 0.02  # seconds
THESE: list = []  # stands in the statement for the keys of a batch
PATIENCE = 0.2
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '500ms'"
LOCK_NOT_AVAILABLE = "55P03"
KEPT_BY_DATABASE = ("updated_at", "version")
Progress = Callable[[int, int], None]


@dataclass
class Mended:
    """What became of the rows of one check. ``failed`` are (key, why) of those the database would not have."""

    done: int = 0
    busy: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def candidates(check: Check, mend: Mend, *, again: bool = True, keys: Sequence[Any] | None = None) -> QuerySet:
    """The found rows that are safe to mend; without ``again`` not those whose same mend somebody took back.

    With ``keys`` of those only: where the check is a condition on the row, nothing but these rows is read.
    """
    rows = check.model._base_manager.all()
    if keys is not None:
        table, key = names_of(check.model)
        rows = rows.extra(where=[f"{table}.{key} = ANY(%s)"], params=[keys])  # noqa: S610 - names of the model
    rows = _found_among(rows, check)
    rows = mend.rows(rows) if mend.rows else rows
    return rows if again else rows.extra(where=[f"NOT {_taken_back(check.model)}"], params=[check.name])  # noqa: S610


def _found_among(rows: QuerySet, check: Check) -> QuerySet:
    condition = looking.condition_of(check)
    if condition is not None and condition.shared is None:
        return rows.extra(where=[f"({condition.statement})"], params=list(condition.values))  # noqa: S610
    return rows.filter(pk__in=check.find().order_by().values("pk"))


def _taken_back(model: type[models.Model]) -> str:
    """SQL: a person took this mend of the row back, and the row is still as it was then.

    OFFSET 0 keeps it a question of each wrong row, which an index answers. As a join, which the planner makes of it
    while it has no statistics of the quarantine, every wrong row would be compared with every row there.
    """
    table, key = names_of(model)
    kept = ", ".join(f"'{name}'" for name in (*KEPT_BY_DATABASE, *_generated(model)))
    return (
        "EXISTS (SELECT 1 FROM maintenance_quarantinerow q JOIN maintenance_quarantinereturn r ON r.row_id = q.id "
        f"WHERE q.table_name = '{model._meta.db_table}' AND q.row_key = {table}.{key}::text AND q.check_name = %s "
        f"AND jsonb_populate_record({table}, q.before - ARRAY[{kept}]) IS NOT DISTINCT FROM {table} OFFSET 0)"
    )


def _generated(model: type[models.Model]) -> list[str]:
    return [f.column for f in model._meta.local_fields if f.generated]


def names_of(model: type[models.Model]) -> tuple[str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), quote(model._meta.pk.column)


class Batches:
    """The batches of one check in one run."""

    def __init__(self, check: Check, mend: Mend, run: HealRun, *, again: bool, progress: Progress | None = None):
        self.check, self.mend, self.run, self.again = check, mend, run, again
        self.progress = progress or (lambda done, total: None)
        self.removes = mend.values is None
        self.result = Mended()

    def all(self) -> Mended:
        keys = list(candidates(self.check, self.mend, again=self.again).order_by("pk").values_list("pk", flat=True))
        missed = self.over(keys)
        if missed:
            time.sleep(PATIENCE)
            missed = self.over(missed)
        if missed:
            still = candidates(self.check, self.mend, again=self.again, keys=missed)
            self.result.busy = still.exclude(pk__in=[key for key, _ in self.result.failed]).count()
        return self.result

    def over(self, keys: Sequence[Any]) -> list[Any]:
        """Mend these; gives those that were not there to be mended."""
        missed, size, start = [], FIRST_BATCH, 0
        while start < len(keys):
            batch = keys[start : start + size]
            start += len(batch)
            began = time.perf_counter()
            done = self.some(batch)
            took = time.perf_counter() - began
            size = max(SMALLEST, min(LARGEST, int(size * min(2.0, MOMENT / max(took, 0.001)))))
            missed += [key for key in batch if key not in done]
            self.result.done += len(done)
            self.progress(self.result.done, len(keys))
        return missed

    def some(self, batch: Sequence[Any]) -> set[Any]:
        """One transaction. Where the database refuses, halves of it, down to the row that it refuses."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(LOCK_TIMEOUT)
                done = self.mend_unlocked(cursor, batch)
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                return {key for key in batch if str(key) in done}
        except EmptyResultSet:
            return set()
        except (IntegrityError, DataError) as error:
            if len(batch) == 1:
                self.result.failed.append((batch[0], refusal(self.check.model, error)))
                return set()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            if len(batch) == 1:
                return set()
        middle = len(batch) // 2
        return self.some(batch[:middle]) | self.some(batch[middle:])

    def mend_unlocked(self, cursor, batch: Sequence[Any]) -> set[str]:
        """Lock first and look then: the second statement sees what was committed until it had the locks."""
        table, key = names_of(self.check.model)
        locking = f"SELECT {key} FROM {table} WHERE {key} = ANY(%s) ORDER BY 1 FOR UPDATE SKIP LOCKED"
        cursor.execute(locking, [list(batch)])
        locked = [found for (found,) in cursor.fetchall()]
        if not locked:
            return set()
        cursor.execute(*self.statement(locked))
        return {done for (done,) in cursor.fetchall()}

    def statement(self, batch: Sequence[Any]) -> tuple[str, list[Any]]:
        text, params = self.written
        return text, [list(batch) if value is THESE else value for value in params]

    @cached_property
    def written(self) -> tuple[str, list[Any]]:
        """The same for every batch but for its keys, so that it is put together once."""
        table, key = names_of(self.check.model)
        found = candidates(self.check, self.mend, again=self.again, keys=THESE)
        wrong, wrong_params = found.values("pk").query.sql_with_params()
        act, act_params = self.act()
        return (
            f"WITH was AS MATERIALIZED (SELECT t.{key} AS pk, to_jsonb(t) AS whole FROM {table} t "
            f"WHERE t.{key} IN ({wrong})), "
            f"acted AS ({act}) "
            "INSERT INTO maintenance_quarantinerow "
            "(run_id, check_name, table_name, row_key, action, compartment, before, after, at) "
            "SELECT %s, %s, %s, was.pk::text, %s, coalesce(nullif(%s, ''), was.whole ->> 'compartment', ''), "
            "was.whole, acted.whole, clock_timestamp() FROM was JOIN acted ON acted.pk = was.pk ORDER BY was.pk "
            "RETURNING row_key",
            [*wrong_params, *act_params, *self.about()],
        )

    def about(self) -> list[Any]:
        action = Action.REMOVED if self.removes else Action.CHANGED
        return [self.run.pk, self.check.name, self.check.model._meta.db_table, action, of_model(self.check.model)]

    def act(self) -> tuple[str, Sequence[Any]]:
        table, key = names_of(self.check.model)
        chosen = f"WHERE {table}.{key} IN (SELECT pk FROM was)"
        if self.removes:
            return f"DELETE FROM {table} {chosen} RETURNING {table}.{key} AS pk, NULL::jsonb AS whole", []
        query = self.check.model._base_manager.all().query.chain(sql.UpdateQuery)
        query.add_update_values(
            {name: value() if callable(value) else value for name, value in self.mend.values.items()}
        )
        update, params = query.get_compiler(using=connection.alias).as_sql()
        return f"{update} {chosen} RETURNING {table}.{key} AS pk, to_jsonb({table}) AS whole", params


def refusal(model: type[models.Model] | None, error: Exception) -> str:
    """Why the database would not have a row, in the constraint's own words where it has some."""
    cause = getattr(error.__cause__, "diag", None)
    name = getattr(cause, "constraint_name", None) or ""
    for constraint in model._meta.constraints if model else ():
        if constraint.name == name:
            is_said = constraint.violation_error_message != constraint.default_violation_error_message
            why = constraint.violation_error_message if is_said else f"the rule “{name}” forbids it"
            return f"cannot be so: {why}"
    if getattr(error.__cause__, "sqlstate", "") == "23503":
        return "other records use it, or what it uses is not there"
    return f"the database refuses it: {getattr(cause, 'message_primary', None) or error}"[:300]
