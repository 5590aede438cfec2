"""What moves the clock by agreement, and correcting what was written down wrongly."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import (
    CaseEvent,
    Deadline,
    DeadlineState,
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
    if deadline.superseded_at is not None:
        raise Refused("This date was superseded meanwhile. Look at the case again, then extend the date that stands.")
    if deadline.state not in (DeadlineState.OPEN, DeadlineState.SUSPENDED):
        raise Refused(f"“{deadline.label}” is over ({deadline.get_state_display().lower()}), so it cannot be extended.")
    if not until and not amount:
        raise Refused("Say until when, or by how much.")
    if until and deadline.due_on and until <= deadline.due_on:
        raise Refused(f"It is due on {format_day(deadline.due_on)} already: an extension goes beyond that.")
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
    return grievance


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
    rules.may_time(by, grievance, on=on, today=log.today(), agreed_by=agreed_by).enforce()
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
    mended = CaseEvent.objects.create(
        grievance=grievance,
        kind=event.kind,
        happened_on=on,
        happened_at=at,
        step_number=event.step_number,
        limit_key=event.limit_key,
        until_on=event.until_on,
        amount=event.amount,
        agreed_by=event.agreed_by,
        reason=reason.strip(),
        paper=kept,
        corrects=event,
        by=by,
        by_name=by.get_full_name(),
    )
    _correct_fact(grievance, mended, on)
    _correct_record(event, meeting_date=on)
    log.recompute(grievance, reason=f"Corrected: {reason.strip()}"[:300], cause=mended)
    return mended


@transaction.atomic
def take_back(event: CaseEvent, *, by: Any, reason: str) -> CaseEvent:
    """It did not happen: the entry stays, struck through, and counts no more."""
    grievance, event = _to_mend(event, by=by, reason=reason, void=True)
    void = CaseEvent.objects.create(
        grievance=grievance,
        kind=event.kind,
        happened_on=event.happened_on,
        step_number=event.step_number,
        limit_key=event.limit_key,
        until_on=event.until_on,
        amount=event.amount,
        agreed_by=event.agreed_by,
        reason=reason.strip(),
        corrects=event,
        is_void=True,
        by=by,
        by_name=by.get_full_name(),
    )
    if event.kind == EventKind.KNOWLEDGE:
        _correct_fact(grievance, event, None)
    _correct_record(event, meeting_date=None)
    log.recompute(grievance, reason=f"Taken back: {reason.strip()}"[:300], cause=void)
    return void


def _to_mend(event: CaseEvent, *, by: Any, reason: str, void: bool) -> tuple[Grievance, CaseEvent]:
    grievance = log.lock(event.grievance)
    event = CaseEvent.objects.select_related("grievance", "paper").get(pk=event.pk)
    rules.may_correct(by, event, void=void).enforce()
    if not reason.strip():
        raise Refused("Say what was wrong: the reason stays beside the old entry.")
    return grievance, event


def _correct_record(event: CaseEvent, *, meeting_date: date | None) -> None:
    """The step's record repeats the day of its meeting, and that the step was denied."""
    record = GrievanceStepRecord.objects.filter(grievance=event.grievance, step_number=event.step_number).first()
    if record is None:
        return
    with audit.because(f"“{event.get_kind_display()}” was corrected"):
        if event.kind == EventKind.MET:
            record.meeting_date = meeting_date
            record.save(update_fields=["meeting_date"])
        if event.kind == EventKind.DENIED and meeting_date is None and record.outcome == Outcome.DENIED:
            record.outcome = ""
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
    with audit.because(event.reason[:300]):
        grievance.save(update_fields=[field])
