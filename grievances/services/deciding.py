"""Decisions with their reason, and how the grievant was told."""

from datetime import date
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import Decision, Grievance, Notice
from grievances.services import log
from ip2a.answers import Refused


def write_decision(
    grievance: Grievance, *, kind: str, reason: str, on: date, by: Any, appeal_until: date | None = None
) -> Decision:
    if not reason.strip():
        raise Refused("Write down why: the reason is what a fair-representation claim asks for.")
    rules.may_appeal_until(appeal_until, on).enforce()
    return Decision.objects.create(
        grievance=grievance,
        kind=kind,
        reason=reason.strip(),
        decided_on=on,
        appeal_until=appeal_until,
        by=by,
        by_name=by.get_full_name() if by else "",
    )


def write_notice(decision: Decision, *, on: date, how: str, whom: str, note: str, by: Any, paper: Any = None) -> Notice:
    return Notice.objects.create(
        decision=decision,
        told_on=on,
        told_how=how,
        told_whom=whom,
        note=note,
        paper=paper,
        by=by,
        by_name=by.get_full_name() if by else "",
    )


@transaction.atomic
def decide(
    grievance: Grievance, *, kind: str, reason: str, on: date, by: Any, appeal_until: date | None = None
) -> Decision:
    """Write down a decision that moves nothing by itself, such as not to arbitrate."""
    grievance = log.lock(grievance)
    rules.may_decide(by, kind, on=on, today=log.today()).enforce()
    return write_decision(grievance, kind=kind, reason=reason, on=on, by=by, appeal_until=appeal_until)


@transaction.atomic
def tell(
    decision: Decision, *, on: date, how: str, by: Any, whom: str = "", note: str = "", paper: Any = None
) -> Notice:
    """The grievant was told of a decision."""
    rules.may_tell(by, decision, on=on, today=log.today()).enforce()
    kept = log.keep_paper(decision.grievance, paper, by=by, about="Notice to the grievant")
    return write_notice(decision, on=on, how=how, whom=whom, note=note, by=by, paper=kept)
