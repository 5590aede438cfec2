"""Who may take up and file a case, when, and under which agreement."""

from datetime import date
from typing import Any

from grievances.models import CaseType, Grievance
from grievances.rules_shared import first_no, may_pursue, must_run, not_in_future
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day


def may_take_up(user: Any, grievance: Grievance, *, today: date) -> Answer:
    """A new case: who, where, when and under which agreement must go together."""
    version, incident, member = grievance.agreement_version, grievance.incident_date, grievance.member
    known = grievance.knowledge_date
    return first_no(
        may_pursue(user),
        not_in_future(incident, today, "The day it happened"),
        not_in_future(known, today, "The day the grievant learned of it") if known else YES,
        no("Nobody can learn of it before it happened: check both dates.") if known and known < incident else YES,
        may_have_happened(grievance, incident),
        must_be_there(member),
        must_be_there(grievance.employer),
        _must_bind(version, grievance.employer, incident),
        no("Say who the grievant is, or make it a policy grievance.")
        if member is None and grievance.case_type != CaseType.POLICY
        else YES,
    )


def may_have_happened(grievance: Grievance, incident: date) -> Answer:
    """Not before the grievant joined, and not before the agreement."""
    return first_no(
        hired_before(grievance.member, incident), _not_before_agreement(grievance.agreement_version, incident)
    )


def must_be_there(record: Any) -> Answer:
    if record is not None and record.is_removed:
        return no(f"{record} was removed or made one with another record. Choose the one that stands.")
    return YES


def _must_bind(version: Any, employer: Any, incident: date) -> Answer:
    """No new case under a procedure that does not hold, or for an employer it does not bind."""
    if version.state != version.State.IN_FORCE:
        return no(f"{version} is {version.get_state_display().lower()}: new cases need a version that is in force.")
    if version.effective_to is not None and incident > version.effective_to:
        return no(
            f"{version} ended on {format_day(version.effective_to)}, before this happened. "
            "Choose the agreement that held on that day."
        )
    bound = version.agreement.parties.filter(organization=employer, starts_on__lte=incident)
    if not bound.exclude(ends_on__lt=incident).exists():
        return no(
            f"{employer} was not bound by {version.agreement} on {format_day(incident)}. "
            "Choose another agreement, or ask an administrator to enter the employer there."
        )
    return YES


def hired_before(member: Any, incident: date) -> Answer:
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
