"""What happened in a case, in order: events, information requests, decisions and who joined, as lines of one list."""

from collections.abc import Iterator
from math import inf
from typing import Any

from grievances import agreements
from grievances.models import CaseEvent, EventKind, InformationRequest, Status
from grievances.packet.contents import Contents, Line
from ip2a.words import format_day, format_money

# Their reason is why we did it, which is nobody's business in front of an arbitrator.
OUR_REASONS = (
    EventKind.ADVANCED,
    EventKind.REFERRED,
    EventKind.WITHDRAWN,
    EventKind.CLOSED,
    EventKind.REOPENED,
)


def lines_of(file: Contents) -> list[Line]:
    """Oldest first; on one day what has a time comes first, the rest as it was written down."""
    found = [*_events(file), *_turns(file), *_decisions(file), *_people(file)]
    return sorted(found, key=lambda line: (line.on, line.at.timestamp() if line.at else inf))


def _events(file: Contents) -> Iterator[Line]:
    events = file.grievance.events.select_related("corrected_by", "corrects").order_by("happened_on", "id")
    labels = {limit.key: limit.label for limit in agreements.to_procedure(file.grievance.agreement_version).limits}
    for event in events:
        yield Line(
            on=event.happened_on,
            at=event.happened_at,
            what=_what(event, labels),
            step=event.step_number,
            by=event.by_name,
            agreed_by=event.agreed_by,
            text=_reason(event, file),
            document=file.number_of(event.paper_id),
            is_struck=hasattr(event, "corrected_by"),
        )


def _what(event: CaseEvent, labels: dict[str, str]) -> str:
    """``Limit extended: Step 2 answer, until Wed 18 Mar 2026``"""
    of = labels.get(event.limit_key, event.limit_key)
    longer = f"longer by {event.amount}" if event.amount else ""
    until = f"until {format_day(event.until_on)}" if event.until_on else ""
    details = ", ".join(part for part in (of, until, longer) if part)
    what = f"{event.get_kind_display()}: {details}" if details else event.get_kind_display()
    if event.corrects_id is None:
        return what
    was = format_day(event.corrects.happened_on)
    return f"{what} (taken back)" if event.is_void else f"{what} (corrected; written down before as {was})"


def _reason(event: CaseEvent, file: Contents) -> str:
    ours = event.kind in OUR_REASONS and event.corrects_id is None
    return "" if ours and not file.is_internal else event.reason


def _turns(file: Contents) -> Iterator[Line]:
    for request in file.requests:
        who = "We asked" if request.direction == InformationRequest.Direction.OURS else "The employer asked"
        for entry in request.entries.all():
            yield Line(
                on=entry.happened_on,
                what=f"Information request ({who.lower()} on {format_day(request.asked_on)}): "
                f"{entry.get_kind_display().lower()}",
                by=entry.by_name,
                text=entry.text,
                document=file.number_of(entry.paper_id),
            )


def _decisions(file: Contents) -> Iterator[Line]:
    for decision in file.decisions:
        what = f"Decided: {decision.get_kind_display().lower()}"
        yield Line(on=decision.decided_on, what=what, by=decision.by_name, text=decision.reason)
        for notice in decision.notices.all():
            yield Line(
                on=notice.told_on,
                what=f"Grievant told {notice.get_told_how_display().lower()} of the decision "
                f"{decision.get_kind_display().lower()}",
                by=notice.by_name,
                text=notice.note,
                document=file.number_of(notice.paper_id),
            )


def _people(file: Contents) -> Iterator[Line]:
    for grievant in file.grievants:
        yield Line(on=grievant.joined_on, what=f"{grievant.member} joined the group")
        if grievant.left_on:
            reason = grievant.reason if file.is_internal else ""
            yield Line(on=grievant.left_on, what=f"{grievant.member} left the group", text=reason)


def facts_of(file: Contents) -> list[tuple[str, Any]]:
    """The cover: what the case is, and how it stands."""
    case = file.grievance
    shows_end = file.is_internal or case.status == Status.SETTLED
    return [
        ("Number", case.grievance_number or "Not filed"),
        ("Type", case.get_case_type_display()),
        ("Grievant", case.member or "The union (policy grievance)"),
        ("Employer", case.employer),
        ("Agreement", case.agreement_version),
        ("Article", case.contract_article),
        ("Subject", case.subject or ""),
        ("Happened", format_day(case.incident_date)),
        ("Learned of", format_day(case.knowledge_date)),
        ("Filed", format_day(case.filed_date)),
        ("Issue", case.violation_description),
        ("Remedy sought", case.remedy_sought),
        ("Status", case.get_status_display()),
        ("Step", case.get_current_step_display()),
        ("Representative", case.assigned_rep or ""),
        ("Ended", format_day(case.resolution_date)),
        ("Resolution", case.resolution if shows_end else ""),
        ("Settlement", format_money(case.settlement_amount)),
        ("Precedent", {True: "With precedent", False: "Without precedent", None: ""}[case.has_precedent]),
    ]
