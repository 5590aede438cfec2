"""Deciding: each level's word in its turn, stepping aside, and what follows from a false statement."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from benevolence import eligibility, mailing, roster, rules
from benevolence.models import (
    Bar,
    BenevolenceApplication,
    BenevolenceReview,
    Confirmation,
    Decision,
    Recusal,
    Relative,
    Status,
)
from benevolence.rules.deciding import ceiling_of
from benevolence.services.moving import CASE, PLACE, locked, moment, move, named, put_before, put_nowhere
from ip2a import audit
from ip2a.answers import Refused
from members.models import Member


def _review(application: BenevolenceApplication, decision: str, *, by: Any, on: date, **told: Any) -> BenevolenceReview:
    held = roster.levels_of(by, on)
    return BenevolenceReview.objects.create(
        application=application,
        attempt=application.attempt,
        round=application.round,
        review_level=application.current_level,
        reviewer=by,
        reviewer_name=by.get_full_name(),
        is_stand_in=held[application.current_level] == "stand_in",
        decision=decision,
        review_date=on,
        **told,
    )


def _say(application: BenevolenceApplication, done: str, level: str) -> None:
    with audit.because(f"{done} by the {named(level)}"):
        application.save(update_fields=[*CASE, *PLACE])


def remaining_for(application: BenevolenceApplication, on: date) -> Decimal:
    """What the caps of the case's own policy leave for its member on a day."""
    return eligibility.remaining(
        application.member, reason=application.reason, on=on, policy=application.policy, besides=application
    )


@transaction.atomic
def approve(
    application: BenevolenceApplication,
    *,
    by: Any,
    amount: Decimal | None = None,
    comments: str = "",
    on: date | None = None,
) -> BenevolenceReview:
    """Approve at the level whose turn it is. A smaller ``amount`` is the most that later levels can approve.

    Without an amount the most that is possible is approved: what was asked for or what an earlier level left. The last
    level needed approves the application; until then it goes to the next level.
    """
    on = on or timezone.localdate()
    application = locked(application)
    amount = ceiling_of(application) if amount is None else amount
    remaining = remaining_for(application, on) if application.policy_id else Decimal(0)
    rules.may_approve(by, application, amount, remaining, on).enforce()
    level = application.current_level
    review = _review(application, Decision.APPROVED, by=by, on=on, approved_amount=amount, comments=comments.strip())
    following = application.required_levels[application.required_levels.index(level) + 1 :]
    if following:
        move(application, Status.UNDER_REVIEW)
        put_before(application, following[0], on)
    else:
        move(application, Status.APPROVED)
        put_nowhere(application)
        application.approved_amount, application.decided_on = amount, on
    _say(application, "Approved", level)
    if following:
        mailing.awaits(application, on)
    else:
        mailing.decided(application, review)
        mailing.to_be_paid(application, on)
    return review


@transaction.atomic
def deny(
    application: BenevolenceApplication, *, for_applicant: str, by: Any, comments: str = "", on: date | None = None
) -> BenevolenceReview:
    """Deny, which ends the case. ``for_applicant`` is told to the applicant; ``reapply_on`` follows from the policy."""
    on = on or timezone.localdate()
    application = locked(application)
    rules.may_deny(by, application, for_applicant, on).enforce()
    level = application.current_level
    words = {"for_applicant": for_applicant.strip(), "comments": comments.strip()}
    review = _review(application, Decision.DENIED, by=by, on=on, **words)
    move(application, Status.DENIED)
    put_nowhere(application)
    application.decided_on = on
    application.reapply_on = on + timedelta(days=application.policy.reapply_days)
    _say(application, "Denied", level)
    mailing.decided(application, review)
    return review


@transaction.atomic
def ask(
    application: BenevolenceApplication, *, question: str, by: Any, comments: str = "", on: date | None = None
) -> BenevolenceReview:
    """Ask the filer for more (needs_info). The case waits for the answer and then returns to this level."""
    on = on or timezone.localdate()
    application = locked(application)
    rules.may_ask(by, application, question, on).enforce()
    words = {"for_applicant": question.strip(), "comments": comments.strip()}
    review = _review(application, Decision.NEEDS_INFO, by=by, on=on, **words)
    move(application, Status.UNDER_REVIEW)
    application.waiting_since, application.review_due_on = moment(on), None
    _say(application, "More information asked for", application.current_level)
    mailing.decided(application, review)
    return review


@transaction.atomic
def defer(
    application: BenevolenceApplication, *, until: date, reason: str, by: Any, on: date | None = None
) -> BenevolenceReview:
    """Let the decision wait until a day; on that day the case comes back to this level."""
    on = on or timezone.localdate()
    application = locked(application)
    rules.may_defer(by, application, until, reason, on).enforce()
    review = _review(application, Decision.DEFERRED, by=by, on=on, deferred_until=until, comments=reason.strip())
    move(application, Status.UNDER_REVIEW)
    application.deferred_until, application.review_due_on = until, None
    _say(application, "Deferred", application.current_level)
    mailing.decided(application, review)
    return review


@transaction.atomic
def resume(application: BenevolenceApplication, *, by: Any, on: date | None = None) -> BenevolenceApplication:
    """Bring a deferred case back to its level, also before its day."""
    application = locked(application)
    rules.may_resume(by, application).enforce()
    return _come_back(application, on or timezone.localdate())


def _come_back(application: BenevolenceApplication, on: date) -> BenevolenceApplication:
    application.round += 1
    put_before(application, application.current_level, on)
    with audit.because("Back after the deferral"):
        application.save(update_fields=PLACE)
    mailing.awaits(application, on, "Its deferral is over.")
    return application


def resume_due(*, on: date | None = None) -> int:
    """Bring back every case whose deferral is over; how many. Safe to run twice, each case in its own transaction."""
    on = on or timezone.localdate()
    back = 0
    for application in BenevolenceApplication.objects.deferral_over(on).order_by("pk"):
        with transaction.atomic():
            case = locked(application)
            if case.deferred_until is not None and case.deferred_until <= on:
                _come_back(case, on)
                back += 1
    return back


@transaction.atomic
def recuse(
    application: BenevolenceApplication,
    *,
    kind: str,
    by: Any,
    stays: bool = False,
    reason: str = "",
    on: date | None = None,
) -> Recusal:
    """Step aside from a case, or (``stays``) say why one decides it all the same. The stand-in takes over the level."""
    application = locked(application)
    rules.may_recuse(by, application, kind, stays=stays, reason=reason).enforce()
    asked = kind in {conflict.kind for conflict in roster.conflicts_of(by, application)}
    on = on or timezone.localdate()
    answer = Recusal.objects.create(
        application=application,
        review_level=application.current_level,
        person=by,
        person_name=by.get_full_name(),
        kind=kind,
        was_asked=asked,
        is_recused=not stays,
        reason=reason.strip(),
        recused_on=on,
    )
    if not stays:
        mailing.awaits(application, on)
    return answer


@transaction.atomic
def declare_relative(member: Member, *, kinship: str, by: Any, on: date | None = None) -> Relative:
    """An officer's word that a member is a relative: such cases ask the officer to step aside. Twice is once."""
    rules.may_declare(by, member).enforce()
    day = on or timezone.localdate()
    row, _ = Relative.objects.get_or_create(
        officer=by, member=member, defaults={"kinship": kinship, "declared_on": day}
    )
    return row


@transaction.atomic
def confirm(
    application: BenevolenceApplication, *, agrees: bool, by: Any, comments: str = "", on: date | None = None
) -> Confirmation:
    """A second officer's word on an emergency approval. An objection is recorded; it takes nothing back by itself."""
    application = locked(application)
    rules.may_confirm(by, application, agrees=agrees, comments=comments).enforce()
    return Confirmation.objects.create(
        application=application,
        attempt=application.attempt,
        by=by,
        by_name=by.get_full_name(),
        confirmed_on=on or timezone.localdate(),
        agrees=agrees,
        comments=comments.strip(),
    )


@transaction.atomic
def bar_member(
    member: Member,
    *,
    reason: str,
    by: Any,
    on: date | None = None,
    application: BenevolenceApplication | None = None,
) -> Bar:
    """Bar a member from applying, for the months of the policy in force, after a false statement."""
    rules.may_bar(by, member, reason).enforce()
    on = on or timezone.localdate()
    months = eligibility.policy_on(on).bar_months
    if not months:
        raise Refused("The policy in force bars nobody: its bar lasts no month.")
    return Bar.objects.create(
        member=member,
        application=application,
        from_date=on,
        until_date=eligibility.months_after(on, months),
        reason=reason.strip(),
        by=by,
    )


@transaction.atomic
def lift_bar(bar: Bar, *, reason: str, by: Any) -> Bar:
    """End a bar before its time."""
    bar = Bar.objects.select_for_update().get(pk=bar.pk)
    rules.may_lift_bar(by, bar, reason).enforce()
    bar.lifted_at, bar.lifted_by, bar.lifted_reason = timezone.now(), by, reason.strip()
    bar.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    return bar
