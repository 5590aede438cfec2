from celery import shared_task

from ip2a.compartments import system
from ip2a.post import delivery


@shared_task
def deliver(pk: int) -> str:
    """Send one mail. Delivered twice by the queue, or again after a kill, it is sent once."""
    with system("organizing", "mail"):
        outcome = delivery.deliver(pk)
    return outcome.state if outcome else ""


@shared_task
def sweep() -> dict[str, int]:
    """Send what waits, also what the queue forgot."""
    with system("organizing", "mail"):
        return delivery.sweep()
