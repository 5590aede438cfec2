"""The least valid records of the grievances room, for seeds and tests. Cases come about by the services."""

from dataclasses import asdict
from datetime import date
from itertools import count
from typing import Any

from grievances import services
from grievances.models import (
    Agreement,
    AgreementEmployer,
    AgreementVersion,
    Grievance,
    ProcedureLimit,
    ProcedureStep,
)
from grievances.procedures import FOUR_STEP_INDUSTRIAL
from grievances.terms import Procedure
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory

_numbers = count(1)
FIRST_DAY = date(2020, 1, 1)
INCIDENT = date(2026, 3, 2)  # a Monday
FILED = date(2026, 3, 3)


def agreement_in_force(
    *employers: Any, procedure: Procedure = FOUR_STEP_INDUSTRIAL, effective_from: date = FIRST_DAY, **fields: Any
) -> AgreementVersion:
    """A version in force of a new agreement that binds these employers; federal holidays unless said otherwise."""
    agreement = Agreement.objects.create(**{"name": f"Agreement {next(_numbers)}", **fields})
    version = AgreementVersion.objects.create(
        agreement=agreement,
        number=1,
        effective_from=effective_from,
        policy_starts_at=procedure.policy_starts_at,
        group_starts_at=procedure.group_starts_at,
        sitting_months=list(procedure.sitting_months),
        sitting_weekday=procedure.sitting_weekday,
    )
    for step in procedure.steps:
        ProcedureStep.objects.create(agreement_version=version, **asdict(step))
    for position, limit in enumerate(procedure.limits):
        row = {name: getattr(value, "value", value) for name, value in asdict(limit).items() if name != "step"}
        ProcedureLimit.objects.create(agreement_version=version, position=position, step_number=limit.step, **row)
    version.state = AgreementVersion.State.IN_FORCE
    version.save(update_fields=["state"])
    for employer in employers:
        AgreementEmployer.objects.create(agreement=agreement, organization=employer, starts_on=effective_from)
    return version


def complaint(*, by: Any = None, version: AgreementVersion | None = None, **fields: Any) -> Grievance:
    """A complaint that was taken up and is not filed."""
    return services.take_up(_facts(version, fields), by=by or UserFactory(role="representative"))


def case(
    *, by: Any = None, version: AgreementVersion | None = None, filed_on: date = FILED, **fields: Any
) -> Grievance:
    """A filed grievance at its first step."""
    by = by or UserFactory(role="representative")
    return services.take_up(_facts(version, fields), by=by, filed_on=filed_on)


def _facts(version: AgreementVersion | None, fields: dict[str, Any]) -> Grievance:
    employer = fields.pop("employer", None) or OrganizationFactory()
    given = {
        "employer": employer,
        "agreement_version": version or agreement_in_force(employer),
        "incident_date": INCIDENT,
        "violation_description": "Passed over for overtime on a Saturday.",
        **fields,
    }
    if "member" not in given:
        given["member"] = MemberFactory()
    _bind(given["agreement_version"], employer)
    return Grievance(**given)


def _bind(version: AgreementVersion, employer: Any) -> None:
    """An employer that the agreement does not name is put under it."""
    if not version.agreement.parties.filter(organization=employer).exists():
        AgreementEmployer.objects.create(agreement=version.agreement, organization=employer, starts_on=FIRST_DAY)
