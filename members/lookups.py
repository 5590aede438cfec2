"""What several parts of one record's page need, fetched once for the page and its reader."""

from typing import Any

from django.db import models

from ip2a.models import AuditEntry
from ip2a.questions import once, question
from members.models import Member, MemberEmployment

MOST_CHANGES = 200


@question
def _jobs(reader: Any, member: int) -> models.QuerySet:
    rows = MemberEmployment.objects.visible_to(reader).live().filter(member=member).select_related("organization")
    shown = ("member_id", "start_date", "end_date", "is_current", "job_title", "hourly_rate", "organization__name")
    return rows.only(*shown).order_by("-is_current", "-start_date", "-id")


@question
def _changes(reader: Any, table: str, record: int) -> models.QuerySet:
    return AuditEntry.objects.visible_to(reader).filter(table_name=table, record_id=record)[:MOST_CHANGES]


@once
def jobs_of(user: Any, member: Member) -> list[MemberEmployment]:
    """The member's jobs with their employers, the current ones first, then the newest."""
    return _jobs(user, member.pk)


@once
def changes_of(user: Any, record: models.Model) -> list[AuditEntry]:
    """The record's latest entries of the audit trail."""
    return _changes(user, record._meta.db_table, record.pk)
