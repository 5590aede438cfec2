"""Scheduled work: what the clock does, written down turn by turn.

A room declares the work in its ``tasks.py``; when it is done stands in ``settings.CELERY_BEAT_SCHEDULE``, as an entry
of the task ``maintenance.tasks.scheduled`` with the key as its argument::

    @scheduled("grievances.limits", "Limits of grievances", "Computes all running cases anew.")
    @shared_task
    def recompute() -> int: ...

The work takes nothing and may return a sentence for the page. It must be safe to run twice and late. What holds:

- each slot of the timetable has one turn at most (a unique constraint), and each work one turn at a time (its job's
  advisory lock); ``tend`` looks every minute, so that beat may miss a tick or be off for a week;
- slots that passed while nothing ran are made up for by one turn, that of the newest;
- a turn is a job (``ip2a.jobs``): a killed worker's turn begins again once, then is closed as failed and told;
- turns that were made while the clock stood far ahead give their slots back.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from ip2a import jobs, numbers
from ip2a.answers import YES, Answer, Refused, no
from ip2a.models import Job
from ip2a.models.channel import Priority
from maintenance import notices
from maintenance.models_watching import UNFINISHED, RunState, ScheduledRun
from maintenance.timetable import timetable

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 2
JOB = "schedule."
NOT_BEFORE = "It was set up after this time; the next turn is the first."
STILL_BUSY = "The turn before it was still at work."
CLOCK = "The clock stood ahead when this was done."
WENT_WRONG = "It failed: {}. Tell an administrator, who finds the whole story in the log."
NO_RIGHT = "Only administrators have scheduled work done now."
UNKNOWN = "There is no scheduled work of this name."

DAYS_KEPT = numbers.declare(
    "maintenance.schedule-days", 400, unit="days", about="How long the turns of scheduled work are kept on the page."
)


@dataclass(frozen=True)
class Scheduled:
    key: str
    label: str
    about: str
    work: Callable[[], Any]


_works: dict[str, Scheduled] = {}


def scheduled(key: str, label: str, about: str = "") -> Callable[[Callable], Callable]:
    """Register work that the clock does. It is a job as well, under the key "schedule.<key>"."""

    def register(work: Callable) -> Callable:
        if key in _works:
            raise ValueError(f"Two scheduled works are named {key}.")
        _works[key] = Scheduled(key, label, about, work)
        jobs.job(JOB + key, label=label, most_attempts=MOST_ATTEMPTS, atomic=False)(_turn)
        return work

    return register


def works() -> dict[str, Scheduled]:
    """All of them. The rooms' tasks are read when this is asked first: a web process needs them on one page only."""
    autodiscover_modules("tasks")
    return dict(_works)


# Beginning


def tend(now: datetime | None = None) -> int:
    """Begin what is due and was not begun, close what was lost; returns how many were begun. Safe at any time."""
    now = now or timezone.now()
    _give_back_slots(now)
    close_lost()
    return sum(begin_due(key, now) for key in timetable() if key in works())


def begin_due(key: str, now: datetime | None = None) -> bool:
    """Begin the newest slot of one work, unless it was begun. Of several that ask at once, one does it."""
    now = now or timezone.now()
    times = timetable().get(key)
    slot = times.last(now) if times else None
    if slot is None or key not in works():
        return False
    try:
        with transaction.atomic():
            return _begin(key, slot, now)
    except IntegrityError:
        if ScheduledRun.objects.filter(name=key, slot=slot).exists():  # somebody else began it in this moment
            return False
        raise


def _begin(key: str, slot: datetime, now: datetime) -> bool:
    turns = ScheduledRun.objects.filter(name=key)
    if turns.filter(slot=slot).exists():
        return False
    if not turns.exclude(slot=None).exists():
        ScheduledRun.objects.create(
            name=key, slot=slot, due=slot, state=RunState.SKIPPED, ended_at=now, message=NOT_BEFORE
        )
        return False
    return _hand_over(ScheduledRun.objects.create(name=key, slot=slot, due=slot), by=None)


def _hand_over(run: ScheduledRun, *, by: Any) -> bool:
    job = jobs.start(JOB + run.name, by=by, data={"run": run.pk})
    if not job.is_new:
        values = {"state": RunState.SKIPPED, "ended_at": timezone.now(), "message": STILL_BUSY}
        ScheduledRun.objects.filter(pk=run.pk).update(**values)
        return False
    ScheduledRun.objects.filter(pk=run.pk).update(job=job)
    return True


def may_run(user: Any) -> Answer:
    return YES if user.has_perm("maintenance.run_schedule") else no(NO_RIGHT)


@transaction.atomic
def run_now(key: str, *, by: Any) -> Job:
    """Have it done now, beside the timetable; the one that is at work already is the answer."""
    may_run(by).enforce()
    if key not in works():
        raise Refused(UNKNOWN)
    running = Job.objects.unfinished().of(JOB + key, None).first()
    if running is not None:
        return running
    run = ScheduledRun.objects.create(name=key, due=timezone.now(), by=by)
    _hand_over(run, by=by)
    run.refresh_from_db()
    return run.job or Job.objects.of(JOB + key, None).latest("pk")


# Working


def _turn(job: Job, progress: jobs.Progress) -> jobs.Result:
    """The job's work: one turn, and what came of it. Begun again after a kill, it goes on with the same turn."""
    run = ScheduledRun.objects.get(pk=job.data["run"])
    if run.state not in UNFINISHED:
        return jobs.Result(text=run.message)  # killed after the last word of the work and before that of the job
    _note(run, state=RunState.RUNNING, started_at=run.started_at or timezone.now(), attempt=job.attempts)
    try:
        said = works()[run.name].work()
    except (OperationalError, InterfaceError):
        raise  # the job begins again
    except Refused as refusal:
        _fail(run, str(refusal))
        raise
    except Exception as error:
        _fail(run, WENT_WRONG.format(" ".join(f"{type(error).__name__}: {error}".split())[:300]))
        raise
    message = said if isinstance(said, str) else ""
    _note(run, state=RunState.DONE, ended_at=timezone.now(), message=message[:500])
    notices.end(_notice_of(run.name))
    return jobs.Result(text=message[:300])


def _note(run: ScheduledRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))


def _fail(run: ScheduledRun, why: str) -> None:
    _note(run, state=RunState.FAILED, ended_at=timezone.now(), message=why[:500])
    known = _works.get(run.name)
    when = timezone.localtime(run.due)
    notices.raise_notice(
        _notice_of(run.name),
        priority=Priority.HIGH,
        sentence=f"“{known.label if known else run.name}” of {when:%B %-d, %H:%M} failed.",
        advice=why,
        path="/maintenance/schedule/",
        anew=True,
    )


def _notice_of(key: str) -> str:
    return f"schedule:{key}"


# Tidying


def close_lost() -> int:
    """Turns whose job was given up: closed as failed, and told. Returns how many."""
    lost = ScheduledRun.objects.filter(state__in=UNFINISHED, job__state=Job.State.FAILED)
    with transaction.atomic():
        rows = list(lost.select_for_update(of=("self",), skip_locked=True).select_related("job"))
        for run in rows:
            _fail(run, run.job.error)
    return len(rows)


def _give_back_slots(now: datetime) -> None:
    """A turn that seems to have begun in the future took its slot under a wrong clock: that slot is still to come."""
    ahead = ScheduledRun.objects.exclude(slot=None).filter(started_at__gt=now + timedelta(hours=1))
    ahead |= ScheduledRun.objects.filter(slot__gt=now + timedelta(hours=1), started_at=None)
    ahead.update(slot=None, message=CLOCK)


def forget_old(now: datetime | None = None) -> int:
    """Turns older than the local keeps them; the newest of each work stays."""
    oldest = (now or timezone.now()) - timedelta(days=int(numbers.value(DAYS_KEPT)))
    newest = ScheduledRun.objects.order_by("name", "-due").distinct("name").values("pk")
    old = ScheduledRun.objects.filter(due__lt=oldest).exclude(pk__in=newest).exclude(state__in=UNFINISHED)
    return old.delete()[0]
