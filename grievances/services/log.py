"""What every verb does around its own change: lock the case, write the event, compute the limits anew."""

from datetime import date
from typing import Any

from django.core.files.base import File
from django.utils import timezone

from grievances import agreements, deadlines, rules, terms
from grievances.clock import ClockError
from grievances.models import CaseEvent, EventKind, Grievance, GrievanceStepRecord, Outcome
from grievances.services import sequence
from ip2a import audit
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.models import Attachment
from ip2a.words import format_moment


def lock(grievance: Grievance) -> Grievance:
    """The case as it stands now; until the end of the transaction nobody else moves it."""
    return Grievance.objects.select_for_update(of=("self",)).get(pk=grievance.pk)


def today() -> date:
    return timezone.localdate()


def procedure_of(grievance: Grievance) -> terms.Procedure:
    return agreements.to_procedure(grievance.agreement_version)


def step_of(grievance: Grievance) -> int:
    return rules.step_number(grievance, procedure_of(grievance))


def keep_paper(grievance: Grievance, paper: File | Attachment | None, *, by: Any, about: str) -> Attachment | None:
    """The paper of an act among the documents of its case."""
    if paper is None or isinstance(paper, Attachment):
        return paper
    return attach(grievance, paper, by=by, category=Attachment.Category.GRIEVANCE_DOC, description=about)


def note(grievance: Grievance, kind: str, *, on: date, by: Any, **fields: Any) -> CaseEvent:
    """Write an event into the case, under the name of who did it."""
    at = fields.get("happened_at")
    if at is not None and at > timezone.now():
        raise Refused(f"{format_moment(at)} lies in the future. Write it down when it has happened.")
    name = by.get_full_name() if by is not None else ""
    event = CaseEvent(grievance=grievance, kind=kind, happened_on=on, by=by, by_name=name, **fields)
    if not event.is_void:
        sequence.must_fit(event).enforce()
    event.save(force_insert=True)
    return event


def save(grievance: Grievance, *fields: str, reason: str = "") -> None:
    with audit.because(reason):
        grievance.save(update_fields=list(fields))


def write_last_meeting(record: GrievanceStepRecord) -> None:
    """The day of the last meeting that was held at the step; one that was only planned leaves no day."""
    held = record.grievance.events.standing().filter(kind=EventKind.MET, step_number=record.step_number)
    record.meeting_date = held.order_by("happened_on").values_list("happened_on", flat=True).last()
    record.save(update_fields=["meeting_date"])


def outcome_so_far(record: GrievanceStepRecord) -> str:
    """How a step stands that is neither settled nor left."""
    denied = record.grievance.events.standing().filter(kind=EventKind.DENIED, step_number=record.step_number)
    return Outcome.DENIED if denied.exists() else ""


def recompute(grievance: Grievance, *, reason: str, cause: CaseEvent | None = None) -> None:
    """Compute the limits anew. Days that contradict each other are refused in the clock's own words."""
    try:
        deadlines.refresh(grievance, reason=reason, cause=cause)
    except ClockError as error:
        raise Refused(str(error)) from error
    grievance.refresh_from_db()
