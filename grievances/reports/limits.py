"""Which limits were kept, by whom and at which step; and which employers let theirs pass."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from grievances.filters_reports import SIDES
from grievances.models import Deadline
from grievances.reports.asking import EMPLOYER, LIMITS, TOP, ask, columns, filed, linked, share
from grievances.terms import Side
from ip2a.charts import Bars
from ip2a.reports import Figure, Opens, Section, summed

# Counted once for each side, step and employer; the two tables add these few up.
STATEMENT = """
SELECT side, step_number, employer_id, sum(met)::int, sum(late)::int, sum(missed)::int, sum(overdue)::int
FROM (
  SELECT limits.side, limits.step_number, cases.employer_id, count(*) FILTER (WHERE state = 'met') AS met,
    count(*) FILTER (WHERE state = 'met_late') AS late, count(*) FILTER (WHERE state = 'missed') AS missed,
    count(*) FILTER (WHERE state = 'open') AS overdue
  FROM limits JOIN cases ON cases.id = limits.grievance_id
  WHERE state IN ('met', 'met_late', 'missed') OR (state = 'open' AND due_on < %s)
  GROUP BY limits.side, limits.step_number, cases.employer_id
) AS counted
GROUP BY GROUPING SETS ((side, step_number), (side, employer_id))
"""
STATES = {"met": "met", "late": "met_late", "missed": "missed", "overdue": "overdue"}
FIGURES = [
    Figure("met", "In time", "count"),
    Figure("late", "Late", "count"),
    Figure("missed", "Missed", "count"),
    Figure("overdue", "Overdue now", "count"),
    Figure("share", "Kept", "percent"),
]


class Kept(NamedTuple):
    side: str
    step: int | None
    employer: int | None
    met: int
    late: int
    missed: int
    overdue: int

    @property
    def broken(self) -> int:
        return self.late + self.missed + self.overdue


def counted(rows: QuerySet, limits: QuerySet[Deadline], opens: Opens, on: date) -> list[Section]:
    known = limits.standing().order_by().values("grievance_id", "side", "step_number", "state", "due_on")
    groups = [Kept(*row) for row in ask(STATEMENT, [on], cases=columns(rows, "employer_id"), limits=known)]
    address = filed(opens)
    return [
        _by_step([group for group in groups if group.step is not None], address),
        _defaults([g for g in groups if g.employer is not None and g.side == Side.EMPLOYER], address),
    ]


def _numbers(group: Kept, opens: Opens, **parameters: Any) -> dict[str, Any]:
    counts = {
        key: linked(getattr(group, key), opens, LIMITS, state=state, **parameters) for key, state in STATES.items()
    }
    return {**counts, "share": share(group.met, group.met + group.broken)}


def _totals(first: dict[str, str], found: list[dict[str, Any]], opens: Opens, **parameters: Any) -> dict[str, Any]:
    counts = {key: summed(found, key, opens(LIMITS, state=state, **parameters)) for key, state in STATES.items()}
    kept = share(counts["met"].value, sum(count.value for count in counts.values()))
    return {**first, **counts, "share": kept}


def _by_step(groups: list[Kept], opens: Opens) -> Section:
    """Ours first, then the employer's, by step."""
    sides = dict(SIDES)
    order = list(sides)
    found = [
        {
            "limit": f"{sides[group.side]}, step {group.step}",
            **_numbers(group, opens, side=group.side, step=group.step),
        }
        for group in sorted(groups, key=lambda group: (order.index(group.side), group.step))
    ]
    return Section(
        "Limits kept",
        [Figure("limit", "Limit"), *FIGURES],
        found,
        chart=Bars,
        show=("met", "late", "missed", "overdue"),
        totals=_totals({"limit": "All limits"}, found, opens) if found else None,
        note="Limits that are running in time, were skipped or fell away are not counted.",
        empty="No limit of these cases was met or missed yet.",
    )


def _defaults(groups: list[Kept], opens: Opens) -> Section:
    """Employers by how often they let a limit pass."""
    broken = sorted((g for g in groups if g.broken), key=lambda group: (-group.broken, group.employer))
    top = broken[:TOP]
    names = EMPLOYER.names(group.employer for group in top)
    own = {"side": Side.EMPLOYER.value}
    found = [
        {
            "employer": names[group.employer],
            "defaults": linked(group.broken, opens, LIMITS, state="default", employer_id=group.employer, **own),
            **_numbers(group, opens, employer_id=group.employer, **own),
        }
        for group in top
    ]
    totals = {key: sum(getattr(group, key) for group in groups) for key in STATES}
    everybody = Kept(Side.EMPLOYER.value, None, None, **totals)
    every = linked(everybody.broken, opens, LIMITS, state="default", **own)
    return Section(
        "Employers in default",
        [Figure("employer", "Employer"), Figure("defaults", "Defaults", "count"), *FIGURES],
        found,
        chart=Bars,
        totals={"employer": "All employers", "defaults": every, **_numbers(everybody, opens, **own)} if found else None,
        note="A default is a limit of the employer's that was met late, missed, or is overdue now."
        + (f" The {TOP} with the most; the last row counts all {len(groups)}." if len(broken) > TOP else ""),
        empty="No employer has let a limit pass in these cases.",
    )
