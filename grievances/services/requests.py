"""Asking for information, and the trail of answers and refusals."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import Grievance, InformationRequest, RequestEntry
from grievances.models.duty import EntryKind, RequestState
from grievances.services import log
from ip2a import audit
from ip2a.answers import Refused
from maintenance import thresholds

ANSWER_DAYS = thresholds.declare(
    "grievances.information_request_days", 10, unit="days", about="An answer to an information request is due after."
)
STATE_AFTER = {
    EntryKind.PARTLY: RequestState.PARTLY,
    EntryKind.ANSWERED: RequestState.ANSWERED,
    EntryKind.REFUSED: RequestState.REFUSED,
    EntryKind.NARROWED: RequestState.OPEN,
    EntryKind.WITHDRAWN: RequestState.WITHDRAWN,
}


@transaction.atomic
def ask(
    grievance: Grievance,
    *,
    direction: str,
    what: str,
    on: date,
    by: Any,
    asked_of: str = "",
    due_on: date | None = None,
    paper: Any = None,
) -> InformationRequest:
    """Ask the employer for information, or write down that it asked us. Both sides owe an answer."""
    grievance = log.lock(grievance)
    rules.first_no(rules.may_pursue(by), rules.not_in_future(on, log.today(), "The request")).enforce()
    if not what.strip():
        raise Refused("Say what is asked for.")
    due = due_on or on + timedelta(days=int(thresholds.value(ANSWER_DAYS)))
    if due < on:
        raise Refused("The answer is due before it was asked for: check both dates.")
    request = InformationRequest.objects.create(
        grievance=grievance, direction=direction, what=what.strip(), asked_of=asked_of, asked_on=on, due_on=due
    )
    _enter(request, EntryKind.ASKED, on, by, text=what.strip(), paper=paper)
    return request


@transaction.atomic
def turn(
    request: InformationRequest,
    *,
    kind: str,
    on: date,
    by: Any,
    text: str = "",
    until_on: date | None = None,
    paper: Any = None,
) -> RequestEntry:
    """One more turn: reminded, answered, refused, objected to, narrowed, given more time, withdrawn."""
    request = InformationRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    rules.may_turn(by, request, kind, on=on, today=log.today()).enforce()
    if kind in (EntryKind.REFUSED, EntryKind.OBJECTED, EntryKind.WITHDRAWN) and not text.strip():
        raise Refused("Write down the words of the refusal, the objection or the withdrawal.")
    if kind == EntryKind.EXTENDED and (until_on is None or until_on < request.asked_on):
        raise Refused("Say until when there is more time: a day after the request.")
    request.state = STATE_AFTER.get(EntryKind(kind), request.state)
    request.answered_on = on if request.state == RequestState.ANSWERED else None
    request.due_on = (until_on if kind == EntryKind.EXTENDED else None) or request.due_on
    with audit.because(text.strip()[:300]):
        request.save(update_fields=["state", "answered_on", "due_on"])
    return _enter(request, kind, on, by, text=text.strip(), until_on=until_on, paper=paper)


def _enter(request: InformationRequest, kind: str, on: date, by: Any, *, paper: Any, **fields: Any) -> RequestEntry:
    label = EntryKind(kind).label.lower()
    kept = log.keep_paper(request.grievance, paper, by=by, about=f"Information request: {label}")
    return RequestEntry.objects.create(
        request=request, kind=kind, happened_on=on, paper=kept, by=by, by_name=by.get_full_name(), **fields
    )
