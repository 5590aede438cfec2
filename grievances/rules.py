"""Who may do what in a case, when, and why not. The words are fit for the screen."""

from datetime import date
from typing import Any

from grievances import terms
from grievances.models import (
    CaseEvent,
    CaseType,
    Decision,
    EventKind,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    InformationRequest,
    Status,
)
from grievances.models.duty import CLOSING, EntryKind, RequestState
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day

CORRECTABLE = (
    EventKind.INCIDENT,
    EventKind.KNOWLEDGE,
    EventKind.FILED,
    EventKind.SERVED,
    EventKind.MET,
    EventKind.ANSWERED,
    EventKind.DENIED,
    EventKind.ADVANCED,
    EventKind.REFERRED,
    EventKind.DECIDED,
    EventKind.EXTENDED,
    EventKind.ABEYANCE,
    EventKind.RESUMED,
)
RETRACTABLE = (
    EventKind.KNOWLEDGE,
    EventKind.SERVED,
    EventKind.MET,
    EventKind.ANSWERED,
    EventKind.DENIED,
    EventKind.SKIPPED,
    EventKind.DECIDED,
    EventKind.EXTENDED,
    EventKind.ABEYANCE,
    EventKind.RESUMED,
)


def may_pursue(user: Any) -> Answer:
    if not user.has_perm("grievances.pursue_grievance"):
        return no("Only representatives may work on a grievance. You can read it.")
    return YES


def may_move(grievance: Grievance, to: str) -> Answer:
    """Whether the table of legal moves has this one."""
    if to not in Grievance.NEXT[Status(grievance.status)]:
        was, wanted = grievance.get_status_display().lower(), Status(to).label.lower()
        return no(f"{grievance} is {was}: it cannot become {wanted} from there.")
    return YES


def must_run(grievance: Grievance) -> Answer:
    if grievance.is_running:
        return YES
    return no(
        f"{grievance} is {grievance.get_status_display().lower()} since {format_day(grievance.resolution_date)}. "
        "Reopen it first, with the reason."
    )


def must_be_filed(grievance: Grievance) -> Answer:
    return YES if grievance.is_filed else no(f"{grievance}: file it first.")


def not_in_future(day: date, today: date, what: str) -> Answer:
    if day > today:
        return no(f"{what} lies in the future ({format_day(day)}). Write it down when it has happened.")
    return YES


def first_no(*answers: Answer) -> Answer:
    """The first refusal, or yes."""
    return next((answer for answer in answers if not answer), YES)


def may_take_up(user: Any, grievance: Grievance, *, today: date) -> Answer:
    """A new case: who, where, when and under which agreement must go together."""
    version, incident, member = grievance.agreement_version, grievance.incident_date, grievance.member
    known = grievance.knowledge_date
    return first_no(
        may_pursue(user),
        not_in_future(incident, today, "The day it happened"),
        not_in_future(known, today, "The day the grievant learned of it") if known else YES,
        no("Nobody can learn of it before it happened: check both dates.") if known and known < incident else YES,
        _hired_before(member, incident),
        _not_before_agreement(version, incident),
        no("Say who the grievant is, or make it a policy grievance.")
        if member is None and grievance.case_type != CaseType.POLICY
        else YES,
    )


def _hired_before(member: Any, incident: date) -> Answer:
    if member is not None and member.hire_date and incident < member.hire_date:
        return no(
            f"{member} joined on {format_day(member.hire_date)}, after this happened. "
            "Check the date here, or the date of joining on the member's page."
        )
    return YES


def _not_before_agreement(version: Any, incident: date) -> Answer:
    if incident < version.effective_from:
        return no(
            f"{version} is in force from {format_day(version.effective_from)}, after this happened. "
            "Choose the agreement that held on that day."
        )
    return YES


def may_file(user: Any, grievance: Grievance, *, on: date, today: date) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievance} was filed already, on {format_day(grievance.filed_date)}.") if grievance.is_filed else YES,
        must_run(grievance),
        not_in_future(on, today, "The filing day"),
        no("It would be filed before it happened: check both dates.") if on < grievance.incident_date else YES,
        no("It would be filed before the grievant learned of it: check both dates.")
        if grievance.knowledge_date and on < grievance.knowledge_date
        else YES,
    )


def may_investigate(user: Any, grievance: Grievance) -> Answer:
    return first_no(may_pursue(user), may_move(grievance, Status.INVESTIGATION), must_run(grievance))


def may_meet(user: Any, grievance: Grievance, *, on: date, today: date, held: bool) -> Answer:
    """``held``: the meeting took place; otherwise it is planned."""
    return first_no(
        may_pursue(user),
        must_run(grievance),
        must_be_filed(grievance),
        not_in_future(on, today, "A meeting that was held") if held else YES,
        no("It lies before the filing: check the date.") if on < grievance.filed_date else YES,
    )


def may_answer(user: Any, grievance: Grievance, *, on: date, today: date) -> Answer:
    return first_no(
        may_pursue(user),
        must_run(grievance),
        must_be_filed(grievance),
        not_in_future(on, today, "The answer"),
        no("The answer lies before the filing: check the date.") if on < grievance.filed_date else YES,
    )


def may_advance(
    user: Any, grievance: Grievance, procedure: terms.Procedure, *, to: int, on: date, today: date
) -> Answer:
    """Only to the very next step, never past one; the last step is reached by referring."""
    here = step_number(grievance, procedure)
    names = {step.number: step.name for step in procedure.steps}
    return first_no(
        may_pursue(user),
        must_run(grievance),
        must_be_filed(grievance),
        not_in_future(on, today, "The day it was advanced"),
        no(f"It lies before the filing on {format_day(grievance.filed_date)}: check the date.")
        if on < grievance.filed_date
        else YES,
        no(f"{grievance} is at {names[here]} already.") if to <= here else YES,
        no(f"Steps come in order: after {names[here]} comes {names.get(here + 1, 'nothing more')}.")
        if to != here + 1 or to not in names
        else YES,
        no(f"{names.get(to)} is the last step: refer the case instead, with the reason.")
        if to == len(procedure.steps)
        else YES,
    )


def may_refer(user: Any, grievance: Grievance, procedure: terms.Procedure, *, on: date, today: date) -> Answer:
    here, last = step_number(grievance, procedure), len(procedure.steps)
    names = {step.number: step.name for step in procedure.steps}
    return first_no(
        may_pursue(user),
        no(f"{grievance} is in {names[last].lower()} already.") if here == last else YES,
        must_run(grievance),
        must_be_filed(grievance),
        may_move(grievance, Status.ARBITRATION),
        not_in_future(on, today, "The day of referral"),
        no(f"Steps come in order: {names[here + 1]} comes before {names[last].lower()}.") if here + 1 < last else YES,
        no("It lies before the filing: check the date.") if on < grievance.filed_date else YES,
    )


def step_number(grievance: Grievance, procedure: terms.Procedure) -> int:
    """The case's step as the procedure counts it."""
    return next(step.number for step in procedure.steps if step.key == grievance.current_step)


def may_settle(user: Any, grievance: Grievance, *, on: date, today: date, resolution: str) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievance} is settled already.") if grievance.status == Status.SETTLED else YES,
        must_run(grievance),
        may_move(grievance, Status.SETTLED),
        no("Write down what was agreed: a settlement without its words settles nothing.")
        if not resolution.strip()
        else YES,
        _may_end(grievance, on, today),
    )


def may_withdraw(user: Any, grievance: Grievance, *, on: date, today: date, reason: str) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievance} is withdrawn already.") if grievance.status == Status.WITHDRAWN else YES,
        must_run(grievance),
        may_move(grievance, Status.WITHDRAWN),
        _needs_reason(reason),
        _may_end(grievance, on, today),
    )


def may_close(user: Any, grievance: Grievance, *, on: date, today: date, reason: str) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievance} is closed already.") if grievance.status == Status.CLOSED else YES,
        may_move(grievance, Status.CLOSED),
        _needs_reason(reason),
        _may_end(grievance, on, today),
    )


def _may_end(grievance: Grievance, on: date, today: date) -> Answer:
    first = grievance.filed_date or grievance.incident_date
    return first_no(
        not_in_future(on, today, "The end of a case"),
        no(f"It cannot end before {format_day(first)}: check the date.") if on < first else YES,
    )


def _needs_reason(reason: str) -> Answer:
    if not reason.strip():
        return no("Write down why: a union may drop a case, but not without a reason.")
    return YES


def must_tell(kind: str, *, told_on: date | None, told_how: str, on: date) -> Answer:
    """Before a door closes, the grievant is told."""
    if kind not in CLOSING:
        return YES
    if told_on is None or not told_how:
        return no("Tell the grievant first: write down on which day and how they were told.")
    if told_on > on:
        return no("The grievant must be told before the door closes: the day they were told lies after it.")
    return YES


def may_reopen(user: Any, grievance: Grievance, *, on: date, today: date, reason: str) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievance} is not over, so there is nothing to reopen.") if grievance.is_running else YES,
        no("Say why it is reopened.") if not reason.strip() else YES,
        not_in_future(on, today, "The day it is reopened"),
        no("It cannot be reopened before it ended: check the date.")
        if grievance.resolution_date and on < grievance.resolution_date
        else YES,
    )


def may_join(user: Any, grievance: Grievance, *, on: date, today: date) -> Answer:
    return first_no(
        may_pursue(user),
        must_run(grievance),
        no("Members join group cases only. Change the type of the case to group first.")
        if grievance.case_type != CaseType.GROUP
        else YES,
        not_in_future(on, today, "The day of joining"),
    )


def may_leave(user: Any, grievant: Grievant, *, on: date, today: date, reason: str) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievant} left on {format_day(grievant.left_on)} already.") if grievant.left_on else YES,
        no("Say why they leave the group.") if not reason.strip() else YES,
        not_in_future(on, today, "The day of leaving"),
        no(f"They joined on {format_day(grievant.joined_on)}, after that day.") if on < grievant.joined_on else YES,
    )


def may_time(user: Any, grievance: Grievance, *, on: date, today: date, agreed_by: str) -> Answer:
    """Extensions and abeyance are agreements: they have a day and somebody who agreed."""
    return first_no(
        may_pursue(user),
        must_run(grievance),
        not_in_future(on, today, "The day of the agreement"),
        no("Say who agreed to it on the employer's side.") if not agreed_by.strip() else YES,
    )


def may_correct(user: Any, event: CaseEvent, *, void: bool) -> Answer:
    kinds = RETRACTABLE if void else CORRECTABLE
    name = event.get_kind_display().lower()
    if hasattr(event, "corrected_by"):
        return no("This entry was corrected already. Correct the one that took its place.")
    if event.kind not in kinds:
        way = "reopen the case, or correct its day" if void and event.kind in CORRECTABLE else "reopen the case instead"
        return no(f"“{name}” cannot be {'taken back' if void else 'corrected'} here: {way}.")
    return may_pursue(user)


def may_turn(user: Any, request: InformationRequest, kind: str, *, on: date, today: date) -> Answer:
    over = request.state in (RequestState.ANSWERED, RequestState.WITHDRAWN)
    return first_no(
        may_pursue(user),
        no(f"This request is {request.get_state_display().lower()}. Ask anew if something is missing.")
        if over
        else YES,
        no("There is no refusal to object to.")
        if kind == EntryKind.OBJECTED and request.state != RequestState.REFUSED
        else YES,
        not_in_future(on, today, "This day"),
        no(f"The request was made on {format_day(request.asked_on)}, after that day.")
        if on < request.asked_on
        else YES,
    )


def may_tell(user: Any, decision: Decision, *, on: date, today: date) -> Answer:
    return first_no(
        may_pursue(user),
        not_in_future(on, today, "The day the grievant was told"),
        no(f"It was decided on {format_day(decision.decided_on)}, after that day.")
        if on < decision.decided_on
        else YES,
    )


def may_write_record(user: Any, record: GrievanceStepRecord) -> Answer:
    return may_pursue(user)
