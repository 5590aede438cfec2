"""A record's timeline: everything that happened, told by every app that knows something."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from ip2a import icons
from ip2a.words import format_day


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
        return self._local[0]

    @property
    def time(self) -> str:
        return self._local[1]

    @cached_property
    def _local(self) -> tuple[date, str]:
        if not isinstance(self.on, datetime):
            return self.on, ""
        at = timezone.localtime(self.on, timezone.get_default_timezone())
        return at.date(), f"{at:%H:%M}"


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


def drawn(days: Iterable[tuple[date, Iterable[Event]]]) -> SafeString:
    """The days as HTML. Put together here and not in a template, as the rows of tables are."""
    return mark_safe("".join(_day(day, events) for day, events in days))


def _day(day: date, events: Iterable[Event]) -> str:
    told = "".join(map(_line, events))
    return f'<div class="timeline-day"><h3>{format_day(day)}</h3><ol>{told}</ol></div>'


def _line(event: Event) -> str:
    text = conditional_escape(event.text)
    if event.url:
        text = f'<a href="{conditional_escape(event.url)}">{text}</a>'
    by = ", ".join(part for part in (conditional_escape(event.who), event.time) if part)
    said = f' <span class="event-by">{by}</span>' if by else ""
    more = conditional_escape(event.details)
    unfold = f'<details class="unfold"><summary>Details</summary><div class="small">{more}</div></details>'
    icon = icons.icon(event.icon or "note")
    return f'<li class="event">{icon}<div><p>{text}{said}</p>{unfold if more else ""}</div></li>'
