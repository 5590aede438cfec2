"""The six months of section 10(b): filed, and served on the employer, within them. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from ip2a.words import format_day

SATURDAY = 5


@dataclass(frozen=True)
class Clock:
    """``last_day`` is the last day of the months; ``keep_by`` the working weekday that is surely in time."""

    starts_on: date
    last_day: date
    keep_by: date
    days_left: int
    why: str

    @property
    def is_over(self) -> bool:
        return self.days_left < 0

    @property
    def words(self) -> str:
        if self.days_left > 1:
            return f"{self.days_left} days left"
        return {1: "1 day left", 0: "Today is the last day"}.get(
            self.days_left, f"Over since {format_day(self.last_day)}"
        )


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def clock(*, occurred_on: date, known_on: date, months: int, today: date) -> Clock:
    """Counted from the day it happened: whoever learned of it later may argue, but should not have to."""
    last = months_later(occurred_on, months)
    keep = last - timedelta(days=max(0, last.weekday() - SATURDAY + 1))
    told = [
        f"It happened on {format_day(occurred_on)}. A charge must be filed, and served on the employer, within "
        f"{months} months (section 10(b)): by {format_day(last)}."
    ]
    if keep != last:
        told.append(f"That is a weekend, so keep to {format_day(keep)}.")
    if known_on > occurred_on:
        later = months_later(known_on, months)
        told.append(
            f"It became known on {format_day(known_on)}. Counted from then it would be {format_day(later)}; rely on "
            "that only with counsel."
        )
    return Clock(occurred_on, last, keep, (last - today).days, " ".join(told))
