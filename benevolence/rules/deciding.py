"""Deciding: in order, by the holder of the level or the stand-in, by nobody who is tied to the case."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benevolence import roster
from benevolence.models import (
    Bar,
    BenevolenceApplication,
    BenevolenceReview,
    Confirmation,
    Decision,
    Level,
    Recusal,
    Status,
)
from benevolence.models.application import COMMITTED
from benevolence.models.review import ConflictKind
from benevolence.models.words import LEVELS
from benevolence.rules.filing import amount_is_sensible, not_in_future
from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day, format_money
from members.models import Member


def may_review(user: Any, application: BenevolenceApplication, on: date | None = None) -> Answer:
    """Whether this person decides this case now. The answer explains a disabled button and stops the service."""
    on = on or timezone.localdate()
    for answer in (_is_officer(user), _awaits_a_decision(application), _day_is_right(application, on)):
        if not answer:
            return answer
    answer = _has_the_level(user, application, on)
    if not answer:
        return answer
    conflicts = roster.open_conflicts(user, application)
    if conflicts:
        return no(f"{conflicts[0].sentence} {_asked_to(conflicts[0])}")
    return YES


def _is_officer(user: Any) -> Answer:
    if not has_right(user, "decide", BenevolenceApplication) or not user.has_perm("ip2a.enter_benevolence"):
        return no("Only officers may decide an application.")
    return YES


def _awaits_a_decision(application: BenevolenceApplication) -> Answer:
    if application.is_withdrawn:
        return no(f"This application was withdrawn on {format_day(application.withdrawn_at)}.")
    if application.status == Status.DRAFT:
        return no("This application is still a draft. It can be decided once it is submitted.")
    if not application.is_in_review:
        return no(f"This application is already {str(application.get_status_display()).lower()}.")
    if application.waiting_since is not None:
        return no(f"This case waits for an answer of {application.filed_by}. It then comes back to the same level.")
    if application.deferred_until is not None:
        return no(f"This case is deferred until {format_day(application.deferred_until)}.")
    return YES


def _day_is_right(application: BenevolenceApplication, on: date) -> Answer:
    answer = not_in_future(on)
    since = timezone.localtime(application.level_since).date()
    if answer and on < since:
        return no(f"The case has lain with this level since {format_day(since)}. Take that day or a later one.")
    return answer


def _has_the_level(user: Any, application: BenevolenceApplication, on: date) -> Answer:
    level = application.current_level
    held = roster.levels_of(user, on)
    if level not in held:
        return _not_your_level(user, application, held, on)
    if _approved_before(user, application):
        return no(
            "You have approved this case at another level. Two approvals are two persons, so the stand-in for the "
            f"{roster.named(level)} decides."
        )
    out = roster.is_out(user, application)
    if out == "is the applicant":
        return no("This is your own application. Step aside: the stand-in for your level decides it.")
    if out:
        return no("You have stepped aside from this case. The stand-in for your level decides it.")
    if held[level] == "stand_in":
        return _stands_in(application, level, on)
    return YES


def _approved_before(user: Any, application: BenevolenceApplication) -> bool:
    mine = BenevolenceReview.objects.filter(application=application, attempt=application.attempt, reviewer=user)
    return mine.filter(decision=Decision.APPROVED).exclude(review_level=application.current_level).exists()


def _not_your_level(user: Any, application: BenevolenceApplication, held: dict[str, str], on: date) -> Answer:
    turn = f"It is the turn of the {roster.named(application.current_level)}"
    if not held:
        return no(f"You hold no office on {format_day(on)}, so you decide nothing. {turn}.")
    mine = sorted(held, key=LEVELS.index)
    names = " and ".join(roster.named(level) for level in mine)
    mine_needed = [level for level in mine if level in application.required_levels]
    decided = BenevolenceReview.objects.filter(
        application=application, attempt=application.attempt, review_level__in=mine_needed, decision=Decision.APPROVED
    )
    if decided.exists():
        return no(f"Your level has already decided this case. {turn}.")
    if mine_needed:
        return no(f"{turn}; yours ({names}) comes later.")
    return no(f"{turn}; you hold {names}, which this case does not need.")


def _stands_in(application: BenevolenceApplication, level: str, on: date) -> Answer:
    holder, stand_in = roster.holder_of(level, on), roster.stand_in_of(level, on)
    if holder is None or (stand_in is not None and stand_in.covers_all) or roster.is_out(holder.person, application):
        return YES
    return no(f"{holder.person} decides this as {roster.named(level)}. You stand in where the holder may not decide.")


def _asked_to(conflict: roster.Conflict) -> str:
    if conflict.must:
        return "Step aside: the stand-in for your level decides it."
    return "Step aside, or write down why you can decide it all the same."


def ceiling_of(application: BenevolenceApplication) -> Decimal:
    """The most that can still be approved: what was asked for, or less where an earlier level approved less."""
    earlier = BenevolenceReview.objects.filter(application=application, attempt=application.attempt)
    amounts = earlier.filter(decision=Decision.APPROVED).values_list("approved_amount", flat=True)
    return min([application.amount_requested, *amounts])


def may_approve(
    user: Any, application: BenevolenceApplication, amount: Decimal, remaining: Decimal, on: date | None = None
) -> Answer:
    """Whether that amount may be approved; ``remaining`` is what the caps of the case's policy leave."""
    answer = may_review(user, application, on)
    if not answer:
        return answer
    answer = amount_is_sensible(amount)
    if not answer:
        return answer
    if amount > application.amount_requested:
        return no(f"Only {format_money(application.amount_requested)} is asked for. Approve that or less.")
    ceiling = ceiling_of(application)
    if amount > ceiling:
        return no(f"An earlier level approved {format_money(ceiling)}. Approve that or less.")
    if amount > remaining:
        return no(
            f"The caps of policy {application.policy.number} leave {format_money(remaining)} for this member. "
            "Approve that or less."
            if remaining
            else f"The caps of policy {application.policy.number} leave nothing for this member. Deny or defer."
        )
    return YES


def may_deny(user: Any, application: BenevolenceApplication, words: str, on: date | None = None) -> Answer:
    answer = may_review(user, application, on)
    if answer and not words.strip():
        return no("Write what the applicant is told: why not, in words you would say to their face.")
    return answer


def may_ask(user: Any, application: BenevolenceApplication, question: str, on: date | None = None) -> Answer:
    answer = may_review(user, application, on)
    if answer and not question.strip():
        return no("Write what is missing: the filer sees your question, not your comments.")
    return answer


def may_defer(
    user: Any, application: BenevolenceApplication, until: date, reason: str, on: date | None = None
) -> Answer:
    on = on or timezone.localdate()
    answer = may_review(user, application, on)
    if not answer:
        return answer
    if until <= on:
        return no("Defer to a day after today: on that day the case comes back to your level.")
    if not reason.strip():
        return no("Say why the decision waits.")
    return YES


def may_resume(user: Any, application: BenevolenceApplication) -> Answer:
    """Whether a deferred case may come back before its day."""
    if not has_right(user, "decide", BenevolenceApplication):
        return no("Only officers may bring a deferred case back.")
    if application.deferred_until is None:
        return no("This case is not deferred.")
    return YES


def may_answer_recusal(user: Any, application: BenevolenceApplication) -> Answer:
    """Whether this officer can step aside from the case, or say why not: while it is undecided."""
    answer = _is_officer(user)
    if not answer:
        return answer
    if not application.is_in_review:
        return no("This case is not being decided, so there is nothing to step aside from.")
    return YES


def may_recuse(user: Any, application: BenevolenceApplication, kind: str, *, stays: bool, reason: str) -> Answer:
    answer = may_answer_recusal(user, application)
    if not answer:
        return answer
    if Recusal.objects.filter(application=application, person=user, kind=kind).exists():
        return no("You have answered this already. What you said then stands.")
    ties = {conflict.kind: conflict for conflict in roster.conflicts_of(user, application)}
    if stays and kind not in ties:
        return no("Nothing asks you to step aside for that reason.")
    if stays and ties[kind].must:
        return no(f"{ties[kind].sentence} There is no staying on such a case.")
    if (stays or kind == ConflictKind.OTHER) and not reason.strip():
        return no("Write the reason: it stays with the case.")
    return YES


def may_confirm(user: Any, application: BenevolenceApplication, *, agrees: bool, comments: str) -> Answer:
    """Whether this officer may say the second word on an emergency approval."""
    answer = _is_officer(user)
    if not answer:
        return answer
    if not application.is_emergency or application.status not in COMMITTED:
        return no("Only an approval of the emergency lane is confirmed.")
    if Confirmation.objects.filter(application=application, attempt=application.attempt).exists():
        return no("Another officer has confirmed this already.")
    if not roster.levels_of(user, timezone.localdate()):
        return no("You hold no office today. Somebody who holds one confirms.")
    if roster.is_out(user, application):
        return no("You decided this case or are tied to it. Another officer confirms.")
    if not agrees and not comments.strip():
        return no("Say what was wrong with this emergency approval.")
    return YES


def may_declare(user: Any, member: Member) -> Answer:
    """Whether an officer may declare a member a relative."""
    if not has_right(user, "decide", BenevolenceApplication):
        return no("Officers declare their relatives; your role decides nothing.")
    if getattr(user, "member", None) == member:
        return no("That is you. Your own applications never come to you.")
    return YES


def may_bar(user: Any, member: Member, reason: str) -> Answer:
    if not has_right(user, "add", Bar):
        return no("Only officers may bar a member from the fund.")
    if not reason.strip():
        return no("Say why the member is barred: the reason stays with the bar.")
    return YES


def may_lift_bar(user: Any, bar: Bar, reason: str) -> Answer:
    if not has_right(user, "change", Bar):
        return no("Only officers may lift a bar.")
    if bar.lifted_at is not None:
        return no(f"This bar was lifted on {format_day(bar.lifted_at)} already.")
    if not reason.strip():
        return no("Say why the bar is lifted: the reason stays with it.")
    return YES


def level_name(level: str) -> str:
    return str(Level(level).label)
