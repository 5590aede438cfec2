"""A record's timeline: everything that happened, told by every app that knows something."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import timezone


@dataclass(frozen=True)
class Event:
    """One sentence on one day. ``kind`` is what the reader filters by."""

    on: date | datetime
    kind: str
    text: str
    who: str = ""
    details: str = ""
    url: str = ""
    icon: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.on) if isinstance(self.on, datetime) else self.on

    @property
    def time(self) -> str:
        return timezone.localtime(self.on).strftime("%H:%M") if isinstance(self.on, datetime) else ""


Teller = Callable[[Any, Any], Iterable[Event]]
_tellers: dict[str, list[Teller]] = defaultdict(list)


def tells(label: str) -> Callable[[Teller], Teller]:
    """Register ``function(user, record)`` that yields Events for records of a model ("members.member")."""

    def register(function: Teller) -> Teller:
        _tellers[label].append(function)
        return function

    return register


def events(user, record) -> list[Event]:
    """All events this person may see, newest first."""
    found = [event for teller in _tellers[record._meta.label_lower] for event in teller(user, record)]
    return sorted(found, key=lambda event: (event.day, event.time), reverse=True)


def by_day(found: list[Event]) -> list[tuple[date, list[Event]]]:
    return [(day, list(group)) for day, group in groupby(found, key=lambda event: event.day)]
