"""What the clock does: reading documents and the week's report. Safe to run late and twice; a round that was cut off
goes on where it was."""

from celery import shared_task

from ip2a import audit
from ip2a.answers import Refused
from ip2a.models.channel import Priority
from maintenance import notices, schedule
from maintenance.resilience import checksums, reporting
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
    notify(report)
    return f"{report.over} over a threshold; mailed to {told}."


@schedule.scheduled("checksums", "Compare checksums", "Reads a share of the documents and compares their checksums.")
@shared_task
def nightly_checksums() -> str:
    round_ = checksums.read_all(RoundKind.SAMPLE)
    if round_ is None:
        return "Another process was comparing checksums in this moment."
    return f"{round_.read:,} documents read, {round_.wrong:,} wrong{'' if round_.ended_at else '; to be continued'}."


def notify(report: ResilienceReport) -> None:
    """What must be acted on at once goes to the channels as well; the next report that is well ends it."""
    grave = [text for level, _, text in reporting.over(report) if level == Level.ACT]
    if not grave:
        notices.end(NOTICE)
        return
    notices.raise_notice(
        NOTICE,
        priority=Priority.CRITICAL,
        sentence=grave[0] if len(grave) == 1 else f"{grave[0]} And {len(grave) - 1} more.",
        advice="The resilience report says what to do about each.",
        path="/maintenance/resilience/",
    )
