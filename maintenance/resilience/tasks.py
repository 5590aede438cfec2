"""What the schedule calls. Each is safe to run late and twice; a round that was cut off goes on where it was."""

from celery import shared_task

from ip2a import audit
from maintenance.resilience import checksums, reporting
from maintenance.resilience.models import RoundKind
from maintenance.resilience.parts import Asked


@shared_task
def weekly_resilience() -> int:
    """Read every document, make the report and mail it; returns how many sentences are over a threshold."""
    with audit.acting(command="weekly resilience report", reason="Resilience report"):
        report = reporting.make(Asked(checksums=RoundKind.ALL))
        reporting.mail(report)
    return report.over


@shared_task
def nightly_checksums() -> int | None:
    """Read a share of the documents; returns how many were wrong, None while another process reads."""
    round_ = checksums.read_all(RoundKind.SAMPLE)
    return None if round_ is None else round_.wrong
