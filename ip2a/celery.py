"""The task queue; every task runs inside an audit context that names it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ip2a.settings")
app = Celery("ip2a", task_cls="ip2a.tasks:AuditedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
