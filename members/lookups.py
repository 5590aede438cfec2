"""What several parts of one record's page need, fetched once for the page and its reader."""

from typing import Any

from django.db import models

from ip2a.models import AuditEntry
from members.models import Member, MemberEmployment

MOST_CHANGES = 200


def jobs_of(user: Any, member: Member) -> list[MemberEmployment]:
    """The member's jobs with their employers, the current ones first, then the newest."""
    found = member.__dict__.setdefault("_jobs", {})
    if user.pk not in found:
        rows = MemberEmployment.objects.visible_to(user).live().filter(member=member).select_related("organization")
        shown = ("member_id", "start_date", "end_date", "is_current", "job_title", "hourly_rate", "organization__name")
        found[user.pk] = list(rows.only(*shown).order_by("-is_current", "-start_date", "-id"))
    return found[user.pk]


def changes_of(user: Any, record: models.Model) -> list[AuditEntry]:
    """The record's latest entries of the audit trail."""
    found = record.__dict__.setdefault("_changes", {})
    if user.pk not in found:
        found[user.pk] = list(AuditEntry.objects.visible_to(user).about(record)[:MOST_CHANGES])
    return found[user.pk]
