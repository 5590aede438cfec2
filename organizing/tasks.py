from celery import shared_task

from ip2a import audit, compartments
from organizing.services import practices


@shared_task
def remind_of_charges() -> int:
    """Every morning: who is inside is told of charges that must be filed and served soon. Safe to run twice."""
    with audit.acting(command="remind_of_charges"), compartments.system("organizing", "reminders of charges"):
        return practices.remind()
