"""Pages of the trail without counting: each page is found by the entry that the one before ended with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from ip2a.models import AuditEntry
from ip2a.paging import PAGE_SIZE


@dataclass(frozen=True)
class Place:
    """Where an entry stands in the trail."""

    at: datetime
    id: int

    @classmethod
    def of(cls, entry: AuditEntry) -> "Place":
        return cls(entry.at, entry.id)

    @classmethod
    def read(cls, text: str | None) -> "Place | None":
        """From an address; what makes no sense means the newest page."""
        at, _, number = (text or "").partition("~")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        try:
            moment = parse_datetime(at)
        except ValueError:
            return None
        return cls(moment, int(number)) if moment is not None and moment.tzinfo is not None else None

    def __str__(self) -> str:
        return f"{self.at.isoformat().replace('+00:00', 'Z')}~{self.id}"


@dataclass(frozen=True)
class TrailPage:
    """``newer`` and ``older`` are where the neighbouring pages begin; None when there is no such page."""

    entries: list[AuditEntry]
    newer: Place | None
    older: Place | None


def page_of(rows: QuerySet, asked: Any) -> TrailPage:
    """One page, newest first. ``asked`` is the address's query with ``older`` or ``newer``, or neither."""
    older, newer = Place.read(asked.get("older")), Place.read(asked.get("newer"))
    if older is None and newer is not None:
        found = list(_after(rows, newer)[: PAGE_SIZE + 1])
        if len(found) > PAGE_SIZE:
            entries = found[:PAGE_SIZE][::-1]
            return TrailPage(entries, Place.of(entries[0]), Place.of(entries[-1]))
    found = list(_before(rows, older)[: PAGE_SIZE + 1])
    entries = found[:PAGE_SIZE]
    return TrailPage(
        entries,
        Place.of(entries[0]) if older is not None and entries else None,
        Place.of(entries[-1]) if len(found) > PAGE_SIZE else None,
    )


def _before(rows: QuerySet, place: Place | None) -> QuerySet:
    rows = rows.order_by("-at", "-id")
    return rows if place is None else rows.filter(at__lte=place.at).exclude(Q(at=place.at, id__gte=place.id))


def _after(rows: QuerySet, place: Place) -> QuerySet:
    return rows.order_by("at", "id").filter(at__gte=place.at).exclude(Q(at=place.at, id__lte=place.id))


class WholeTrail:
    """All rows for an export, a chunk at a time: no cursor is held open and nothing is set aside by the database."""

    def __init__(self, rows: QuerySet):
        self.rows = rows

    def iterator(self, chunk_size: int) -> Iterator[AuditEntry]:
        place = None
        while chunk := list(_before(self.rows, place)[:chunk_size]):
            yield from chunk
            place = Place.of(chunk[-1])
