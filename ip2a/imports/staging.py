"""A file's rows, converted and streamed into a temporary table by COPY. Bad cells travel along as problems."""

import json
from collections.abc import Callable
from functools import lru_cache
from itertools import islice

from django.db import connection
from psycopg import sql

from ip2a.imports import values
from ip2a.imports.kinds import Column, Kind
from ip2a.imports.mapping import Headings
from ip2a.imports.reading import Row, Sheet
from ip2a.imports.values import Bad, Convert

STAGED = "ip2a_import_staged"
BETWEEN = "\x1f"
MISALIGNED = "the row does not fit the header"
Progress = Callable[[str, int, int], None]
TICK = 5_000
NULL = "\\N"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
REMEMBERED = 20_000
SELDOM_ALIKE = ("legacy_id", "created_at", "updated_at")


def quoted(name: str) -> sql.Identifier:
    return sql.Identifier(name)


class Plan:
    """How one row of the file becomes one row of the staging table."""

    def __init__(self, kind: Kind, headings: Headings, headers: list[str]):
        self.kind = kind
        self.headers = headers
        self.notices = list(headings.notices.values())
        positions = headings.position_of(headers)
        self.columns: list[Column] = []
        self.steps: list[tuple[int, Callable[[str], str]]] = []
        self.splits: list[tuple[int, Callable[[str], tuple[str, ...]], list[Callable[[str], str]]]] = []
        split_columns: list[Column] = []
        for name, position in positions.items():
            column = kind.columns[name]
            if not column.into:
                self.columns.append(column)
                self.steps.append((position, _step(column)))
        for split in kind.splits:
            parts = [kind.columns[name] for name in split.into]
            if split.name in positions and not any(part.name in positions for part in parts):
                split_columns += parts
                self.splits.append((positions[split.name], split.split, [_step(part) for part in parts]))
        self.columns += split_columns
        self.kept = [(headers.index(h), h, kind.wall_of(h)) for h in headings.kept]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def line(self, row: Row) -> str:
        """The row as COPY reads it: number, problems, kept values, then the columns."""
        cells = row.cells
        if not row.problem:
            try:
                found = [convert(cells[position]) for position, convert in self.steps]
                for position, split, converts in self.splits:
                    parts = split(values.cleaned(cells[position]))
                    found += [convert(part) for convert, part in zip(converts, parts, strict=True)]
            except Bad:
                return self.bad_line(row)
            return "\t".join((str(row.number), NULL, self.kept_of(cells) if self.kept else NULL, *found))
        return self.bad_line(row)

    def bad_line(self, row: Row) -> str:
        """The thorough way: every problem of the row is found, and the good cells are kept."""
        if row.problem:
            problems, found = [f"{MISALIGNED}{BETWEEN}{row.problem}"], [NULL] * len(self.columns)
            return "\t".join((str(row.number), _array(problems), NULL, *found))
        problems, found = [], []
        pairs = [(convert, row.cells[position]) for position, convert in self.steps]
        for position, split, converts in self.splits:
            pairs += list(zip(converts, split(values.cleaned(row.cells[position])), strict=True))
        for convert, text in pairs:
            try:
                found.append(convert(text))
            except Bad as bad:
                problems.append(f"{bad.rule}{BETWEEN}{bad.words}")
                found.append(NULL)
        return "\t".join((str(row.number), _array(problems), NULL, *found))

    def kept_of(self, cells: list[str]) -> str:
        kept: dict[str, dict[str, str]] = {}
        for position, header, compartment in self.kept:
            text = values.cleaned(cells[position]).replace("\x00", "")
            if text:
                kept.setdefault(compartment, {})[header] = text
        return _escaped(json.dumps(kept)) if kept else NULL


def _escaped(text: str) -> str:
    return text.translate(ESCAPES)


def _array(texts: list[str]) -> str:
    """Texts as a PostgreSQL array inside a COPY line."""
    quoted_texts = (text.replace("\x00", " ").replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return _escaped("{" + ",".join(f'"{text}"' for text in quoted_texts) + "}")


def _as_copied(convert: Convert) -> Callable[[str], str]:
    def copied(text: str) -> str:
        value = convert(text)
        return NULL if value is None else value.translate(ESCAPES)

    return copied


def _step(column: Column) -> Callable[[str], str]:
    """The column's converter for COPY; answers are remembered where the same texts come again and again."""
    copied = _as_copied(column.convert)
    return copied if column.name in SELDOM_ALIKE else lru_cache(maxsize=REMEMBERED)(copied)


def stage(sheet: Sheet, plan: Plan, progress: Progress) -> int:
    """Fill the staging table; returns how many rows were read."""
    with connection.cursor() as cursor:
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
            quoted(STAGED), sql.SQL(", ").join(map(quoted, ["_row", "_problems", "_kept", *plan.names]))
        )
        read = 0
        rows = sheet.rows()
        with cursor.copy(copy) as stream:
            while chunk := list(islice(rows, TICK)):
                stream.write("\n".join(map(plan.line, chunk)) + "\n")
                read += len(chunk)
                progress("Reading", read, max(read, sheet.estimate))
        cursor.execute(sql.SQL("ANALYZE {}").format(quoted(STAGED)))
    return read


def create(plan: Plan) -> None:
    """An empty staging table for this plan."""
    columns = [sql.SQL("{} {}").format(quoted(c.name), sql.SQL(c.sql_type)) for c in plan.columns]
    fixed = sql.SQL("_row integer NOT NULL, _problems text[], _kept jsonb")
    with connection.cursor() as cursor:
        drop()
        cursor.execute(
            sql.SQL("CREATE TEMP TABLE {} ({})").format(quoted(STAGED), sql.SQL(", ").join([fixed, *columns]))
        )


def drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(quoted(STAGED)))


def problem(rule: str, words: sql.Composable) -> sql.Composed:
    """A problem in SQL, as the staging table holds them."""
    return sql.SQL("{} || {}").format(sql.Literal(rule + BETWEEN), words)


def split_problem(text: str) -> tuple[str, str]:
    rule, _, words = text.partition(BETWEEN)
    return rule, words
