"""Pages of a list without counting a big table to the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

PAGE_SIZE = 50
COUNTED_TO = 10_000
SKIPPED_WHOLE = 4 * PAGE_SIZE  # rows; behind them one question more is cheaper


@dataclass
class Page:
    """One page of a list. ``total`` is None when there are more rows than are worth counting on every view."""

    number: int
    last: int
    records: list[Any]
    total: int | None
    noun: tuple[str, str]
    asked: int = 1
    first_url: str | None = None
    previous_url: str | None = None
    next_url: str | None = None
    last_url: str | None = None

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.last

    @property
    def count_label(self) -> str:
        """ "10,000 members", "1 member", "more than 10,000 jobs"."""
        if self.total is None:
            return f"more than {COUNTED_TO:,} {self.noun[1]}"
        return f"{self.total:,} {self.noun[0] if self.total == 1 else self.noun[1]}"

    @property
    def range_label(self) -> str:
        start = (self.number - 1) * PAGE_SIZE + 1
        return f"{start:,}–{start + len(self.records) - 1:,}" if self.records else "0"

    @property
    def is_beyond(self) -> bool:
        """The page asked for lies behind the last one, which is shown instead."""
        return self.asked > self.last


def page_number(text: str | None) -> int:
    """The page asked for; anything that is no positive number means the first."""
    return int(text) if text and text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) else 1


class Rows:
    """The rows of a list, in its order, and what is asked of them."""

    def __init__(self, rows: QuerySet) -> None:
        self.all = rows

    def first(self) -> list[Any]:
        return list(self.all[:PAGE_SIZE])

    def counted(self) -> int:
        """How many there are, up to one more than COUNTED_TO."""
        return counted_up_to(self.all, COUNTED_TO)

    def at(self, start: int) -> list[Any]:
        return _at(self.all, start)


def paginate(given: QuerySet | Rows, asked: int, noun: tuple[str, str], address: Callable[..., str]) -> Page:
    """Fetch one page; ``address(page=n)`` gives the links.

    Counting stops at COUNTED_TO rows, and so do the pages: an export or a filter reaches the rest.
    """
    rows = given if isinstance(given, Rows) else Rows(given)
    records = rows.first() if asked == 1 else []
    counted = len(records) if asked == 1 and len(records) < PAGE_SIZE else rows.counted()
    total = counted if counted <= COUNTED_TO else None
    last = max(1, -(-min(counted, COUNTED_TO) // PAGE_SIZE))
    number = min(asked, last)
    if asked != 1:
        records = rows.at((number - 1) * PAGE_SIZE)
    page = Page(number, last, records, total, noun, asked)
    if page.has_previous:
        page.first_url, page.previous_url = address(page=1), address(page=number - 1)
    if page.has_next:
        page.next_url, page.last_url = address(page=number + 1), address(page=last)
    return page


def _at(rows: QuerySet, start: int) -> list[Any]:
    """The page that begins there. Far into a list, what is skipped costs its numbers only, not all that it shows."""
    if start < SKIPPED_WHOLE:
        return list(rows[start : start + PAGE_SIZE])
    numbers = list(rows.values_list("pk", flat=True)[start : start + PAGE_SIZE])
    found = {record.pk: record for record in rows.order_by().filter(pk__in=numbers)}
    return [found[number] for number in numbers if number in found]


def counted_up_to(rows: QuerySet, most: int) -> int:
    """How many rows there are, up to one more than ``most``; a query that can have no rows is not asked."""
    try:
        statement, parameters = rows.order_by().values_list("pk")[: most + 1].query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement}) AS counted", parameters)  # noqa: S608 - Django's own SQL
        return cursor.fetchone()[0]
