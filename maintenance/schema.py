"""Whether the database still has the tables, columns, constraints and indexes that the models declare.

Only the catalog is read. What is missing here makes every promise of the models worth nothing until it is put back;
each thing comes with the statement that does it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, ForeignKey, Index, Model
from django.db.models.constraints import BaseConstraint

from maintenance.derived import covered_models
from maintenance.derived_sql import editor, quoted
from maintenance.models import Severity
from maintenance.registry import Kind, Thing, check_of_things

MIGRATE = "manage.py migrate"
BY_HAND = "How to run a statement as the owner: docs/operations.md, “Statements for the database”."
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


def rows(statement: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _tables() -> dict[str, type[Model]]:
    """The models whose tables are there."""
    there = {name for (name,) in rows(TABLES)}
    return {m._meta.db_table: m for m in covered_models() if m._meta.db_table in there}


def schema_check(name: str, severity: Severity, one: str, many: str, advice: str, *, sql: bool = True, **more: Any):
    """``sql``: what puts it right is a statement, not the migrations."""
    said = f"{advice} {BY_HAND}" if sql else advice
    return check_of_things(
        f"schema.{name}", severity=severity, sentence=(one, many), advice=said, kind=Kind.SCHEMA, **more
    )


@schema_check(
    "table-missing",
    Severity.CRITICAL,
    "1 table is missing.",
    "{count} tables are missing.",
    "Run the migrations. If they ran before, the table was dropped: restore it from a backup.",
    sql=False,
)
def table_missing() -> list[Thing]:
    there = _tables()
    gone = [m._meta.db_table for m in covered_models() if m._meta.db_table not in there]
    return [Thing(f"Table {name}", "table", name, name, MIGRATE) for name in gone]


@schema_check(
    "migration-missing",
    Severity.CRITICAL,
    "1 migration has not been applied.",
    "{count} migrations have not been applied.",
    "The program is newer than the database: run the migrations.",
    sql=False,
)
def migration_missing() -> list[Thing]:
    applied = set(rows("SELECT app, name FROM django_migrations"))
    return [
        Thing(f"{app} {name}", "migration", "", f"{app}.{name}", MIGRATE)
        for app, name in sorted(_migrations_on_disk() - applied)
    ]


def _migrations_on_disk() -> set[tuple[str, str]]:
    """By file name, because to read them all takes longer than everything else here."""
    found = set()
    for config in apps.get_app_configs():
        module, _ = MigrationLoader.migrations_module(config.label)
        folder = Path(config.path, "migrations")
        if module == f"{config.name}.migrations" and folder.is_dir():
            found |= {(config.label, file.stem) for file in folder.glob("[0-9]*.py")}
    return found


COLUMNS = """
SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated <> ''
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
"""


@schema_check(
    "column-differs",
    Severity.CRITICAL,
    "1 column is missing or not as the program needs it.",
    "{count} columns are missing or not as the program needs them.",
    "Somebody changed the table by hand. Show the statement to whoever looks after the database.",
)
def column_differs() -> list[Thing]:
    there = {(table, column): facts for table, column, *facts in rows(COLUMNS)}
    return [
        thing
        for table, model in _tables().items()
        for field in model._meta.local_concrete_fields
        if (thing := _differing(table, field, there.get((table, field.column)))) is not None
    ]


def _differing(table: str, field: Field, facts: list | None) -> Thing | None:
    where = f"{table}.{field.column}"
    alter = f"ALTER TABLE {quoted(table)}"
    if facts is None:
        return Thing(f"{where} is missing", "column", table, field.column, MIGRATE)
    kind, is_required, is_generated = facts
    wanted = _plain(field.db_type(connection) or "")
    is_wider = (wanted, kind) == ("integer", "bigint") and field.primary_key  # as older versions of Django made them
    if wanted != kind and not is_wider:
        cure = f"{alter} ALTER COLUMN {quoted(field.column)} TYPE {wanted}"
        return Thing(f"{where} is {kind} instead of {wanted}", "column", table, field.column, cure)
    if is_generated != bool(field.generated):
        cure = "Drop the column and let a migration add it again." if field.generated else ""
        words = "is no longer computed" if field.generated else "is computed, but should not be"
        return Thing(f"{where} {words}", "column", table, field.column, cure)
    if not field.null and not is_required and not field.generated:
        cure = f"{alter} ALTER COLUMN {quoted(field.column)} SET NOT NULL"
        return Thing(f"{where} may be empty", "column", table, field.column, cure)
    return None


def _plain(kind: str) -> str:
    """A type as the catalog spells it."""
    kind = kind.replace("varchar", "character varying").replace(", ", ",")
    return {"serial": "integer", "bigserial": "bigint", "time": "time without time zone"}.get(kind, kind)


CONSTRAINTS = """
SELECT child.relname, conname, contype::text, convalidated,
  to_jsonb(pg_constraint)->>'conenforced' IS DISTINCT FROM 'false',
  ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) ORDER BY attname),
  coalesce(parent.relname, '')
FROM pg_constraint JOIN pg_class child ON child.oid = conrelid LEFT JOIN pg_class parent ON parent.oid = confrelid
WHERE child.relnamespace = 'public'::regnamespace
"""
INDEXES = """
SELECT child.relname, holder.relname, indisunique AND indpred IS NULL AND indexprs IS NULL, indisvalid AND indisready,
  ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey) ORDER BY attname),
  (SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0])
FROM pg_index JOIN pg_class child ON child.oid = indrelid JOIN pg_class holder ON holder.oid = indexrelid
WHERE child.relnamespace = 'public'::regnamespace
"""


@schema_check(
    "constraint-missing",
    Severity.CRITICAL,
    "1 constraint is missing.",
    "{count} constraints are missing.",
    "What it forbids can be saved now. Put it back with the statement shown, after its findings are mended.",
)
def constraint_missing() -> list[Thing]:
    named, keyed = set(), set()
    for table, name, kind, _, _, columns, parent in rows(CONSTRAINTS):
        named.add((table, name))
        keyed.add((table, "f" if kind == "f" else "u", tuple(columns), parent))
    for table, name, is_unique, _, columns, _ in rows(INDEXES):
        named.add((table, name))
        if is_unique:
            keyed.add((table, "u", tuple(columns), ""))
    found = []
    for table, model in _tables().items():
        for what, key, statement in _keys(table, model):
            if key not in keyed:
                found.append(Thing(f"{table}: {what}", "constraint", table, "_".join(key[2]), statement))
        for constraint in model._meta.constraints:
            if (table, constraint.name) not in named:
                cure = _created(model, constraint)
                found.append(Thing(f"{table}: {constraint.name}", "constraint", table, constraint.name, cure))
    return found


def _keys(table: str, model: type[Model]) -> Iterator[tuple[str, tuple, str]]:
    """Foreign keys and unique fields: their names are the database's own, so they are known by their columns."""
    for field in model._meta.local_concrete_fields:
        if isinstance(field, ForeignKey) and field.db_constraint:
            key = (table, "f", (field.column,), field.related_model._meta.db_table)
            yield f"foreign key of {field.column}", key, _foreign_key(model, field)
        if field.unique:
            columns = quoted(field.column)
            cure = f"ALTER TABLE {quoted(table)} ADD {'PRIMARY KEY' if field.primary_key else 'UNIQUE'} ({columns})"
            yield f"uniqueness of {field.column}", (table, "u", (field.column,), ""), cure
    for names in model._meta.unique_together:
        columns = [model._meta.get_field(name).column for name in names]
        cure = f"ALTER TABLE {quoted(table)} ADD UNIQUE ({', '.join(map(quoted, columns))})"
        yield f"uniqueness of {', '.join(columns)}", (table, "u", tuple(sorted(columns)), ""), cure


def _foreign_key(model: type[Model], field: ForeignKey) -> str:
    there = field.target_field
    target = f"{quoted(there.model._meta.db_table)} ({quoted(there.column)})"
    keys = f"ALTER TABLE {quoted(model._meta.db_table)} ADD FOREIGN KEY ({quoted(field.column)})"
    return f"{keys} REFERENCES {target} DEFERRABLE INITIALLY DEFERRED"


def _created(model: type[Model], constraint: BaseConstraint) -> str:
    return str(constraint.create_sql(model, editor()))


@schema_check(
    "constraint-not-valid",
    Severity.WARNING,
    "1 constraint was never checked against the rows that are there.",
    "{count} constraints were never checked against the rows that are there.",
    "New rows obey it, old ones may not. It is checked once its findings are mended.",
    fix="The rows are checked; where all obey it, it holds for all from then on.",
)
def constraint_not_valid() -> list[Thing]:
    return [
        Thing(
            f"{table}: {name}{'' if is_enforced else ' (switched off)'}",
            "constraint",
            table,
            name,
            f"ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)}"
            if is_enforced
            else f"ALTER TABLE {quoted(table)} ALTER CONSTRAINT {quoted(name)} ENFORCED",
        )
        for table, name, _, is_valid, is_enforced, _, _ in rows(CONSTRAINTS)
        if not is_valid or not is_enforced
    ]


@schema_check(
    "index-missing",
    Severity.WARNING,
    "1 index is missing.",
    "{count} indexes are missing.",
    "Pages that need it are slow. Put it back with the statement shown; nobody has to stop working.",
)
def index_missing() -> list[Thing]:
    there = rows(INDEXES)
    names = {(table, name) for table, name, *_ in there}
    leading = {(table, first) for table, *_, first in there}
    found = []
    for table, model in _tables().items():
        for index in model._meta.indexes:
            if (table, index.name) not in names:
                found.append(Thing(f"{table}: {index.name}", "index", table, index.name, _indexed(model, index)))
        for field in model._meta.local_concrete_fields:
            if field.db_index and not field.unique and (table, field.column) not in leading:
                cure = f"CREATE INDEX CONCURRENTLY ON {quoted(table)} ({quoted(field.column)})"
                found.append(Thing(f"{table}: index of {field.column}", "index", table, field.column, cure))
    return found


def _indexed(model: type[Model], index: Index) -> str:
    statement = str(index.create_sql(model, editor()))
    return statement.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1)


@schema_check(
    "index-invalid",
    Severity.WARNING,
    "1 index is not used, because it was never finished.",
    "{count} indexes are not used, because they were never finished.",
    "It is built again beside the running work.",
    fix="The index is built again beside the running work.",
)
def index_invalid() -> list[Thing]:
    return [
        Thing(f"{table}: {name}", "index", table, name, f"REINDEX INDEX CONCURRENTLY {quoted(name)}")
        for table, name, _, is_valid, *_ in rows(INDEXES)
        if not is_valid
    ]


@schema_check(
    "index-corrupt",
    Severity.CRITICAL,
    "1 index does not hold what its table holds.",
    "{count} indexes do not hold what their tables hold.",
    "A disk or a memory module may be failing. Make a backup, build the index again, and have the machine looked at.",
    files=True,
)
def index_corrupt() -> list[Thing]:
    """Read in full, where the extension amcheck is there and this role may use it."""
    usable = rows(
        "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'bt_index_check'"
    )
    if not usable[0][0]:
        return []
    trees = rows(
        "SELECT c.oid, c.relname, t.relname FROM pg_index i JOIN pg_class c ON c.oid = indexrelid "
        "JOIN pg_class t ON t.oid = indrelid JOIN pg_am a ON a.oid = c.relam "
        "WHERE amname = 'btree' AND t.relnamespace = 'public'::regnamespace AND indisvalid AND c.relkind = 'i'"
    )
    return [thing for oid, name, table in trees if (thing := _corrupt(oid, name, table)) is not None]


def _corrupt(oid: int, name: str, table: str) -> Thing | None:
    """Asked inside a block of the database's own, because the error is the answer."""
    try:
        with transaction.atomic():
            rows("SELECT bt_index_check(%s)", oid)
    except DatabaseError as error:
        words = str(error).splitlines()[0]
        return Thing(f"{table}: {name}: {words}", "index", table, name, f"REINDEX INDEX CONCURRENTLY {quoted(name)}")
    return None


SEQUENCES = """
SELECT t.relname, attname, s.relname, pg_sequence_last_value(s.oid)
FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute ON attrelid = t.oid AND attnum = d.refobjsubid
WHERE s.relkind = 'S' AND t.relnamespace = 'public'::regnamespace
"""


@schema_check(
    "sequence-behind",
    Severity.CRITICAL,
    "1 table would give its next row a number that is taken.",
    "{count} tables would give their next rows numbers that are taken.",
    "Nothing can be added there until the counter is moved past the highest number.",
    fix="The counter is moved past the highest number.",
)
def sequence_behind() -> list[Thing]:
    known = _tables()
    owned = [row for row in rows(SEQUENCES) if row[0] in known]
    if not owned:
        return []
    highest = " UNION ALL ".join(f"SELECT max({quoted(column)}) FROM {quoted(table)}" for table, column, *_ in owned)
    return [
        Thing(
            f"{table}: the counter is at {last or 0}, the highest number is {top}",
            "sequence",
            table,
            name,
            f"SELECT setval('{quoted(name)}', (SELECT max({quoted(column)}) FROM {quoted(table)}))",
        )
        for (table, column, name, last), (top,) in zip(owned, rows(highest), strict=True)
        if top is not None and top > (last or 0)
    ]


COLLATIONS = """
SELECT 'The database', datcollversion, pg_database_collation_actual_version(oid)
FROM pg_database WHERE datname = current_database()
UNION ALL SELECT 'Collation ' || collname, collversion, pg_collation_actual_version(oid) FROM pg_collation
WHERE collversion IS NOT NULL AND oid IN (SELECT attcollation FROM pg_attribute WHERE attnum > 0)
"""


@schema_check(
    "collation-changed",
    Severity.CRITICAL,
    "The order of words has changed since the indexes were built.",
    "{count} orders of words have changed since the indexes were built.",
    "After an upgrade of the system texts sort differently: build all indexes again, then refresh the version.",
)
def collation_changed() -> list[Thing]:
    database = quoted(connection.settings_dict["NAME"])
    cure = f"REINDEX DATABASE {database}; ALTER DATABASE {database} REFRESH COLLATION VERSION"
    return [
        Thing(f"{what}: {before}, now {now}", "collation", "", what, cure)
        for what, before, now in rows(COLLATIONS)
        if before is not None and now is not None and before != now
    ]
