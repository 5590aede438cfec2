"""Who may do what in a case, when, and why not. The words are fit for the screen."""

from datetime import date
from decimal import Decimal
from typing import Any

from grievances import terms
from grievances.counting import LONGEST
from grievances.models import (
    CaseEvent,
    CaseType,
    Deadline,
    DeadlineState,
    Decision,
    EventKind,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    InformationRequest,
    Status,
)
from grievances.models.duty import CLOSING, Channel, DecisionKind, EntryKind, RequestState
from grievances.rules_filing import hired_before, may_file, may_have_happened, may_take_up, must_be_there  # noqa: F401
from grievances.rules_shared import (  # noqa: F401
    first_no,
    may_move,
    may_pursue,
    must_be_filed,
    must_run,
    not_before_filing,
    not_in_future,
)
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day

MOST_MONEY = Decimal(10) ** 10  # what the column holds
LONGEST_NAME, LONGEST_REASON = 200, 300
MOVING = (DecisionKind.SETTLE, DecisionKind.WITHDRAW, DecisionKind.CLOSE, DecisionKind.REOPEN)
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


def may_investigate(user: Any, grievance: Grievance) -> Answer:
    return first_no(may_pursue(user), may_move(grievance, Status.INVESTIGATION), must_run(grievance))


def may_meet(user: Any, grievance: Grievance, *, on: date, today: date, held: bool) -> Answer:
    """``held``: the meeting took place; otherwise it is planned."""
    return first_no(
        may_pursue(user),
        must_run(grievance),
        must_be_filed(grievance),
        not_in_future(on, today, "A meeting that was held") if held else YES,
        not_before_filing(grievance, on),
    )


def may_answer(user: Any, grievance: Grievance, *, on: date, today: date) -> Answer:
    return first_no(
        may_pursue(user),
        must_run(grievance),
        must_be_filed(grievance),
        not_in_future(on, today, "The answer"),
        not_before_filing(grievance, on),
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
        not_before_filing(grievance, on),
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
        not_before_filing(grievance, on),
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
        no(f"It ended on {format_day(grievance.resolution_date)}: it is not closed before. Check the date.")
        if grievance.resolution_date and on < grievance.resolution_date
        else YES,
    )


def may_pay(amount: Decimal | None) -> Answer:
    if amount is None or (Decimal(amount).is_finite() and 0 <= amount < MOST_MONEY):
        return YES
    return no(f"A settlement is between $0 and ${MOST_MONEY:,.0f}: check the amount.")


def may_note_told(told_on: date | None, told_how: str, today: date) -> Answer:
    """How the grievant was told, where somebody says so."""
    return first_no(
        not_in_future(told_on, today, "The day the grievant was told") if told_on else YES,
        no("Say how the grievant was told: choose one of the ways.")
        if told_how and told_how not in Channel.values
        else YES,
        no("Say on which day and how the grievant was told.") if bool(told_on) != bool(told_how) else YES,
    )


def may_appeal_until(appeal_until: date | None, decided_on: date) -> Answer:
    if appeal_until is not None and appeal_until < decided_on:
        return no("The grievant may appeal until a day before the decision: check both dates.")
    return YES


def may_decide(user: Any, kind: str, *, on: date, today: date) -> Answer:
    """Decisions that move the case are written by the verb that moves it."""
    return first_no(
        may_pursue(user),
        no(f"“{DecisionKind(kind).label}” is written down by doing it, so that the case moves with it.")
        if kind in MOVING
        else YES,
        not_in_future(on, today, "The decision"),
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


def may_join(user: Any, grievance: Grievance, *, on: date, today: date, member: Any = None) -> Answer:
    return first_no(
        may_pursue(user),
        must_run(grievance),
        no("Members join group cases only. Change the type of the case to group first.")
        if grievance.case_type != CaseType.GROUP
        else YES,
        not_in_future(on, today, "The day of joining"),
        no(f"It happened on {format_day(grievance.incident_date)}: nobody joins before.")
        if on < grievance.incident_date
        else YES,
        must_be_there(member),
        hired_before(member, grievance.incident_date),
    )


def may_leave(user: Any, grievant: Grievant, *, on: date, today: date, reason: str) -> Answer:
    return first_no(
        may_pursue(user),
        no(f"{grievant} left on {format_day(grievant.left_on)} already.") if grievant.left_on else YES,
        no("Say why they leave the group.") if not reason.strip() else YES,
        _not_longer(reason.strip(), LONGEST_REASON, "The reason"),
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
        _not_longer(agreed_by.strip(), LONGEST_NAME, "Who agreed"),
    )


def _not_longer(text: str, most: int, what: str) -> Answer:
    return YES if len(text) <= most else no(f"{what} is longer than {most} characters. Put the rest into the paper.")


def may_lengthen(deadline: Deadline, *, until: date | None, amount: int) -> Answer:
    """An extension goes beyond the last day that stands."""
    return first_no(
        must_run_on(deadline, "extended"),
        no("Say until when, or by how much.") if not until and not amount else YES,
        no("Say either until when or by how much, not both.") if until and amount else YES,
        no(f"An extension makes a limit longer, by at most {LONGEST:,}.") if not 0 <= amount <= LONGEST else YES,
        no(f"It is due on {format_day(deadline.due_on)} already: an extension goes beyond that.")
        if until and deadline.due_on and until <= deadline.due_on
        else YES,
    )


def must_run_on(deadline: Deadline, what: str) -> Answer:
    """``what`` is to be done with the limit: it stands, and it is not over."""
    if deadline.superseded_at is not None:
        return no(f"This date was superseded meanwhile. Look at the case again: only a date that stands is {what}.")
    if deadline.state not in (DeadlineState.OPEN, DeadlineState.SUSPENDED):
        return no(f"“{deadline.label}” is over ({deadline.get_state_display().lower()}), so it cannot be {what}.")
    return YES


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
        no("The request was made already. Ask anew if something else is needed.") if kind == EntryKind.ASKED else YES,
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
