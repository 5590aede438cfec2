"""Whether this process lives, and whether it can serve. For machines: one word for each thing and nothing more."""

import logging
import shutil
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from ip2a.celery import app as celery
from ip2a.replicas.servers import replicas

BROKER_SECONDS = 2
logger = logging.getLogger(__name__)


@require_safe
@never_cache
@transaction.non_atomic_requests
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers; the database is not asked."""
    return JsonResponse({"process": "ok"})


@require_safe
@never_cache
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """Everything a page needs is there: 200, or 503 with the failing word. Pages do without a replica."""
    answers = {name: "ok" if check() else "fail" for name, check in CHECKS.items()}
    status = 200 if set(answers.values()) == {"ok"} else 503
    copies = {each.alias.replace("_", " "): "ok" if each.serves() else "fail" for each in replicas()}
    return JsonResponse(answers | copies, status=status)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        return False
    return True


def broker_answers() -> bool:
    """A connection of its own, so that a pool's old one cannot hide the truth."""
    options = {
        "socket_connect_timeout": BROKER_SECONDS,
        "socket_timeout": BROKER_SECONDS,
    }
    with celery.connection_for_read(transport_options=options) as broker:
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=BROKER_SECONDS)
        except OperationalError as error:  # what Kombu makes of every driver's own
            logger.error("The broker does not answer: %s", error)
            return False
    return True


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of the installed code; it cannot change while the process lives."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def migrations_applied() -> bool:
    try:
        return known_migrations() <= MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError as error:
        logger.error("The migrations cannot be read: %s", error)
        return False


def disk_has_room() -> bool:
    free = shutil.disk_usage(settings.BASE_DIR).free
    return free >= settings.READY_LEAST_FREE_MB * 1024 * 1024


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "broker": broker_answers,
    "migrations": migrations_applied,
    "disk": disk_has_room,
}
