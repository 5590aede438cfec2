"""Whose turn a case is, by when, and how urgent: for its page, the queue and the home page alike."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from benevolence import roster, rules
from benevolence.models import BenevolenceApplication, Fund, Status
from ip2a import numbers
from ip2a.rules import has_right
from ip2a.words import Tone, format_day, format_money

NEEDED_SOON = numbers.declare(
    "benevolence.needed-soon", 7, unit="days", about="Money needed within so many days makes a case urgent."
)


@dataclass(frozen=True)
class Urgency:
    """A word for the queue with its tone; the lower the rank, the sooner it is decided."""

    rank: int
    words: str
    tone: Tone


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def by_when(day: date, today: date) -> str:
    """``Fri 20 Nov 2026, in 3 days``."""
    away = (day - today).days
    word = (
        "today" if not away else "tomorrow" if away == 1 else f"in {days(away)}" if away > 0 else f"{days(-away)} ago"
    )
    return f"{format_day(day)}, {word}"


def age(application: BenevolenceApplication, today: date) -> str:
    """How long the level has had the case."""
    if application.level_since is None:
        return ""
    since = (today - timezone.localdate(application.level_since)).days
    return "since today" if since <= 0 else f"for {days(since)}"


def urgency(application: BenevolenceApplication, today: date, soon: int) -> Urgency:
    """``soon``: within how many days money counts as needed soon (``numbers.value(NEEDED_SOON)``)."""
    late = application.review_due_on is not None and application.review_due_on < today
    overdue = days((today - application.review_due_on).days) + " overdue" if late else ""
    if application.is_emergency:
        return Urgency(0, f"Emergency, {overdue}" if late else "Emergency", "bad")
    needed = application.needed_by
    if needed is not None and needed <= today + timedelta(days=soon):
        return Urgency(1, f"Needed by {format_day(needed)}", "bad" if needed < today else "warn")
    if late:
        return Urgency(2, overdue.capitalize(), "bad")
    due = application.review_due_on
    return Urgency(3, f"Due {by_when(due, today).partition(', ')[2]}" if due else "", "quiet")


def answer_due(application: BenevolenceApplication) -> date:
    """The day by which the filer has to answer, by the policy of the case."""
    return timezone.localdate(application.waiting_since) + timedelta(days=application.policy.answer_days)


def next_step(application: BenevolenceApplication, user: Any, today: date) -> dict[str, Any] | None:
    """Who must do what by when, with one button for who may do it; None when nothing is left to do."""
    if application.status == Status.DRAFT:
        return _draft(application, user)
    if application.waiting_since is not None:
        return _question(application, user, today)
    if application.deferred_until is not None:
        return _deferral(application, user, today)
    if application.is_in_review:
        return _decision(application, user, today)
    if application.status == Status.APPROVED:
        return _payment(application, user)
    return None


def url_of(page: str, application: BenevolenceApplication) -> str:
    return reverse(f"benevolence:benevolenceapplication_{page}", args=[application.pk])


def admin_url(page: str, application: BenevolenceApplication) -> str:
    return reverse(f"admin:benevolence_benevolenceapplication_{page}", args=[application.pk])


def _draft(application: BenevolenceApplication, user: Any) -> dict[str, Any]:
    if not rules.may_edit(user, application):
        return {
            "text": f"{application.filed_by} is writing this application. Nothing is decided before it is submitted."
        }
    text = "Add the papers, check what you wrote, and submit it."
    if application.is_withdrawn:
        text = f"Withdrawn on {format_day(application.withdrawn_at)}. You can change it and submit it again."
    return {"text": text, "url": url_of("submit", application), "label": "Check and submit"}


def _question(application: BenevolenceApplication, user: Any, today: date) -> dict[str, Any]:
    due = answer_due(application)
    late = due < today
    if not rules.may_answer(user, application):
        return {"text": f"{application.filed_by} has to answer a question by {by_when(due, today)}.", "late": late}
    return {
        "text": f"The officers need an answer of you by {by_when(due, today)}.",
        "url": url_of("answer", application),
        "label": "Answer",
        "late": late,
    }


def _deferral(application: BenevolenceApplication, user: Any, today: date) -> dict[str, Any]:
    level = roster.named(application.current_level)
    step: dict[str, Any] = {
        "text": f"Deferred. It comes back to the {level} on {by_when(application.deferred_until, today)}."
    }
    if rules.may_resume(user, application):
        step |= {"url": admin_url("resume", application), "label": "Bring it back now"}
    return step


def _decision(application: BenevolenceApplication, user: Any, today: date) -> dict[str, Any]:
    """Who stands in for whom is told inside only: outside it would tell who stepped aside."""
    level = roster.named(application.current_level)
    due = application.review_due_on
    step: dict[str, Any] = {"text": f"The {level} decides by {by_when(due, today)}.", "late": due < today}
    if not user.has_perm("ip2a.enter_benevolence"):
        return step
    found = roster.decider_of(application, today)
    if found is None:
        step["text"] = (
            f"Nobody can decide this as {level}: the office is empty or its holder may not. Appoint a stand-in."
        )
        step |= {"url": reverse("admin:benevolence_standin_add"), "label": "Appoint a stand-in"}
        return step
    person, stands_in = found
    if person.pk != user.pk:
        role = f"stand-in for the {level}" if stands_in else level
        step["text"] = f"{person}, {role}, decides by {by_when(due, today)}."
        return step
    step["text"] = f"You decide this as {level}{' (stand-in)' if stands_in else ''} by {by_when(due, today)}."
    return step | {"url": admin_url("change", application), "label": "Decide in the officers’ room"}


def _payment(application: BenevolenceApplication, user: Any) -> dict[str, Any]:
    amount = format_money(application.approved_amount)
    fund = Fund.objects.filter(is_default=True).first()
    if fund is None:
        return {"text": f"{amount} is approved, but there is no fund to pay from. Tell an administrator."}
    if has_right(user, "pay", BenevolenceApplication) and rules.may_pay(user, application, fund):
        return {"text": f"{amount} is approved. Pay it.", "url": url_of("pay", application), "label": "Pay"}
    return {"text": f"{amount} is approved. The {roster.named(fund.paying_level)} pays it."}
