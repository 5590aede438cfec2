"""What happened in a case, told on its own timeline and, in short, on those of its members and its employer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from grievances.lookups import MOST_CASES, case_file, cases_of
from grievances.models import CaseEvent, EventKind, Grievance
from grievances.models.duty import EntryKind
from grievances.rules import CORRECTABLE, RETRACTABLE
from ip2a.models import AuditEntry, User
from ip2a.questions import question
from ip2a.timeline import Event, tells
from ip2a.trail.words import who
from ip2a.words import format_day

KINDS = {
    "case": "The case",
    "limit": "Limits",
    "request": "Requests",
    "decision": "Decisions",
    "people": "People",
    "change": "Changes",
    "document": "Documents",
}
ICONS = {
    EventKind.FILED: "document",
    EventKind.SERVED: "mail",
    EventKind.MET: "members",
    EventKind.ANSWERED: "mail",
    EventKind.DENIED: "bad",
    EventKind.ADVANCED: "up",
    EventKind.REFERRED: "grievances",
    EventKind.DECIDED: "grievances",
    EventKind.EXTENDED: "clock",
    EventKind.ABEYANCE: "clock",
    EventKind.RESUMED: "play",
    EventKind.SETTLED: "good",
    EventKind.WITHDRAWN: "undo",
    EventKind.CLOSED: "lock",
    EventKind.REOPENED: "refresh",
}
TIMING = (EventKind.EXTENDED, EventKind.ABEYANCE, EventKind.RESUMED, EventKind.SKIPPED)
FACTS = {
    "subject_id": "the subject",
    "contract_article": "the article",
    "violation_description": "what happened",
    "remedy_sought": "the remedy",
    "case_type": "the type",
}
TOLD_ELSEWHERE = (
    EventKind.FILED,
    EventKind.ADVANCED,
    EventKind.REFERRED,
    EventKind.SETTLED,
    EventKind.WITHDRAWN,
    EventKind.CLOSED,
    EventKind.REOPENED,
)


@dataclass(frozen=True)
class Told(Event):
    """An event of a case: it may have been mended since, has a paper, and can be mended."""

    anchor: str = ""
    is_struck: bool = False
    struck_because: str = ""
    paper: Any = None
    correct_url: str = ""
    take_back_url: str = ""


@tells("grievances.grievance")
def what_happened(user: Any, case: Grievance) -> Iterator[Event]:
    file = case_file(user, case)
    labels = {limit.key: limit.label for limit in file.procedure.limits}
    for event in file.events:
        if not event.is_void:
            yield _told(event, labels)


def _told(event: Any, labels: dict[str, str]) -> Told:
    mended = event.mended_by
    stands = mended is None
    return Told(
        on=event.happened_at or event.happened_on,
        kind="limit" if event.kind in TIMING else "case",
        text=_sentence(event, labels),
        who=event.by_name,
        details=event.reason if event.corrects_id is None else "",
        icon=ICONS.get(EventKind(event.kind), "note"),
        anchor=f"event-{event.pk}",
        is_struck=not stands,
        struck_because=_mended(mended) if mended else "",
        paper=event.paper,
        correct_url=_mend(event, "correct") if stands and event.kind in CORRECTABLE else "",
        take_back_url=_mend(event, "take_back") if stands and event.kind in RETRACTABLE else "",
    )


def _mend(event: CaseEvent, verb: str) -> str:
    return reverse(f"grievances:grievance_{verb}", args=[event.grievance_id, event.pk])


def _mended(mended: CaseEvent) -> str:
    done = "Taken back" if mended.is_void else f"Corrected to {format_day(mended.happened_on)}"
    return f"{done} by {mended.by_name}: {mended.reason}" if mended.by_name else f"{done}: {mended.reason}"


def _sentence(event: CaseEvent, labels: dict[str, str]) -> str:
    parts = [event.get_kind_display()]
    if event.kind in (EventKind.ADVANCED, EventKind.DENIED, EventKind.MET, EventKind.ANSWERED, EventKind.SERVED):
        parts = [f"{parts[0]}{' to' if event.kind == EventKind.ADVANCED else ','} step {event.step_number}"]
    if event.limit_key:
        parts.append(f": {labels.get(event.limit_key, event.limit_key)}")
    if event.until_on:
        parts.append(f", to {format_day(event.until_on)}")
    elif event.amount:
        parts.append(f", by {event.amount}")
    if event.agreed_by:
        parts.append(f", agreed by {event.agreed_by}")
    if event.corrects_id is not None:
        parts.append(f" (corrected: {event.reason})")
    return "".join(parts)


@tells("grievances.grievance")
def requests(user: Any, case: Grievance) -> Iterator[Event]:
    for request in case_file(user, case).requests:
        asks = "We ask" if request.direction == "ours" else "The employer asks"
        for entry in request.entries.all():
            said = f"{asks} for information" if entry.kind == EntryKind.ASKED else entry.get_kind_display()
            yield Told(
                on=entry.happened_on,
                kind="request",
                text=f"Information request: {said[0].lower()}{said[1:]}",
                who=entry.by_name,
                details=entry.text,
                url=request.get_absolute_url(),
                icon="note",
                paper=entry.paper,
            )


@tells("grievances.grievance")
def decisions(user: Any, case: Grievance) -> Iterator[Event]:
    for decision in case_file(user, case).decisions:
        kind = decision.get_kind_display()
        yield Told(
            on=decision.decided_on,
            kind="decision",
            text=f"Decided {kind[0].lower()}{kind[1:]}",
            who=decision.by_name,
            details=decision.reason,
            icon="flag",
        )
        for notice in decision.notices.all():
            how = notice.get_told_how_display().lower()
            whom = notice.told_whom or "Grievant"
            yield Told(
                on=notice.told_on,
                kind="decision",
                text=f"{whom} told {how}",
                who=notice.by_name,
                details=notice.note,
                icon="phone",
                paper=notice.paper,
            )


@tells("grievances.grievance")
def group(user: Any, case: Grievance) -> Iterator[Event]:
    for row in case_file(user, case).grievants:
        yield Event(row.joined_on, "people", f"{row.member} joined the group", icon="person")
        if row.left_on:
            yield Event(row.left_on, "people", f"{row.member} left the group", details=row.reason, icon="sign-out")


@tells("grievances.grievance")
def changes(user: Any, case: Grievance) -> Iterator[Event]:
    """Changes of the facts and of the representative: the verbs tell the rest themselves."""
    entries = [e for e in case_file(user, case).changes if e.action == AuditEntry.Action.UPDATE]
    given = {(e.new or {}).get("assigned_rep_id") for e in entries if "assigned_rep_id" in (e.changed or [])}
    names = {person.pk: str(person) for person in User.objects.filter(pk__in=given - {None})} if given else {}
    for entry in entries:
        changed = entry.changed or []
        facts = [words for column, words in FACTS.items() if column in changed]
        if "assigned_rep_id" in changed:
            name = names.get((entry.new or {}).get("assigned_rep_id"), "somebody else")
            yield Event(entry.at, "people", f"Given to {name}", who=who(entry), icon="person")
        if facts:
            said = f"Changed {' and '.join(facts)}"
            yield Event(entry.at, "change", said, who=who(entry), details=entry.reason, icon="edit")


@tells("members.member")
def of_member(user: Any, member: Any) -> Iterator[Event]:
    """The cases of a member, own ones and those of a group, from filing to the end."""
    cases = cases_of(user, member)
    if len(cases) > MOST_CASES:
        cases = _newest(Grievance.objects.visible_to(user).of_member(member))
    yield from _short(user, cases, lambda case: case.employer.name)


@tells("members.organization")
def of_employer(user: Any, organization: Any) -> Iterator[Event]:
    rows = Grievance.objects.visible_to(user)
    if rows.query.is_empty():
        return
    cases = _newest(rows.filter(employer=organization))
    yield from _short(user, cases, lambda case: str(case.member or "policy grievance"))


def _newest(rows: QuerySet) -> list[Grievance]:
    return list(rows.select_related("member", "employer").order_by("-filed_date", "-id")[:MOST_CASES])


def _short(user: Any, found: list[Grievance], beside: Any) -> Iterator[Event]:
    cases = {case.pk: case for case in found}
    for case in cases.values():
        if not case.is_filed:
            yield Event(
                case.incident_date,
                "grievance",
                f"Complaint, not filed: {beside(case)}",
                url=case.get_absolute_url(),
                icon="grievances",
            )
    for event in _shown(user, cases):
        case = cases[event.grievance_id]
        step = f" to step {event.step_number}" if event.kind == EventKind.ADVANCED else ""
        yield Event(
            event.happened_on,
            "grievance",
            f"{case} {event.get_kind_display().lower()}{step}: {beside(case)}",
            who=event.by_name,
            url=case.get_absolute_url(),
            icon="grievances",
        )


def _shown(user: Any, cases: dict[int, Grievance]) -> Iterable[CaseEvent]:
    return _events_of(user, list(cases)) if cases else ()


@question
def _events_of(reader: Any, cases: list[int]) -> QuerySet:
    rows = CaseEvent.objects.visible_to(reader).standing()
    return rows.filter(grievance__pk__among=cases, kind__in=TOLD_ELSEWHERE)
