"""What the clock does: a backup every night, and a trial of the newest every week. Safe to run late and twice."""

from celery import shared_task

from ip2a import audit
from ip2a.answers import Refused
from maintenance import schedule
from maintenance.backups import making, telling, verifying
from maintenance.backups.errors import CannotBackUp


@schedule.scheduled("backup", "Back up", "Copies the whole database and every new file; takes away what is too old.")
@shared_task
def nightly_backup() -> str:
    try:
        with audit.acting(command="nightly backup", reason="Backup"):
            return " ".join(telling.made(making.make())[1])
    except CannotBackUp as error:
        raise Refused(str(error)) from error


@schedule.scheduled(
    "backup-trial", "Restore a backup on trial", "Restores the newest backup aside, counts it and looks through it."
)
@shared_task
def weekly_verify() -> str:
    try:
        with audit.acting(command="weekly trial of a backup", reason="Backup"):
            found = verifying.verify()
    except CannotBackUp as error:
        raise Refused(str(error)) from error
    if not found.holds:
        raise Refused(f"Backup {found.name} does not hold: {' '.join(found.problems)}"[:500])
    return " ".join(telling.verified(found)[1])
