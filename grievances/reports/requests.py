"""Information requests: who answers in time, late, or not at all."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from grievances.models import InformationRequest
from grievances.models.duty import Direction, RequestState
from grievances.reports.asking import EMPLOYER, REQUESTS, TOP, ask, columns, filed, linked, share
from ip2a.charts import Bars
from ip2a.reports import Figure, Opens, Section

STATEMENT = """
SELECT direction, employer_id, count(*),
  count(*) FILTER (WHERE state = 'answered' AND answered_on <= due_on),
  count(*) FILTER (WHERE state = 'answered' AND answered_on > due_on),
  count(*) FILTER (WHERE state = 'refused'),
  count(*) FILTER (WHERE state IN ('open', 'partly') AND due_on >= %s),
  count(*) FILTER (WHERE state IN ('open', 'partly') AND due_on < %s)
FROM requests JOIN cases ON cases.id = requests.grievance_id
GROUP BY GROUPING SETS ((direction, employer_id), (direction))
"""
ANSWERS = ("in_time", "late", "waiting", "overdue")
FIGURES = [
    Figure("asked", "Asked", "count"),
    Figure("in_time", "In time", "count"),
    Figure("late", "Late", "count"),
    Figure("refused", "Refused", "count"),
    Figure("waiting", "Not yet", "count"),
    Figure("overdue", "Overdue now", "count"),
    Figure("share", "In time", "percent"),
]


class Answered(NamedTuple):
    direction: str
    employer: int | None
    asked: int
    in_time: int
    late: int
    refused: int
    waiting: int
    overdue: int


def counted(rows: QuerySet, requests: QuerySet[InformationRequest], opens: Opens, on: date) -> list[Section]:
    known = requests.order_by().values("grievance_id", "direction", "state", "due_on", "answered_on")
    groups = [Answered(*row) for row in ask(STATEMENT, [on, on], cases=columns(rows, "employer_id"), requests=known)]
    address = filed(opens)
    return [
        _section("Information we asked for", Direction.OURS, groups, address),
        _section("Information asked of us", Direction.THEIRS, groups, address),
    ]


def _numbers(group: Answered, opens: Opens, **parameters: Any) -> dict[str, Any]:
    counts = {key: linked(getattr(group, key), opens, REQUESTS, answer=key, **parameters) for key in ANSWERS}
    decided = group.in_time + group.late + group.refused + group.overdue
    return {
        "asked": linked(group.asked, opens, REQUESTS, **parameters),
        "refused": linked(group.refused, opens, REQUESTS, state=RequestState.REFUSED.value, **parameters),
        **counts,
        "share": share(group.in_time, decided),
    }


def _section(title: str, direction: Direction, groups: list[Answered], opens: Opens) -> Section:
    own = {"direction": direction.value}
    employers = [g for g in groups if g.direction == direction and g.employer is not None]
    totals = next((g for g in groups if g.direction == direction and g.employer is None), None)
    top = sorted(employers, key=lambda group: (-group.asked, group.employer))[:TOP]
    names = EMPLOYER.names(group.employer for group in top)
    found = [
        {"employer": names[group.employer], **_numbers(group, opens, employer_id=group.employer, **own)}
        for group in top
    ]
    more = f" The {TOP} with the most; the last row counts all {len(employers)}." if len(employers) > TOP else ""
    return Section(
        title,
        [Figure("employer", "Employer"), *FIGURES],
        found,
        chart=Bars,
        totals={"employer": "All employers", **_numbers(totals, opens, **own)} if totals else None,
        note=f"Withdrawn requests count only among those asked. A refusal is no answer.{more}",
        empty="Nothing was asked for in these cases.",
    )
