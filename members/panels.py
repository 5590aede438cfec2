"""What the members room shows on its records' pages and on the home page. Every panel is bounded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone

from ip2a import timeline
from ip2a.models import AuditEntry
from ip2a.models.base import page_url, record_url
from ip2a.panels import Panel, panel
from ip2a.questions import question
from ip2a.rules import has_right
from ip2a.tables import Column, Table
from ip2a.trail.words import Told, tell, who
from members import columns
from members.lookups import changes_of, jobs_of
from members.models import Exemption, Member, MemberEmployment, OrganizationContact
from members.timeline import sentence

MOST_JOBS = 25
MOST_WORKERS = 50
MOST_PAST_JOBS = 15
MOST_CONTACTS = 50
MOST_CHANGES = 5
EVENTS_SHOWN = 20
EVENTS_AT_MOST = 2000
WITHOUT_JOB_SHOWN = 10
WITHOUT_JOB_COUNTED = 1_000

JOB_COLUMNS = {column.key: column for column in columns.JOBS}
JOB_COLUMNS["rate"] = replace(JOB_COLUMNS["rate"], label="Rate")
JOB_COLUMNS["title"] = replace(JOB_COLUMNS["title"], kind="word")  # a panel is narrow: the employer's name wraps
MEMBER_JOBS = [JOB_COLUMNS[key] for key in ("employer", "title", "start", "end", "rate")]
WORKERS = [JOB_COLUMNS[key] for key in ("member", "title", "start", "rate")]
PAST_JOBS = [JOB_COLUMNS[key] for key in ("member", "title", "start", "end", "rate")]
CONTACTS = [column for column in columns.CONTACTS if column.key != "organization"]
OTHER_CONTACTS = [column for column in CONTACTS if column.key != "primary"]
FOREVER = date.max  # the end of a job that has none
SHOWN_OF_JOB = ("member_id", "organization_id", "start_date", "end_date", "is_current", "job_title", "hourly_rate")
KINDS = {"job": "Jobs", "membership": "Membership", "change": "Changes", "document": "Documents"}


def address(name: str, **query: Any) -> str:
    return f"{page_url(name)}?{urlencode(query)}" if query else page_url(name)


def listed(
    title: str,
    rows: QuerySet | list,
    shown: list[Column],
    most: int,
    *,
    counted: Callable[[], int] | None = None,
    all_url: str = "",
    empty: str = "",
    **panel_fields: Any,
) -> Panel:
    """A panel with the first rows of a table and how many there are; the rest is one click away.

    ``counted`` tells how many there are where ``rows`` is a list that ends before.
    """
    records = list(rows[: most + 1])
    total = len(records)
    if total > most:
        total = counted() if counted else len(rows) if isinstance(rows, list) else rows.order_by().count()
    return Panel(
        title,
        "members/_listed.html",
        {
            "table": Table(shown, records[:most], caption=title),
            "left": max(0, total - most),
            "total": total,
            "all_url": all_url,
            "empty": empty,
        },
        count=f"{total:,}",
        **panel_fields,
    )


def adding(request: Any, model: type, label: str, **query: Any) -> list[tuple[str, str]]:
    """The link that adds a record of a model, for those who may."""
    if not has_right(request.user, "add", model):
        return []
    return [(label, address(f"members:{model._meta.model_name}_create", **query))]


@panel("members.member", order=10)
def jobs(request, member):
    if not has_right(request.user, "view", MemberEmployment):
        return None
    return listed(
        "Jobs",
        jobs_of(request.user, member),
        MEMBER_JOBS,
        MOST_JOBS,
        all_url=address("members:memberemployment_list", member=str(member)),
        empty="No job on record yet. Each job this member is sent to will stand here, the current one first.",
        actions=[] if member.is_removed else adding(request, MemberEmployment, "Add a job", member=member.pk),
    )


@question
def _entered(reader, member, today):
    return Exemption.objects.visible_to(reader).filter(member=member, until_day__gte=today)


@panel("members.member", order=70)
def own_exemptions(request, member):
    """What the reader entered, and nobody else sees."""
    rows = [row for row in _entered(request.user, member.pk, timezone.localdate()) if row.ended_on is None]
    return Panel("Exemptions you entered", "members/_exemptions.html", {"rows": rows}) if rows else None


@panel("members.member", order=80)
def member_timeline(request, member):
    found = timeline.events(request.user, member)
    present = {event.kind for event in found}
    kind = request.GET.get("kind", "")
    if kind in present:
        found = [event for event in found if event.kind == kind]
    whole = request.GET.get("events") == "all"
    shown = found[: EVENTS_AT_MOST if whole else EVENTS_SHOWN]
    everything = {"events": "all"} | ({"kind": kind} if kind in present else {})
    return Panel(
        "Timeline",
        "members/_timeline_panel.html",
        {
            "days": timeline.by_day(shown),
            "kinds": _kinds(present, kind) if len(present) > 1 else [],
            "left": len(found) - len(shown),
            "all_url": f"?{urlencode(everything)}#timeline",
        },
        count=f"{len(found):,}",
        id="timeline",
    )


def _kinds(present: set[str], chosen: str) -> list[dict[str, Any]]:
    every = [{"label": "Everything", "active": chosen not in present, "url": "?#timeline"}]
    order = [*KINDS, *sorted(present - set(KINDS))]
    return every + [
        {"label": KINDS.get(kind, kind.capitalize()), "active": kind == chosen, "url": f"?kind={kind}#timeline"}
        for kind in order
        if kind in present
    ]


@dataclass
class Change:
    """One entry of the trail: in a sentence, or with what stood before and after."""

    entry: AuditEntry
    sentence: str
    told: Told | None

    @property
    def who(self) -> str:
        return who(self.entry)

    @property
    def fields(self) -> list:
        """Before and after, where the sentence does not say it."""
        return self.told.changes if self.told is not None and self.told.action == "Changed" else []


@panel("members.member", order=90)
@panel("members.organization", order=90)
@panel("members.organizationcontact", order=90)
@panel("members.memberemployment", order=90)
def recent_changes(request, record):
    entries = changes_of(request.user, record)[:MOST_CHANGES]
    updates = [entry for entry in entries if entry.action == AuditEntry.Action.UPDATE]
    told = {one.entry.pk: one for one in tell(request.user, updates)} if updates else {}
    return Panel(
        "Latest changes",
        "members/_changes.html",
        {"changes": [Change(entry, sentence(entry, type(record)), told.get(entry.pk)) for entry in entries]},
        actions=[("Whole history", record_url(f"members:{record._meta.model_name}_history", record.pk))],
        id="changes",
    )


@question(first=MOST_CONTACTS + 2)
def _contacts(reader, organization: int):
    rows = OrganizationContact.objects.visible_to(reader).live().filter(organization=organization)
    return rows.order_by("-is_primary", "sort_key", "id")


@panel("members.organization", order=10)
def contacts(request, organization):
    user = request.user
    if not has_right(user, "view", OrganizationContact):
        return None
    return listed(
        "Contacts",
        _contacts(user, organization.pk),
        CONTACTS,
        MOST_CONTACTS,
        counted=partial(_contacts.count, user, organization.pk),
        all_url=address("members:organizationcontact_list", organization=organization.name),
        empty="Nobody to call yet. Add the person you talk to there.",
        actions=[]
        if organization.is_removed
        else adding(request, OrganizationContact, "Add a contact", organization=organization.pk),
    )


def _jobs_at(reader: Any, organization: int) -> QuerySet:
    rows = MemberEmployment.objects.visible_to(reader).live().filter(organization=organization)
    who = ("member__first_name", "member__last_name", "member__member_number")
    return rows.select_related("member").only(*SHOWN_OF_JOB, *who)


# Of an employer there are three jobs or thirty thousand, and each has its own best plan.
@question(planned_anew=True, first=MOST_WORKERS + 1)
def _workers(reader, organization: int):
    rows = _jobs_at(reader, organization).filter(end_date=None)
    return rows.order_by("member__sort_key", "-start_date", "id")


@question(planned_anew=True, first=MOST_PAST_JOBS + 1)
def _past_jobs(reader, organization: int):
    rows = _jobs_at(reader, organization).filter(end_date__isnull=False)
    return rows.order_by("-start_date", "-id")


@panel("members.organization", order=20)
def workers(request, organization):
    user = request.user
    if not has_right(user, "view", MemberEmployment):
        return None
    return listed(
        "Works there now",
        _workers(user, organization.pk),
        WORKERS,
        MOST_WORKERS,
        counted=partial(_workers.count, user, organization.pk),
        all_url=address("members:memberemployment_list", employer=organization.name, current="yes"),
        empty="None of our members works there now.",
        actions=[]
        if organization.is_removed
        else adding(request, MemberEmployment, "Add a job", organization=organization.pk),
    )


@panel("members.organization", order=30)
def past_jobs(request, organization):
    user = request.user
    if not has_right(user, "view", MemberEmployment):
        return None
    return listed(
        "Worked there before",
        _past_jobs(user, organization.pk),
        PAST_JOBS,
        MOST_PAST_JOBS,
        counted=partial(_past_jobs.count, user, organization.pk),
        all_url=address("members:memberemployment_list", employer=organization.name, current="no"),
        empty="No job there has ended yet.",
    )


@panel("members.organizationcontact", order=10)
def other_contacts(request, contact):
    user, organization = request.user, contact.organization_id
    if not has_right(user, "view", OrganizationContact):
        return None
    return listed(
        f"Others at {contact.organization}",
        [one for one in _contacts(user, organization) if one.pk != contact.pk],
        CONTACTS,
        MOST_CONTACTS,
        counted=lambda: _contacts.count(user, organization) - (not contact.is_removed),
        all_url=address("members:organizationcontact_list", organization=contact.organization.name),
        empty="Nobody else is known there.",
        actions=adding(request, OrganizationContact, "Add a contact", organization=organization),
        id="others",
    )


@question(first=MOST_JOBS + 1)
def _meanwhile(reader, member: int, job: int, start: date, end: date):
    rows = MemberEmployment.objects.visible_to(reader).live().filter(member=member).exclude(pk=job)
    rows = rows.overlapping(start, end).select_related("organization")
    return rows.only(*SHOWN_OF_JOB, "organization__name")


@panel("members.memberemployment", order=10)
def jobs_at_the_same_time(request, job):
    """Only where there are any: two jobs at once may be right, and are often a forgotten end."""
    if job.is_removed:
        return None
    user, until = request.user, job.end_date or FOREVER
    found = _meanwhile(user, job.member_id, job.pk, job.start_date, until)
    if not found:
        return None
    return listed(
        "At the same time",
        found,
        MEMBER_JOBS,
        MOST_JOBS,
        counted=partial(_meanwhile.count, user, job.member_id, job.pk, job.start_date, until),
        all_url=address("members:memberemployment_list", member=str(job.member)),
        id="overlapping",
    )


@question(first=WITHOUT_JOB_SHOWN, counted_to=WITHOUT_JOB_COUNTED)
def _without_job(reader):
    rows = Member.objects.visible_to(reader).active().without_current_job().order_by("sort_key", "id")
    return rows.only("first_name", "last_name", "member_number", "classification", "phone")


@panel("home", order=30)
def without_job(request, subject):
    user = request.user
    if not (has_right(user, "view", Member) and has_right(user, "view", MemberEmployment)):
        return None
    shown = _without_job(user)
    total = _without_job.count(user) if len(shown) == WITHOUT_JOB_SHOWN else len(shown)
    beyond = total > WITHOUT_JOB_COUNTED
    return Panel(
        "Active members without a job",
        "members/_home_without_job.html",
        {
            "members": shown,
            "left": total - len(shown),
            "beyond": WITHOUT_JOB_COUNTED - len(shown) if beyond else None,
            "all_url": address("members:member_list", status=Member.Status.ACTIVE.value, has_job="no"),
            "nobody_yet": not shown and not Member.objects.visible_to(user).exists(),
            "adding": adding(request, Member, "Add a member"),
        },
        count=f"over {WITHOUT_JOB_COUNTED:,}" if beyond else f"{total:,}",
        id="without-job",
    )
