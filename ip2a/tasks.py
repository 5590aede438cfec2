from celery import Task, shared_task
from django.db import connection

from ip2a import audit


class AuditedTask(Task):
    """A task names itself in the audit trail."""

    abstract = True

    def __call__(self, *args, **kwargs):
        with audit.acting(command=self.name):
            return super().__call__(*args, **kwargs)


@shared_task
def make_audit_partitions(ahead: int = 3) -> int:
    """Make the audit trail's monthly parts ahead of time; returns how many were new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip2a_make_audit_partitions(%s)", [ahead])
        return cursor.fetchone()[0]
