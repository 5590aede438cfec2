"""What the clock does: reading documents and the week's report. Safe to run late and twice; a round that was cut off
goes on where it was."""

from celery import shared_task
from django.conf import settings

from ip2a import audit
from ip2a.answers import Refused
from ip2a.models.channel import Priority
from ip2a.words import counted
from maintenance import notices, schedule
from maintenance.resilience import checksums, replicas, reporting
from maintenance.resilience.models import Level, ResilienceReport, RoundKind
from maintenance.resilience.parts import Asked

NOTICE = "resilience"


@schedule.scheduled(
    "resilience", "Make the resilience report", "Reads every document, measures everything, and mails what is over."
)
@shared_task
def weekly_resilience() -> str:
    try:
        with audit.acting(command="weekly resilience report", reason="Resilience report"):
            report = reporting.make(Asked(checksums=RoundKind.ALL))
            told = reporting.mail(report)
    except reporting.CannotReport as error:
        raise Refused(str(error)) from error
    notify_of(report)
    return f"{report.over} over a threshold; mailed to {counted(told, '1 person', '{count} people')}."


@schedule.scheduled("checksums", "Compare checksums", "Reads a share of the documents and compares their checksums.")
@shared_task
def nightly_checksums() -> str:
    round_ = checksums.read_all(RoundKind.SAMPLE)
    if round_ is None:
        return "Another process was comparing checksums in this moment."
    read = counted(round_.read, "1 document read", "{count} documents read")
    return f"{read}, {round_.wrong:,} wrong{'' if round_.ended_at else '; to be continued'}."


@schedule.scheduled("watch", "Watch disks and backups", "Tells between two reports what cannot wait for the next.")
@shared_task
def watch() -> str:
    parts = reporting.watch()
    for part in parts:
        notify(part.key, [(said.level, said.text) for said in part.says])
    if not settings.REPLICAS:
        replicas.watch()  # of those that are not read from any more nothing is told any more
    grave = sum(said.level in reporting.NEEDS_SOMEBODY for part in parts for said in part.says)
    return counted(grave, "1 thing over a threshold.", "{count} things over a threshold.")


@shared_task
def watch_replicas() -> int:
    """Every minute, where pages are read from replicas. Returns how many are out of use."""
    return replicas.watch()


def notify_of(report: ResilienceReport) -> None:
    """A notice for each part with something over a threshold; what is well again ends it."""
    for part in report.parts:
        if part["key"] != replicas.KEY:  # each of them has a notice of its own
            notify(part["key"], [(said["level"], said["text"]) for said in part["says"]])


def notify(key: str, says: list[tuple[str, str]]) -> None:
    told = [text for wanted in (Level.ACT, Level.WARN) for level, text in says if level == wanted]
    if not told:
        notices.end(f"{NOTICE}:{key}")
        return
    is_grave = any(level == Level.ACT for level, _ in says)
    notices.raise_notice(
        f"{NOTICE}:{key}",
        priority=Priority.CRITICAL if is_grave else Priority.MEDIUM,
        sentence=told[0] if len(told) == 1 else f"{told[0]} And {len(told) - 1} more.",
        advice="The resilience report has the figures. Make a new one when it is done.",
        path=f"/maintenance/resilience/#{key}",
        count=len(told),
    )
