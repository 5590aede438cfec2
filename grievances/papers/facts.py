"""What papers of a case say in common, and when each makes sense."""

from typing import Any

from django.db.models import QuerySet

from grievances import agreements, rules
from grievances.models import Decision, Grievance, InformationRequest
from grievances.models.duty import Direction, RequestState
from grievances.terms import Procedure, Step
from ip2a.answers import YES, Answer, no
from ip2a.models import Attachment
from ip2a.papers import written_day
from ip2a.questions import NOBODY, question

CASE = "grievances.grievance"
FORM = Attachment.Category.GRIEVANCE_DOC
NUMBERED = {
    "grievance_number": "The number of the case",
    "grievants": "Who the case is for",
    "employer": "The employer's name",
    "employer_address": "The employer's postal address",
    "agreement": "The agreement",
    "article": "The article of the agreement",
    "filed": "The day it was filed",
    "representative": "The representative of the case",
}
STORY = {
    "incident": "The day it happened",
    "statement": "What happened",
    "remedy": "What we ask for",
}


def may_pursue(user: Any, case: Grievance) -> Answer:
    return rules.may_pursue(user)


def may_when_filed(user: Any, case: Grievance) -> Answer:
    return rules.first_no(rules.may_pursue(user), rules.must_be_filed(case))


def may_while_it_runs(user: Any, case: Grievance) -> Answer:
    return rules.first_no(rules.may_pursue(user), rules.must_run(case), rules.must_be_filed(case))


def may_appeal(user: Any, case: Grievance) -> Answer:
    allowed = may_while_it_runs(user, case)
    if not allowed:
        return allowed
    procedure = procedure_of(case)
    if rules.step_number(case, procedure) + 1 >= len(procedure.steps):
        return no("There is no further step to appeal to: the next one is a referral.")
    return YES


@question
def _decided(reader: Any, case: int) -> QuerySet:
    return Decision.objects.filter(grievance=case).order_by().values_list("pk")[:1]


def may_tell(user: Any, case: Grievance) -> Answer:
    allowed = rules.may_pursue(user)
    if allowed and not _decided(NOBODY, case.pk):
        return no("Write the decision down first: the letter says what it is and why.")
    return allowed


def may_ask(user: Any, request: InformationRequest) -> Answer:
    if request.direction != Direction.OURS:
        return no("The employer asked here, so there is nothing for us to ask.")
    return rules.may_pursue(user)


def may_answer(user: Any, request: InformationRequest) -> Answer:
    if request.direction != Direction.THEIRS or request.state == RequestState.WITHDRAWN:
        return no("The employer did not ask here, so there is nothing for us to answer.")
    return rules.may_pursue(user)


def procedure_of(case: Grievance) -> Procedure:
    return agreements.to_procedure(case.agreement_version)


def step_of(case: Grievance) -> Step:
    procedure = procedure_of(case)
    return procedure.steps[rules.step_number(case, procedure) - 1]


def numbered(case: Grievance) -> dict[str, str]:
    rep = case.assigned_rep
    return {
        "grievance_number": case.grievance_number or "",
        "grievants": grievants(case),
        "employer": case.employer.name,
        "employer_address": address(case.employer),
        "agreement": case.agreement_version.agreement.name,
        "article": case.contract_article,
        "filed": written_day(case.filed_date),
        "representative": rep.get_full_name() if rep else "",
    }


def story(case: Grievance) -> dict[str, str]:
    return {
        "incident": written_day(case.incident_date),
        "statement": case.violation_description,
        "remedy": case.remedy_sought,
    }


def grievants(case: Grievance) -> str:
    """The grievant, and how many stand beside them in a group."""
    if case.member is None:
        return "the union, for all affected employees"
    others = case.grievants.filter(left_on=None).count()
    more = f" and {others} other{'' if others == 1 else 's'}" if others else ""
    return f"{case.member.full_name}{more}"


def address(place: Any) -> str:
    town = " ".join(part for part in (f"{place.city}," if place.city else "", place.state, place.zip_code) if part)
    return "\n".join(part for part in (place.address, town) if part)
