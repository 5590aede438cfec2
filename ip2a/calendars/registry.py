from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

PAST = timedelta(days=90)
AHEAD = timedelta(days=400)
MOST = 2_000  # phones give up on more; the nearest days come first


@dataclass(frozen=True)
class Entry:
    """One date: a whole ``day`` (through ``last_day``), or from ``start`` to ``end``.

    ``uid`` names it for good within its feed. ``url`` is a path of this site. ``changed_at``: when it last changed,
    which is what tells a phone to take it over. Nobody's name belongs into ``summary`` or ``description``.
    """

    uid: str
    summary: str
    changed_at: datetime
    day: date | None = None
    last_day: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    url: str = ""
    description: str = ""
    cancelled: bool = False

    def __post_init__(self) -> None:
        if (self.day is None) == (self.start is None):
            raise ValueError(f"Entry {self.uid}: either a day or a start.")
        if self.last_day is not None and (self.day is None or self.last_day < self.day):
            raise ValueError(f"Entry {self.uid}: the last day comes before the first.")
        if self.end is not None and (self.start is None or self.end < self.start):
            raise ValueError(f"Entry {self.uid}: it ends before it starts.")
        if any(moment is not None and timezone.is_naive(moment) for moment in (self.start, self.end, self.changed_at)):
            raise ValueError(f"Entry {self.uid}: a time without its zone.")

    @property
    def first(self) -> date:
        return self.day if self.day is not None else timezone.localdate(self.start)

    @property
    def last(self) -> date:
        """The last day that it touches."""
        return timezone.localdate(self.end) if self.end is not None else self.last_day or self.first


Teller = Callable[[Any], Iterable[Entry]]
_feeds: dict[str, Teller] = {}


def feed(key: str) -> Callable[[Teller], Teller]:
    """Register ``function(user)`` that yields the Entries that concern this person and that they may see."""

    def register(function: Teller) -> Teller:
        _feeds[key] = function
        return function

    return register


def window() -> tuple[date, date]:
    """The days a feed covers; what lies outside is left out anyway."""
    today = timezone.localdate()
    return today - PAST, today + AHEAD


def entries_for(user: Any) -> list[tuple[str, Entry]]:
    """(its name for good, entry) of everything that concerns a person, the nearest days first kept.

    An error of one feed is an error of the whole: a calendar that lacks a part would silently lose its deadlines.
    """
    first, last = window()
    today = timezone.localdate()
    found = {
        f"{key}-{entry.uid}": entry
        for key, function in sorted(_feeds.items())
        for entry in function(user)
        if entry.last >= first and entry.first <= last
    }
    nearest = sorted(found.items(), key=lambda pair: (abs(pair[1].first - today), pair[0]))[:MOST]
    return sorted(nearest, key=lambda pair: (pair[1].first, pair[0]))
