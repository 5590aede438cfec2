"""To the employer: the grievance form, letters about limits and steps, the withdrawal."""

from typing import Any

from django.utils import timezone

from grievances import deadlines
from grievances.models import EventKind, Grievance
from grievances.papers.facts import (
    CASE,
    FORM,
    NUMBERED,
    STORY,
    may_appeal,
    may_pursue,
    may_when_filed,
    may_while_it_runs,
    numbered,
    procedure_of,
    step_of,
    story,
)
from ip2a.papers import paper, written_day


@paper(
    key="grievances.step_form",
    model=CASE,
    title="Grievance form",
    category=FORM,
    may=may_pursue,
    fields={**NUMBERED, **STORY, "step": "The step the case is at", "who_meets": "Who meets at this step"},
    body="""
    # Grievance form: {step}

    **Grievance number:** {grievance_number}
    **Grievant:** {grievants}
    **Employer:** {employer}
    **Agreement:** {agreement}
    **Articles violated:** {article}, and all other provisions of the agreement that apply
    **Day it happened:** {incident}
    **Day it was filed:** {filed}
    **Who meets:** {who_meets}

    ## Statement of the grievance

    {statement}

    ## Remedy

    {remedy}

    The union asks in addition that the grievant be made whole in every way.

    For the union: ______________________________ Date: ______________
    {representative}

    Received for the employer: ______________________________ Date: ______________ Time: _________

    ## Step meeting

    Held on: ______________________________

    Present for the union: ____________________________________________________________

    Present for the employer: ____________________________________________________________

    ## Employer's answer

    - [ ] Granted
    - [ ] Settled as written below
    - [ ] Denied, for the reasons written below

    ____________________________________________________________
    ____________________________________________________________
    ____________________________________________________________

    For the employer: ______________________________ Date: ______________

    ## The union

    - [ ] Accepts the answer
    - [ ] Takes the grievance to the next step
    - [ ] Withdraws the grievance without precedent

    For the union: ______________________________ Date: ______________
    """,
)
def step_form(case: Grievance, user: Any) -> dict[str, str]:
    step = step_of(case)
    where = {"step": f"step {step.number}, {step.name.lower()}", "who_meets": step.who}
    return {**numbered(case), **story(case), **where}


@paper(
    key="grievances.extension",
    model=CASE,
    title="Extension letter",
    may=may_while_it_runs,
    fields={
        **NUMBERED,
        "limit": "What is due",
        "due": "The day on which it is due now",
    },
    body="""
    {today}

    {employer}
    {employer_address}

    **Re: Grievance {grievance_number}, {grievants}. Extension of a time limit**

    This confirms our agreement to extend the following time limit of {agreement}:

    **{limit}**, which is due on {due}, is extended to and including ______________________________.

    All other time limits are counted from the extended day. Neither side gives up any position by this extension, and \
    neither will argue that the grievance is untimely because of it.

    Please sign below and return a copy. Until we have it signed, we go by the present date.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}

    Agreed for the employer:

    ____________________________________ Date: ______________

    Name and title: ____________________________________
    """,
)
def extension(case: Grievance, user: Any) -> dict[str, str]:
    due = deadlines.next_of(case, on=timezone.localdate())
    if due is None:
        return numbered(case)
    return {**numbered(case), "limit": due.label, "due": written_day(due.due_on)}


@paper(
    key="grievances.appeal",
    model=CASE,
    title="Appeal to the next step",
    may=may_appeal,
    fields={
        **NUMBERED,
        "step": "The step the case is at",
        "next_step": "The step it goes to",
        "who_meets": "Who meets there",
        "answered": "The day the employer's answer was received",
    },
    body="""
    {today}

    {employer}
    {employer_address}

    **Re: Grievance {grievance_number}, {grievants}. Appeal to {next_step}**

    The grievance was not resolved at {step}. The employer's answer of {answered} is not acceptable to the union.

    The union therefore appeals the grievance to {next_step} under {agreement}, {article}. All articles, facts and \
    remedies named before are named again.

    At {next_step} meet: {who_meets}. Please offer three days for the meeting, and bring everything the employer \
    relies on.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}

    Received for the employer: ______________________________ Date: ______________ Time: _________
    """,
)
def appeal(case: Grievance, user: Any) -> dict[str, str]:
    procedure, here = procedure_of(case), step_of(case)
    after = procedure.steps[here.number]
    answered = case.events.standing().filter(kind=EventKind.ANSWERED, step_number=here.number).last()
    return {
        **numbered(case),
        "step": f"step {here.number} ({here.name.lower()})",
        "next_step": f"step {after.number} ({after.name.lower()})",
        "who_meets": after.who,
        "answered": written_day(answered.happened_on) if answered else "",
    }


@paper(
    key="grievances.referral",
    model=CASE,
    title="Request for arbitration",
    may=may_while_it_runs,
    fields={**NUMBERED, **STORY, "last_step": "The body that has the last word under the agreement"},
    body="""
    {today}

    {employer}
    {employer_address}

    **Re: Grievance {grievance_number}, {grievants}. Referral: {last_step}**

    The grievance was not resolved in the earlier steps. Under {agreement} the union refers it to the last step of the \
    procedure: {last_step}.

    **Articles violated:** {article}, and all other provisions that apply
    **Day it happened:** {incident}
    **Day it was filed:** {filed}

    **Issue:** Did the employer violate the agreement in the matter described below? If so, what shall the remedy be?

    {statement}

    **Remedy asked for:** {remedy}

    Please name the employer's representative, and days on which the employer can take part in choosing whoever hears \
    the case. The union asks that all documents and other evidence stay preserved.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}
    """,
)
def referral(case: Grievance, user: Any) -> dict[str, str]:
    return {**numbered(case), **story(case), "last_step": procedure_of(case).steps[-1].name}


@paper(
    key="grievances.withdrawal",
    model=CASE,
    title="Withdrawal notice",
    may=may_when_filed,
    fields=NUMBERED,
    body="""
    {today}

    {employer}
    {employer_address}

    **Re: Grievance {grievance_number}, {grievants}. Withdrawal**

    The union withdraws grievance {grievance_number}, filed on {filed} under {agreement}.

    It is withdrawn without prejudice and without precedent: it is no agreement with the employer's position, and the \
    union may raise the same question in another case.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}
    """,
)
def withdrawal(case: Grievance, user: Any) -> dict[str, str]:
    return numbered(case)
