"""What needs a representative today. Every panel is bounded, and nobody else gets one."""

from datetime import date
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from grievances import boards, dues
from grievances.models import Deadline, Decision, Grievance, Notice
from grievances.models.duty import CLOSING
from ip2a.panels import Panel, panel

SHOWN = 10


def rows_for(request: Any) -> QuerySet | None:
    """The cases of those who work on them; None for everybody else."""
    if not request.user.has_perm("grievances.pursue_grievance"):
        return None
    return Grievance.objects.visible_to(request.user)


def _mine_first(rows: QuerySet, user: Any, day: str) -> QuerySet:
    mine = ExpressionWrapper(Q(assigned_rep=user), output_field=BooleanField())
    return rows.annotate(mine=mine).order_by("-mine", day, "pk")


def _lines(rows: QuerySet, today: date, *, ours: bool) -> tuple[list[dict[str, Any]], int]:
    """The first cases with the limit that asks, and how many there are in all."""
    names = ("grievance_number", "agreement_version", "employer__name", "status", "assigned_rep")
    cases = list(rows.select_related("employer").only(*names, "next_due_on", "employer_due_on")[: SHOWN + 1])
    total = len(cases) if len(cases) <= SHOWN else rows.order_by().count()
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


@panel("home", order=6)
def due(request, subject) -> Panel | None:
    """Our limits that passed or end soon, one's own first."""
    rows = rows_for(request)
    if rows is None:
        return None
    today = dues.today()
    rows = rows.running().filter(next_due_on__lte=boards.soon_until(today))
    lines, total = _lines(_mine_first(rows, request.user, "next_due_on"), today, ours=True)
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
    rows = rows_for(request)
    if rows is None:
        return None
    today = dues.today()
    lines, total = _lines(_mine_first(rows.in_default(on=today), request.user, "employer_due_on"), today, ours=False)
    if not lines:
        return None
    context = {"lines": lines, "left": total - len(lines), "all_url": boards.list_url(overdue="employer")}
    return Panel("Employers in default", "grievances/_home.html", context, f"{total:,}", id="grievances-default")


@panel("home", order=8)
def unfiled(request, subject) -> Panel | None:
    """Complaints whose limit to file runs. Only where there are any."""
    rows = rows_for(request)
    if rows is None:
        return None
    today = dues.today()
    waiting = rows.running().filter(filed_date=None, next_due_on__isnull=False)
    lines, total = _lines(_mine_first(waiting, request.user, "next_due_on"), today, ours=True)
    if not lines:
        return None
    context = {"lines": lines, "left": total - len(lines), "all_url": boards.list_url(is_filed="no", status="running")}
    return Panel("Complaints not filed yet", "grievances/_home.html", context, f"{total:,}", id="grievances-unfiled")


@panel("home", order=9)
def untold(request, subject) -> Panel | None:
    """Decisions that close a door and that the grievant was not told of. Only where there are any."""
    if rows_for(request) is None:
        return None
    rows = Decision.objects.visible_to(request.user).filter(kind__in=CLOSING, grievance__member__isnull=False)
    rows = rows.filter(~Exists(Notice.objects.filter(decision=OuterRef("pk")))).order_by("decided_on", "pk")
    found = list(rows.select_related("grievance__member")[: SHOWN + 1])
    if not found:
        return None
    total = len(found) if len(found) <= SHOWN else rows.order_by().count()
    context = {"decisions": found[:SHOWN], "left": max(0, total - SHOWN)}
    return Panel("Grievants to be told", "grievances/_untold.html", context, f"{total:,}", id="grievances-untold")
