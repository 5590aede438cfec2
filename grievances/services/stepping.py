"""From step to step: meetings, answers, appeals, arbitration."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import EventKind, Grievance, GrievanceStepRecord, Outcome, Status
from grievances.models.duty import DecisionKind
from grievances.services import log
from grievances.services.deciding import write_decision
from ip2a import audit, services
from ip2a.answers import Refused
from ip2a.words import format_day


@transaction.atomic
def investigate(grievance: Grievance, *, by: Any, reason: str = "") -> Grievance:
    """The case is being looked into."""
    grievance = log.lock(grievance)
    rules.may_investigate(by, grievance).enforce()
    grievance.status = Status.INVESTIGATION
    log.save(grievance, "status", reason=reason or "Investigation")
    return grievance


@transaction.atomic
def serve(grievance: Grievance, *, on: date, by: Any, at: datetime | None = None, paper: Any = None) -> Grievance:
    """The employer received the filing, or the appeal to the current step."""
    grievance = log.lock(grievance)
    rules.may_answer(by, grievance, on=on, today=log.today()).enforce()
    kept = log.keep_paper(grievance, paper, by=by, about="Proof of service")
    event = log.note(
        grievance, EventKind.SERVED, on=on, happened_at=at, step_number=log.step_of(grievance), by=by, paper=kept
    )
    log.recompute(grievance, reason="Received by the employer", cause=event)
    return grievance


def _record(grievance: Grievance) -> GrievanceStepRecord:
    return GrievanceStepRecord.objects.select_for_update().get(grievance=grievance, step_number=log.step_of(grievance))


@transaction.atomic
def plan_meeting(grievance: Grievance, *, on: date, by: Any) -> Grievance:
    """Set the day of the current step's meeting."""
    grievance = log.lock(grievance)
    rules.may_meet(by, grievance, on=on, today=log.today(), held=False).enforce()
    if on < log.today():
        raise Refused(f"{format_day(on)} is over. Write the meeting down as held instead.")
    record = _record(grievance)
    record.meeting_date = on
    with audit.because(f"Meeting planned for {format_day(on)}"):
        record.save(update_fields=["meeting_date"])
    _to_hearing(grievance, "Meeting planned")
    return grievance


@transaction.atomic
def hold_meeting(
    grievance: Grievance,
    *,
    on: date,
    by: Any,
    union_attendees: str,
    employer_attendees: str,
    notes: str = "",
    at: datetime | None = None,
    paper: Any = None,
) -> Grievance:
    """Write down the meeting of the current step."""
    grievance = log.lock(grievance)
    rules.may_meet(by, grievance, on=on, today=log.today(), held=True).enforce()
    record = _record(grievance)
    record.meeting_date = on
    record.union_attendees, record.employer_attendees = union_attendees, employer_attendees
    record.notes = "\n\n".join(part for part in (record.notes, notes) if part)
    with audit.because("Meeting held"):
        record.save(update_fields=["meeting_date", "union_attendees", "employer_attendees", "notes"])
    kept = log.keep_paper(grievance, paper, by=by, about="Minutes of the step meeting")
    event = log.note(grievance, EventKind.MET, on=on, happened_at=at, step_number=record.step_number, by=by, paper=kept)
    _to_hearing(grievance, "Meeting held")
    log.recompute(grievance, reason="Meeting held", cause=event)
    return grievance


def _to_hearing(grievance: Grievance, reason: str) -> None:
    if grievance.status in (Status.OPEN, Status.INVESTIGATION):
        grievance.status = Status.HEARING
        log.save(grievance, "status", reason=reason)


@transaction.atomic
def receive_answer(
    grievance: Grievance,
    *,
    on: date,
    by: Any,
    is_denied: bool,
    text: str = "",
    at: datetime | None = None,
    paper: Any = None,
) -> Grievance:
    """The employer answered at the current step; a denial starts the clock to advance."""
    grievance = log.lock(grievance)
    rules.may_answer(by, grievance, on=on, today=log.today()).enforce()
    record = _record(grievance)
    kept = log.keep_paper(grievance, paper, by=by, about=f"Employer's answer at step {record.step_number}")
    event = log.note(
        grievance,
        EventKind.ANSWERED,
        on=on,
        happened_at=at,
        step_number=record.step_number,
        by=by,
        paper=kept,
        reason=text,
    )
    if is_denied:
        event = log.note(grievance, EventKind.DENIED, on=on, happened_at=at, step_number=record.step_number, by=by)
        record.outcome = Outcome.DENIED
        with audit.because("Denied by the employer"):
            record.save(update_fields=["outcome"])
    log.recompute(grievance, reason="The employer answered", cause=event)
    return grievance


@transaction.atomic
def write_record(record: GrievanceStepRecord, *, by: Any, version: int | None = None, reason: str = "") -> Any:
    """Correct who met and what was said."""
    rules.may_write_record(by, record).enforce()
    log.lock(record.grievance)
    current = GrievanceStepRecord.objects.get(pk=record.pk)
    for name in ("union_attendees", "employer_attendees", "notes"):
        setattr(current, name, getattr(record, name))
    services.save(current, by=by, version=version, reason=reason)
    record.refresh_from_db()
    return record


@transaction.atomic
def advance(
    grievance: Grievance, *, to: int, on: date, by: Any, reason: str = "", at: datetime | None = None, paper: Any = None
) -> Grievance:
    """Appeal to the next step. ``to`` is its number: whoever comes second is told who came first."""
    grievance = log.lock(grievance)
    procedure = log.procedure_of(grievance)
    answer = rules.may_advance(by, grievance, procedure, to=to, on=on, today=log.today())
    if not answer:
        raise Refused(_with_who_came_first(grievance, to, answer.reason))
    kept = log.keep_paper(grievance, paper, by=by, about=f"Appeal to step {to}")
    event = _enter_step(grievance, to, EventKind.ADVANCED, on=on, at=at, by=by, reason=reason, paper=kept)
    log.recompute(grievance, reason=f"Advanced to step {to}", cause=event)
    return grievance


def _with_who_came_first(grievance: Grievance, to: int, reason: str) -> str:
    first = grievance.events.standing().filter(kind=EventKind.ADVANCED, step_number=to).order_by("-id").first()
    if first is None:
        return reason
    return f"{reason} {first.by_name or 'Somebody'} advanced it on {format_day(first.happened_on)}."


def _enter_step(
    grievance: Grievance, number: int, kind: str, *, on: date, at: Any, by: Any, reason: str, paper: Any
) -> Any:
    """End the current step's record and begin the next one."""
    procedure = log.procedure_of(grievance)
    record = _record(grievance)
    record.outcome = Outcome.ADVANCED
    with audit.because(reason):
        log.write_last_meeting(record)
        record.save(update_fields=["outcome"])
        GrievanceStepRecord.objects.create(grievance=grievance, step_number=number)
    grievance.current_step = procedure.steps[number - 1].key
    grievance.status = Status.ARBITRATION if number == len(procedure.steps) else Status.OPEN
    log.save(grievance, "current_step", "status", reason=reason or f"{procedure.steps[number - 1].name} begins")
    return log.note(grievance, kind, on=on, happened_at=at, step_number=number, by=by, reason=reason, paper=paper)


@transaction.atomic
def refer(
    grievance: Grievance, *, on: date, by: Any, reason: str, at: datetime | None = None, paper: Any = None
) -> Grievance:
    """Take the case to arbitration or to the council that has the last word. The decision is kept with its reason."""
    grievance = log.lock(grievance)
    procedure = log.procedure_of(grievance)
    rules.may_refer(by, grievance, procedure, on=on, today=log.today()).enforce()
    write_decision(grievance, kind=DecisionKind.ARBITRATE, reason=reason, on=on, by=by)
    last = len(procedure.steps)
    kept = log.keep_paper(grievance, paper, by=by, about="Referral")
    event = _enter_step(grievance, last, EventKind.REFERRED, on=on, at=at, by=by, reason=reason, paper=kept)
    log.recompute(grievance, reason=f"Referred to {procedure.steps[-1].name.lower()}", cause=event)
    return grievance


@transaction.atomic
def decide_award(grievance: Grievance, *, on: date, by: Any, text: str, paper: Any = None) -> Grievance:
    """The award or the ruling came. What follows from it is a settlement or the end of the case."""
    grievance = log.lock(grievance)
    rules.may_answer(by, grievance, on=on, today=log.today()).enforce()
    if grievance.status != Status.ARBITRATION:
        raise Refused(f"{grievance} is not in arbitration, so there is no award to write down.")
    if not text.strip():
        raise Refused("Write down what the award says.")
    kept = log.keep_paper(grievance, paper, by=by, about="Award")
    event = log.note(
        grievance, EventKind.DECIDED, on=on, step_number=log.step_of(grievance), by=by, reason=text, paper=kept
    )
    log.recompute(grievance, reason="Award received", cause=event)
    return grievance
