"""The worker's side of a job: do it once, and begin again what was cut off."""

import logging
from contextlib import nullcontext
from datetime import timedelta

from django.db import InterfaceError, OperationalError, models, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.compartments import system
from ip2a.jobs import registry
from ip2a.jobs.channel import Channel, Progress
from ip2a.jobs.registry import Kind, Result
from ip2a.models import Job

logger = logging.getLogger(__name__)
State = Job.State
LOST_AFTER = timedelta(minutes=2)  # a message that no worker has taken up by then is sent once more
WENT_WRONG = (
    "Something went wrong, and nothing was changed. Try again; if it fails again, tell your administrator, who finds "
    "the reason in the log."
)
WENT_WRONG_AFTER_SOME = (
    "Something went wrong in the middle. What was done by then was done whole and is kept. Try again; if it fails "
    "again, tell your administrator, who finds the reason in the log."
)
NOT_KNOWN = "This kind of work is not installed any more, so it was not done. Tell your administrator."
TIMES = {1: "once", 2: "twice", 3: "three times"}


class Overtaken(Exception):
    """Somebody else has this job by now: what was done here must not count."""


def perform(job_id: int) -> None:
    """Do a job. Delivered twice, or again after a kill, it is done once."""
    with system("organizing", "jobs"):  # the job itself may stand behind the wall; its work asks who began it
        _perform(job_id)


def _perform(job_id: int) -> None:
    with Channel(job_id) as channel:
        if not channel.hold():
            return
        job = _begin(job_id)
        kind = registry.find(job.kind) if job else None
        if job is None or kind is None:
            return
        progress = Progress(channel, job.attempts)
        try:
            _work(kind, job, progress)
        except Refused as refusal:
            _fail(job, str(refusal))
        except Overtaken:
            logger.warning("Job %s (%s) was taken over; what was done here was dropped.", job.pk, job.kind)
        except (OperationalError, InterfaceError):
            logger.exception("Job %s (%s) lost the database; it begins again", job.pk, job.kind)
        except Exception:
            logger.exception("Job %s (%s) failed", job.pk, job.kind)
            _fail(job, WENT_WRONG if kind.atomic else WENT_WRONG_AFTER_SOME)


@transaction.atomic
def _begin(job_id: int) -> Job | None:
    """Count one more attempt; None when there is nothing to do."""
    job = Job.objects.select_for_update(of=("self",)).select_related("started_by").filter(pk=job_id).first()
    if job is None or not job.is_unfinished:
        return None
    kind = registry.find(job.kind)
    if kind is None or job.attempts >= kind.most_attempts:
        _fail(job, _given_up(job) if kind else NOT_KNOWN)
        return None
    job.state, job.attempts = State.RUNNING, job.attempts + 1
    job.started_at = job.heartbeat_at = timezone.now()
    job.done, job.total, job.stage = 0, 0, ""
    job.save(update_fields=["state", "attempts", "started_at", "heartbeat_at", "done", "total", "stage"])
    return job


def _given_up(job: Job) -> str:
    times = TIMES.get(job.attempts, f"{job.attempts} times")
    return f"It stopped in the middle {times}. Tell an administrator, who finds the reason in the log."


def _work(kind: Kind, job: Job, progress: Progress) -> None:
    with audit.acting(user=job.started_by), transaction.atomic() if kind.atomic else nullcontext():
        result = kind.work(job, progress) or Result()
        _end(
            job,
            state=State.DONE,
            done=progress.total or progress.done,
            total=progress.total,
            stage="",
            result=result.data,
            result_text=result.text[:300],
            result_url=result.url[:300],
            result_label=result.label[:200],
        )


def _end(job: Job, **fields: object) -> None:
    """Only whoever began this attempt may end it."""
    mine = Job.objects.unfinished().filter(pk=job.pk, attempts=job.attempts)
    if not mine.update(finished_at=timezone.now(), **fields):
        raise Overtaken(job.pk)


def _fail(job: Job, because: str) -> None:
    try:
        _end(job, state=State.FAILED, error=because)
    except Overtaken:
        logger.warning("Job %s (%s) was taken over before it could be marked as failed.", job.pk, job.kind)


def abandoned() -> list[int]:
    """Jobs to be handed to a worker once more: those whose worker died, and those whose message was lost."""
    with system("organizing", "jobs"):
        return _abandoned()


def _abandoned() -> list[int]:
    for pk in Job.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True):
        _free(pk)
    lost = models.Q(queued_at=None) | models.Q(queued_at__lt=timezone.now() - LOST_AFTER)
    return list(Job.objects.filter(lost, state=State.WAITING).order_by("pk").values_list("pk", flat=True))


def _free(job_id: int) -> None:
    """A running job that nobody holds has lost its worker: it waits again, or has begun often enough."""
    with Channel(job_id) as channel, transaction.atomic():
        if not channel.hold():
            return
        job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
        if job.state != State.RUNNING:
            return
        kind = registry.find(job.kind)
        logger.warning("Job %s (%s) has lost its worker at attempt %s.", job.pk, job.kind, job.attempts)
        if kind is None or job.attempts >= kind.most_attempts:
            _fail(job, _given_up(job) if kind else NOT_KNOWN)
        else:
            job.state, job.queued_at = State.WAITING, None
            job.save(update_fields=["state", "queued_at"])
