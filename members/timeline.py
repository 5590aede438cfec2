"""What the members room tells of a member's life: joining, jobs, and what was changed by whom."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils import timezone

from ip2a.models import AuditEntry
from ip2a.timeline import Event, tells
from ip2a.trail.words import who
from ip2a.words import format_money
from members.lookups import changes_of, jobs_of
from members.models import Member


@tells("members.member")
def joining(user: Any, member: Member) -> Iterator[Event]:
    if member.date_of_birth:
        yield Event(member.date_of_birth, "membership", "Born", icon="calendar")
    if member.hire_date:
        yield Event(member.hire_date, "membership", "Joined the union", icon="flag")


@tells("members.member")
def jobs(user: Any, member: Member) -> Iterator[Event]:
    today = timezone.localdate()
    for job in jobs_of(user, member):
        url = job.get_absolute_url()
        pay = f"{format_money(job.hourly_rate)} an hour" if job.hourly_rate is not None else ""
        about = ", ".join(part for part in (job.job_title, pay) if part)
        employer = job.organization.name
        begins = "Starts" if job.start_date > today else "Started"
        started = f"{begins} at {employer}{f' as {about}' if job.job_title else f', {about}' if about else ''}"
        yield Event(job.start_date, "job", started, url=url, icon="job")
        if job.end_date:
            yield Event(
                job.end_date,
                "job",
                f"{'Leaves' if job.end_date > today else 'Left'} {employer}",
                url=url,
                icon="sign-out",
            )


@tells("members.member")
def changes(user: Any, member: Member) -> Iterator[Event]:
    for entry in changes_of(user, member):
        told = sentence(entry, Member)
        because = f": {entry.reason}" if entry.reason else ""
        yield Event(entry.at, "change", f"{told}{because}", who=who(entry), icon="edit")


def sentence(entry: AuditEntry, model: type[models.Model]) -> str:
    """One audit entry in words: what was done to which fields."""
    if entry.action == AuditEntry.Action.INSERT:
        return "Record added"
    if entry.action == AuditEntry.Action.DELETE:
        return "Record deleted"
    changed = entry.changed or []
    if "deleted_at" in changed:
        gone, merged = bool((entry.new or {}).get("deleted_at")), "merged_into_id" in changed
        return _GONE[gone, merged]
    if changed == ["status"]:
        names = dict(model._meta.get_field("status").flatchoices)
        return f"Status changed from {_named(names, entry.old)} to {_named(names, entry.new)}"
    return f"Changed {', '.join(_label(column, model) for column in changed)}"


_GONE = {
    (True, True): "Merged into another record",
    (True, False): "Removed",
    (False, True): "Merge taken back",
    (False, False): "Brought back",
}


def _named(names: dict[str, str], values: dict[str, Any]) -> str:
    return str(names.get(values["status"], values["status"])).lower()


def _label(column: str, model: type[models.Model]) -> str:
    fields = {field.column: field for field in model._meta.concrete_fields}
    return str(fields[column].verbose_name) if column in fields else column.replace("_", " ")
