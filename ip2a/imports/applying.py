"""Ready rows become records: added and changed by the thousand, with one bad row costing only itself."""

from dataclasses import dataclass

from django.db import DataError, IntegrityError, connection, transaction
from psycopg import sql

from ip2a.imports.checking import ADD, READY, UPDATE, Candidate, sentence, stored_fields
from ip2a.imports.staging import BETWEEN, Plan, Progress, quoted

CHUNK = 5_000


@dataclass
class Applied:
    added: int = 0
    updated: int = 0


class Applying:
    """Writes the ready rows of a plan. Runs inside the caller's transaction."""

    def __init__(self, plan: Plan, batch_id: int):
        self.plan = plan
        self.batch_id = batch_id
        self.model = plan.kind.model
        self.table = quoted(self.model._meta.db_table)
        self.applied = Applied()
        fields = stored_fields(self.model)
        candidate = Candidate(plan, fields)
        self.columns = [quoted(f.column) for f in fields]
        self.given = [quoted(f.column) for f in fields if candidate.is_given(f.column)]
        self.keeps = bool(plan.kept)

    def run(self, progress: Progress) -> Applied:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if self.keeps:
                self.number_additions(cursor)
            cursor.execute(sql.SQL("SELECT coalesce(max(_row), 0) FROM {}").format(quoted(READY)))
            last = cursor.fetchone()[0]
        for first in range(1, last + 1, CHUNK):
            self.write(first, first + CHUNK - 1)
            progress("Importing", min(first + CHUNK, last), last)
        with connection.cursor() as cursor:
            if self.keeps:
                self.keep(cursor)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return self.applied

    def write(self, first: int, last: int) -> None:
        """Rows of a range; when the database refuses, halves of it, down to the one row that it refuses."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                added = self.add(cursor, first, last)
                updated = self.update(cursor, first, last)
        except (IntegrityError, DataError) as error:
            if first == last:
                self.refuse(first, error)
                return
            middle = (first + last) // 2
            self.write(first, middle)
            self.write(middle + 1, last)
        else:
            self.applied.added += added
            self.applied.updated += updated

    def add(self, cursor, first: int, last: int) -> int:
        columns = sql.SQL(", ").join([*([quoted("id")] if self.keeps else []), *self.columns])
        values = sql.SQL(", ").join([*([quoted("_target")] if self.keeps else []), *self.columns])
        cursor.execute(
            sql.SQL(
                "INSERT INTO {} ({}) SELECT {} FROM {} WHERE _row BETWEEN %s AND %s AND _action = %s ORDER BY _row"
            ).format(self.table, columns, values, quoted(READY)),
            [first, last, ADD],
        )
        return cursor.rowcount

    def update(self, cursor, first: int, last: int) -> int:
        assignments = sql.SQL(", ").join(sql.SQL("{0} = r.{0}").format(name) for name in self.given)
        cursor.execute(
            sql.SQL(
                "UPDATE {} t SET {} FROM {} r WHERE t.id = r._target AND r._row BETWEEN %s AND %s AND r._action = %s"
            ).format(self.table, assignments, quoted(READY)),
            [first, last, UPDATE],
        )
        return cursor.rowcount

    def refuse(self, row: int, error: Exception) -> None:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        says = sentence(self.model, name) if name else "the database does not take these values"
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("UPDATE {} SET _action = 'refuse', _problems = ARRAY[%s] WHERE _row = %s").format(
                    quoted(READY)
                ),
                [f"{says}{BETWEEN}{says}", row],
            )

    def number_additions(self, cursor) -> None:
        """Give new records their numbers beforehand, so that what is kept beside them can name them."""
        cursor.execute(
            sql.SQL("UPDATE {} SET _target = nextval(pg_get_serial_sequence(%s, 'id')) WHERE _action = %s").format(
                quoted(READY)
            ),
            [f'"{self.model._meta.db_table}"', ADD],
        )

    def keep(self, cursor) -> None:
        """Values of columns that no field takes, beside their record, each compartment's apart."""
        cursor.execute(
            sql.SQL(
                "INSERT INTO ip2a_keptvalues (batch_id, model, record_id, compartment, values) "
                "SELECT %s, %s, r._target, k.key, k.value FROM {} r CROSS JOIN LATERAL jsonb_each(r._kept) k "
                "WHERE r._action <> 'refuse' AND r._kept IS NOT NULL "
                "ON CONFLICT (model, record_id, compartment) DO UPDATE "
                "SET values = ip2a_keptvalues.values || excluded.values, batch_id = excluded.batch_id "
                "WHERE ip2a_keptvalues.values IS DISTINCT FROM ip2a_keptvalues.values || excluded.values"
            ).format(quoted(READY)),
            [self.batch_id, self.model._meta.label_lower],
        )
