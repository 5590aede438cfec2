"""One repair or undo at a time, in the whole house; and what a killed one left behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.compartments import system
from ip2a.words import format_day
from maintenance.models import HealRun
from maintenance.models_healing import RunKind, RunStatus

LOCK = 0x1B2A_4EA1  # any number, as long as it is the repairs' alone
ENDED = "It ended in the middle and was closed afterwards. What it had done by then was done whole and is kept."


class Busy(Refused):
    """Another repair or undo is running; the sentence says whose."""


@contextmanager
def one_at_a_time() -> Iterator[list[HealRun]]:
    """Hold the lock; it goes with the connection, so that a killed run leaves none. Raises ``Busy``.

    Gives the runs that were killed, closed now: whoever comes next says so."""
    if not _ask("SELECT pg_try_advisory_lock(%s)"):
        raise Busy(_who())
    try:
        closed = close_dead()
        with system("organizing", "mends"):
            yield closed
    finally:
        if connection.connection is not None and not connection.connection.closed and not connection.needs_rollback:
            _ask("SELECT pg_advisory_unlock(%s)")


def is_held() -> bool:
    """Whether some repair or undo is really at work."""
    return _ask(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s "
        "AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )


def _ask(question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [LOCK])
        return cursor.fetchone()[0]


def close_dead() -> list[HealRun]:
    """Close the runs that nobody is running any more. To be called with the lock held."""
    dead = list(HealRun.objects.filter(status=RunStatus.RUNNING))
    for run in dead:
        run.status, run.ended_at, run.message = RunStatus.CLOSED, timezone.now(), ENDED
        run.repaired = run.returns.count() if run.kind == RunKind.UNDO else run.rows.count()
        run.save(update_fields=["status", "ended_at", "message", "repaired"])
    return dead


def close_what_died() -> list[HealRun]:
    """Close the runs that were killed, before the next repair does it. One that is at work has done it itself."""
    if not HealRun.objects.filter(status=RunStatus.RUNNING).exists():
        return []
    try:
        with one_at_a_time() as closed:
            return closed
    except Busy:
        return []


def _who() -> str:
    run = HealRun.objects.filter(status=RunStatus.RUNNING).select_related("by").order_by("-pk").first()
    if run is None:
        return "Another repair is just beginning. Try again in a moment."
    started = timezone.localtime(run.started_at)
    whose = run.by.get_full_name() if run.by else "the house itself"
    what = "An undo" if run.kind == RunKind.UNDO else "A repair"
    return (
        f"{what} is running already: number {run.pk}, started on {format_day(started.date())} at {started:%H:%M} "
        f"by {whose} ({run.get_road_display().lower()}). Wait until it has ended."
    )
