"""What the clock does here. ``scheduled`` begins a turn of scheduled work (maintenance/schedule.py)."""

from celery import shared_task
from django.utils import timezone

from ip2a.tasks import make_audit_partitions
from ip2a.words import counted
from maintenance import badge, doctor, healing, logbook, notifying, repairing, schedule
from maintenance.models_healing import Road


@shared_task
def scheduled(key: str) -> bool:
    """Begin the turn that is due. Beat's tick may come late, twice, or never: ``tend_schedule`` looks as well."""
    return schedule.begin_due(key)


@shared_task
def tend_schedule() -> int:
    """Every minute: begin what was missed, close what was lost."""
    begun = schedule.tend()
    repairing.after_a_kill()
    return begun


@shared_task
def tell() -> int:
    """Every minute: what is new goes to the channels, as soon as their quiet hours let it."""
    badge.refresh()
    return notifying.tell()


@schedule.scheduled("data-findings", "Look for doubtful data", "Runs every check and counts what it finds.")
@shared_task
def examine() -> str:
    """Look through all data; says how many checks found something."""
    seen = doctor.examine()
    if seen is None:
        return "Somebody else was looking in this moment."
    notifying.note_findings(fixable=False)
    badge.refresh()
    return f"{sum(1 for one in seen if one.count or one.trouble)} of {len(seen)} checks found something."


@schedule.scheduled("auto-heal", "Check and mend", "Checks all data, mends what is safe, tells of what is left.")
@shared_task
def auto_heal() -> str:
    """The night's round. What it did stands on the Repairs page, in the log book, and goes to the channels."""
    healed = healing.heal(road=Road.NIGHT)
    repairing.after_a_round(healed)
    left = counted(len(healed.left), "1 kind of finding is", "{count} kinds of findings are")
    return f"Mended {healed.repaired:,}; {left} for a person."


@schedule.scheduled(
    "audit-partitions", "Prepare the audit trail", "Makes the audit trail's monthly parts ahead of time."
)
@shared_task
def audit_partitions() -> str:
    return f"{make_audit_partitions()} new."


@schedule.scheduled(
    "tidy", "Tidy up", "Removes log files and turns of this schedule that are older than you keep them."
)
@shared_task
def tidy() -> str:
    files, turns = logbook.prune(), schedule.forget_old(timezone.now())
    return f"{files} log files and {turns} old turns removed."
