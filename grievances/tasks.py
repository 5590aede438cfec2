from celery import shared_task

from grievances import moves, reminders
from grievances.models import Agreement
from maintenance.schedule import scheduled


@scheduled("grievance-reminders", "Reminders of grievances", "Gives the reminders of limits that are due.")
@shared_task
def remind() -> int:
    """Give the reminders that are due; returns how many. Safe to run twice, and late."""
    return reminders.remind()


@scheduled("grievance-limits", "Limits of grievances", "Computes the limits of all running cases anew.")
@shared_task
def recompute() -> int:
    """Compute all running cases anew; returns how many have other dates now."""
    return moves.recompute()


@shared_task
def refresh_agreement(agreement_id: int, reason: str) -> int:
    """The days off of an agreement changed: compute its running cases anew, and tell whose they are."""
    agreement = Agreement.objects.get(pk=agreement_id)
    return moves.refresh_agreement(agreement, reason=reason)
