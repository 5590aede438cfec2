"""What every verb does around its own change: lock the case, write the event, compute the limits anew."""

from datetime import date
from typing import Any

from django.core.files.base import File
from django.utils import timezone

from grievances import agreements, deadlines, rules, terms
from grievances.clock import ClockError
from grievances.models import CaseEvent, Grievance
from ip2a import audit
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.models import Attachment


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
    name = by.get_full_name() if by is not None else ""
    return CaseEvent.objects.create(grievance=grievance, kind=kind, happened_on=on, by=by, by_name=name, **fields)


def save(grievance: Grievance, *fields: str, reason: str = "") -> None:
    with audit.because(reason):
        grievance.save(update_fields=list(fields))


def recompute(grievance: Grievance, *, reason: str, cause: CaseEvent | None = None) -> None:
    """Compute the limits anew. Days that contradict each other are refused in the clock's own words."""
    try:
        deadlines.refresh(grievance, reason=reason, cause=cause)
    except ClockError as error:
        raise Refused(str(error)) from error
    grievance.refresh_from_db()
