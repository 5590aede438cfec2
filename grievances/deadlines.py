"""From what happened in a case to its limits: the clock's answer kept as rows, and every date that changed with why."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from grievances import agreements, clock, terms
from grievances.models import Agreement, CaseEvent, Deadline, DeadlineState, Grievance
from ip2a import audit

logger = logging.getLogger(__name__)
KEPT = {state.value: state.value for state in DeadlineState}
FIELDS = (
    "step_number",
    "label",
    "side",
    "article",
    "consequence",
    "state",
    "starts_on",
    "met_on",
    "is_expected",
    "sentence",
    "working",
)


@dataclass(frozen=True)
class Changed:
    """A limit whose last day is another one now; ``was`` is None for a new one, ``now`` for one that fell away."""

    was: Deadline | None
    now: Deadline | None


def as_terms(events: Iterable[CaseEvent]) -> list[terms.Event]:
    """Every event of a case, corrected ones too: the clock keeps the dates they had made."""
    return [
        terms.Event(
            kind=terms.Kind(event.kind),
            on=event.happened_on,
            key=str(event.pk),
            at=event.happened_at,
            step=event.step_number,
            limit=event.limit_key,
            until=event.until_on,
            amount=event.amount,
            agreed_by=event.agreed_by,
            paper=str(event.paper) if event.paper_id else "",
            reason=event.reason,
            seq=event.pk,
            corrects=str(event.corrects_id or ""),
            is_void=event.is_void,
        )
        for event in events
    ]


def computed(grievance: Grievance) -> tuple[terms.Deadline, ...]:
    """What the clock says of a case now, limits that have not started included. Writes nothing."""
    agreement = grievance.agreement_version.agreement
    return clock.compute(
        agreements.to_procedure(grievance.agreement_version),
        agreements.days_off(agreement),
        as_terms(grievance.events.all()),
        zone=agreement.zone,
    )


def refresh(grievance: Grievance, *, reason: str, cause: CaseEvent | None = None) -> list[Changed]:
    """Keep what the clock says now. The caller holds the lock on the case; the same events change nothing twice."""
    wanted = {(d.key, d.occurrence): d for d in computed(grievance) if d.state.value in KEPT and d.starts_on}
    standing = {(row.limit_key, row.occurrence): row for row in grievance.deadlines.all() if row.superseded_at is None}
    changes = []
    with audit.because(reason):
        for key in sorted(standing.keys() | wanted.keys()):
            changed = _settle_one(grievance, standing.get(key), wanted.get(key), reason, cause)
            changes += [changed] if changed else []
        _repeat_on_case(grievance, wanted.values())
    return changes


def _settle_one(
    grievance: Grievance, row: Deadline | None, want: terms.Deadline | None, reason: str, cause: CaseEvent | None
) -> Changed | None:
    """Make one row say what the clock says; a date that moved stays behind, superseded."""
    if row is not None and want is not None and (row.due_on, row.due_at) == (want.due, want.due_at):
        _bring_up_to_date(row, want)
        return None
    if row is not None:
        row.superseded_at, row.superseded_by = timezone.now(), cause
        row.superseded_reason = reason[:300]
        row.save(update_fields=["superseded_at", "superseded_by", "superseded_reason"])
    if want is None:
        return Changed(row, None)
    _keep_moves(grievance, want, known=row)
    now = Deadline.objects.create(
        grievance=grievance,
        limit_key=want.key,
        occurrence=want.occurrence,
        due_on=want.due,
        due_at=want.due_at,
        **_said(want),
    )
    return Changed(row, now)


def _said(want: terms.Deadline) -> dict[str, Any]:
    limit = want.limit
    return {
        "step_number": limit.step,
        "label": limit.label,
        "side": limit.side.value,
        "article": limit.article,
        "consequence": limit.consequence.value,
        "state": want.state.value,
        "starts_on": want.starts_on,
        "met_on": want.met_on,
        "is_expected": clock.standing(want, timezone.localdate()) is terms.Standing.WAITING,
        "sentence": want.sentence,
        "working": [[line.day.isoformat(), line.number, line.why] for line in want.working],
    }


def _bring_up_to_date(row: Deadline, want: terms.Deadline) -> None:
    changed = [name for name, value in _said(want).items() if getattr(row, name) != value]
    if changed:
        said = _said(want)
        for name in changed:
            setattr(row, name, said[name])
        row.save(update_fields=changed)


def _keep_moves(grievance: Grievance, want: terms.Deadline, *, known: Deadline | None) -> None:
    """Dates that were superseded before this case was first computed, such as those of an imported one."""
    if known is not None or not want.moves:
        return
    for move in want.moves:
        cause = CaseEvent.objects.filter(grievance=grievance, pk=int(move.event)).first() if move.event else None
        Deadline.objects.create(
            grievance=grievance,
            limit_key=want.key,
            occurrence=want.occurrence,
            superseded_by=cause,
            **_moved(want, move),
        )


def _moved(want: terms.Deadline, move: terms.Move) -> dict[str, Any]:
    """A last day that no longer holds, and why."""
    return _said(want) | {
        "due_on": move.due,
        "due_at": move.due_at,
        "state": DeadlineState.VOID.value,
        "met_on": None,
        "working": [],
        "superseded_at": timezone.now(),
        "superseded_reason": (move.reason or terms_in_words(move))[:300],
    }


def terms_in_words(move: terms.Move) -> str:
    """Why a date moved, where nobody wrote a reason."""
    agreed = f", agreed by {move.agreed_by}" if move.agreed_by else ""
    return f"{move.kind.value.replace('_', ' ').capitalize()}{agreed}"


def _repeat_on_case(grievance: Grievance, wanted: Iterable[terms.Deadline]) -> None:
    """The earliest running limit of each side, beside the case, where lists look for it."""
    ours, theirs = _earliest(wanted) if grievance.is_running else (None, None)
    if (grievance.next_due_on, grievance.employer_due_on) != (ours, theirs):
        grievance.next_due_on, grievance.employer_due_on = ours, theirs
        grievance.save(update_fields=["next_due_on", "employer_due_on"])


def _earliest(wanted: Iterable[terms.Deadline]) -> tuple[date | None, date | None]:
    """When our side and when the employer must act first."""
    running = [d for d in wanted if d.state is terms.State.OPEN and d.due]
    ours = min((d.due for d in running if d.side != terms.Side.EMPLOYER), default=None)
    theirs = min((d.due for d in running if d.side == terms.Side.EMPLOYER), default=None)
    return ours, theirs


def first_rows(grievance: Grievance, said: Iterable[terms.Deadline], events: dict[str, CaseEvent]) -> list[Deadline]:
    """What ``refresh`` would keep of a new case, unsaved, to fill many at once. Sets the dates of the case."""
    wanted = [d for d in said if d.state.value in KEPT and d.starts_on]
    if grievance.is_running:
        grievance.next_due_on, grievance.employer_due_on = _earliest(wanted)
    rows = []
    for want in wanted:
        about = {"grievance": grievance, "limit_key": want.key, "occurrence": want.occurrence}
        rows += [Deadline(**about, **_moved(want, move), superseded_by=events.get(move.event)) for move in want.moves]
        rows.append(Deadline(**about, due_on=want.due, due_at=want.due_at, **_said(want)))
    return rows


def for_computing(cases: Any) -> Any:
    """Fetch with the cases all that computing reads, in a bounded number of queries."""
    return cases.select_related("agreement_version__agreement").prefetch_related(
        Prefetch("events", CaseEvent.objects.select_related("paper").order_by("happened_on", "id")),
        Prefetch("deadlines", Deadline.objects.filter(superseded_at=None)),
    )


def refresh_agreement(agreement: Agreement, *, reason: str) -> dict[Grievance, list[Changed]]:
    """Compute every running case of an agreement anew, because its days off changed. Gives the cases that moved."""
    cases = Grievance.objects.running().filter(agreement_version__agreement=agreement).order_by("pk")
    moved = {}
    for grievance in for_computing(cases.select_for_update(of=("self",))).iterator(chunk_size=500):
        try:
            changes = [c for c in refresh(grievance, reason=reason) if c.was is not None]
        except clock.ClockError as error:  # before anything of this case is written; the others go on
            logger.error("The limits of %s could not be computed: %s", grievance, error)
            continue
        if changes:
            moved[grievance] = changes
    return moved


def next_of(grievance: Grievance, *, on: date) -> Deadline | None:
    """The limit that asks for something first: ours before theirs on the same day."""
    running = [d for d in grievance.deadlines.all() if d.superseded_at is None and d.state == DeadlineState.OPEN]
    return min(running, key=lambda d: (d.due_on, not d.is_ours, d.pk), default=None)
