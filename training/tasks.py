from celery import shared_task

from ip2a import audit
from maintenance.schedule import scheduled
from training import services


@scheduled("certificates", "Certificates", "Expires what ran out and tells what runs out soon.")
@shared_task
def expire_certificates() -> tuple[int, int]:
    """Every night: what ran out is expired, what runs out soon is told."""
    with audit.acting(command="expire_certificates"):
        return services.expire(), services.remind_of_expiry()
