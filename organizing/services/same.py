"""Workers who may be one and the same: found by name or telephone, merged, or kept as two."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from organizing.models import (
    Assessment,
    AuthorizationCard,
    Campaign,
    ContactNote,
    LeftBecause,
    NotTheSame,
    UnitListEntry,
    Worker,
)
from organizing.rules.shared import may_work_now
from organizing.services.shared import locked, store

MOST_PAIRS = 100
LEAST_ALIKE = 0.87
LEAST_DIGITS = 7
FILLED = (
    "organization_id",
    "member_id",
    "job_title",
    "crew",
    "shift",
    "location",
    "language",
    "phone",
    "email",
    "address",
    "city",
    "state",
    "zip_code",
    "organizer_id",
)


@dataclass(frozen=True)
class Pair:
    """Two workers and what makes them look like one."""

    first: Worker
    second: Worker
    why: str


def pairs(campaign: Campaign) -> list[Pair]:
    """Pairs of the unit that look like one person, without those of whom somebody said otherwise."""
    told = set(NotTheSame.objects.filter(campaign=campaign).values_list("first", "second"))
    found: dict[tuple[int, int], Pair] = {}
    for one, other, why in _likely(list(Worker.objects.filter(campaign=campaign).here().order_by("pk"))):
        key = (one.pk, other.pk)
        if key not in told and len(found) < MOST_PAIRS:
            found.setdefault(key, Pair(one, other, why))
    return sorted(found.values(), key=lambda pair: (pair.first.sort_key, pair.first.pk, pair.second.pk))


def _likely(workers: list[Worker]) -> Iterator[tuple[Worker, Worker, str]]:
    """Same name, same telephone, or names that are one slip apart among those with the same first letters."""
    by_name: dict[str, list[Worker]] = {}
    by_phone: dict[str, list[Worker]] = {}
    by_start: dict[str, list[Worker]] = {}
    for worker in workers:
        by_name.setdefault(worker.sort_key, []).append(worker)
        by_start.setdefault(worker.sort_key[:3], []).append(worker)
        digits = "".join(filter(str.isdigit, worker.phone))[-10:]
        if len(digits) >= LEAST_DIGITS:
            by_phone.setdefault(digits, []).append(worker)
    for group in by_name.values():
        yield from ((one, other, "Same name") for one, other in combinations(group, 2))
    for group in by_phone.values():
        yield from ((one, other, "Same telephone") for one, other in combinations(group, 2))
    for group in by_start.values():
        for one, other in combinations(group[:200], 2):
            if one.sort_key != other.sort_key and _alike(one.sort_key, other.sort_key):
                yield one, other, "Names alike"


def _alike(one: str, other: str) -> bool:
    match = SequenceMatcher(None, one, other, autojunk=False)
    return match.real_quick_ratio() > LEAST_ALIKE and match.ratio() > LEAST_ALIKE


def both(campaign: Campaign, first: int, second: int) -> tuple[Worker, Worker]:
    found = {one.pk: one for one in Worker.objects.filter(campaign=campaign, pk__in=[first, second])}
    if len(found) != 2:
        raise Refused("Those two are not both workers of this campaign (any more). Look at the pairs again.")
    return found[first], found[second]


@transaction.atomic
def not_the_same(campaign: Campaign, *, first: int, second: int, by: Any) -> NotTheSame:
    """They are two people: the pair is not shown again."""
    may_work_now(by, campaign, "change", Worker).enforce()
    one, other = sorted(both(campaign, first, second), key=lambda worker: worker.pk)
    made, _ = NotTheSame.objects.get_or_create(first=one, second=other, defaults={"campaign": campaign, "by": by})
    return made


@transaction.atomic
def merge(campaign: Campaign, *, keep: int, gone: int, by: Any) -> Worker:
    """They are one: what is known of ``gone`` goes to ``keep``, and ``gone`` was never in the unit.

    Cards stay with whom they were entered for: they are evidence. So the one with a card is the one to keep.
    """
    may_work_now(by, campaign, "change", Worker).enforce()
    kept, other = (locked(worker, "campaign") for worker in both(campaign, keep, gone))
    if AuthorizationCard.objects.standing().filter(worker=other).exists():
        raise Refused(f"{other} (the one to go) has a card. Keep that one, or make the card void and enter it again.")
    if other.left_on is not None:
        raise Refused(f"{other} has left the unit already.")
    with audit.because(f"The same as worker {kept.pk}"):
        _lists(kept, other)
        _history(kept, other)
        given = [name for name in FILLED if not getattr(kept, name) and getattr(other, name)]
        number = {}
        if other.employer_number and not kept.employer_number:
            number, other.employer_number = {"employer_number": other.employer_number}, ""
        if "member_id" in given:
            kept.member_id, other.member_id = other.member_id, None
        other.left_on, other.left_because = timezone.localdate(), LeftBecause.NEVER_THERE
        store(other, ["employer_number", "member", "left_on", "left_because"])
        for name in given:
            if name != "member_id":
                setattr(kept, name, getattr(other, name))
        for name, text in number.items():
            setattr(kept, name, text)
        names = [name.removesuffix("_id") for name in (*given, *number)]
        if names:
            store(kept, names)
    kept.refresh_from_db()
    return kept


def _lists(kept: Worker, other: Worker) -> None:
    """Entries of lists that can still be changed; one list never has the same person twice."""
    entries = UnitListEntry.objects.filter(worker=other, unit_list__frozen_at=None)
    on = UnitListEntry.objects.filter(worker=kept).values("unit_list")
    entries.filter(unit_list__in=on).delete()
    entries.update(worker=kept)


def _history(kept: Worker, other: Worker) -> None:
    """Assessments and conversations are never changed, so they are written once more, as they were."""
    for one in Assessment.objects.filter(worker=other).order_by("pk"):
        Assessment.objects.create(
            worker=kept, campaign_id=kept.campaign_id, value=one.value, on=one.on, by_id=one.by_id, note=one.note
        )
    for note in ContactNote.objects.filter(worker=other).order_by("pk"):
        note.pk, note.worker, note._state.adding = None, kept, True
        note.save(force_insert=True)
