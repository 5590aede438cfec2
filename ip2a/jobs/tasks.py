import logging

from celery import shared_task
from django.utils import timezone

from ip2a import queue
from ip2a.compartments import system
from ip2a.jobs import work
from ip2a.models import Job

logger = logging.getLogger(__name__)


@shared_task
def run(job_id: int) -> None:
    """Do one job. Safe to deliver twice."""
    work.perform(job_id)


@shared_task
def tend() -> int:
    """Begin again what lost its worker or its message; returns how many were handed over."""
    return sum(hand_over(job_id) for job_id in work.abandoned())


def hand_over(job_id: int) -> bool:
    """Send a job to the workers. While the queue does not answer it waits, and ``tend`` sends it later."""
    if not queue.hand_over(run, job_id):
        logger.warning("Job %s waits, because the queue does not answer.", job_id)
        return False
    with system("organizing", "jobs"):
        Job.objects.filter(pk=job_id).update(queued_at=timezone.now())
    return True
