"""Dates that moved although nobody touched the case: computing running cases anew, and telling whose they are."""

import logging
from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils import timezone

from grievances import deadlines
from grievances.clock import ClockError
from grievances.deadlines import Changed
from grievances.models import Agreement, Deadline, DeadlineState, Grievance
from grievances.reminders import people_for
from ip2a import post
from ip2a.words import format_day

logger = logging.getLogger(__name__)
MAIL = post.declare_kind("grievances.moved", "Limits that moved")
CHUNK = 200
SETTLED = (DeadlineState.MET, DeadlineState.SKIPPED, DeadlineState.VOID)
OVERNIGHT = "Computed anew overnight"


@transaction.atomic
def refresh_agreement(agreement: Agreement, *, reason: str) -> int:
    """Compute the running cases of an agreement anew because its days off changed; returns how many moved."""
    return _tell_all(deadlines.refresh_agreement(agreement, reason=reason), reason)


def recompute() -> int:
    """Compute every running case anew, some hundred in a transaction; returns how many have other dates now.

    A limit that runs from a default becomes real when the day passes, and what a lost message left behind is mended.
    Nothing is written where nothing changed.
    """
    return sum(_recompute(pks) for pks in _chunks())


def _chunks() -> Iterator[list[int]]:
    last = 0
    numbers = Grievance.objects.running().order_by("pk").values_list("pk", flat=True)
    while pks := list(numbers.filter(pk__gt=last)[:CHUNK]):
        yield pks
        last = pks[-1]


@transaction.atomic
def _recompute(pks: list[int]) -> int:
    rows = Grievance.objects.running().filter(pk__in=pks).order_by("pk").select_for_update(of=("self",))
    moved = {}
    for case in deadlines.for_computing(rows):
        try:
            changes = deadlines.refresh(case, reason=OVERNIGHT)
        except ClockError as error:  # before anything of this case is written; the others go on
            logger.error("The limits of %s could not be computed: %s", case, error)
            continue
        if any(change.was for change in changes):
            moved[case] = changes
    return _tell_all(moved, OVERNIGHT)


def _tell_all(moved: dict[Grievance, list[Changed]], reason: str) -> int:
    if moved:
        cases = Grievance.objects.filter(pk__in=[case.pk for case in moved]).select_related("employer", "assigned_rep")
        people = people_for(cases, timezone.localdate())
        for case in cases:
            changes = [change for change in moved[case] if matters(change)]
            if changes:
                _tell(case, changes, reason, people[case.pk])
    return len(moved)


def matters(change: Changed) -> bool:
    """Whether anybody must know: a limit that is met in time, or not needed any more, stays what it is."""
    return change.was is not None and (change.now is None or change.now.state not in SETTLED)


def _tell(case: Grievance, changes: list[Changed], reason: str, people: list) -> None:
    """One mail to each person; with the daily mail, unless a date of ours came nearer."""
    lines = [sentence(change) for change in changes]
    newest = max((change.now or change.was).pk for change in changes)
    for person in people:
        post.send(
            to=person,
            subject=f"{case}: {len(changes)} {'date' if len(changes) == 1 else 'dates'} moved",
            body="\n".join([str(case.employer), *lines, f"Why: {reason}"]),
            kind=MAIL,
            key=f"{MAIL}:{case.pk}:{newest}:{person.pk}",
            about=case,
            digest=not any(is_nearer(change) for change in changes),
        )


def sentence(change: Changed) -> str:
    """``Step 2 answer: Wed 18 Mar 2026 → Thu 19 Mar 2026``"""
    label = (change.now or change.was).label
    return f"{label}: {_day(change.was)} → {_day(change.now)}"


def _day(row: Deadline | None) -> str:
    if row is None:
        return "falls away"
    return format_day(row.due_at or row.due_on) or "no last day while the clock is stopped"


def is_nearer(change: Changed) -> bool:
    far = date.max
    was = (change.was.due_on if change.was else None) or far
    return change.now is not None and change.now.is_ours and (change.now.due_on or far) < was
