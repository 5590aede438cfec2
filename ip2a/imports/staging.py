"""A file's rows, converted and streamed into a temporary table by COPY. Bad cells travel along as problems."""

import json
from collections.abc import Callable, Iterator
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


def quoted(name: str) -> sql.Identifier:
    return sql.Identifier(name)


class Plan:
    """How one row of the file becomes one row of the staging table."""

    def __init__(self, kind: Kind, headings: Headings, headers: list[str]):
        self.kind = kind
        self.headers = headers
        positions = headings.position_of(headers)
        self.columns: list[Column] = []
        self.steps: list[tuple[int, Convert]] = []
        self.splits: list[tuple[int, Callable[[str], tuple[str, ...]], list[Convert]]] = []
        split_columns: list[Column] = []
        for name, position in positions.items():
            column = kind.columns[name]
            if not column.into:
                self.columns.append(column)
                self.steps.append((position, values.remembered(column.convert)))
        for split in kind.splits:
            parts = [kind.columns[name] for name in split.into]
            if split.name in positions and not any(part.name in positions for part in parts):
                split_columns += parts
                self.splits.append((positions[split.name], split.split, [part.convert for part in parts]))
        self.columns += split_columns
        self.kept = [(headers.index(h), h, kind.walled.get(h, "")) for h in headings.kept]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def staged(self, row: Row) -> tuple:
        """Number, problems, kept values, then the columns. The quick way for good rows, the thorough way for bad."""
        cells = row.cells
        if not row.problem:
            try:
                found = [convert(cells[position]) for position, convert in self.steps]
                for position, split, converts in self.splits:
                    parts = split(values.cleaned(cells[position]))
                    found += [convert(part) for convert, part in zip(converts, parts, strict=True)]
                return (row.number, None, self.kept_of(cells) if self.kept else None, *found)
            except Bad:
                pass
        return self.staged_thoroughly(row)

    def staged_thoroughly(self, row: Row) -> tuple:
        problems = [f"{MISALIGNED}{BETWEEN}{row.problem}"] if row.problem else []
        cells = row.cells + [""] * (len(self.headers) - len(row.cells))
        found: list[str | None] = []
        pairs = [(convert, cells[position]) for position, convert in self.steps]
        for position, split, converts in self.splits:
            pairs += list(zip(converts, split(values.cleaned(cells[position])), strict=True))
        for convert, text in pairs:
            try:
                found.append(convert(text) if not row.problem else None)
            except Bad as bad:
                problems.append(f"{bad.rule}{BETWEEN}{bad.words}")
                found.append(None)
        return (row.number, problems, None, *found)

    def kept_of(self, cells: list[str]) -> str | None:
        kept: dict[str, dict[str, str]] = {}
        for position, header, compartment in self.kept:
            text = values.cleaned(cells[position]).replace("\x00", "")
            if text:
                kept.setdefault(compartment, {})[header] = text
        return json.dumps(kept) if kept else None


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
                for row in chunk:
                    stream.write_row(plan.staged(row))
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


def pages(rows: Iterator, size: int) -> Iterator[list]:
    while page := list(islice(rows, size)):
        yield page
