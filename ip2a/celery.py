"""The task queue; every task runs inside an audit context that names it."""

import os
import signal

from celery import Celery
from celery.signals import worker_process_init

from ip2a.embedded import process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ip2a.settings")
app = Celery("ip2a", task_cls="ip2a.tasks:AuditedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**kwargs: object) -> None:
    """A pool process whose worker was killed would wait for work forever."""
    process.dies_with_parent(signal.SIGKILL, parent=os.getppid())()
