"""What the clock does in this room."""

from celery import shared_task

from benevolence import services
from ip2a import audit
from maintenance.schedule import scheduled


@shared_task
def resume_deferred() -> int:
    """Bring back the cases whose deferral is over. Safe to run late and twice."""
    with audit.acting(command="resume_deferred", reason="The day of the deferral has come"):
        return services.resume_due()


@scheduled("overdue-applications", "Overdue applications", "Tells of overdue reviews and late answers.")
@shared_task
def escalate() -> int:
    """Tell of overdue reviews and late answers, each once. Safe to run late and twice."""
    return services.escalate()
