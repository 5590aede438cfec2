"""Making a report: each part on its own, kept with its numbers, written to the log book, mailed where it is asked."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from ip2a import post
from ip2a.compartments import system
from maintenance import logbook, thresholds
from maintenance.backups.models import BackupRun
from maintenance.resilience import (
    checksums,
    files,
    growth,
    indexes,
    limits,
    own,  # noqa: F401 - its queries are registered by being read
    queries,
    records,
    replicas,
    saved,
    storage,
)
from maintenance.resilience.models import Level, ReportState, ResilienceMetric, ResilienceReport
from maintenance.resilience.parts import Asked, Look, Measure, Part, worst

logger = logging.getLogger(__name__)
LOCK = 746_2005  # one report at a time
MAIL = post.declare_kind("maintenance.resilience", "Resilience reports")
LOOKS: tuple[tuple[str, str, Look], ...] = (
    ("storage", "Room on the disks", storage.storage),
    ("backups", "Backups", saved.backups),
    ("checksums", "Documents as they were kept", checksums.checksums),
    ("files", "Files and the records that name them", files.files),
    ("queries", "Queries that must stay fast", queries.queries),
    ("indexes", "Indexes", indexes.indexes),
    ("bloat", "Wasted room in tables", indexes.bloat),
    ("growth", "Growth", growth.growth),
    ("stale", "Records nobody has changed lately", records.stale),
    ("outliers", "Records with very many", records.outlying),
    (replicas.KEY, replicas.TITLE, replicas.replicas),
)
NEEDS_SOMEBODY = (Level.WARN, Level.ACT)


class CannotReport(Exception):
    """Why no report was made, in a sentence."""


def make(asked: Asked | None = None, *, by: Any = None) -> ResilienceReport:
    """One report; raises CannotReport while another is being made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise CannotReport("Another resilience report is being made. Wait until it has ended, then try again.")
        try:
            with system("organizing", "resilience"):  # a file that a walled record names is no orphan
                return _make(asked or Asked(), by)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _make(asked: Asked, by: Any) -> ResilienceReport:
    _close_killed()
    report = ResilienceReport.objects.create(started_by=by, started_at=timezone.now())
    try:
        parts = [_look(key, title, look, asked) for key, title, look in LOOKS if _is_here(key)]
        _keep(report, parts)
    except BaseException:
        _end(report, ReportState.FAILED)
        raise
    _prune()
    logbook.write(logbook.RESILIENCE, _line(report, parts))
    return report


def _is_here(key: str) -> bool:
    return key != replicas.KEY or bool(settings.REPLICAS)


def _close_killed() -> None:
    """Nobody holds the lock, so what still says it is being made was cut off."""
    for report in ResilienceReport.objects.filter(state=ReportState.RUNNING):
        _end(report, ReportState.FAILED)


def _end(report: ResilienceReport, state: str) -> None:
    report.state, report.ended_at = state, timezone.now()
    report.save(update_fields=["state", "ended_at"])


def _look(key: str, title: str, look: Look, asked: Asked) -> Part:
    """A part that cannot measure says so, and ends neither the report nor a transaction around it."""
    asked.say(0, 0, title)
    try:
        return look(asked)
    except Exception as error:
        logger.exception("The part %s of the resilience report could not be measured", key)
        part = Part(key, title)
        part.say(Level.WARN, f"This could not be measured: {type(error).__name__}: {str(error).strip()[:300]}")
        return part


@transaction.atomic
def _keep(report: ResilienceReport, parts: list[Part]) -> None:
    measured: dict[tuple[str, str], Measure] = {(m.name, m.subject): m for part in parts for m in part.measures}
    rows = [
        ResilienceMetric(report=report, name=m.name, subject=m.subject, value=m.value, at=report.started_at)
        for m in measured.values()
    ]
    ResilienceMetric.objects.bulk_create(rows, batch_size=1000)
    report.parts = [part.kept() for part in parts]
    report.level = worst(part.level for part in parts)
    report.over = sum(said.level in NEEDS_SOMEBODY for part in parts for said in part.says)
    report.state, report.ended_at = ReportState.DONE, timezone.now()
    report.save(update_fields=["parts", "level", "over", "state", "ended_at"])


def _prune() -> None:
    oldest = timezone.now() - timedelta(days=int(thresholds.value(limits.KEPT_DAYS)))
    ResilienceMetric.objects.filter(at__lt=oldest).delete()


def _line(report: ResilienceReport, parts: list[Part]) -> dict[str, Any]:
    return {
        "report": report.pk,
        "level": report.level,
        "over": report.over,
        "seconds": round((report.ended_at - report.started_at).total_seconds(), 2) if report.ended_at else None,
        "parts": {part.key: part.level for part in parts},
        "metrics": {f"{m.name}:{m.subject}" if m.subject else m.name: m.value for p in parts for m in p.measures},
    }


def watch() -> list[Part]:
    """Between two reports: what may not wait a week, measured for the history as well. Without a backup ever made
    nothing is said of backups: the first night makes one."""
    wanted = {"storage"} | ({"backups"} if BackupRun.objects.exists() else set())
    parts = [_look(key, title, look, Asked()) for key, title, look in LOOKS if key in wanted]
    now = timezone.now()
    measured = [m for part in parts if part.key == "storage" for m in part.measures]
    rows = [ResilienceMetric(name=m.name, subject=m.subject, value=m.value, at=now) for m in measured]
    ResilienceMetric.objects.bulk_create(rows)
    return parts


def over(report: ResilienceReport) -> list[tuple[str, str, str]]:
    """(level, part, sentence) of what asks for somebody, the gravest first."""
    found = [
        (said["level"], part["title"], said["text"])
        for part in report.parts
        for said in part["says"]
        if said["level"] in NEEDS_SOMEBODY
    ]
    return sorted(found, key=lambda line: line[0] != Level.ACT)


def mail(report: ResilienceReport) -> int:
    """The digest, to everybody who may see reports; the same report is mailed once. Returns how many it went to."""
    people = [user for user in get_user_model().objects.filter(is_active=True) if _may_see(user)]
    lines = [f"- {'ACT NOW: ' if level == Level.ACT else ''}{part}: {text}" for level, part, text in over(report)]
    count = len(lines)
    things = "nothing over a threshold" if not count else f"{count} thing{'s' * (count != 1)} over a threshold"
    body = "\n".join(lines) or "All that was measured is within its thresholds. Nothing needs to be done."
    for user in people:
        post.send(
            to=user,
            subject=f"Resilience report: {things}",
            body=f"{body}\n\nThe whole report stands under Upkeep, Resilience.",
            kind=MAIL,
            about=report,
            key=f"maintenance.resilience:{report.pk}:user {user.pk}",
        )
    return len(people)


def _may_see(user: Any) -> bool:
    return user.has_perm("maintenance.view_resiliencereport")
