"""Ten times as much of everything, by SQL: each row copied, and each copy refers to the copies of what it refers to.

A member's copy has the jobs' copies, at the copies of the employers: no record gets more than it had, there are only
more records. What a local has once, however large it is, stays (KEPT).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg

STEP = 100_000_000  # between a row's number and its copy's; integer columns have room for twenty of them
SMALL_STEP = 1_000_000
NO_ROOM = 12  # letters
ANOTHER_LETTER = "chr(64 + n + (ascii({column}) BETWEEN 65 AND 64 + n)::int)"  # A, B, C…, without its own
SHAPED = ("grievance_number",)  # nothing but digits may follow
KEPT = {
    *("auth_group", "auth_group_permissions", "auth_permission", "django_content_type", "django_migrations"),
    *("benevolence_fund", "benevolence_numberseries", "benevolence_office", "benevolence_policy"),
    *("benevolence_policylevel", "benevolence_policyreasoncap", "benevolence_standin"),
    *("grievances_casenumbers", "grievances_subject", "training_numberseries"),
    *("ip2a_papertemplate", "ip2a_notificationchannel", "ip2a_systemopening"),
    *("maintenance_finding", "maintenance_promise", "maintenance_threshold"),
    "django_session",
}
VARIED = {  # or every copy would look like a duplicate of its original
    "members_member": {
        "date_of_birth": "date_of_birth - 41 * n",
        "phone": "CASE WHEN phone = '' THEN '' ELSE left(phone, -1) || n END",
        "email": "CASE WHEN email = '' THEN '' ELSE n || email END",
    },
    "members_organization": {
        "name": "name || ' ' || chr(64 + n)",
        "phone": "CASE WHEN phone = '' THEN '' ELSE left(phone, -1) || n END",
        "email": "CASE WHEN email = '' THEN '' ELSE n || email END",
    },
}
TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
GROUP BY c.relname ORDER BY c.relname
"""
TEXTS = """
SELECT column_name, character_maximum_length FROM information_schema.columns
WHERE table_name = %s AND data_type ~ '^(text|character)'
"""
REFERENCES = """
SELECT a.attname, k.confrelid::regclass::text FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = %s::regclass
"""
UNIQUE = """
SELECT array_agg(a.attname::text) FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisunique GROUP BY i.indexrelid
"""
RECORDS = {"ip2a_attachment": "object_id", "ip2a_auditentry": "record_id"}  # numbers of records of many tables
LIVES_IN = {"ip2a_auditentry": "table_name"}


@dataclass(frozen=True)
class Table:
    name: str
    columns: list[str]
    references: dict[str, str]
    unique: list[list[str]]
    texts: dict[str, int | None]

    def moved(self) -> set[str]:
        """Columns whose numbers are those of copies, in a copy of everything."""
        own = {"id"} & set(self.columns)
        return (
            own
            | {c for c, of in self.references.items() if of not in KEPT}
            | ({RECORDS.get(self.name, "id")} & set(self.columns))
        )

    def copied(self, moved: set[str], step: str, mark: str) -> str:
        """The statement that stores a copy of each row; ``mark`` is written behind what may be there once only."""
        new = {column: f"{column} + {step}" for column in moved} | VARIED.get(self.name, {})
        for names in self.unique:
            if moved.isdisjoint(set(names) - {"id"}) and "id" not in names:
                name = next((n for n in reversed(names) if n in self.texts), names[-1])
                new[name] = self._another(name, mark) if name in self.texts else f"{name} + {step}"
        if self.name in LIVES_IN:
            kept = ", ".join(f"'{name}'" for name in sorted(KEPT))
            column = RECORDS[self.name]
            new[column] = f"CASE WHEN {LIVES_IN[self.name]} IN ({kept}) THEN {column} ELSE {column} + {step} END"
        listed = ", ".join(f'"{column}"' for column in self.columns)
        values = ", ".join(new.get(column, f'"{column}"') for column in self.columns)
        return f"INSERT INTO {self.name} ({listed}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {self.name}"  # noqa: S608

    def _another(self, column: str, mark: str) -> str:
        """A text like the one that is there, but once only.

        Where there is no room behind it, or a search would find both, it has another first letter.
        """
        longest = self.texts[column]
        behind = mark if column in SHAPED else f"'.' || {mark}"
        is_tight = column == "member_number" or (longest and longest <= NO_ROOM)
        text = f"{ANOTHER_LETTER.format(column=column)} || substr({column}, 2)" if is_tight else f"{column} || {behind}"
        return f"CASE WHEN {column} = '' THEN '' ELSE {text} END"


def tables(database: psycopg.Connection) -> dict[str, Table]:
    found = {}
    for name, columns in database.execute(TABLES).fetchall():
        references = dict(database.execute(REFERENCES, [name]).fetchall())
        unique = [names for (names,) in database.execute(UNIQUE, [name]).fetchall()]
        texts = dict(database.execute(TEXTS, [name]).fetchall())
        found[name] = Table(name, columns, references, unique, texts)
    return found


def fill(database: psycopg.Connection, names: Iterable[str], least: int) -> None:
    """So many rows of tables that have fewer: a list that is not full would show more rows when there are more."""
    every = tables(database)
    with database.transaction():
        database.execute("SET LOCAL session_replication_role = replica")
        for name in sorted(set(names) & set(every)):
            rows = _count(database, name)
            if 0 < rows < least:
                copies = -(-least // rows) - 1
                statement = every[name].copied({"id"}, f"n * {SMALL_STEP}", "to_char(n, 'FM000')")
                database.execute(f"{statement}, generate_series(1, {copies}) AS n")


def grow(database: psycopg.Connection, times: int) -> dict[str, tuple[int, int]]:
    """Rows before and after, of each table that has any."""
    counts = {}
    for name, table in tables(database).items():
        rows = _count(database, name)
        if not rows or name in KEPT:
            continue
        with database.transaction():
            database.execute("SET LOCAL session_replication_role = replica")
            statement = table.copied(table.moved(), f"n * {STEP}", "n")
            database.execute(f"{statement}, generate_series(1, {times - 1}) AS n")
        counts[name] = (rows, rows * times)
    return counts


def _count(database: psycopg.Connection, name: str) -> int:
    return database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
