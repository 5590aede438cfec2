"""The columns of the grievances room's lists, for the page and for the exported file."""

from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape

from grievances import dues
from grievances.models import CaseType, CurrentStep, InformationRequest, Status
from grievances.models.duty import AWAITED, Direction, RequestState
from ip2a.models.base import record_url
from ip2a.tables import Column
from ip2a.words import register_tones, state_chip

STATUS = dict(Status.choices)
STEP = dict(CurrentStep.choices)
TYPE = dict(CaseType.choices)
REQUEST_STATE = dict(RequestState.choices)
DIRECTION = dict(Direction.choices)

register_tones(
    {
        "investigation": "info",
        "hearing": "info",
        "settled": "good",
        "withdrawn": "quiet",
        "arbitration": "warn",
        "partly": "info",
        "answered": "good",
        "refused": "bad",
        "denied": "bad",
        "advanced": "info",
        "met": "good",
        "met_late": "warn",
        "missed": "bad",
        "skipped": "quiet",
        "void": "quiet",
    }
)


@dataclass(frozen=True)
class DueColumn(Column):
    """A day with how far away it is, and the word "Overdue" once it has passed; exported as the plain day.

    The record needs ``days_off`` (see ``dues.with_limits``).
    """

    def cell(self, record: Any) -> str:
        day = self.value(record)
        if day is None:
            return ""
        today = timezone.localdate()
        late = f"{state_chip('Overdue', 'bad')} " if day < today else ""
        away = dues.distance(day, today, record.days_off)
        return f'<div>{late}<time datetime="{day.isoformat()}">{dues.short_day(day, today)}</time>, {away}</div>'


@dataclass(frozen=True)
class PersonColumn(Column):
    """A link made of parts that a list has at hand, without another record."""

    def cell(self, record: Any) -> str:
        person = self.value(record)
        if person is None:
            return conditional_escape(self.show(record)) if self.show else ""
        return f'<a href="{person.get_absolute_url()}">{escape(str(person))}</a>'

    def exported(self, record: Any) -> Any:
        person = self.value(record)
        return str(person) if person is not None else (self.show(record) if self.show else "")


def number_of(case: Any) -> str:
    return case.grievance_number or "Not filed"


def _no_grievant(case: Any) -> str:
    return "Policy"


CASES = [
    Column("number", "Number", number_of, sort=("grievance_number",), kind="link"),
    PersonColumn("grievant", "Grievant", lambda c: c.member, show=_no_grievant),
    Column("employer", "Employer", lambda c: c.employer, kind="related", show=lambda c: c.employer.name),
    Column("subject", "Subject", lambda c: c.subject.name if c.subject else "", wide=True),
    Column("article", "Article", lambda c: c.contract_article, wide=True),
    Column("step", "Step", lambda c: STEP.get(c.current_step, c.current_step), sort=("current_step",), kind="word"),
    Column(
        "status", "Status", lambda c: c.status, sort=("status",), kind="state", show=lambda c: STATUS.get(c.status, "")
    ),
    Column("representative", "Representative", lambda c: str(c.assigned_rep or "")),
    DueColumn("due", "Our next limit", lambda c: c.next_due_on, sort=("next_due_on",)),
    DueColumn("employer_due", "Employer’s limit", lambda c: c.employer_due_on, sort=("employer_due_on",)),
    Column("filed", "Filed", lambda c: c.filed_date, sort=("filed_date",), kind="day", blank_first=True, wide=True),
    Column("type", "Type", lambda c: TYPE.get(c.case_type, c.case_type), on_page=False),
    Column("incident", "Happened", lambda c: c.incident_date, on_page=False),
    Column("what", "What happened", lambda c: c.violation_description, on_page=False),
    Column("remedy", "Remedy sought", lambda c: c.remedy_sought, on_page=False),
    Column("resolution", "Resolution", lambda c: c.resolution, on_page=False),
    Column("resolved", "Resolved", lambda c: c.resolution_date, on_page=False),
    Column("amount", "Settlement", lambda c: c.settlement_amount, kind="money", on_page=False),
]
COLUMN = {column.key: column for column in CASES}


def _case_of(request: InformationRequest) -> Any:
    return request.grievance


def _owed(request: InformationRequest) -> Any:
    return request.due_on if request.state in AWAITED else None


@dataclass(frozen=True)
class RequestColumn(Column):
    """The request's own words, cut to a line, as the link."""

    def cell(self, record: Any) -> str:
        url = record_url("grievances:informationrequest_detail", record.pk)
        return f'<a href="{url}">{escape(self.value(record))}</a>'


MOST_WORDS = 80


def asked_for(request: InformationRequest) -> str:
    text = " ".join(request.what.split())
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS].rstrip()}…"


REQUESTS = [
    RequestColumn("what", "What is asked for", asked_for),
    Column("case", "Grievance", _case_of, kind="related", show=lambda r: str(r.grievance)),
    Column("employer", "Employer", lambda r: r.grievance.employer, kind="related"),
    Column("direction", "Who asks", lambda r: DIRECTION[r.direction], sort=("direction", "due_on"), kind="word"),
    Column(
        "state",
        "State",
        lambda r: r.state,
        sort=("state", "due_on"),
        kind="state",
        show=lambda r: REQUEST_STATE.get(r.state, r.state),
    ),
    Column("asked", "Asked", lambda r: r.asked_on, sort=("asked_on",), kind="day"),
    DueColumn("due", "Answer due", _owed, sort=("due_on",)),
    Column("answered", "Answered", lambda r: r.answered_on, sort=("answered_on",), kind="day", wide=True),
    Column("asked_of", "Asked of", lambda r: r.asked_of, wide=True),
]
