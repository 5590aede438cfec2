"""What the schedule calls. Each is safe to run late and twice; what fails is raised, for the ledger of the schedule."""

from celery import shared_task

from ip2a import audit
from maintenance.backups import making, verifying
from maintenance.backups.errors import CannotBackUp


@shared_task
def nightly_backup() -> str:
    """Make a backup; returns its name."""
    with audit.acting(command="nightly backup", reason="Backup"):
        return making.make().name


@shared_task
def weekly_verify() -> str:
    """Restore the newest backup on trial; raises CannotBackUp when it does not hold."""
    with audit.acting(command="weekly verification", reason="Backup"):
        found = verifying.verify()
    if not found.holds:
        raise CannotBackUp(f"Backup {found.name} does not hold: {' '.join(found.problems)[:500]}")
    return found.name
