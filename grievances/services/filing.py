"""Taking up a complaint, filing it, and the facts of a case."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from grievances import rules
from grievances.models import AgreementVersion, EventKind, Grievance, GrievanceStepRecord, Status
from grievances.models.case import CaseType
from grievances.services import log
from ip2a import services
from ip2a.answers import Refused

FACTS = ("subject", "contract_article", "violation_description", "remedy_sought", "case_type")


@transaction.atomic
def take_up(
    grievance: Grievance,
    *,
    by: Any,
    filed_on: date | None = None,
    filed_at: datetime | None = None,
    served_on: date | None = None,
) -> Grievance:
    """Open a case from its facts (an unsaved ``Grievance``); with ``filed_on`` it is filed at once.

    Without it the complaint is under investigation, has no number, and the limit to file it runs.
    """
    _hold_agreement(grievance.agreement_version)
    rules.may_take_up(by, grievance, today=log.today()).enforce()
    grievance.status = Status.INVESTIGATION
    grievance.current_step = log.procedure_of(grievance).steps[0].key
    grievance.assigned_rep = grievance.assigned_rep or by
    services.save(grievance, by=by, reason="Complaint taken up")
    log.note(grievance, EventKind.INCIDENT, on=grievance.incident_date, by=by)
    if grievance.knowledge_date:
        log.note(grievance, EventKind.KNOWLEDGE, on=grievance.knowledge_date, by=by)
    if filed_on is not None:
        return file(grievance, on=filed_on, by=by, at=filed_at, served_on=served_on)
    log.recompute(grievance, reason="Complaint taken up")
    return grievance


def _hold_agreement(version: AgreementVersion) -> None:
    """Until this case stands nobody changes the days off of its agreement, which would not know of it, nor withdraws
    the version. Others may take up cases meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM grievances_agreement WHERE id = %s FOR SHARE", [version.agreement_id])
    version.refresh_from_db()


@transaction.atomic
def file(
    grievance: Grievance, *, on: date, by: Any, at: datetime | None = None, served_on: date | None = None
) -> Grievance:
    """File a complaint: it gets the next number of the filing's year, and the clock of its first step starts."""
    grievance = log.lock(grievance)
    rules.may_file(by, grievance, on=on, today=log.today()).enforce()
    procedure = log.procedure_of(grievance)
    first = {CaseType.POLICY: procedure.policy_starts_at, CaseType.GROUP: procedure.group_starts_at}
    number = first.get(CaseType(grievance.case_type), 1)
    grievance.filed_date = on
    grievance.status = Status.ARBITRATION if number == len(procedure.steps) else Status.OPEN
    grievance.current_step = procedure.steps[number - 1].key
    grievance.grievance_number = next_number(on.year)
    log.save(grievance, "filed_date", "status", "current_step", "grievance_number", reason="Filed")
    GrievanceStepRecord.objects.create(grievance=grievance, step_number=number)
    event = log.note(grievance, EventKind.FILED, on=on, happened_at=at, step_number=number, by=by)
    if served_on is not None:
        _served(grievance, served_on, number, by)
    log.recompute(grievance, reason="Filed", cause=event)
    return grievance


def _served(grievance: Grievance, on: date, step: int, by: Any) -> None:
    rules.first_no(
        rules.not_in_future(on, log.today(), "The day the employer received it"),
        rules.no("The employer cannot receive it before it is filed: check both dates.")
        if grievance.filed_date and on < grievance.filed_date
        else rules.YES,
    ).enforce()
    log.note(grievance, EventKind.SERVED, on=on, step_number=step, by=by)


def next_number(year: int) -> str:
    """The next number of a year. Others who file in that year wait until this transaction ends.

    A rolled-back filing gives its number back, because the counter is rolled back with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO grievances_casenumbers (year, last) VALUES (%s, 1) "
            "ON CONFLICT (year) DO UPDATE SET last = grievances_casenumbers.last + 1 RETURNING last",
            [year],
        )
        return f"GR-{year}-{cursor.fetchone()[0]:04d}"


@transaction.atomic
def correct_facts(grievance: Grievance, *, by: Any, version: int | None = None, reason: str = "") -> Grievance:
    """Change what the case says, not how it stands: days are corrected in the timeline, states have their verbs."""
    current = log.lock(grievance)
    rules.may_pursue(by).enforce()
    if (
        current.case_type != grievance.case_type
        and current.is_filed
        and CaseType.POLICY
        in (
            current.case_type,
            grievance.case_type,
        )
    ):
        raise Refused("A filed case stays or does not stay a policy grievance: its first step depends on it.")
    if grievance.case_type != CaseType.GROUP and current.grievants.filter(left_on=None).exists():
        raise Refused("Members belong to this group still. Let them leave first, each with the reason.")
    for name in FACTS:
        setattr(current, name, getattr(grievance, name))
    services.save(current, by=by, version=version, reason=reason)
    grievance.refresh_from_db()
    return grievance


@transaction.atomic
def assign(grievance: Grievance, *, to: Any, by: Any, reason: str = "") -> Grievance:
    """Give the case to a representative."""
    grievance = log.lock(grievance)
    rules.may_pursue(by).enforce()
    if not to.is_active or not to.has_perm("grievances.pursue_grievance"):
        raise Refused(f"{to} may not work on grievances. Choose a representative.")
    if grievance.assigned_rep_id == to.pk:
        raise Refused(f"{to} has this case already.")
    grievance.assigned_rep = to
    log.save(grievance, "assigned_rep", reason=reason or f"Given to {to}")
    return grievance
