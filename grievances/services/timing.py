"""What moves the clock by agreement, and correcting what was written down wrongly."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import (
    CaseEvent,
    Deadline,
    EventKind,
    Grievance,
    GrievanceStepRecord,
    Outcome,
)
from grievances.services import log
from ip2a import audit
from ip2a.answers import Refused
from ip2a.words import format_day

FACT_OF = {
    EventKind.INCIDENT: "incident_date",
    EventKind.KNOWLEDGE: "knowledge_date",
    EventKind.FILED: "filed_date",
}


@transaction.atomic
def extend(
    deadline: Deadline,
    *,
    on: date,
    by: Any,
    agreed_by: str,
    until: date | None = None,
    amount: int = 0,
    reason: str = "",
    paper: Any = None,
) -> Grievance:
    """Both sides agreed on a later last day: ``until``, or ``amount`` longer in the limit's own unit."""
    grievance = log.lock(deadline.grievance)
    deadline = Deadline.objects.get(pk=deadline.pk)
    rules.may_time(by, grievance, on=on, today=log.today(), agreed_by=agreed_by).enforce()
    rules.may_lengthen(deadline, until=until, amount=amount).enforce()
    kept = log.keep_paper(grievance, paper, by=by, about="Extension")
    event = log.note(
        grievance,
        EventKind.EXTENDED,
        on=on,
        step_number=deadline.step_number,
        limit_key=deadline.limit_key,
        until_on=until,
        amount=amount,
        agreed_by=agreed_by.strip(),
        reason=reason,
        paper=kept,
        by=by,
    )
    log.recompute(grievance, reason=f"Extended, agreed by {agreed_by.strip()}", cause=event)
    _must_have_moved(deadline, on)
    return grievance


def _must_have_moved(before: Deadline, on: date) -> None:
    """An agreement made before the case was reopened, say, would leave the date as it is: nobody may rely on it."""
    if before.due_on is None:
        return
    now = Deadline.objects.standing().filter(
        grievance=before.grievance_id, limit_key=before.limit_key, occurrence=before.occurrence
    )
    if now.filter(due_on=before.due_on, due_at=before.due_at).exists():
        raise Refused(
            f"Agreed on {format_day(on)}, this would leave “{before.label}” due on {format_day(before.due_on)}. "
            "Check the day of the agreement."
        )


@transaction.atomic
def hold(grievance: Grievance, *, on: date, by: Any, agreed_by: str, reason: str = "", paper: Any = None) -> Grievance:
    """Stop the clock of the whole case."""
    grievance = log.lock(grievance)
    rules.may_time(by, grievance, on=on, today=log.today(), agreed_by=agreed_by).enforce()
    if in_abeyance(grievance):
        raise Refused(f"{grievance} is in abeyance already.")
    kept = log.keep_paper(grievance, paper, by=by, about="Abeyance")
    event = log.note(
        grievance, EventKind.ABEYANCE, on=on, agreed_by=agreed_by.strip(), reason=reason, paper=kept, by=by
    )
    log.recompute(grievance, reason=f"Held in abeyance, agreed by {agreed_by.strip()}", cause=event)
    return grievance


@transaction.atomic
def resume(grievance: Grievance, *, on: date, by: Any, reason: str = "", paper: Any = None) -> Grievance:
    """Start the clock again."""
    grievance = log.lock(grievance)
    since = in_abeyance(grievance)
    rules.first_no(
        rules.may_pursue(by),
        rules.must_run(grievance),
        rules.YES if since else rules.no(f"{grievance} is not in abeyance."),
        rules.not_in_future(on, log.today(), "The end of the abeyance"),
    ).enforce()
    if since and on < since.happened_on:
        raise Refused(f"The abeyance began on {format_day(since.happened_on)}: it cannot end before.")
    kept = log.keep_paper(grievance, paper, by=by, about="End of abeyance")
    event = log.note(grievance, EventKind.RESUMED, on=on, reason=reason, paper=kept, by=by)
    log.recompute(grievance, reason="Abeyance ended", cause=event)
    return grievance


def in_abeyance(grievance: Grievance) -> CaseEvent | None:
    """The event that stopped the clock, while it is stopped."""
    kinds = [EventKind.ABEYANCE, EventKind.RESUMED]
    last = grievance.events.standing().filter(kind__in=kinds).order_by("happened_on", "id").last()
    return last if last is not None and last.kind == EventKind.ABEYANCE else None


@transaction.atomic
def skip(deadline: Deadline, *, on: date, by: Any, agreed_by: str, reason: str = "", paper: Any = None) -> Grievance:
    """Both sides leave out a part of a step that the agreement lets them leave out."""
    grievance = log.lock(deadline.grievance)
    deadline = Deadline.objects.get(pk=deadline.pk)
    rules.first_no(
        rules.may_time(by, grievance, on=on, today=log.today(), agreed_by=agreed_by),
        rules.must_run_on(deadline, "skipped"),
    ).enforce()
    limit = next((limit for limit in log.procedure_of(grievance).limits if limit.key == deadline.limit_key), None)
    if limit is None or not limit.may_skip:
        raise Refused(f"The agreement does not let anybody skip “{deadline.label}”.")
    kept = log.keep_paper(grievance, paper, by=by, about="Agreement to skip")
    event = log.note(
        grievance,
        EventKind.SKIPPED,
        on=on,
        step_number=deadline.step_number,
        limit_key=deadline.limit_key,
        agreed_by=agreed_by.strip(),
        reason=reason,
        paper=kept,
        by=by,
    )
    log.recompute(grievance, reason=f"Skipped, agreed by {agreed_by.strip()}", cause=event)
    return grievance


@transaction.atomic
def correct(
    event: CaseEvent, *, on: date, by: Any, reason: str, at: datetime | None = None, paper: Any = None
) -> CaseEvent:
    """The day was written down wrongly: a new entry takes the old one's place, and every limit is computed anew."""
    grievance, event = _to_mend(event, by=by, reason=reason, void=False)
    rules.not_in_future(on, log.today(), "The corrected day").enforce()
    kept = log.keep_paper(grievance, paper, by=by, about="Correction") or event.paper
    mended = _in_place_of(event, by=by, reason=reason, on=on, happened_at=at, paper=kept)
    for twin in _said_together(event):
        _in_place_of(twin, by=by, reason=reason, on=on, happened_at=at, paper=twin.paper)
    _correct_fact(grievance, mended, on)
    _correct_record(event)
    log.recompute(grievance, reason=f"Corrected: {reason.strip()}"[:300], cause=mended)
    return mended


@transaction.atomic
def take_back(event: CaseEvent, *, by: Any, reason: str) -> CaseEvent:
    """It did not happen: the entry stays, struck through, and counts no more."""
    grievance, event = _to_mend(event, by=by, reason=reason, void=True)
    twins = _said_together(event) if event.kind == EventKind.ANSWERED else []
    void = _in_place_of(event, by=by, reason=reason, is_void=True)
    for twin in twins:
        _in_place_of(twin, by=by, reason=reason, is_void=True)
    if event.kind == EventKind.KNOWLEDGE:
        _correct_fact(grievance, event, None)
    _correct_record(event)
    log.recompute(grievance, reason=f"Taken back: {reason.strip()}"[:300], cause=void)
    return void


def _in_place_of(event: CaseEvent, *, by: Any, reason: str, **changed: Any) -> CaseEvent:
    """A new entry with what the old one says, except for what is changed."""
    same = ("step_number", "limit_key", "until_on", "amount", "agreed_by")
    return log.note(
        event.grievance,
        event.kind,
        **{"on": event.happened_on} | {name: getattr(event, name) for name in same} | changed,
        reason=reason.strip(),
        corrects=event,
        by=by,
    )


def _said_together(event: CaseEvent) -> list[CaseEvent]:
    """A denial is written down with the answer that it is: a limit runs from either, so they move together."""
    other = {EventKind.ANSWERED: EventKind.DENIED, EventKind.DENIED: EventKind.ANSWERED}.get(EventKind(event.kind))
    if other is None:
        return []
    rows = event.grievance.events.standing().filter(
        kind=other, step_number=event.step_number, happened_on=event.happened_on, happened_at=event.happened_at
    )
    return list(rows.select_related("paper"))


def _to_mend(event: CaseEvent, *, by: Any, reason: str, void: bool) -> tuple[Grievance, CaseEvent]:
    grievance = log.lock(event.grievance)
    event = CaseEvent.objects.select_related("grievance", "paper").get(pk=event.pk)
    rules.may_correct(by, event, void=void).enforce()
    if not reason.strip():
        raise Refused("Say what was wrong: the reason stays beside the old entry.")
    return grievance, event


def _correct_record(event: CaseEvent) -> None:
    """The step's record repeats the day of its last meeting, and that the step was denied."""
    record = GrievanceStepRecord.objects.filter(grievance=event.grievance, step_number=event.step_number).first()
    if record is None:
        return
    with audit.because(f"“{event.get_kind_display()}” was corrected"):
        if event.kind == EventKind.MET:
            log.write_last_meeting(record)
        if event.kind in (EventKind.ANSWERED, EventKind.DENIED) and record.outcome == Outcome.DENIED:
            record.outcome = log.outcome_so_far(record)
            record.save(update_fields=["outcome"])


def _correct_fact(grievance: Grievance, event: CaseEvent, on: date | None) -> None:
    """The case repeats three of its days as facts."""
    field = FACT_OF.get(EventKind(event.kind))
    if field is None:
        return
    setattr(grievance, field, on)
    days = [day for day in (grievance.incident_date, grievance.knowledge_date, grievance.filed_date) if day]
    if days != sorted(days):
        raise Refused("It happens, is learned of and is filed in this order: the corrected day breaks it.")
    rules.first_no(
        rules.may_have_happened(grievance, grievance.incident_date) if field == "incident_date" else rules.YES,
        rules.no("It would be filed after it ended: check the date.")
        if grievance.filed_date and grievance.resolution_date and grievance.filed_date > grievance.resolution_date
        else rules.YES,
    ).enforce()
    with audit.because(event.reason[:300]):
        grievance.save(update_fields=[field])
