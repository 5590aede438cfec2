"""What the caretaker draws on the home page: doubtful data, and what this person did lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from ip2a.models import AuditEntry, Record
from ip2a.panels import Panel, panel
from ip2a.questions import among, question
from maintenance import findings

FINDINGS_SHOWN = 6
WORK_SHOWN = 8
WORK_DAYS = 30
ENTRIES_READ = 80  # several fields of one record are often saved one after another


@panel("home", order=10)
def data_findings(request, subject):
    if not request.user.has_perm("maintenance.view_finding"):
        return None
    told = findings.told_to(request.user)
    doubtful = [one for one in told if one.is_open]
    return Panel(
        "Data findings",
        "maintenance/_home_findings.html",
        {
            "doubtful": doubtful[:FINDINGS_SHOWN],
            "more": max(0, len(doubtful) - FINDINGS_SHOWN),
            "checked_at": findings.last_checked(told),
        },
        count=len(doubtful) if told else None,
        actions=[("All repairs", reverse("maintenance:finding_list"))],
    )


@dataclass
class Work:
    """One record this person touched, with the last thing done to it."""

    did: str
    record: Any
    at: datetime


@panel("home", order=20)
def recent_work(request, subject):
    return Panel("Your recent work", "maintenance/_home_work.html", {"work": work_of(request.user), "days": WORK_DAYS})


@question
def _entries(reader: Any, since: datetime) -> models.QuerySet:
    rows = AuditEntry.objects.visible_to(reader).filter(actor_id=int(reader), at__gte=since)
    return rows.only("at", "table_name", "record_id", "action", "changed")[:ENTRIES_READ]


def work_of(user: Any) -> list[Work]:
    """The records this person changed lately, the last first, each once, within today's rights."""
    latest: dict[tuple[str, int], AuditEntry] = {}
    for entry in _entries(user, timezone.now() - timedelta(days=WORK_DAYS)):
        latest.setdefault((entry.table_name, entry.record_id), entry)
    records = _records(list(latest), user)
    done = [Work(did(entry), records[key], entry.at) for key, entry in latest.items() if key in records]
    return done[:WORK_SHOWN]


def _records(keys: list[tuple[str, int]], user: Any) -> dict[tuple[str, int], Any]:
    """The records behind table names and numbers, as far as this person may open them; one query for each table."""
    numbers: dict[str, list[int]] = {}
    for table, pk in keys:
        numbers.setdefault(table, []).append(pk)
    found = {}
    for table, pks in numbers.items():
        model = _model_of(table)
        if model is not None:
            found |= {(table, record.pk): record for record in among.anyway(user, model, pks)}
    return found


@cache
def _model_of(table: str) -> type[models.Model] | None:
    """The model of a table whose records have a page."""
    for model in apps.get_models():
        if model._meta.db_table == table and issubclass(model, Record) and hasattr(model, "get_absolute_url"):
            return model
    return None


def did(entry: AuditEntry) -> str:
    """The entry in one word."""
    if entry.action == AuditEntry.Action.UPDATE and entry.changed == ["deleted_at"]:
        return "Removed or brought back"
    return {"insert": "Added", "update": "Changed", "delete": "Deleted"}[entry.action]
