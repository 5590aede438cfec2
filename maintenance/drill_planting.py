"""Breaking a row in the way that a check looks for, whatever the check: values are tried until its condition is true.

What the database promises about the columns is taken out first, as a restore or a hand with SQL does. Where a table
has no row, one is made up after every promise of that table is gone.
"""
# ruff: noqa: S608 - the statements are put together from names of the models alone

import re
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DataError, connection, models
from django.db.models import Model

from maintenance import looking
from maintenance.derived_sql import Shared, pk_of, quoted, table_of
from maintenance.registry import Check, Fault

MOST_COLUMNS = 5
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), typcategory, attgenerated <> '', attidentity <> '',
       attnotnull, atthasdef, typname
FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
TRIED = {
    "B": ["true", "false", "NULL"],
    "D": ["NULL", "'1850-01-01'", "'2000-01-01'", "'2000-06-01'", "'2999-01-01'", "CURRENT_DATE", "'08:00'", "'23:00'"],
    "N": ["NULL", "0", "-1", "1", "2", "5", "6", "13", "101", "999", "32000", "99999", "999999999"],
    "S": ["NULL", "''", "'zz'", "'recorded/zz'", "'Z9'"],
    "A": ["NULL", "'{}'", "'{zz}'", "'{1}'", "'{99}'"],
    "R": ["NULL", "'empty'"],
    "I": ["NULL", "'127.0.0.1'"],
    "T": ["NULL", "'0'", "'1 day'"],
    "U": ["NULL", "'{}'", "'[]'", "'00000000-0000-4000-8000-000000000000'"],
}
FILLED = {"B": "false", "D": "'2020-01-01'", "N": "1", "S": "'a'", "A": "'{}'", "T": "'1 day'", "I": "'127.0.0.1'"}


class CannotPlant(Exception):
    """No values were found that break this; the message says why."""


class Table:
    """One table, its columns, and one of its rows."""

    def __init__(self, model: type[Model]):
        self.model, self.name, self.pk = model, table_of(model), pk_of(model)
        with connection.cursor() as cursor:
            cursor.execute(COLUMNS, [self.name])
            self.columns = {row[0]: row[1:] for row in cursor.fetchall()}

    def plain(self, *, without_key: bool = False) -> list[str]:
        key = self.model._meta.pk.column
        return [n for n, c in self.columns.items() if not c[2] and not (without_key and n == key)]

    def a_row(self, wanted: str = "true") -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {self.pk} FROM {self.name} ORDER BY ({wanted}) IS TRUE DESC, 1 DESC LIMIT 1")
            found = cursor.fetchone()
        return found[0] if found else None

    def make_row(self) -> Any:
        """A row of made-up values. Every promise about it must be gone."""
        names, values = [], []
        for name in self.plain():
            kind, category, _, identity, _, has_default, typname = self.columns[name]
            if identity or has_default:
                continue
            names.append(quoted(name))
            values.append(f"{self.filled(name, category, typname)}::{kind}")
        listed, said = (", ".join(names), ", ".join(values)) if names else ("", "")
        into = f"({listed}) VALUES ({said})" if names else "DEFAULT VALUES"
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {self.name} {into} RETURNING {self.pk}")
            return cursor.fetchone()[0]

    def filled(self, name: str, category: str, typname: str) -> str:
        field = next((f for f in self.model._meta.local_fields if f.column == name), None)
        if field is not None and field.flatchoices and category == "S":
            return "'" + str(field.flatchoices[0][0]).replace("'", "''") + "'"
        if typname == "jsonb":
            return "'{}'"
        if typname == "bytea":
            return r"'\x00'"
        if typname == "uuid":
            return "gen_random_uuid()"
        if typname.startswith("time") and not typname.startswith("timestamp"):
            return "'08:00'"
        return FILLED.get(category, "NULL")

    def tries(self, name: str) -> list[str]:
        """Values worth trying in this column, its own first."""
        kind, category, *_ = self.columns[name]
        typname = self.columns[name][-1]
        tried = [quoted(name)]
        field = next((f for f in self.model._meta.local_fields if f.column == name), None)
        if field is not None and field.flatchoices:
            tried += ["'" + str(v).replace("'", "''") + "'" for v, _ in field.flatchoices if v is not None]
        if typname in ("int4", "int8"):
            tried.append(self.pk)
        tried += [v for v in TRIED.get(category, ["NULL"]) if _fits(v, kind, typname)]
        return [f"({value})::{kind}" for value in tried]


def _fits(value: str, kind: str, typname: str) -> bool:
    """Whether the database can read this text as a value of this type."""
    if typname == "bytea":
        return value in ("NULL", "''")
    if typname in ("json", "jsonb"):
        return value in ("NULL", "'{}'", "'[]'")
    if typname == "uuid":
        return value == "NULL" or "-" in value
    if typname in ("time", "timetz"):
        return value == "NULL" or ":" in value
    if typname in ("date", "timestamptz", "timestamp"):
        return ":" not in value
    if typname in ("hstore", "tsvector"):
        return value == "NULL"
    if typname == "int2":
        return value == "NULL" or abs(int(value)) < 32_768
    if typname == "numeric" and (bounds := re.search(r"\((\d+),(\d+)\)", kind)):
        return value == "NULL" or abs(int(value)) < 10 ** (int(bounds[1]) - int(bounds[2]))
    if typname.startswith("_int"):
        return value != "'{zz}'"
    length = re.search(r"character varying\((\d+)\)", kind)
    return not length or value == "NULL" or len(value) - 2 <= int(length[1])


def strip(model: type[Model], columns: list[str] | None = None) -> None:
    """Take out what the database promises about these columns, or about all of them."""
    for statement in _promises(model, columns):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _promises(model: type[Model], columns: list[str] | None) -> list[str]:
    table, listed = table_of(model), columns
    involved = "" if listed is None else " AND attname = ANY(%s)"
    params = [table] + ([] if listed is None else [listed])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = to_regclass(%s) AND contype NOT IN ('n', 't') ORDER BY conname",
            [table],
        )
        constraints = [name for name, text in cursor.fetchall() if _is_about(text, listed)]
        cursor.execute(
            "SELECT DISTINCT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
            "WHERE indrelid = to_regclass(%s) AND indisunique "
            "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')",
            [table],
        )
        indexes = [name for name, text in cursor.fetchall() if _is_about(text, listed)]
        cursor.execute(
            f"SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnotnull AND attnum > 0 "
            f"AND NOT attisdropped AND attidentity = ''{involved}",
            params,
        )
        needed = [name for (name,) in cursor.fetchall()]
    return [
        *(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quoted(name)} CASCADE" for name in constraints),
        *(f"DROP INDEX IF EXISTS {name}" for name in indexes),
        *(f"ALTER TABLE {table} ALTER COLUMN {quoted(name)} DROP NOT NULL" for name in needed),
    ]


def _is_about(definition: str, columns: list[str] | None) -> bool:
    return columns is None or any(name in definition for name in columns)


def plant(check: Check) -> str:
    """Break one row so that this check is to find it; says what was done. Triggers stand aside meanwhile."""
    model = check.model
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table_of(model)} DISABLE TRIGGER USER")
    planted = _twins(check) if _condition(check, shared=True) else _broken(check)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table_of(model)} ENABLE TRIGGER USER")
    return planted


def _condition(check: Check, *, shared: bool = False) -> Any:
    said = check.condition() if check.condition is not None else None
    if shared:
        return said if isinstance(said, Shared) else None
    if isinstance(said, str):
        return said.replace("%", "%%"), ()
    found = looking.condition_of(check) if said is None else None
    if found is None:
        raise CannotPlant("it asks more than one table, and no damage is declared for it")
    return found.statement, found.values


def can_plant(check: Check) -> bool:
    """Whether values can be tried: the check is a condition on one table, or about rows that share something."""
    if check.tell is not None:
        return False
    try:
        return bool(_condition(check, shared=True)) or bool(_condition(check))
    except (CannotPlant, EmptyResultSet):
        return False


def _a_row(table: Table, columns: list[str] | None) -> Any:
    key = table.a_row()
    if key is None:
        strip(table.model)
        return table.make_row()
    strip(table.model, columns)
    return key


def _broken(check: Check) -> str:
    table = Table(check.model)
    columns = _columns_in(table, _condition(check)[0], check.column)
    if check.fault == Fault.GENERATED:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table.name} ALTER COLUMN {quoted(check.column)} DROP EXPRESSION")
        columns = [check.column]
        table.columns = Table(check.model).columns
    key = _a_row(table, columns)
    statement, values = _condition(check)
    return _set(table, key, columns, statement, values)


def _columns_in(table: Table, statement: str, column: str) -> list[str]:
    named = [n for n in table.plain() if f'"{n}"' in statement and n != table.model._meta.pk.column]
    if column and column not in table.columns:
        raise CannotPlant(f"the table has no column {column}: a migration is missing")
    if column and column in named:
        named.remove(column)
        named.insert(0, column)
    found = named[:MOST_COLUMNS] or ([column] if column else [])
    if not found:
        raise CannotPlant("no damage is declared for it")
    return found


def _set(table: Table, key: Any, columns: list[str], statement: str, values: tuple) -> str:
    """Find values for these columns that make the statement true of the row, and store them."""
    found = _search(table, key, columns, statement, values)
    if found is None:
        raise CannotPlant(f"no value of {', '.join(columns)} that was tried breaks it")
    sets = ", ".join(f"{quoted(name)} = {value}" for name, value in zip(columns, found, strict=True))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table.name} SET {sets} WHERE {table.pk} = %s", [key])
    except DataError as error:  # a computed column cannot be computed
        raise CannotPlant(f"the table cannot hold it: {str(error).splitlines()[0]}") from error
    told = ", ".join(f"{n} = {v}" for n, v in zip(columns, found, strict=True) if v != table.tries(n)[0])
    return f"{table.model._meta.db_table} {key}: {told[:90]}"


def _search(table: Table, key: Any, columns: list[str], statement: str, values: tuple) -> list[str] | None:
    others = [quoted(name) for name in table.columns if name not in columns]
    joins, shown, tries = [], [], [table.tries(name) for name in columns]
    for place, (name, tried) in enumerate(zip(columns, tries, strict=True)):
        listed = ", ".join(f"({number}, {value})" for number, value in enumerate(tried))
        joins.append(f"CROSS JOIN LATERAL (VALUES {listed}) AS try{place}(n, v)")
        shown.append(f"try{place}.v AS {quoted(name)}, try{place}.n AS tried{place}")
    chosen = ", ".join(f"tried{place}" for place in range(len(columns)))
    inner = (
        f"SELECT {', '.join([*('r.' + o for o in others), *shown])} "
        f"FROM (SELECT * FROM {table.name} WHERE {table.pk} = %s) r {' '.join(joins)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM ({inner}) AS {table.name} WHERE {statement} LIMIT 1", [key, *values])
        found = cursor.fetchone()
    return [tried[n] for tried, n in zip(tries, found, strict=True)] if found else None


def _twins(check: Check) -> str:
    """A second row that shares with the first what rows may not share."""
    table, shared = Table(check.model), _condition(check, shared=True)
    text = " AND ".join(
        [*(f"({key}) IS NOT NULL" for key, _ in shared.keys), *([shared.where] if shared.where else [])]
    )
    columns = [n for n in table.plain() if f'"{n}"' in text]
    key = _a_row(table, None)
    free = [name for name in columns if name != check.model._meta.pk.column][:MOST_COLUMNS]
    if free:
        _set(table, key, free, text.replace("%", "%%"), ())
    listed = ", ".join(map(quoted, table.plain(without_key=bool(_own_key(check)))))
    overriding = "OVERRIDING SYSTEM VALUE " if not _own_key(check) else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.name} ({listed}) {overriding}SELECT {listed} FROM {table.name} WHERE {table.pk} = %s",
            [key],
        )
    return f"{table.model._meta.db_table} {key} twice"


def _own_key(check: Check) -> bool:
    """Whether the twin gets a key of its own: everywhere but where the key itself is what is shared."""
    pk = check.model._meta.pk
    return isinstance(pk, models.AutoField) and check.column != pk.column
