"""Long work that a page starts."""

from ip2a import jobs
from ip2a.answers import Refused
from ip2a.models import Job
from maintenance.backups import making, telling
from maintenance.backups import tasks as backup_tasks  # noqa: F401 - the clock's turns are jobs as well
from maintenance.backups.errors import CannotBackUp
from maintenance.resilience import reporting
from maintenance.resilience import tasks as resilience_tasks  # noqa: F401 - likewise
from maintenance.resilience.parts import Asked

BACKUP, REPORT = "maintenance.backup", "maintenance.resilience"


@jobs.job(BACKUP, label="Backing up", most_attempts=2, atomic=False)
def back_up(job: Job, progress: jobs.Progress) -> jobs.Result:
    try:
        run = making.make(by=job.started_by, say=progress)
    except CannotBackUp as error:
        raise Refused(str(error)) from error
    return jobs.Result(text=telling.made(run)[1][0], url=run.get_absolute_url(), label="See the backup")


@jobs.job(REPORT, label="Making the resilience report", most_attempts=2, atomic=False)
def report(job: Job, progress: jobs.Progress) -> jobs.Result:
    try:
        made = reporting.make(Asked(say=progress), by=job.started_by)
    except reporting.CannotReport as error:
        raise Refused(str(error)) from error
    count = made.over
    text = f"{count} thing{'s' * (count != 1)} over a threshold." if count else "Nothing is over a threshold."
    return jobs.Result(text=text, url=made.get_absolute_url(), label="See the report")
