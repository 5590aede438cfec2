"""The columns of the members room's lists, for the page and for the exported file."""

from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from ip2a.models.base import record_url
from ip2a.questions import array
from ip2a.rules import has_right
from ip2a.tables import Column
from members import exemptions
from members.models import Exemption, Member, Organization

STATUS = dict(Member.Status.choices)
CLASSIFICATION = dict(Member.Classification.choices)
TYPE = dict(Organization.Type.choices)


def _organization(record) -> Organization:
    return record.organization


class CurrentJob(NamedTuple):
    """What a list shows of a job that lasts; a plain tuple, because a page of members has a hundred."""

    organization_id: int
    organization: str
    start_date: date

    def get_absolute_url(self) -> str:
        return record_url("members:organization_detail", self.organization_id)


# Asked by every page of the members list: written out, because building this query costs more than running it.
CURRENT_JOBS = """
SELECT j.member_id, j.organization_id, o.name, j.start_date
FROM members_memberemployment j JOIN members_organization o ON o.id = j.organization_id
WHERE j.end_date IS NULL AND j.deleted_at IS NULL AND j.member_id = ANY(%s::bigint[])
ORDER BY j.start_date DESC, j.id DESC
"""


def current_jobs(members: list[Member]) -> None:
    """Give each member its current jobs, the newest first, with one query for all."""
    found: dict[int, list[CurrentJob]] = {}
    for member_id, *job in connection.ask(CURRENT_JOBS, [array(m.pk for m in members)]):  # type: ignore[attr-defined]
        found.setdefault(member_id, []).append(CurrentJob(*job))
    for member in members:
        member.current_jobs = found.get(member.pk, [])


def exempt_days(members: list[Member], user: Any) -> None:
    """Give each member the day until which it is exempt, for those whose work it is to know."""
    days = exemptions.days_of(members) if has_right(user, "view", Exemption) else {}
    for member in members:
        member.exempt_until = days.get(member.pk)


def _employer(member: Member) -> CurrentJob | None:
    return member.current_jobs[0] if member.current_jobs else None


def _employer_name(member: Member) -> str:
    more = len(member.current_jobs) - 1
    return f"{member.current_jobs[0].organization}{f' and {more} more' if more > 0 else ''}"


MEMBERS = [
    Column(
        "name",
        "Name",
        lambda m: f"{m.last_name}, {m.first_name}",
        sort=("sort_key",),
        kind="link",
    ),
    Column("number", "Number", lambda m: m.member_number, sort=("member_number",)),
    Column(
        "status",
        "Status",
        lambda m: m.status,
        sort=("status", "sort_key"),
        kind="state",
        show=lambda m: STATUS.get(m.status, m.status),
    ),
    Column(
        "classification",
        "Classification",
        lambda m: CLASSIFICATION.get(m.classification, m.classification),
        sort=("classification", "sort_key"),
        kind="word",
    ),
    Column("employer", "Current employer", _employer, kind="related", show=_employer_name),
    Column("city", "City", lambda m: m.city, sort=("city", "sort_key")),
    Column("phone", "Phone", lambda m: m.phone, wide=True),
    Column("joined", "Joined", lambda m: m.hire_date, sort=("hire_date",), kind="day"),
    Column("middle_name", "Middle name", lambda m: m.middle_name, on_page=False),
    Column("address", "Address", lambda m: m.address, on_page=False),
    Column("state", "State", lambda m: m.state, on_page=False),
    Column("zip_code", "ZIP code", lambda m: m.zip_code, on_page=False),
    Column("email", "E-mail", lambda m: m.email, on_page=False),
    Column("date_of_birth", "Date of birth", lambda m: m.date_of_birth, on_page=False),
    Column("exempt_until", "Exempt until", lambda m: m.exempt_until, kind="day", on_page=False),
]

ORGANIZATIONS = [
    Column("name", "Name", lambda o: o.name, sort=("sort_key",), kind="link"),
    Column(
        "type",
        "Type",
        lambda o: TYPE.get(o.org_type, o.org_type),
        sort=("org_type", "sort_key"),
    ),
    Column(
        "signatory",
        "Signatory",
        lambda o: o.is_signatory,
        sort=("is_signatory", "sort_key"),
        kind="yes",
    ),
    Column("workers", "Members now", lambda o: o.workers, kind="number"),
    Column("city", "City", lambda o: o.city, sort=("city", "sort_key")),
    Column("state", "State", lambda o: o.state, sort=("state", "sort_key")),
    Column("phone", "Phone", lambda o: o.phone, wide=True),
    Column("address", "Address", lambda o: o.address, on_page=False),
    Column("zip_code", "ZIP code", lambda o: o.zip_code, on_page=False),
    Column("email", "E-mail", lambda o: o.email, on_page=False),
    Column("website", "Website", lambda o: o.website, on_page=False),
]

CONTACTS = [
    Column("name", "Name", str, sort=("sort_key",), kind="link"),
    Column(
        "organization",
        "Organization",
        _organization,
        sort=("organization__sort_key",),
        kind="related",
        show=lambda c: c.organization.name,
    ),
    Column("title", "Title", lambda c: c.title, sort=("title", "sort_key")),
    Column(
        "primary",
        "Primary",
        lambda c: c.is_primary,
        sort=("is_primary", "sort_key"),
        kind="yes",
    ),
    Column("phone", "Phone", lambda c: c.phone),
    Column("email", "E-mail", lambda c: c.email),
]

JOBS = [
    Column("start", "Start", lambda j: j.start_date, sort=("start_date",), kind="daylink"),
    Column("end", "End", lambda j: j.end_date, sort=("end_date",), kind="ending", blank_first=True),
    Column(
        "member",
        "Member",
        lambda j: j.member,
        kind="related",
        show=lambda j: str(j.member),
    ),
    Column(
        "employer",
        "Employer",
        _organization,
        kind="related",
        show=lambda j: j.organization.name,
    ),
    Column("title", "Job title", lambda j: j.job_title, sort=("job_title",)),
    Column(
        "rate",
        "Hourly rate",
        lambda j: j.hourly_rate,
        sort=("hourly_rate",),
        kind="money",
    ),
    Column("current", "Current", lambda j: j.is_current, kind="yes", on_page=False),
]
