"""Which cases need somebody: by step, overdue, due soon. Every part is bounded, and says where the rest is."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from grievances import dues
from grievances.models import CurrentStep, Grievance
from maintenance import thresholds

SOON = thresholds.declare(
    "grievances.due-soon", 7, unit="days", about="Limits within so many days stand on the board “Due soon”."
)
CARDS = 10
LISTED = 25
SHOWN = (
    "grievance_number",
    "member__first_name",
    "member__last_name",
    "member__member_number",
    "employer__name",
    "assigned_rep__first_name",
    "assigned_rep__last_name",
    "assigned_rep__email",
    "agreement_version",
    "current_step",
    "case_type",
    "status",
    "filed_date",
    "next_due_on",
    "employer_due_on",
)


@dataclass(frozen=True)
class Part:
    """One column of a board, or one of its lists."""

    key: str
    title: str
    cases: list[Any]
    total: int
    all_url: str
    empty: str = ""

    @property
    def left(self) -> int:
        return self.total - len(self.cases)


def list_url(**query: Any) -> str:
    given = {key: value for key, value in query.items() if value not in (None, "")}
    address = reverse("grievances:grievance_list")
    return f"{address}?{urlencode(given)}" if given else address


def _fetched(rows: QuerySet, most: int) -> list[Grievance]:
    return list(rows.select_related("member", "employer", "assigned_rep").only(*SHOWN)[:most])


def by_step(rows: QuerySet, **narrowed: Any) -> list[Part]:
    """The running cases of each step, those whose limit comes first on top. ``narrowed`` goes into the links."""
    running = rows.running().order_by()
    totals = dict(running.values_list("current_step").annotate(Count("pk")))
    columns = {}
    for step in CurrentStep.values:
        first = running.filter(current_step=step).order_by(F("next_due_on").asc(nulls_last=True), "pk")
        columns[step] = _fetched(first, CARDS) if totals.get(step) else []
    dues.with_limits([case for cases in columns.values() for case in cases])
    return [
        Part(
            step,
            CurrentStep(step).label,
            cases,
            totals.get(step, 0),
            list_url(status="running", step=step, sort="due", **narrowed),
            "No case is here.",
        )
        for step, cases in columns.items()
    ]


def soon_until(today: date) -> date:
    return today + timedelta(days=int(thresholds.value(SOON)))


def overdue(rows: QuerySet, today: date, **narrowed: Any) -> list[Part]:
    """Ours that passed, then the employers’ defaults."""
    ours = rows.overdue(on=today).order_by("next_due_on", "pk")
    theirs = rows.in_default(on=today).order_by("employer_due_on", "pk")
    return [
        _part(
            "ours",
            "Ours, overdue",
            ours,
            list_url(overdue="ours", sort="due", **narrowed),
            "No limit of ours has passed.",
        ),
        _part(
            "theirs",
            "Employers in default",
            theirs,
            list_url(overdue="employer", sort="employer_due", **narrowed),
            "No employer is in default.",
        ),
    ]


def due_soon(rows: QuerySet, today: date, **narrowed: Any) -> list[Part]:
    """Ours within the next days, then the employers’."""
    last = soon_until(today)
    days = (last - today).days
    ours = rows.due_by(last, on=today).order_by("next_due_on", "pk")
    theirs = rows.running().filter(employer_due_on__gte=today, employer_due_on__lte=last)
    return [
        _part(
            "ours",
            "Ours, due soon",
            ours,
            list_url(due=days, sort="due", **narrowed),
            "Nothing of ours is due in these days.",
        ),
        _part(
            "theirs",
            "Employers’, due soon",
            theirs.order_by("employer_due_on", "pk"),
            list_url(employer_due=days, sort="employer_due", **narrowed),
            "No employer’s limit ends in these days.",
        ),
    ]


def _part(key: str, title: str, rows: QuerySet, url: str, empty: str, most: int = LISTED) -> Part:
    cases = _fetched(rows, most + 1)
    total = len(cases) if len(cases) <= most else rows.order_by().count()
    cases = cases[:most]
    dues.with_limits(cases)
    return Part(key, title, cases, total, url, empty)


def by_representative(rows: QuerySet, today: date, *, late: bool) -> list[dict[str, Any]]:
    """How many cases of each representative have such a limit: ours and the employer's."""
    last = soon_until(today)
    ours = Q(next_due_on__lt=today) if late else Q(next_due_on__gte=today, next_due_on__lte=last)
    theirs = Q(employer_due_on__lt=today) if late else Q(employer_due_on__gte=today, employer_due_on__lte=last)
    names = ("assigned_rep", "assigned_rep__first_name", "assigned_rep__last_name", "assigned_rep__email")
    found = rows.running().filter(ours | theirs).order_by().values(*names)
    counted = found.annotate(ours=Count("pk", filter=ours), theirs=Count("pk", filter=theirs))
    return [
        {"id": row["assigned_rep"], "name": _name(row), "ours": row["ours"], "theirs": row["theirs"]}
        for row in counted.order_by("assigned_rep__last_name", "assigned_rep__first_name", "assigned_rep")
    ]


def _name(row: dict[str, Any]) -> str:
    if row["assigned_rep"] is None:
        return "Nobody"
    full = f"{row['assigned_rep__first_name']} {row['assigned_rep__last_name']}".strip()
    return full or row["assigned_rep__email"]
