"""Mail of this room: who is told what, each thing once.

Written in the transaction of what it tells; the key (case, round, level, kind, person) keeps it from being written
twice. No mail holds a story, a reason or the name of an applicant: number, state, amount, and the way to the page.
What tells who decides a case, and so perhaps who has stepped aside, hangs on the story: inside the compartment, as
reviews are. What a filer is told hangs on the application, as the state does.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from benevolence import roster
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    Decision,
    Fund,
    LedgerEntry,
    Office,
    StandIn,
)
from benevolence.models.words import LEVELS
from ip2a import numbers, post
from ip2a.accounts.absences import stand_ins
from ip2a.models import User
from ip2a.post.outbox import link
from ip2a.words import format_day, format_money

AWAITED = post.declare_kind("benevolence.review", "Applications that await you")
ANSWER = post.declare_kind("benevolence.answer", "Applications you filed")
OVERDUE = post.declare_kind("benevolence.overdue", "Overdue reviews")
OFFICE = post.declare_kind("benevolence.office", "Offices of the fund")
TELL_WITHIN = numbers.declare(
    "benevolence.tell-within",
    14,
    unit="days",
    about="What happened longer ago, and is entered late, is told to nobody by mail.",
)
LATE = "late"
INSIDE = "ip2a.enter_benevolence"
SEES = "benevolence.view_benevolenceapplication"


def awaits(application: BenevolenceApplication, on: date, note: str = "") -> None:
    """The case has come to a level: tell who decides it there. ``note`` says why it is back."""
    if _is_history(on):
        return
    level, found = roster.named(application.current_level), roster.decider_of(application, on)
    key = f"{AWAITED}:{application.pk}:{application.round}:{application.current_level}"
    urgent = "Emergency: " if application.is_emergency else ""
    if found is None:
        words = f"The holder may not decide it and nobody stands in. Appoint a stand-in for the {level}."
        _tell_inside(
            _holders(application, on), application, f"Nobody can decide {application.number}", words, f"{key}:open", on
        )
        return
    person, stands_in = found
    lines = [
        note,
        f"{format_money(application.amount_requested)} is asked for. Please decide by "
        f"{format_day(application.review_due_on)}.",
        f"The money is needed by {format_day(application.needed_by)}." if application.needed_by else "",
        "It comes to you because you stand in for this level." if stands_in else "",
    ]
    subject = f"{urgent}{application.number} awaits your decision as {level}"
    _tell_inside([person], application, subject, "\n".join(line for line in lines if line), key, on)


def to_be_paid(application: BenevolenceApplication, on: date) -> None:
    """The last level has approved: tell who pays."""
    fund = Fund.objects.filter(is_default=True).first()
    if fund is None or _is_history(on):
        return
    deciders = roster.holder_of(fund.paying_level, on), roster.stand_in_of(fund.paying_level, on)
    people = [row.person for row in deciders if row is not None and not _may_not_pay(row.person, application)]
    _tell_inside(
        people[:1] or _holders(application, on),
        application,
        f"{application.number} is approved and to be paid: {format_money(application.approved_amount)}",
        "The last level needed has approved it.",
        f"{AWAITED}:{application.pk}:{application.round}:pay",
        on,
    )


def _may_not_pay(person: Any, application: BenevolenceApplication) -> bool:
    """The applicant, and whoever alone approved."""
    approvals = BenevolenceReview.objects.filter(
        application=application, attempt=application.attempt, decision=Decision.APPROVED
    )
    is_applicant = roster.is_out(person, application) == "is the applicant"
    return is_applicant or set(approvals.values_list("reviewer", flat=True)) == {person.pk}


def decided(application: BenevolenceApplication, review: BenevolenceReview) -> None:
    """A level has answered: tell the filer what became of it. An approval on the way is no answer yet."""
    number, policy = application.number, application.policy
    if review.decision == Decision.APPROVED:
        asked = format_money(application.amount_requested)
        whole = application.approved_amount == application.amount_requested
        subject = f"{number} is approved: {format_money(application.approved_amount)}"
        words = "All that was asked for." if whole else f"{asked} was asked for."
        words += " It is paid next; you hear of that, too."
    elif review.decision == Decision.DENIED:
        subject = f"{number} is denied"
        words = "What the applicant is to be told, and when and how to apply again, stands on its page."
    elif review.decision == Decision.DEFERRED:
        subject = f"{number} is deferred until {format_day(review.deferred_until)}"
        words = "On that day it comes back to the officers. Nothing is needed from you now; tell the applicant."
    else:
        subject = f"{number}: more information is asked for"
        by = format_day(review.review_date + timedelta(days=policy.answer_days))
        words = f"The question stands on its page. Please answer by {by}: until then the case rests."
    _tell_filer(
        application, subject, words, f"{review.round}:{review.review_level}:{review.decision}", review.review_date
    )


def paid(application: BenevolenceApplication, entry: LedgerEntry) -> None:
    subject = f"{application.number} is paid: {format_money(application.approved_amount)}"
    words = f"{application.get_payment_method_display()}, {format_day(entry.entry_date)}."
    _tell_filer(application, subject, words, f"paid:{entry.pk}", entry.entry_date)


def voided(application: BenevolenceApplication, entry: LedgerEntry) -> None:
    subject = f"{application.number}: the payment was taken back"
    approved = application.status == BenevolenceApplication.Status.APPROVED
    words = "It is still approved and can be paid anew." if approved else "The application now counts as denied."
    _tell_filer(
        application,
        subject,
        f"{words} Ask an officer before you tell the applicant.",
        f"void:{entry.pk}",
        entry.entry_date,
    )


def withdrawn(application: BenevolenceApplication, by: Any, on: date) -> None:
    """Somebody else took it back: tell the filer, with whom it lies again."""
    if by.pk != application.filed_by_id:
        words = "It is a draft again and lies with you. An officer can tell you why."
        _tell_filer(application, f"{application.number} was withdrawn", words, f"withdrawn:{application.attempt}", on)


def entrusted(application: BenevolenceApplication, version: int) -> None:
    """Another person is the filer now. ``version`` is the application's before that."""
    subject = f"{application.number or 'A draft of a benevolence application'} is yours now"
    words = "You are its filer: you answer the officers' questions, and hear what becomes of it."
    _tell_filer(application, subject, words, f"entrusted:{version}", timezone.localdate())


def took_over(tenure: Office | StandIn, waiting: int) -> None:
    """Somebody has a level now or from a day on; ``waiting`` cases lie with it today."""
    level, begins = roster.named(tenure.level), format_day(tenure.starts_on)
    what = "You stand in for the" if isinstance(tenure, StandIn) else "You decide benevolence applications as"
    cases = {0: "No application waits there today.", 1: "One application waits there today."}
    words = cases.get(waiting, f"{waiting:,} applications wait there today.")
    post.send(
        to=tenure.person,
        subject=f"{what} {level} from {begins}",
        body=f"{words}\n\n{link('/')}",
        kind=OFFICE,
        key=f"{OFFICE}:{tenure._meta.model_name}:{tenure.pk}",
        about=tenure,
    )


def is_overdue(application: BenevolenceApplication, on: date) -> None:
    """A level is late by the days of its policy: tell it and the level above, each once."""
    level = application.current_level
    found, above = roster.decider_at(application, level, on), roster.decider_at(application, level_above(level), on)
    due, asked = format_day(application.review_due_on), format_money(application.amount_requested)
    if found is not None:
        subject = f"{application.number} is overdue with you as {roster.named(level)}: it was due {due}"
        _tell_late([found[0]], application, subject, f"{asked} is asked for.", on)
        people = [above[0]] if above is not None and above[0] != found[0] else []
        advice = "You are told as the next level. A stand-in can decide it when the holder cannot."
    else:
        people = _holders(application, on) or [None]
        advice = "Nobody can decide it there: appoint a stand-in."
    subject = f"{application.number} is overdue with the {roster.named(level)}: it was due {due}"
    if people:
        _tell_late(people, application, subject, f"{asked} is asked for. {advice}", on)


def _tell_late(
    people: Sequence[User | None], application: BenevolenceApplication, subject: str, words: str, on: date
) -> None:
    """With the daily mail; of an emergency at once."""
    key = f"{OVERDUE}:{application.pk}:{application.round}:{application.current_level}"
    people = [person for person in people if person is not None]
    _tell_inside(people, application, subject, words, key, on, kind=OVERDUE, digest=not application.is_emergency)


def level_above(level: str) -> str:
    """The next level in order. Above the president there is nobody, so it is the level before."""
    place = LEVELS.index(level)
    return LEVELS[place + 1] if place + 1 < len(LEVELS) else LEVELS[place - 1]


def is_unanswered(application: BenevolenceApplication, on: date) -> None:
    """The officers' question has waited for the filer longer than the policy says: tell the filer once."""
    since = format_day(application.waiting_since)
    words = f"Since {since} the officers wait for an answer. The question stands on its page."
    _tell_filer(
        application,
        f"{application.number} still waits for your answer",
        words,
        f"{application.round}:{LATE}",
        on,
        digest=True,
    )


# To whom, and how


def _is_history(on: date) -> bool:
    return on < timezone.localdate() - timedelta(days=int(numbers.value(TELL_WITHIN)))


def _holders(application: BenevolenceApplication, on: date) -> list[User]:
    """Everybody with an office that day who may see to it that somebody decides."""
    held = Office.objects.on(on).select_related("person").order_by("pk")
    people = {office.person_id: office.person for office in held}
    return [person for person in people.values() if roster.is_out(person, application) != "is the applicant"]


def _with_stand_ins(
    people: Sequence[User], on: date, permission: str, application: BenevolenceApplication
) -> list[User]:
    """Who is away is told all the same, and so is whoever stands in, as far as that person may see it."""
    away = stand_ins(on)
    found = {person.pk: person for person in people}
    for person in people:
        other = away.get(person.pk)
        if other is not None and other.has_perm(permission) and not roster.is_out(other, application):
            found[other.pk] = other
    return list(found.values())


def _tell_inside(
    people: Sequence[User],
    application: BenevolenceApplication,
    subject: str,
    words: str,
    key: str,
    on: date,
    *,
    kind: str = AWAITED,
    digest: bool = False,
) -> None:
    story = ApplicationStory.objects.get(application=application)
    _send(_with_stand_ins(people, on, INSIDE, application), story, subject, words, kind, key, digest=digest)


def _tell_filer(
    application: BenevolenceApplication, subject: str, words: str, what: str, on: date, *, digest: bool = False
) -> None:
    if _is_history(on):
        return
    people = _with_stand_ins([application.filed_by], on, SEES, application)
    _send(people, application, subject, words, ANSWER, f"{ANSWER}:{application.pk}:{what}", digest=digest)


def _send(people: Sequence[User], about: Model, subject: str, words: str, kind: str, key: str, *, digest: bool) -> None:
    """To nobody is kept, too, and shown with its reason. The digest itself adds the address of the page."""
    body = words if digest else f"{words}\n\n{link(about.get_absolute_url())}"
    for person in people or [None]:
        post.send(
            to=person,
            subject=subject,
            body=body,
            kind=kind,
            key=f"{key}:{person.pk if person else 'nobody'}",
            about=about,
            digest=digest,
        )
