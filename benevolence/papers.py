"""Letters about applications, to the member. What tells of the story is a letter of the story, inside its compartment.

The letters of the application itself say state and amounts, so that whoever filed it can write them, too. All of them
are kept among the papers of the story. While names are hidden from the officers, only the filer writes.
"""

from datetime import timedelta
from typing import Any

from benevolence import viewing
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    Decision,
    LedgerEntry,
    Payee,
    PaymentMethod,
    Status,
)
from ip2a import numbers
from ip2a.answers import YES, Answer, no
from ip2a.panels import Panel, panel
from ip2a.papers import paper, papers_panel, written_day
from ip2a.rules import has_right
from ip2a.words import format_money
from members.models import Member

APPEAL_DAYS = numbers.declare(
    "benevolence.appeal-days",
    30,
    unit="days",
    about="So long after a denial the member may appeal; the letter says it.",
)
APPLICATION, STORY = "benevolence.benevolenceapplication", "benevolence.applicationstory"
ADDRESSEE = {
    "member_name": "The member's name",
    "member_address": "The member's postal address",
    "first_name": "The member's first name",
    "number": "The number of the application",
    "applied": "The day of the application",
    "requested": "The amount that was asked for",
}
HEAD = """
    {today}

    {member_name}
    {member_address}

    **Re: Your application to the benevolence fund, {number}**

    Dear {first_name},
"""
FOOT = """
    In solidarity,

    ____________________________________
    {your_name}
    {local_name}
"""
HOW_PAID = {
    PaymentMethod.CHECK: "Your check is enclosed with this letter. Please cash it soon; if it is lost, call us, and we "
    "stop it and write another.",
    PaymentMethod.ACH: "The money was sent to your bank account and should be there within a few business days.",
    PaymentMethod.CREDITOR: "As you asked, the money was paid directly to your creditor, who has been told that it is "
    "for your account. Please check your next statement.",
}


# Who may write which letter when


def _may_write(user: Any, application: BenevolenceApplication) -> Answer:
    """Officers, and who may file; not who may not learn the applicant's name now."""
    if not has_right(user, "decide", type(application)) and not has_right(user, "change", type(application)):
        return no("Officers and those who file applications write these letters.")
    if viewing.is_blind_for(application, user):
        return no("The applicant's name is hidden from you while this is reviewed. The filer writes this letter.")
    return YES


def _when(holds: bool, otherwise: str, user: Any, application: BenevolenceApplication) -> Answer:
    return _may_write(user, application) if holds else no(otherwise)


def may_write_approval(user: Any, application: BenevolenceApplication) -> Answer:
    told = application.status in (Status.APPROVED, Status.PAID)
    return _when(told, "Only an approval is told in this letter. This application is not approved.", user, application)


def may_write_deferral(user: Any, application: BenevolenceApplication) -> Answer:
    deferred = application.deferred_until is not None
    return _when(deferred, "This application is not deferred, so there is no deferral to tell.", user, application)


def may_write_payment(user: Any, application: BenevolenceApplication) -> Answer:
    return _when(application.status == Status.PAID, "This application is not paid yet.", user, application)


def may_write_denial(user: Any, story: ApplicationStory) -> Answer:
    denied = story.application.status == Status.DENIED
    return _when(denied, "This application was not denied, so there is no denial to tell.", user, story.application)


def may_ask_the_member(user: Any, story: ApplicationStory) -> Answer:
    asked = story.application.waiting_since is not None
    return _when(asked, "Nobody has asked for more information.", user, story.application)


def may_write_to_creditor(user: Any, story: ApplicationStory) -> Answer:
    paid = story.application.status == Status.PAID and story.payee == Payee.CREDITOR
    return _when(paid, "No creditor was paid for this application.", user, story.application)


# What the records say


def _to(application: BenevolenceApplication) -> dict[str, str]:
    member = application.member
    return {
        "member_name": member.full_name,
        "member_address": _address(member),
        "first_name": member.first_name,
        "number": application.number,
        "applied": written_day(application.application_date),
        "requested": format_money(application.amount_requested),
    }


def _address(member: Member) -> str:
    town = " ".join(part for part in (f"{member.city}," if member.city else "", member.state, member.zip_code) if part)
    return "\n".join(part for part in (member.address, town) if part)


def _latest(application: BenevolenceApplication, decision: str) -> BenevolenceReview | None:
    told = application.reviews.filter(attempt=application.attempt, decision=decision)
    return told.order_by("-id").first()


@paper(
    key="benevolence.approval",
    model=APPLICATION,
    title="Approval letter",
    fields={
        **ADDRESSEE,
        "approved": "The amount that was approved",
        "compared": "A sentence that compares it with what was asked for",
    },
    body=HEAD
    + """
    We are glad to tell you that your application of {applied} is approved. The fund will help you with \
    **{approved}**. {compared}

    You need not do anything. We pay as you asked in the application and write to you again when the money is on its \
    way. If your address or your bank has changed, please call the office before then.

    This help is a benefit of your membership, paid from what members set aside for one another. You need not pay it \
    back. It is treated in confidence: only whoever took it down for you and the officers who decide and pay know why \
    you asked.

    We hope that things get easier for you soon. If there is something else the local can do, please tell us.
    """
    + FOOT,
    may=may_write_approval,
    kept_with=lambda application: application.story,
)
def approval(application: BenevolenceApplication, user: Any) -> dict[str, str]:
    whole = application.approved_amount == application.amount_requested
    asked = format_money(application.amount_requested)
    compared = "That is all you asked for." if whole else f"You asked for {asked}; this is what the fund can give."
    return _to(application) | {"approved": format_money(application.approved_amount), "compared": compared}


@paper(
    key="benevolence.deferral",
    model=APPLICATION,
    title="Letter about a deferral",
    fields={**ADDRESSEE, "until": "The day on which it is taken up again"},
    body=HEAD
    + """
    Thank you for your application of {applied}. It is not decided yet: the officers will take it up again on \
    **{until}**. This is neither a yes nor a no, and you have done nothing wrong.

    You need not apply again. If your situation changes before that day, or if you cannot wait so long, please call \
    your representative or the office, and we will see whether it can be taken up earlier.
    """
    + FOOT,
    may=may_write_deferral,
    kept_with=lambda application: application.story,
)
def deferral(application: BenevolenceApplication, user: Any) -> dict[str, str]:
    return _to(application) | {"until": written_day(application.deferred_until)}


@paper(
    key="benevolence.payment",
    model=APPLICATION,
    title="Letter with a payment",
    fields={
        **ADDRESSEE,
        "paid": "The amount that was paid",
        "paid_on": "The day of the payment",
        "how_paid": "A sentence about the way it was paid",
    },
    body=HEAD
    + """
    On {paid_on} the benevolence fund paid you **{paid}** on your application of {applied}. {how_paid}

    Please keep this letter with your papers. If something about the payment is not as you expected, call the office: \
    it is quickly put right.

    With our best wishes to you and yours.
    """
    + FOOT,
    may=may_write_payment,
    kept_with=lambda application: application.story,
)
def payment(application: BenevolenceApplication, user: Any) -> dict[str, str]:
    return _to(application) | {
        "paid": format_money(application.approved_amount),
        "paid_on": written_day(application.payment_date),
        "how_paid": HOW_PAID.get(application.payment_method, ""),
    }


@paper(
    key="benevolence.denial",
    model=STORY,
    title="Letter about a denial",
    fields={
        **ADDRESSEE,
        "decided_on": "The day of the decision",
        "reason": "What the officers want the applicant to be told",
        "reapply_on": "The first day on which the member may apply again",
        "appeal_by": "The last day for an appeal",
    },
    body=HEAD
    + """
    Thank you for telling us what happened. The officers have read your application of {applied} with care and \
    decided it on {decided_on}. We are sorry that the fund cannot help you this time.

    **Why**

    {reason}

    **Applying again**

    You may apply again from **{reapply_on}**. Your representative or the office files it with you; bring papers that \
    show what has changed.

    **If you think that this is wrong**

    You may appeal until **{appeal_by}**. Write a short letter to the Executive Board of {local_name} and say what was \
    overlooked; your representative helps you with it. Officers who decided your application do not decide the appeal.

    A denial says nothing about your worth as a member, and it is treated in confidence. If you are in need now, \
    please ask us about other help: we know of public and charitable sources and gladly call them with you.
    """
    + FOOT,
    may=may_write_denial,
)
def denial(story: ApplicationStory, user: Any) -> dict[str, str]:
    application = story.application
    said = _latest(application, Decision.DENIED)
    days = timedelta(days=int(numbers.value(APPEAL_DAYS)))
    decided = application.decided_on
    return _to(application) | {
        "decided_on": written_day(decided),
        "reason": said.for_applicant if said else "",
        "reapply_on": written_day(application.reapply_on),
        "appeal_by": written_day(decided + days if decided else None),
    }


@paper(
    key="benevolence.more_information",
    model=STORY,
    title="Letter asking for more information",
    fields={**ADDRESSEE, "question": "What the officers ask", "answer_by": "The day by which the answer is awaited"},
    body=HEAD
    + """
    Thank you for your application of {applied}. Before the officers can decide it, they need to know something more:

    {question}

    Please answer by **{answer_by}**: bring or send it to your representative or to the office, or just call. If a \
    paper is hard to get, tell us, and we will look for another way together. Your application keeps its place; as \
    soon as your answer is here, it goes back to the same officer.

    Whatever you send is read only by whoever files it for you and by the officers who decide.
    """
    + FOOT,
    may=may_ask_the_member,
)
def more_information(story: ApplicationStory, user: Any) -> dict[str, str]:
    application = story.application
    asked = _latest(application, Decision.NEEDS_INFO)
    days = timedelta(days=application.policy.answer_days) if application.policy else timedelta()
    return _to(application) | {
        "question": asked.for_applicant if asked else "",
        "answer_by": written_day(asked.review_date + days if asked else None),
    }


@paper(
    key="benevolence.creditor",
    model=STORY,
    title="Letter to the creditor with a payment",
    fields={
        "creditor": "The creditor",
        "member_name": "The member's name",
        "reference": "The account, lease or invoice number with the creditor",
        "paid": "The amount that was paid",
        "paid_on": "The day of the payment",
        "trace": "The check or trace number of the payment",
    },
    body="""
    {today}

    {creditor}

    **Re: Payment for {member_name}, your reference {reference}**

    To whom it may concern:

    On {paid_on} {local_name} paid **{paid}** for the account named above (our number {trace}). Please credit it to \
    {member_name} and send a receipt to the address in the head of this letter. If you cannot credit the whole amount, \
    return the rest to us and not to {member_name}.
    """
    + FOOT,
    may=may_write_to_creditor,
)
def to_creditor(story: ApplicationStory, user: Any) -> dict[str, str]:
    application = story.application
    entry = LedgerEntry.objects.standing().filter(application=application).first()
    return {
        "creditor": story.creditor_name,
        "member_name": application.member.full_name,
        "reference": story.creditor_reference,
        "paid": format_money(application.approved_amount),
        "paid_on": written_day(application.payment_date),
        "trace": entry.reference if entry else "",
    }


@panel(APPLICATION, order=65)
def letters(request: Any, application: BenevolenceApplication) -> Panel | None:
    """Every letter this person may write here, of the application and of its story."""
    story = ApplicationStory.objects.visible_to(request.user).filter(application=application).first()
    found = [papers_panel(request, record) for record in (application, story) if record is not None]
    drawn = [made for made in found if made is not None]
    if not drawn:
        return None
    entries = [entry for made in drawn for entry in made.context["entries"]]
    return Panel("Letters", drawn[0].template, {**drawn[0].context, "entries": entries}, id="papers")
