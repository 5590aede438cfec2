"""Entries as an iCalendar file (RFC 5545). The same entries give the same bytes: a phone need not read them twice."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from ip2a.calendars import registry
from ip2a.calendars.registry import Entry

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
AGAIN = timedelta(hours=1)


def calendar_of(user: Any) -> bytes:
    return calendar_with(registry.entries_for(user))


def calendar_with(entries: Iterable[tuple[str, Entry]]) -> bytes:
    """A file of these (its name for good, entry)."""
    calendar = Calendar()
    calendar.add("prodid", "-//IP2A//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", settings.LOCAL_NAME)
    calendar.add("x-wr-calname", settings.LOCAL_NAME)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for name, entry in entries:
        calendar.add_component(_event(name, entry))
    return calendar.to_ical()


def _event(name: str, entry: Entry) -> Event:
    event = Event()
    changed = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    event.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", max(0, int((changed - SINCE).total_seconds() // 60)))
    event.add("summary", " ".join(entry.summary.split()))
    _time(event, entry)
    if entry.description:
        event.add("description", entry.description)
    if entry.url:
        event.add("url", urljoin(settings.SITE_URL, entry.url))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _time(event: Event, entry: Entry) -> None:
    if entry.day is not None:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.last + timedelta(days=1))  # the first day that is not part of it
        event.add("transp", "TRANSPARENT")
        return
    event.add("dtstart", entry.start.astimezone(UTC))  # type: ignore[union-attr]
    if entry.end is not None:
        event.add("dtend", entry.end.astimezone(UTC))
