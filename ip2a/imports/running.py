"""One import from file to figures: stage, check, write, report."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.db import connection, transaction
from psycopg import sql

from ip2a.exports import defused
from ip2a.imports import checking, mapping, staging
from ip2a.imports.applying import Applying
from ip2a.imports.checking import READY
from ip2a.imports.kinds import Kind
from ip2a.imports.mapping import REPORT_COLUMNS, Headings
from ip2a.imports.reading import Sheet
from ip2a.imports.staging import Plan, Progress, quoted, split_problem

SAMPLES = 5
MOST_GROUPS = 200
PAGE = 5_000


@dataclass
class Outcome:
    """What an import did, or would do. ``updated`` counts the rows that already were as the file says, too."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    blank_rows: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_proven(self) -> bool:
        """Every row read is accounted for."""
        return self.read == self.added + self.updated + self.refused


def quiet(stage: str, done: int, total: int) -> None:
    """Progress nobody watches."""


def try_out(kind: Kind, sheet: Sheet, headings: Headings, report: IO[str], progress: Progress = quiet) -> Outcome:
    """What importing would do. The database itself forbids writing meanwhile."""
    plan = Plan(kind, headings, sheet.headers)
    with transaction.atomic():
        _make_tables(plan)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            outcome = _stage_and_check(plan, sheet, progress)
            counts = _counted()
            outcome.added, outcome.updated = counts.get("add", 0), counts.get("update", 0) + counts.get("same", 0)
            _finish(outcome, plan, sheet, report)
        _drop_tables()
    return outcome


def import_rows(
    kind: Kind, sheet: Sheet, headings: Headings, report: IO[str], *, batch_id: int, progress: Progress = quiet
) -> Outcome:
    """Write what can be written and report the rest. All in one transaction: a killed import leaves nothing behind."""
    plan = Plan(kind, headings, sheet.headers)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two imports of one kind would not see each other's rows
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ip2a.imports'), hashtext(%s))", [kind.key])
        _make_tables(plan)
        outcome = _stage_and_check(plan, sheet, progress)
        applied = Applying(plan, batch_id).run(progress)
        outcome.added = applied.added
        outcome.updated = applied.updated + _counted().get("same", 0)
        _finish(outcome, plan, sheet, report)
        _drop_tables()
    return outcome


def _make_tables(plan: Plan) -> None:
    staging.create(plan)
    checking.create(plan)


def _drop_tables() -> None:
    checking.drop()
    staging.drop()


def _stage_and_check(plan: Plan, sheet: Sheet, progress: Progress) -> Outcome:
    read = staging.stage(sheet, plan, progress)
    progress("Checking", read, read)
    checking.check(plan)
    return Outcome(read=read, blank_rows=sheet.blank_rows)


def _counted() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT _action, count(*) FROM {} GROUP BY 1").format(quoted(READY)))
        return dict(cursor.fetchall())


def _finish(outcome: Outcome, plan: Plan, sheet: Sheet, report: IO[str]) -> None:
    counts = _counted()
    outcome.refused = counts.get("refuse", 0)
    outcome.unchanged = counts.get("same", 0)
    outcome.problems = _grouped()
    outcome.kept = [{"column": header, "compartment": wall} for _, header, wall in plan.kept]
    outcome.notices = [*sheet.notices, *plan.notices]
    if outcome.blank_rows:
        outcome.notices.append(f"{outcome.blank_rows:,} blank rows were skipped.")
    if outcome.refused:
        write_report(sheet, report)


def _grouped() -> list[dict[str, Any]]:
    """Problems by their kind: how many rows, and the first few in words. Bounded, however many rows are bad."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT rule, count(*), jsonb_agg(jsonb_build_array(_row, words) ORDER BY _row) FILTER (WHERE n <= %s) "
                "FROM (SELECT split_part(p, %s, 1) AS rule, split_part(p, %s, 2) AS words, _row, "
                "row_number() OVER (PARTITION BY split_part(p, %s, 1) ORDER BY _row) AS n "
                "FROM {} CROSS JOIN LATERAL unnest(_problems) p WHERE _action = 'refuse') found "
                "GROUP BY rule ORDER BY count(*) DESC, rule LIMIT %s"
            ).format(quoted(READY)),
            [SAMPLES, staging.BETWEEN, staging.BETWEEN, staging.BETWEEN, MOST_GROUPS],
        )
        return [
            {
                "rule": rule,
                "count": count,
                "samples": [{"row": row, "words": words} for row, words in json.loads(samples)],
            }
            for rule, count, samples in cursor.fetchall()
        ]


def _refused_rows() -> Iterator[tuple[int, str]]:
    """Number and reasons of each refused row in order, some thousand in memory at a time."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT _row, _problems FROM {} WHERE _action = 'refuse' AND _row > %s ORDER BY _row LIMIT %s"
                ).format(quoted(READY)),
                [after, PAGE],
            )
            page = cursor.fetchall()
        for row, problems in page:
            yield row, "; ".join(split_problem(p)[1] for p in problems)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def write_report(sheet: Sheet, report: IO[str]) -> None:
    """The refused rows as they came, with number and reason in front. Mended, the file can be imported as it is."""
    writer = csv.writer(report)
    names = [header for header in sheet.headers if header not in REPORT_COLUMNS]
    places = [sheet.headers.index(header) for header in names]
    writer.writerow([*REPORT_COLUMNS, *names])
    refused = _refused_rows()
    number, reason = next(refused, (0, ""))
    for row in sheet.rows():
        if row.number != number:
            continue
        cells = row.cells + [""] * (len(sheet.headers) - len(row.cells))
        beyond = row.cells[len(sheet.headers) :]
        writer.writerow([number, reason, *(defused(cells[place]) for place in places), *map(defused, beyond)])
        number, reason = next(refused, (0, ""))
        if not number:
            return


def headings_for(kind: Kind, sheet: Sheet, told: dict[str, str]) -> Headings:
    """The columns as they will be read. Raises CannotRead when a required one is missing."""
    headings = mapping.changed(kind, mapping.suggest(kind, sheet.headers), told)
    mapping.require(kind, headings, sheet.name)
    return headings
