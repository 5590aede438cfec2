"""Limits in words: when the last day is, how far away, whose it is, and what a miss costs."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from grievances import agreements
from grievances.daysoff import DaysOff, working_days_between
from grievances.models import AgreementVersion, Deadline, DeadlineState, Grievance
from grievances.terms import Consequence, Side
from ip2a.questions import NOBODY, question
from ip2a.words import format_day, format_time

ONE_DAY = timedelta(days=1)
COSTS = {
    (Side.UNION, Consequence.FORFEIT): ("If it is missed, the case is lost.", "The agreement counts the case as lost."),
    (Side.BOTH, Consequence.FORFEIT): ("If it is missed, the case is lost.", "The agreement counts the case as lost."),
    (Side.BOTH, Consequence.ADVANCE): ("If it is missed, the case may go on to the next step.",) * 2,
    (Side.BOTH, Consequence.GRANTED): ("If it is missed, the grievance counts as granted.",) * 2,
    (Side.EMPLOYER, Consequence.ADVANCE): (
        "If it does not come, the case may go on to the next step.",
        "The case may go on to the next step.",
    ),
    (Side.EMPLOYER, Consequence.GRANTED): (
        "If it does not come, the grievance counts as granted.",
        "The agreement counts the grievance as granted.",
    ),
}


def short_day(day: date, today: date) -> str:
    """``Wed 18 Mar``, with the year where it is not this one."""
    whole = format_day(day)
    return whole.removesuffix(f" {today.year}") if day.year == today.year else whole


def counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def distance(day: date, today: date, days_off: DaysOff) -> str:
    """``today``, ``tomorrow``, ``in 3 working days``, ``4 working days ago``."""
    if day == today:
        return "today"
    if abs(day - today) == ONE_DAY:
        return "tomorrow" if day > today else "yesterday"
    working = abs(working_days_between(today, day, days_off))
    away = counted(working, "working day") if working else counted(abs((day - today).days), "day")
    return f"in {away}" if day > today else f"{away} ago"


def by_when(day: date, today: date, days_off: DaysOff, at: datetime | None = None) -> str:
    """``Wed 18 Mar, in 3 working days``; with the hour where the limit counts hours."""
    hour = f", {format_time(at)}" if at else ""
    return f"{short_day(day, today)}{hour}, {distance(day, today, days_off)}"


def is_over(deadline: Deadline, today: date, now: datetime | None = None) -> bool:
    """Whether the last day, or the last minute, of a running limit has passed."""
    if deadline.due_at is not None and now is not None:
        return now > deadline.due_at
    return deadline.due_on is not None and deadline.due_on < today


def what_it_costs(side: str, consequence: str, *, is_late: bool) -> str:
    """What a miss means for whom it binds; "" where it means nothing."""
    found = COSTS.get((Side(side), Consequence(consequence)))
    return found[is_late] if found else ""


@question
def _versions(reader: Any, numbers: list[int]) -> QuerySet:
    return AgreementVersion.objects.filter(pk__among=numbers).select_related("agreement").only("agreement__version")


def days_off_of(cases: Iterable[Grievance]) -> dict[int, DaysOff]:
    """The days off of each case's agreement by the id of its version, with one query for any number of cases."""
    found = _versions(NOBODY, list({case.agreement_version_id for case in cases}))
    return {version.pk: agreements.days_off(version.agreement) for version in found}


def attach_days_off(cases: list[Any]) -> None:
    """Give each case the days off of its agreement (``days_off``)."""
    found = days_off_of(cases) if cases else {}
    for case in cases:
        case.days_off = found[case.agreement_version_id]


SHOWN_OF_LIMIT = ("grievance_id", "label", "side", "due_on", "due_at", "state", "is_expected", "step_number")


@question
def _running(reader: Any, cases: list[int]) -> QuerySet:
    kept = (DeadlineState.OPEN, DeadlineState.SUSPENDED)
    rows = Deadline.objects.standing().filter(grievance__pk__among=cases, state__in=kept)
    return rows.only(*SHOWN_OF_LIMIT).order_by("due_on", "id")


def with_limits(cases: list[Any]) -> None:
    """Give each case its running and stopped limits (``limits``) and its days off, with two queries for all."""
    if not cases:
        return
    found: dict[int, list[Deadline]] = {}
    running = [case.pk for case in cases if case.is_running]
    for limit in _running(NOBODY, running) if running else ():
        found.setdefault(limit.grievance_id, []).append(limit)
    attach_days_off(cases)
    for case in cases:
        case.limits = found.get(case.pk, [])


def first_limit(case: Any, *, ours: bool) -> Deadline | None:
    """The first running limit of a side that has a day; ``with_limits`` has fetched them."""
    return next((limit for limit in case.limits if limit.is_ours == ours and limit.due_on is not None), None)


def stands(deadline: Deadline) -> bool:
    """Whether a row still asks for something, now or later."""
    return deadline.superseded_at is None and deadline.state in (DeadlineState.OPEN, DeadlineState.SUSPENDED)


def today() -> date:
    return timezone.localdate()


def card_line(limit: Deadline, today: date, days_off: DaysOff) -> str:
    """``Appeal to step 2: Wed 18 Mar, in 3 working days``"""
    return f"{limit.label}: {by_when(limit.due_on, today, days_off, limit.due_at)}"
