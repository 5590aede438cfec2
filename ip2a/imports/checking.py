"""What each staged row would do: add, change, change nothing, or be refused and why. One statement for the whole file.

The statement finds the record a row means, fills its foreign keys, puts together the row as it would stand in the
table, and holds it against the table's own check and unique constraints, read from the catalogue. Nothing is written
but temporary tables.
"""

from dataclasses import dataclass

from django.db import connection, models
from django.db.models.constraints import BaseConstraint
from psycopg import sql

from ip2a.imports.matching import Matching
from ip2a.imports.staging import STAGED, Plan, problem, quoted

READY = "ip2a_import_ready"
KEPT_BY_DATABASE = ("version",)
ADD, UPDATE, SAME, REFUSE = "add", "update", "same", "refuse"
ADDED_AS = {
    "created_at": ("created_at", "updated_at"),
    "updated_at": ("updated_at", "created_at"),
}


@dataclass(frozen=True)
class UniqueIndex:
    name: str
    columns: tuple[str, ...]
    condition: str


def create(plan: Plan) -> None:
    """An empty table for the rows as they would stand."""
    columns = [
        sql.SQL("{} {}").format(quoted(f.column), sql.SQL(f.db_type(connection)))
        for f in stored_fields(plan.kind.model)
    ]
    fixed = sql.SQL("_row integer PRIMARY KEY, _target bigint, _action text, _problems text[], _kept jsonb")
    with connection.cursor() as cursor:
        drop()
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ({})").format(quoted(READY), sql.SQL(", ").join([fixed, *columns]))
        )


def drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(quoted(READY)))


def stored_fields(model: type[models.Model]) -> list[models.Field]:
    """Columns that an import may write: all but the key, those the database keeps, and generated ones."""
    skipped = (model._meta.pk.column, *KEPT_BY_DATABASE)
    return [f for f in model._meta.concrete_fields if f.column not in skipped and not f.generated]


def check(plan: Plan) -> None:
    """Fill the table of ready rows."""
    fields = stored_fields(plan.kind.model)
    names = [quoted(f.column) for f in fields]
    candidate = Candidate(plan, fields)
    problems = sql.SQL("array_remove(c._said || ARRAY[{}]::text[], NULL)").format(
        sql.SQL(", ").join([*candidate.verdicts(), sql.SQL("NULL")])
    )
    statement = sql.SQL(
        "INSERT INTO {ready} (_row, _target, _action, _problems, _kept, {names}) "
        "SELECT _row, _target, CASE WHEN cardinality(_said) > 0 THEN 'refuse' WHEN _target IS NULL THEN 'add' "
        "WHEN _same THEN 'same' ELSE 'update' END, nullif(_said, '{{}}'), _kept, {names} "
        "FROM (SELECT c._row, c._target, c._same, c._kept, {problems} AS _said, {columns} FROM ({inner}) c) checked "
        "ORDER BY _row"
    ).format(
        ready=quoted(READY),
        names=sql.SQL(", ").join(names),
        columns=sql.SQL(", ").join(sql.SQL("c.{}").format(name) for name in names),
        problems=problems,
        inner=candidate.select(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(statement)
        cursor.execute(sql.SQL("ANALYZE {}").format(quoted(READY)))


class Candidate:
    """The row of the table that a staged row would become."""

    def __init__(self, plan: Plan, fields: list[models.Field]):
        self.plan = plan
        self.kind = plan.kind
        self.model = plan.kind.model
        self.table = self.model._meta.db_table
        self.fields = fields
        self.given = set(plan.names)
        self.matching = Matching(plan)

    def select(self) -> sql.Composed:
        values = [(f.column, self.value_of(f)) for f in self.fields]
        compared = [(name, value) for name, value in values if self.is_given(name)]
        same = sql.SQL("(t.id IS NOT NULL AND ROW({}) IS NOT DISTINCT FROM ROW({}))").format(
            sql.SQL(", ").join(value for _, value in compared),
            sql.SQL(", ").join(sql.SQL("t.{}").format(quoted(name)) for name, _ in compared),
        )
        derived = [(d.name, sql.SQL("s.{}").format(quoted(d.name))) for d in self.kind.derived if d.name in self.given]
        columns = [sql.SQL("{} AS {}").format(value, quoted(name)) for name, value in [*values, *derived]]
        return sql.SQL(
            "{ctes} SELECT s._row, s._kept, t.id AS _target, {same} AS _same, "
            "coalesce(s._problems, '{{}}') || array_remove(ARRAY[{found}]::text[], NULL) AS _said, {keys}{columns} "
            "FROM {staged} s {joins}"
        ).format(
            ctes=self.matching.ctes(),
            same=same,
            found=sql.SQL(", ").join([*self.matching.problems(), sql.SQL("NULL")]),
            keys=self.matching.keys(),
            columns=sql.SQL(", ").join(columns),
            staged=quoted(STAGED),
            joins=self.matching.joins(),
        )

    def is_given(self, column: str) -> bool:
        """Whether the file says something about this column of a record that is there already."""
        if column in self.matching.filled:
            return True
        if column == "deleted_at":
            return bool({"is_deleted", "deleted_at"} & self.given)
        return column in self.given and column not in ADDED_AS

    def value_of(self, field: models.Field) -> sql.Composable:
        name = field.column
        mine, there = sql.SQL("s.{}").format(quoted(name)), sql.SQL("t.{}").format(quoted(name))
        if name in ADDED_AS:
            said = [sql.SQL("s.{}").format(quoted(n)) for n in ADDED_AS[name] if n in self.given]
            return sql.SQL("coalesce({}, now())").format(sql.SQL(", ").join([there, *said]))
        if name == "deleted_at":
            return self.removal()
        if name in self.matching.filled:
            return sql.SQL("coalesce({}, {})").format(self.matching.filled[name], there)
        if name in self.given and field.null and name != "legacy_id":
            return mine
        parts = [mine, there] if name in self.given else [there]
        return sql.SQL("coalesce({})").format(sql.SQL(", ").join([*parts, *_default(field)]))

    def removal(self) -> sql.Composable:
        """Removed in the old system is removed here; not removed there says nothing about here."""
        at = sql.SQL("s.deleted_at") if "deleted_at" in self.given else sql.SQL("NULL::timestamptz")
        removed = sql.SQL("s.is_deleted") if "is_deleted" in self.given else sql.SQL("({} IS NOT NULL)").format(at)
        return sql.SQL("CASE WHEN {} THEN coalesce(t.deleted_at, {}, now()) ELSE t.deleted_at END").format(removed, at)

    def verdicts(self) -> list[sql.Composable]:
        """For every rule of the table: its problem where the candidate ``c`` breaks it, otherwise NULL.

        A row with a cell that cannot be read is not held against the rules: it would seem to break some by that.
        """
        found: list[sql.Composable] = list(self.matching.verdicts())
        for derived in self.kind.derived:
            if derived.name in self.given:
                broken = sql.SQL("cardinality(c._said) = 0 AND {}").format(sql.SQL(derived.disagrees))
                found.append(_when(broken, problem(derived.words, sql.Literal(derived.words))))
        for name, expression in check_constraints(self.table, [f.column for f in self.fields]):
            says = sentence(self.model, name)
            broken = sql.SQL("cardinality(c._said) = 0 AND NOT ({})").format(sql.SQL(expression))
            found.append(_when(broken, problem(says, sql.Literal(says))))
        for index in unique_indexes(self.table):
            if index.columns != ("legacy_id",) and any(map(self.is_given, index.columns)):
                found += self.uniqueness(index)
        return found

    def uniqueness(self, index: UniqueIndex) -> list[sql.Composable]:
        """Against the rows that are there, and against the rows above in the file."""
        says = sentence(self.model, index.name)
        condition = sql.SQL("({})").format(sql.SQL(index.condition or "true"))
        same = sql.SQL(" AND ").join(sql.SQL("x.{0} = c.{0}").format(quoted(name)) for name in index.columns)
        taken = sql.SQL(
            "{0} AND EXISTS (SELECT 1 FROM {1} x WHERE {2} AND {0} AND x.id IS DISTINCT FROM c._target)"
        ).format(condition, quoted(self.table), same)
        columns = sql.SQL(", ").join(sql.SQL("c.{}").format(quoted(name)) for name in index.columns)
        first = sql.SQL("first_value(c._row) OVER (PARTITION BY {}, {} ORDER BY c._row)").format(columns, condition)
        above = sql.SQL("{} AND {} < c._row").format(condition, first)
        words = sql.SQL("format({}, {})").format(sql.Literal(says.replace("%", "%%") + ": it is in row %s"), first)
        return [
            _when(taken, problem(says, sql.Literal(says))),
            _when(above, problem(f"{says}, in a row above", words)),
        ]


def _when(condition: sql.Composable, then: sql.Composable) -> sql.Composed:
    return sql.SQL("CASE WHEN {} THEN {} END").format(condition, then)


def _default(field: models.Field) -> list[sql.Composable]:
    if field.has_default():
        return [sql.SQL("{}::{}").format(sql.Literal(field.get_default()), sql.SQL(field.db_type(connection)))]
    if not field.null and isinstance(field, (models.CharField, models.TextField)):
        return [sql.Literal("")]
    return []


def sentence(model: type[models.Model], constraint: str) -> str:
    """What a constraint says to people, without its full stop."""
    for known in model._meta.constraints:
        if known.name == constraint and known.violation_error_message != BaseConstraint.default_violation_error_message:
            return str(known.violation_error_message).rstrip(".")
    return f"the row breaks the rule “{constraint.replace('_', ' ')}”"


def check_constraints(table: str, columns: list[str]) -> list[tuple[str, str]]:
    """Name and expression of each check that is about these columns only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint c "
            "WHERE contype = 'c' AND conrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_attribute a "
            "WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attname <> ALL (%s)) ORDER BY conname",
            [f'"{table}"', columns],
        )
        return cursor.fetchall()


def unique_indexes(table: str) -> list[UniqueIndex]:
    """Unique indexes over plain columns; one over an expression is left to the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY k.n), "
            "coalesce(pg_get_expr(i.indpred, i.indrelid), '') "
            "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "CROSS JOIN LATERAL unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k(attnum, n) "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
            "WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary AND i.indexprs IS NULL "
            "GROUP BY c.relname, i.indpred, i.indrelid ORDER BY c.relname",
            [f'"{table}"'],
        )
        return [UniqueIndex(name, tuple(columns), condition) for name, columns, condition in cursor.fetchall()]
