"""What fair representation asks for: the letter about a decision, and information asked for and given."""

from typing import Any

from grievances.models import Grievance, InformationRequest
from grievances.papers.facts import CASE, NUMBERED, address, may_answer, may_ask, may_tell, numbered
from ip2a.papers import paper, written_day


@paper(
    key="grievances.notice",
    model=CASE,
    title="Letter to the grievant about a decision",
    may=may_tell,
    fields={
        **NUMBERED,
        "grievant_address": "The grievant's postal address",
        "decision": "What was decided",
        "decided": "The day of the decision",
        "reason": "Why",
        "appeal_until": "Until when it may be appealed inside the union",
    },
    body="""
    {today}

    {grievants}
    {grievant_address}

    **Re: Your grievance {grievance_number} against {employer}**

    On {decided} the local decided **{decision}**.

    The reason is this:

    {reason}

    If you do not agree, you may appeal the decision inside the union until {appeal_until}. Write to the local's \
    office and say why you see it differently; new facts and documents help most.

    If you want to talk about it, or to see the file, please call me. The file of your grievance is kept.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}

    Given or sent on: ______________ - how: ______________________________
    """,
)
def notice(case: Grievance, user: Any) -> dict[str, str]:
    decision = case.decisions.order_by("decided_on", "id").last()
    return {
        **numbered(case),
        "grievant_address": address(case.member) if case.member else "",
        "decision": decision.get_kind_display().lower() if decision else "",
        "decided": written_day(decision.decided_on) if decision else "",
        "reason": decision.reason if decision else "",
        "appeal_until": written_day(decision.appeal_until) if decision else "",
    }


ASKED = {
    **NUMBERED,
    "asked_of": "Whom it is addressed to",
    "what": "What is asked for",
    "asked": "The day it was asked for",
    "due": "The day by which the answer is due",
}


@paper(
    key="grievances.information_request",
    model="grievances.informationrequest",
    title="Information request",
    may=may_ask,
    fields=ASKED,
    body="""
    {today}

    {asked_of}
    {employer}
    {employer_address}

    **Re: Grievance {grievance_number}. Request for information**

    To investigate and pursue this grievance, and to decide how to go on with it, the union asks for the following:

    {what}

    Please let us have it by **{due}**, on paper or as files. If part of it can be given earlier, please give that \
    part at once. If you hold that something is confidential, does not exist or asks too much, say so in writing by \
    the same day, say which part and why, and give the rest; we will talk about how to meet your concern.

    The union asks under the law's duty to bargain and under {agreement}. It may ask for more when it has seen the \
    answer. This request extends no time limit.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}
    """,
)
def information_request(request: InformationRequest, user: Any) -> dict[str, str]:
    return {
        **numbered(request.grievance),
        "asked_of": request.asked_of,
        "what": request.what,
        "asked": written_day(request.asked_on),
        "due": written_day(request.due_on),
    }


@paper(
    key="grievances.information_answer",
    model="grievances.informationrequest",
    title="Answer to the employer's information request",
    may=may_answer,
    fields=ASKED,
    body="""
    {today}

    {employer}
    {employer_address}

    **Re: Grievance {grievance_number}. Your request for information of {asked}**

    You asked for the following:

    {what}

    - [ ] All of it is enclosed.
    - [ ] Part of it is enclosed. The rest follows by ______________.
    - [ ] The union does not have: ____________________________________
    - [ ] The union does not give, for the reasons below: ____________________________________

    ____________________________________________________________

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}
    """,
)
def information_answer(request: InformationRequest, user: Any) -> dict[str, str]:
    return information_request(request, user)
