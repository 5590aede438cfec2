"""Long work that a page starts."""

from ip2a import jobs
from ip2a.answers import Refused
from ip2a.models import Job
from maintenance.backups import making, returning, telling, verifying
from maintenance.backups import tasks as backup_tasks  # noqa: F401 - the clock's turns are jobs as well
from maintenance.backups.errors import CannotBackUp
from maintenance.resilience import reporting
from maintenance.resilience import tasks as resilience_tasks  # noqa: F401 - likewise
from maintenance.resilience.parts import Asked

BACKUP, REPORT = "maintenance.backup", "maintenance.resilience"
TRIAL, BRING_BACK = "maintenance.backup-trial", "maintenance.documents-back"


@jobs.job(BACKUP, label="Backing up", most_attempts=2, atomic=False)
def back_up(job: Job, progress: jobs.Progress) -> jobs.Result:
    try:
        run = making.make(by=job.started_by, say=progress)
    except CannotBackUp as error:
        raise Refused(str(error)) from error
    return jobs.Result(text=telling.made(run)[1][0], url=run.get_absolute_url(), label="See the backup")


@jobs.job(TRIAL, label="Restoring a backup on trial", most_attempts=2, atomic=False)
def try_backup(job: Job, progress: jobs.Progress) -> jobs.Result:
    """A backup that does not hold is a result of the trial, and told as a failure."""
    try:
        found = verifying.verify(job.data["name"], say=progress)
    except CannotBackUp as error:
        raise Refused(str(error)) from error
    if not found.holds:
        raise Refused(f"Backup {found.name} does not hold: {' '.join(found.problems)}"[:500])
    return jobs.Result(text=" ".join(telling.verified(found)[1])[:300])


@jobs.job(BRING_BACK, label="Bringing documents back", most_attempts=2, atomic=False)
def bring_back(job: Job, progress: jobs.Progress) -> jobs.Result:
    try:
        found = returning.bring_back(progress)
    except CannotBackUp as error:
        raise Refused(str(error)) from error
    text = " ".join(telling.brought_back(found)[1])[:300]
    return jobs.Result(text=text, url="/maintenance/backups/", label="Backups")


@jobs.job(REPORT, label="Making the resilience report", most_attempts=2, atomic=False)
def report(job: Job, progress: jobs.Progress) -> jobs.Result:
    try:
        made = reporting.make(Asked(say=progress), by=job.started_by)
    except reporting.CannotReport as error:
        raise Refused(str(error)) from error
    count = made.over
    text = f"{count} thing{'s' * (count != 1)} over a threshold." if count else "Nothing is over a threshold."
    return jobs.Result(text=text, url=made.get_absolute_url(), label="See the report")
