"""What needs a representative today. Every panel is bounded, and nobody else gets one."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from grievances import boards, dues
from grievances.models import Deadline, Decision, Grievance, Notice
from grievances.models.duty import CLOSING
from ip2a.panels import Panel, panel
from ip2a.questions import Question, question

SHOWN = 10
NAMES = ("grievance_number", "agreement_version", "employer__name", "status", "assigned_rep")


def works_on_cases(user: Any) -> bool:
    return user.has_perm("grievances.pursue_grievance")


class Cases:
    """Which cases a panel is about: the first of them, one's own before the others, and how many there are.

    ``choose(rows, day)`` narrows the cases that somebody may see; ``by`` names the day that orders them.
    """

    def __init__(self, choose: Callable[[Any, date], QuerySet], by: str) -> None:
        self._choose, self._by = choose, by
        self._asked = Question(self._rows, first=SHOWN + 1)

    def _rows(self, reader: Any, day: date) -> QuerySet:
        mine = ExpressionWrapper(Q(assigned_rep=reader), output_field=BooleanField())
        rows = self._choose(Grievance.objects.visible_to(reader), day).annotate(mine=mine).select_related("employer")
        return rows.only(*NAMES, "next_due_on", "employer_due_on").order_by("-mine", self._by, "pk")

    def lines(self, user: Any, day: date, today: date, *, ours: bool) -> tuple[list[dict[str, Any]], int]:
        """The first cases with the limit that asks, and how many there are in all."""
        cases = self._asked(user, day)
        total = len(cases) if len(cases) <= SHOWN else self._asked.count(user, day)
        dues.with_limits(cases[:SHOWN])
        return [_line(case, today, ours=ours) for case in cases[:SHOWN]], total


def _line(case: Any, today: date, *, ours: bool) -> dict[str, Any]:
    limit: Deadline | None = dues.first_limit(case, ours=ours)
    return {
        "case": case,
        "mine": getattr(case, "mine", False),
        "words": dues.card_line(limit, today, case.days_off) if limit else "",
        "late": limit is not None and dues.is_over(limit, today),
    }


DUE = Cases(lambda rows, until: rows.running().filter(next_due_on__lte=until), by="next_due_on")
IN_DEFAULT = Cases(lambda rows, today: rows.in_default(on=today), by="employer_due_on")
UNFILED = Cases(lambda rows, latest: rows.running().filter(filed_date=None, next_due_on__lte=latest), by="next_due_on")


@question(first=SHOWN + 1)
def _untold(reader: Any) -> QuerySet:
    rows = Decision.objects.visible_to(reader).filter(kind__in=CLOSING, grievance__member__isnull=False)
    rows = rows.filter(~Exists(Notice.objects.filter(decision=OuterRef("pk"))))
    return rows.order_by("decided_on", "pk").select_related("grievance__member")


@panel("home", order=6)
def due(request, subject) -> Panel | None:
    """Our limits that passed or end soon, one's own first."""
    if not works_on_cases(request.user):
        return None
    today = dues.today()
    lines, total = DUE.lines(request.user, boards.soon_until(today), today, ours=True)
    context = {
        "lines": lines,
        "left": total - len(lines),
        "all_url": boards.list_url(status="running", sort="due"),
        "empty": "No limit of ours ends in the next days.",
    }
    return Panel("Due soon and overdue", "grievances/_home.html", context, f"{total:,}", id="grievances-due")


@panel("home", order=7)
def defaults(request, subject) -> Panel | None:
    """Employers who let a limit pass. Only where there are any."""
    if not works_on_cases(request.user):
        return None
    today = dues.today()
    lines, total = IN_DEFAULT.lines(request.user, today, today, ours=False)
    if not lines:
        return None
    context = {"lines": lines, "left": total - len(lines), "all_url": boards.list_url(overdue="employer")}
    return Panel("Employers in default", "grievances/_home.html", context, f"{total:,}", id="grievances-default")


@panel("home", order=8)
def unfiled(request, subject) -> Panel | None:
    """Complaints whose limit to file runs. Only where there are any."""
    if not works_on_cases(request.user):
        return None
    today = dues.today()
    lines, total = UNFILED.lines(request.user, date.max, today, ours=True)
    if not lines:
        return None
    context = {"lines": lines, "left": total - len(lines), "all_url": boards.list_url(is_filed="no", status="running")}
    return Panel("Complaints not filed yet", "grievances/_home.html", context, f"{total:,}", id="grievances-unfiled")


@panel("home", order=9)
def untold(request, subject) -> Panel | None:
    """Decisions that close a door and that the grievant was not told of. Only where there are any."""
    if not works_on_cases(request.user):
        return None
    found = _untold(request.user)
    if not found:
        return None
    total = len(found) if len(found) <= SHOWN else _untold.count(request.user)
    context = {"decisions": found[:SHOWN], "left": max(0, total - SHOWN)}
    return Panel("Grievants to be told", "grievances/_untold.html", context, f"{total:,}", id="grievances-untold")
