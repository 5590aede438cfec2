"""The ends of a case, and opening it again."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import EventKind, Grievance, GrievanceStepRecord, Outcome, Status
from grievances.models.duty import DecisionKind
from grievances.services import log
from grievances.services.deciding import write_decision, write_notice
from ip2a import audit
from ip2a.answers import Answer


@dataclass(frozen=True)
class Told:
    """How the grievant was told before a door closes."""

    on: date | None = None
    how: str = ""
    whom: str = ""
    note: str = ""


def must_tell(grievance: Grievance, kind: str, told: Told, on: date) -> Answer:
    """Whether the grievant was told before the door closes; a policy grievance has nobody to tell."""
    if grievance.member_id is None:
        return rules.YES
    return rules.must_tell(kind, told_on=told.on, told_how=told.how, on=on)


@transaction.atomic
def settle(
    grievance: Grievance,
    *,
    on: date,
    by: Any,
    resolution: str,
    amount: Decimal | None = None,
    has_precedent: bool | None = None,
    told: Told = Told(),
    paper: Any = None,
) -> Grievance:
    """Both sides agreed. ``amount`` is the money in dollars; the settlement may be with or without precedent."""
    grievance = log.lock(grievance)
    rules.first_no(
        rules.may_settle(by, grievance, on=on, today=log.today(), resolution=resolution),
        rules.may_pay(amount),
        rules.may_note_told(told.on, told.how, log.today()),
    ).enforce()
    grievance.settlement_amount, grievance.has_precedent = amount, has_precedent
    _end(grievance, Status.SETTLED, on, resolution.strip())
    step = GrievanceStepRecord.objects.select_for_update().filter(grievance=grievance).order_by("-step_number").first()
    if step is not None:
        step.outcome = Outcome.SETTLED
        with audit.because("Settled"):
            step.save(update_fields=["outcome"])
    _write_down(grievance, DecisionKind.SETTLE, resolution, on, told, by)
    kept = log.keep_paper(grievance, paper, by=by, about="Settlement")
    event = log.note(grievance, EventKind.SETTLED, on=on, by=by, reason=resolution, paper=kept)
    log.recompute(grievance, reason="Settled", cause=event)
    return grievance


@transaction.atomic
def withdraw(
    grievance: Grievance,
    *,
    on: date,
    by: Any,
    reason: str,
    told: Told,
    appeal_until: date | None = None,
    paper: Any = None,
) -> Grievance:
    """Drop the case, with the reason, after the grievant was told."""
    grievance = log.lock(grievance)
    kind = DecisionKind.WITHDRAW if grievance.is_filed else DecisionKind.NOT_FILED
    rules.first_no(
        rules.may_withdraw(by, grievance, on=on, today=log.today(), reason=reason),
        must_tell(grievance, kind, told, on),
        rules.may_note_told(told.on, told.how, log.today()),
    ).enforce()
    _end(grievance, Status.WITHDRAWN, on, reason.strip())
    _write_down(grievance, kind, reason, on, told, by, appeal_until)
    kept = log.keep_paper(grievance, paper, by=by, about="Withdrawal notice")
    event = log.note(grievance, EventKind.WITHDRAWN, on=on, by=by, reason=reason, paper=kept)
    log.recompute(grievance, reason="Withdrawn", cause=event)
    return grievance


@transaction.atomic
def close(grievance: Grievance, *, on: date, by: Any, reason: str, told: Told = Told(), paper: Any = None) -> Grievance:
    """Nothing is left to do. A case that is neither settled nor withdrawn is closed only after telling the grievant."""
    grievance = log.lock(grievance)
    rules.first_no(
        rules.may_close(by, grievance, on=on, today=log.today(), reason=reason),
        must_tell(grievance, DecisionKind.CLOSE, told, on) if grievance.is_running else rules.YES,
        rules.may_note_told(told.on, told.how, log.today()),
    ).enforce()
    was_running = grievance.is_running
    if was_running:
        _end(grievance, Status.CLOSED, on, reason.strip())
    else:
        grievance.status = Status.CLOSED
        log.save(grievance, "status", reason=reason.strip())
    if was_running or told.on:
        _write_down(grievance, DecisionKind.CLOSE, reason, on, told, by)
    kept = log.keep_paper(grievance, paper, by=by, about="Closing paper")
    event = log.note(grievance, EventKind.CLOSED, on=on, by=by, reason=reason, paper=kept)
    log.recompute(grievance, reason="Closed", cause=event)
    return grievance


@transaction.atomic
def reopen(grievance: Grievance, *, on: date, by: Any, reason: str) -> Grievance:
    """The case runs again where it stood. What ended it stays in the timeline and in the history."""
    grievance = log.lock(grievance)
    rules.may_reopen(by, grievance, on=on, today=log.today(), reason=reason).enforce()
    number, last = log.step_of(grievance), len(log.procedure_of(grievance).steps)
    grievance.status = Status.ARBITRATION if number == last else Status.OPEN
    if not grievance.is_filed:
        grievance.status = Status.INVESTIGATION
    grievance.resolution, grievance.resolution_date = "", None
    grievance.settlement_amount, grievance.has_precedent = None, None
    log.save(
        grievance,
        *("status", "resolution", "resolution_date", "settlement_amount", "has_precedent"),
        reason=reason.strip(),
    )
    write_decision(grievance, kind=DecisionKind.REOPEN, reason=reason, on=on, by=by)
    record = GrievanceStepRecord.objects.filter(grievance=grievance, step_number=number).first()
    if record is not None:
        record.outcome = log.outcome_so_far(record)
        with audit.because(reason.strip()):
            record.save(update_fields=["outcome"])
    event = log.note(grievance, EventKind.REOPENED, on=on, by=by, reason=reason)
    log.recompute(grievance, reason="Reopened", cause=event)
    return grievance


def _end(grievance: Grievance, status: str, on: date, resolution: str) -> None:
    planned = GrievanceStepRecord.objects.filter(grievance=grievance).exclude(meeting_date=None).last()
    if planned is not None:
        with audit.because(resolution[:300]):
            log.write_last_meeting(planned)
    grievance.status, grievance.resolution, grievance.resolution_date = status, resolution, on
    log.save(
        grievance,
        *("status", "resolution", "resolution_date", "settlement_amount", "has_precedent"),
        reason=resolution[:300],
    )


def _write_down(
    grievance: Grievance, kind: str, reason: str, on: date, told: Told, by: Any, appeal_until: date | None = None
) -> None:
    decision = write_decision(grievance, kind=kind, reason=reason, on=on, by=by, appeal_until=appeal_until)
    if told.on is not None and told.how:
        write_notice(decision, on=told.on, how=told.how, whom=told.whom, note=told.note, by=by)
