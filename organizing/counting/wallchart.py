"""The wall chart: every worker of a campaign at one glance, from plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from ip2a.numbers import value
from organizing.counting.cards import NUMBERED, _parameters
from organizing.models import Campaign, UnitList, Worker, WorkerStanding
from organizing.rules.numbers import CARD_DAYS, STALE_DAYS
from organizing.rules.validity import VALID

GROUPS = {"crew": "Crew", "shift": "Shift", "location": "Site", "standing": "Assessment", "organizer": "Organizer"}
# A word, a tone and a shape for each of the five: a digit alone would be read the wrong way round.
LOOKS: dict[int | None, tuple[str, str]] = {
    1: ("s1", "Strong supporter"),
    2: ("s2", "Supporter"),
    3: ("s3", "Undecided"),
    4: ("s4", "Leaning against"),
    5: ("s5", "Opposed"),
    None: ("s0", "Not assessed"),
}
MARKED = f"""
SELECT card.worker_id, bool_or(verdict = '{VALID}') FROM ({NUMBERED}) told
JOIN organizing_authorizationcard card ON card.id = told.id GROUP BY 1
"""  # noqa: S608 - constant text
CARD_WORDS = {"valid": "Card", "other": "Card does not count", "": ""}


@dataclass(frozen=True, slots=True)
class Tile:
    """One worker on the chart."""

    pk: int
    name: str
    group: str
    detail: str
    standing: int | None
    is_stale: bool
    card: str
    organizer: str

    @property
    def look(self) -> str:
        return LOOKS[self.standing][0]

    @property
    def word(self) -> str:
        return LOOKS[self.standing][1]


@dataclass(frozen=True)
class Group:
    name: str
    tiles: list[Tile]
    counts: list[tuple[str, str, int]]


def stale_days(campaign: Campaign) -> int:
    return campaign.stale_days or int(value(STALE_DAYS))


def stale_before(campaign: Campaign, on: date | None = None) -> date:
    """Assessments of an earlier day are stale."""
    return (on or timezone.localdate()) - timedelta(days=stale_days(campaign))


def card_marks(campaign: Campaign, unit_list: UnitList | None) -> dict[int, str]:
    """Of each worker with a card: "valid" where one counts, otherwise "other"."""
    told = _parameters(campaign, unit_list, timezone.localdate(), int(value(CARD_DAYS)))
    with connection.cursor() as cursor:
        cursor.execute(MARKED, told)
        return {worker: "valid" if counts else "other" for worker, counts in cursor.fetchall()}


FIELDS = (
    "pk",
    "last_name",
    "first_name",
    "crew",
    "shift",
    "location",
    "job_title",
    "standing",
    "standing_on",
    "organizer",
    "organizer__first_name",
    "organizer__last_name",
)


def tiles(rows: QuerySet[Worker], campaign: Campaign, by: str, unit_list: UnitList | None = None) -> Iterator[Tile]:
    """Two statements, whatever the number of workers."""
    cards, stale = card_marks(campaign, unit_list), stale_before(campaign)
    for row in rows.order_by("sort_key", "pk").values_list(*FIELDS):
        yield _tile(dict(zip(FIELDS, row, strict=True)), cards, stale, by)


def _tile(row: dict[str, Any], cards: dict[int, str], stale: date, by: str) -> Tile:
    who = f"{row['organizer__first_name']} {row['organizer__last_name']}" if row["organizer"] else ""
    group = who if by == "organizer" else LOOKS[row["standing"]][1] if by == "standing" else row[by]
    first = row["first_name"]
    return Tile(
        pk=row["pk"],
        name=f"{row['last_name']}, {first}" if first else row["last_name"],
        group=group,
        detail=" · ".join(row[name] for name in ("crew", "shift", "job_title") if name != by and row[name]),
        standing=row["standing"],
        is_stale=row["standing_on"] is not None and row["standing_on"] < stale,
        card=cards.get(row["pk"], ""),
        organizer=who,
    )


def grouped(found: Iterator[Tile], by: str) -> list[Group]:
    """By name, those without one last; by assessment from the strongest supporter on."""
    named: dict[str, list[Tile]] = {}
    for tile in found:
        named.setdefault(tile.group, []).append(tile)
    order = {word: place for place, (_, word) in enumerate(LOOKS.values())}
    keys = sorted(named, key=lambda name: (order.get(name, 0) if by == "standing" else 0, not name, name.casefold()))
    return [Group(name or f"No {GROUPS[by].lower()}", named[name], counts(named[name])) for name in keys]


def counts(found: list[Tile]) -> list[tuple[str, str, int]]:
    """How many stand where: look, word, number; without those that nobody is."""
    every = [(look, word, sum(tile.standing == key for tile in found)) for key, (look, word) in LOOKS.items()]
    return [entry for entry in every if entry[2]]


__all__ = ["GROUPS", "LOOKS", "Group", "Tile", "WorkerStanding", "card_marks", "grouped", "tiles"]
