"""The columns of the list of limits."""

from typing import Any

from grievances.filters_reports import SIDES
from grievances.models import Deadline, DeadlineState
from ip2a.tables import Column
from ip2a.words import format_moment

STATE = dict(DeadlineState.choices)
SIDE = dict(SIDES)
SHOWN_OF_LIMIT = (
    "label",
    "side",
    "step_number",
    "article",
    "state",
    "starts_on",
    "due_on",
    "due_at",
    "met_on",
    "grievance__grievance_number",
    "grievance__employer__name",
)


def _case(limit: Deadline) -> Any:
    return limit.grievance


LIMITS = [
    Column("case", "Grievance", _case, kind="related", show=lambda d: str(d.grievance)),
    Column("limit", "Limit", lambda d: d.label),
    Column("side", "Whose", lambda d: SIDE.get(d.side, d.side), sort=("side", "due_on"), kind="word"),
    Column(
        "employer", "Employer", lambda d: d.grievance.employer, kind="related", show=lambda d: d.grievance.employer.name
    ),
    Column("step", "Step", lambda d: d.step_number, sort=("step_number", "due_on"), kind="number"),
    Column(
        "state",
        "State",
        lambda d: d.state,
        sort=("state", "due_on"),
        kind="state",
        show=lambda d: STATE.get(d.state, ""),
    ),
    Column("starts", "Runs from", lambda d: d.starts_on, sort=("starts_on",), kind="day", wide=True),
    Column("due", "Due", lambda d: d.due_on, sort=("due_on",), kind="day"),
    Column("met", "Met", lambda d: d.met_on, sort=("met_on",), kind="day"),
    Column("article", "Article", lambda d: d.article, wide=True),
    Column("hour", "Due at", lambda d: format_moment(d.due_at) if d.due_at else "", on_page=False),
]
