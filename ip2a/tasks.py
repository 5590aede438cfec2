import logging
import sys

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError, connection

from ip2a import audit
from ip2a.outage import is_outage

LONGEST_PAUSE = 300  # seconds between two tries of a task that finds no database
logger = logging.getLogger(__name__)


class AuditedTask(Task):
    """A task names itself in the audit trail, and begins again later when the database is gone or full."""

    abstract = True

    def __call__(self, *args, **kwargs):
        with audit.acting(command=self.name):
            try:
                return super().__call__(*args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                if not is_outage(error) or self.request.called_directly or self.request.is_eager:
                    raise
                raise self._later(error) from error

    def _later(self, error):
        """Every task is safe to do twice and late, so it is tried until the database is there."""
        pause = min(2 ** min(self.request.retries, 10), LONGEST_PAUSE)
        said = " ".join(str(error).split())[:300]
        logger.warning("%s found no database and begins again in %s s: %s", self.name, pause, said)
        return self.retry(exc=error, countdown=pause, max_retries=sys.maxsize, throw=False)


@shared_task
def make_audit_partitions(ahead: int = 3) -> int:
    """Make the audit trail's monthly parts ahead of time; returns how many were new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip2a_make_audit_partitions(%s)", [ahead])
        return cursor.fetchone()[0]
