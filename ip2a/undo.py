"""Taking back everything that one audit batch changed, exactly, from the audit trail.

Whatever ran inside ``with audit.batch(number)`` (an import, a merge, a repair) can be taken back whole:

    result = undo(number, by=user, reason="Wrong file")

Of each record the batch's entries give what it was before and what the batch left behind. Added records are deleted,
changed ones get their old values back, deleted ones return with their old number; all set-based, a few thousand a
statement. A record that somebody changed since, or that is used by records outside the batch, is left alone and named
with the reason. The undo runs in one transaction, carries the reason and a batch number of its own (``result.batch``),
and can therefore be taken back in turn. Whether a person may undo is for the caller to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import DataError, IntegrityError, connection, models, transaction
from psycopg import sql

from ip2a import audit
from ip2a.compartments import of_model, system

CHUNK = 5_000
ROUNDS = 4
SAMPLES = 20
WORK = "ip2a_undo_work"
KEPT_BY_DATABASE = ("updated_at", "version")
CHANGED = "was changed since"
GONE = "was deleted since"
BACK = "is there again already"
USED = "is used by records that came from elsewhere"
Progress = Callable[[str, int, int], None]


@dataclass
class LeftAlone:
    """Records of one model that were not taken back for one reason; ``records`` are the first few as (number, name)."""

    model: str
    reason: str
    count: int
    records: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class UndoResult:
    """How many records were deleted, changed back and brought back, and which were left alone.

    ``by_model`` has the same three figures for each model, by its label.
    """

    batch: int
    deleted: int = 0
    restored: int = 0
    brought_back: int = 0
    by_model: dict[str, dict[str, int]] = field(default_factory=dict)
    left_alone: list[LeftAlone] = field(default_factory=list)

    @property
    def left_count(self) -> int:
        return sum(group.count for group in self.left_alone)

    @property
    def taken_back(self) -> int:
        return self.deleted + self.restored + self.brought_back


def undo(batch: int, *, by: Any, reason: str, progress: Progress | None = None) -> UndoResult:
    """Take back what audit batch ``batch`` changed. ``by`` may be None for a command, which names itself."""
    result = UndoResult(batch=audit.next_batch())
    with (
        transaction.atomic(),
        audit.acting(user=by, reason=reason),
        audit.batch(result.batch),
        system("organizing", "taking back a batch"),  # all of it, also what whoever takes it back may not know of
    ):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _collect(cursor, batch)
            tables = [_Table(name) for name in _involved(cursor)]
        _Undoing(_children_first(tables), result, progress or (lambda stage, done, total: None)).run()
        with connection.cursor() as cursor:
            result.left_alone = [group for table in tables for group in table.left_alone(cursor)]
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(WORK)))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return result


def _collect(cursor, batch: int) -> None:
    """One row for each record: what must be done, what it was before, what the batch left."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(WORK)))
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE {} AS WITH mine AS (SELECT id, table_name, record_id, action, old, new, "
            "count(*) OVER w AS n, first_value(action) OVER (w ORDER BY id) AS first, "
            "first_value(action) OVER (w ORDER BY id DESC) AS last FROM ip2a_auditentry WHERE batch = %s "
            "WINDOW w AS (PARTITION BY table_name, record_id)), "
            "once AS (SELECT table_name, record_id, first, last, old AS before, new AS after FROM mine WHERE n = 1), "
            "often AS (SELECT table_name, record_id, first, last, "
            "(SELECT jsonb_object_agg(key, value ORDER BY o.id DESC) FROM mine o, jsonb_each(coalesce(o.old, '{{}}')) "
            " WHERE o.table_name = m.table_name AND o.record_id = m.record_id), "
            "(SELECT jsonb_object_agg(key, value ORDER BY o.id) FROM mine o, jsonb_each(coalesce(o.new, '{{}}')) "
            " WHERE o.table_name = m.table_name AND o.record_id = m.record_id) "
            "FROM mine m WHERE n > 1 GROUP BY table_name, record_id, first, last) "
            "SELECT row_number() OVER (ORDER BY table_name, record_id)::integer AS n, table_name, record_id, "
            "CASE WHEN first = 'insert' THEN 'delete' WHEN last = 'delete' THEN 'insert' ELSE 'update' END AS action, "
            "before, after - %s::text[] AS after, NULL::text AS failure, false AS done "
            "FROM (SELECT * FROM once UNION ALL SELECT * FROM often) net "
            "WHERE NOT (first = 'insert' AND last = 'delete')"
        ).format(sql.Identifier(WORK)),
        [batch, list(KEPT_BY_DATABASE)],
    )
    cursor.execute(sql.SQL("CREATE UNIQUE INDEX ON {} (n)").format(sql.Identifier(WORK)))
    cursor.execute(sql.SQL("CREATE INDEX ON {} (table_name, record_id)").format(sql.Identifier(WORK)))
    cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(WORK)))


def _involved(cursor) -> list[str]:
    cursor.execute(sql.SQL("SELECT DISTINCT table_name FROM {} ORDER BY 1").format(sql.Identifier(WORK)))
    return [name for (name,) in cursor.fetchall()]


def _generic_keys() -> list[tuple[type[models.Model], GenericForeignKey]]:
    """Keys that can point to a record of any model, such as a document's."""
    return [
        (model, key)
        for model in apps.get_models()
        for key in model._meta.private_fields
        if isinstance(key, GenericForeignKey) and model._meta.managed
    ]


def _children_first(tables: list["_Table"]) -> list["_Table"]:
    """Tables whose rows refer to others before those they refer to."""
    ordered: list[_Table] = []
    left = list(tables)
    while left:
        named = {reference for table in left for reference in table.refers_to if reference != table.name}
        free = [table for table in left if table.name not in named] or left[:1]
        ordered += free
        left = [table for table in left if table not in free]
    return ordered


class _Table:
    """One table of the batch: its columns, who refers to it, and the statements that take its rows back."""

    def __init__(self, name: str):
        self.name = name
        self.model = next((m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == name), None)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
                [f'"{name}"'],
            )
            self.columns = [column for (column,) in cursor.fetchall()]
            cursor.execute(
                "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c "
                "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
                "WHERE c.contype = 'f' AND %s::regclass IN (c.conrelid, c.confrelid)",
                [f'"{name}"'],
            )
            keys = [(child.strip('"'), column, parent.strip('"')) for child, column, parent in cursor.fetchall()]
        self.referrers = [(child, column) for child, column, parent in keys if parent == name]
        self.refers_to = {parent for child, _, parent in keys if child == name}

    @property
    def label(self) -> str:
        return self.model._meta.label_lower if self.model else self.name

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    def delete(self) -> sql.Composable:
        return sql.SQL(
            "DELETE FROM {} t USING {} u WHERE t.id = u.record_id AND {{}} AND {} AND NOT ({}) RETURNING u.n"
        ).format(self.table, sql.Identifier(WORK), self.unchanged(), self.used())

    def update(self) -> sql.Composable:
        names = [name for name in self.columns if name not in ("id", *KEPT_BY_DATABASE)]
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        values = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in names)
        return sql.SQL(
            "UPDATE {} t SET ({}) = (SELECT {} FROM jsonb_populate_record(t, u.before) r) "
            "FROM {} u WHERE t.id = u.record_id AND {{}} AND {} RETURNING u.n"
        ).format(self.table, listed, values, sql.Identifier(WORK), self.unchanged())

    def insert(self) -> sql.Composable:
        listed = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        values = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in self.columns)
        return sql.SQL(
            "INSERT INTO {table} ({listed}) SELECT {values} FROM {work} u, "
            "jsonb_populate_record(NULL::{table}, u.before) r "
            "WHERE {{}} AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = u.record_id)"
        ).format(table=self.table, listed=listed, values=values, work=sql.Identifier(WORK))

    def unchanged(self) -> sql.Composable:
        """The row still holds what the batch left; compared by type, so that no time zone or rounding can differ."""
        return sql.SQL("jsonb_populate_record(t, u.after) IS NOT DISTINCT FROM t")

    def used(self) -> sql.Composable:
        """A row refers to this one, and is not one of the same table that goes with it."""
        found = [self.used_by(child, column) for child, column in self.referrers]
        found += [self.used_generically(model, key) for model, key in _generic_keys()] if self.model else []
        return sql.SQL(" OR ").join(found) if found else sql.SQL("false")

    def used_by(self, child: str, column: str) -> sql.Composable:
        goes_too = sql.SQL("false")
        if child == self.name:
            goes_too = sql.SQL(
                "EXISTS (SELECT 1 FROM {} w WHERE w.table_name = {} AND w.record_id = x.id AND w.action = 'delete')"
            ).format(sql.Identifier(WORK), sql.Literal(child))
        return sql.SQL("EXISTS (SELECT 1 FROM {} x WHERE x.{} = t.id AND NOT {})").format(
            sql.Identifier(child), sql.Identifier(column), goes_too
        )

    def used_generically(self, model: type[models.Model], key: GenericForeignKey) -> sql.Composable:
        return sql.SQL("EXISTS (SELECT 1 FROM {} x WHERE x.{} = {} AND x.{} = t.id)").format(
            sql.Identifier(model._meta.db_table),
            sql.Identifier(model._meta.get_field(key.ct_field).column),
            sql.Literal(ContentType.objects.get_for_model(self.model).pk),
            sql.Identifier(model._meta.get_field(key.fk_field).column),
        )

    def left_alone(self, cursor) -> list[LeftAlone]:
        """The records that were not taken back, by reason, with the first few named."""
        cursor.execute(
            sql.SQL(
                "SELECT reason, count(*), (array_agg(record_id ORDER BY record_id))[1:%s] FROM ("
                "SELECT u.record_id, CASE WHEN u.failure IS NOT NULL THEN u.failure "
                "WHEN u.action = 'insert' THEN {back} WHEN t.id IS NULL THEN {gone} "
                "WHEN NOT ({unchanged}) THEN {changed} ELSE {used} END AS reason "
                "FROM {work} u LEFT JOIN {table} t ON t.id = u.record_id "
                "WHERE u.table_name = %s AND NOT u.done) x GROUP BY 1 ORDER BY 2 DESC, 1"
            ).format(
                back=sql.Literal(BACK),
                gone=sql.Literal(GONE),
                changed=sql.Literal(CHANGED),
                used=sql.Literal(USED),
                unchanged=self.unchanged(),
                work=sql.Identifier(WORK),
                table=self.table,
            ),
            [SAMPLES, self.name],
        )
        return [LeftAlone(self.label, reason, count, self.named(keys)) for reason, count, keys in cursor.fetchall()]

    def named(self, keys: list[int]) -> list[tuple[int, str]]:
        """The records' own names, except where their existence is for a compartment only."""
        if self.model is None or of_model(self.model) or not isinstance(getattr(self.model, "compartment", ""), str):
            return []
        names = {record.pk: str(record) for record in self.model._default_manager.filter(pk__in=keys)}
        return [(key, names.get(key, "")) for key in keys]

    def sentence(self, error: Exception) -> str:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        for constraint in self.model._meta.constraints if self.model else ():
            if constraint.name == name:
                return f"cannot be as it was: {constraint.violation_error_message}"
        return "cannot be as it was: something it needs is not there any more"


class _Undoing:
    """Deletes, changes back and brings back in rounds, because one record's return may have to wait for another's."""

    def __init__(self, tables: list[_Table], result: UndoResult, progress: Progress):
        self.tables = tables
        self.result = result
        self.progress = progress
        self.done = 0
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT coalesce(max(n), 0) FROM {}").format(sql.Identifier(WORK)))
            self.total = cursor.fetchone()[0]

    def run(self) -> None:
        for _ in range(ROUNDS):
            before = self.done
            for table in self.tables:
                self.count(table, "restored", self.all_of(table, "update", table.update()))
            for table in self.tables:
                self.count(table, "deleted", self.all_of(table, "delete", table.delete()))
            for table in reversed(self.tables):
                self.count(table, "brought_back", self.all_of(table, "insert", table.insert()))
            if self.done in (before, self.total):
                return

    def count(self, table: _Table, what: str, number: int) -> None:
        setattr(self.result, what, getattr(self.result, what) + number)
        figures = self.result.by_model.setdefault(table.label, {"deleted": 0, "restored": 0, "brought_back": 0})
        figures[what] += number

    def all_of(self, table: _Table, action: str, statement: sql.Composable) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT min(n), max(n) FROM {} WHERE table_name = %s AND action = %s AND NOT done").format(
                    sql.Identifier(WORK)
                ),
                [table.name, action],
            )
            first, last = cursor.fetchone()
        if first is None:
            return 0
        done = 0
        for start in range(first, last + 1, CHUNK):
            done += self.some_of(table, action, statement, start, min(start + CHUNK - 1, last))
            self.progress("Taking back", self.done + done, self.total)
        self.done += done
        return done

    def some_of(self, table: _Table, action: str, statement: sql.Composable, first: int, last: int) -> int:
        """A range of records; where the database refuses, halves of it, down to the one that it refuses."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                return self.execute(cursor, table, action, statement, first, last)
        except (IntegrityError, DataError) as error:
            if first == last:
                self.note_failure(first, table.sentence(error))
                return 0
        middle = (first + last) // 2
        return self.some_of(table, action, statement, first, middle) + self.some_of(
            table, action, statement, middle + 1, last
        )

    def execute(self, cursor, table: _Table, action: str, statement: sql.Composable, first: int, last: int) -> int:
        chosen = sql.SQL("u.n BETWEEN {} AND {} AND u.table_name = {} AND u.action = {} AND NOT u.done").format(
            sql.Literal(first), sql.Literal(last), sql.Literal(table.name), sql.Literal(action)
        )
        filled = sql.SQL(statement.as_string(cursor.cursor)).format(chosen)
        if action == "insert":
            returned = sql.SQL("RETURNING id")
            hit = sql.SQL("u.table_name = {} AND u.record_id IN (SELECT id FROM hit)").format(sql.Literal(table.name))
            filled = sql.SQL("{} {}").format(filled, returned)
        else:
            hit = sql.SQL("u.n IN (SELECT n FROM hit)")
        cursor.execute(
            sql.SQL(
                "WITH hit AS ({}) UPDATE {} u SET done = true, failure = NULL WHERE {} AND u.n BETWEEN {} AND {}"
            ).format(filled, sql.Identifier(WORK), hit, sql.Literal(first), sql.Literal(last))
        )
        return cursor.rowcount

    def note_failure(self, n: int, words: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("UPDATE {} SET failure = %s WHERE n = %s").format(sql.Identifier(WORK)), [words, n])
