"""What a case asks for next: who must do what by when, what it costs to miss it, and the verb that meets it."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from grievances import dues
from grievances.lookups import CaseFile
from grievances.models import Deadline, DeadlineState, EventKind, Status
from grievances.terms import Act, Side, Trigger
from grievances.views.showing import Shown, shown_row
from ip2a.words import format_day

PAGES = {
    Act.FILE: ("file", "File it"),
    Act.SERVE: ("serve", "Received by the employer"),
    Act.MEET: ("meet", "Write down the meeting"),
    Act.ANSWER: ("answer", "Write down the answer"),
    Act.ADVANCE: ("advance", "Advance"),
    Act.REFER: ("refer", "Refer"),
    Act.DECIDE: ("award", "Write down the award"),
}
STARTED_BY = {
    Trigger.FILING: Act.FILE,
    Trigger.SERVICE: Act.SERVE,
    Trigger.MEETING: Act.MEET,
    Trigger.ANSWER: Act.ANSWER,
    Trigger.DENIAL: Act.ANSWER,
    Trigger.REFERRAL: Act.REFER,
}


@dataclass
class Next:
    """The card at the top of a case. ``page`` is the verb that its button leads to."""

    text: str
    page: str = ""
    label: str = ""
    cost: str = ""
    is_late: bool = False
    also: list[str] = field(default_factory=list)
    limit: Shown | None = None
    url: str = ""


def next_of(file: CaseFile) -> Next:
    """The card, with a button for those who may press it."""
    card = _ended(file) or _stopped(file) or _due(file) or _waiting(file)
    if card.page and file.user.has_perm("grievances.pursue_grievance"):
        card.url = reverse(f"grievances:grievance_{card.page}", args=[file.case.pk])
    return card


def _ended(file: CaseFile) -> Next | None:
    case = file.case
    if case.is_running:
        return None
    over = f"{case.get_status_display()} since {format_day(case.resolution_date)}."
    if case.status == Status.CLOSED:
        return Next(f"{over} Nothing is left to do.", "reopen", "Reopen")
    return Next(f"{over} Close it when what was agreed is done.", "close", "Close")


def _stopped(file: CaseFile) -> Next | None:
    held = [e for e in file.standing_events if e.kind in (EventKind.ABEYANCE, EventKind.RESUMED)]
    if not held or held[-1].kind == EventKind.RESUMED:
        return None
    event = held[-1]
    agreed = f", agreed by {event.agreed_by}" if event.agreed_by else ""
    text = f"Held in abeyance since {format_day(event.happened_on)}{agreed}. The clock is stopped for both sides."
    return Next(text, "resume", "Resume")


def running_limits(file: CaseFile) -> list[Deadline]:
    found = [limit for limit in file.standing_limits if limit.state == DeadlineState.OPEN and limit.due_on]
    return sorted(found, key=lambda limit: (limit.due_on, not limit.is_ours, limit.pk))


def chosen(file: CaseFile) -> Deadline | None:
    """The limit that asks for something first; of an employer in default, what we may do about it."""
    running = running_limits(file)
    known = [limit for limit in running if not limit.is_expected] or running
    open_ = [limit for limit in known if limit.is_ours or not dues.is_over(limit, file.today, file.now)]
    return next(iter(open_ or known), None)


def _due(file: CaseFile) -> Next | None:
    limit = chosen(file)
    if limit is None:
        return None
    shown = shown_row(limit, file)
    page, label = _verb(limit, file)
    verb = "was due" if shown.is_late else "is due"
    card = Next(
        f"{who(limit, file.case)}: {limit.label} {verb} {shown.when}.",
        page,
        label,
        cost=shown.cost,
        is_late=shown.is_late and limit.is_ours,
        limit=shown,
    )
    card.also = [_default(other, file) for other in running_limits(file) if _is_default(other, limit, file)]
    if not limit.is_ours and shown.is_late and file.next_step is not None:
        card.page, card.label = _onwards(file)
    return card


def who(limit: Deadline, case: Any) -> str:
    return {Side.UNION: "We", Side.EMPLOYER: str(case.employer), Side.BOTH: "Both sides"}[Side(limit.side)]


def _verb(limit: Deadline, file: CaseFile) -> tuple[str, str]:
    known = next((row for row in file.procedure.limits if row.key == limit.limit_key), None)
    if known is None:
        return "", ""
    page, label = PAGES[known.act]
    return (page, f"Advance to step {known.step}") if page == "advance" else (page, label)


def _onwards(file: CaseFile) -> tuple[str, str]:
    """What takes the case to its next step."""
    following = file.next_step
    if following is None:
        return "", ""
    if following.number == len(file.procedure.steps):
        return "refer", f"Refer to {following.name}"
    return "advance", f"Advance to step {following.number}"


def _is_default(other: Deadline, limit: Deadline, file: CaseFile) -> bool:
    return other is not limit and not other.is_ours and dues.is_over(other, file.today, file.now)


def _default(limit: Deadline, file: CaseFile) -> str:
    when = dues.by_when(limit.due_on, file.today, file.days_off, limit.due_at)
    return f"{file.case.employer} is in default: {limit.label} was due {when}."


def _waiting(file: CaseFile) -> Next:
    """No limit runs: what would start one."""
    for pending in file.pending:
        act = STARTED_BY.get(pending.limit.trigger)
        if act is not None and act is not Act.REFER:
            page, label = PAGES[act]
            return Next(f"No limit runs now. {pending.limit.label}: {pending.sentence}.", page, label)
    page, label = _onwards(file) if file.case.is_filed else ("file", "File it")
    return Next("No limit runs now. Go on when you are ready.", page, label)
