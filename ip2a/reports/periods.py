"""Months, quarters and years, for reports that count in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Period:
    """From ``first`` to ``last``, both included; ``label`` is its word on the screen."""

    first: date
    last: date
    label: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def within(self, name: str) -> dict[str, date]:
        """The parameters of a day-range filter: ``{"joined_from": first, "joined_to": last}``."""
        return {f"{name}_from": self.first, f"{name}_to": self.last}


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _periods(numbers: Iterable[int], word) -> list[Period]:
    """``numbers`` of months since the year nought, each the first of a period and the last the first of the next."""
    starts = [_month(number) for number in numbers]
    return [Period(start, after - timedelta(days=1), word(start)) for start, after in pairwise(starts)]


def last_months(on: date, count: int) -> list[Period]:
    """The month of that day and those before it, the oldest first."""
    now = on.year * 12 + on.month - 1
    return _periods(range(now - count + 1, now + 2), _month_and_year)


def next_months(on: date, count: int) -> list[Period]:
    """The months after that of that day."""
    now = on.year * 12 + on.month - 1
    return _periods(range(now + 1, now + count + 2), _month_and_year)


def _month_and_year(first: date) -> str:
    return f"{_MONTHS[first.month - 1]} {first.year}"


def last_quarters(on: date, count: int) -> list[Period]:
    now = on.year * 12 + (on.month - 1) // 3 * 3
    return _periods(range(now - 3 * (count - 1), now + 4, 3), lambda day: f"{day.year} Q{(day.month + 2) // 3}")


def last_years(on: date, count: int) -> list[Period]:
    return _periods(range((on.year - count + 1) * 12, (on.year + 1) * 12 + 1, 12), lambda day: str(day.year))
