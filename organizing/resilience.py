"""What the resilience report watches of organizing: how fast its lists are. Numbers of its records stay inside."""

from maintenance.resilience.watching import hot_query
from organizing.models import AuthorizationCard, SaltingActivity, Worker

PAGE = 50


@hot_query("organizing.activity-list", "Newest activities")
def activity_list():
    return SaltingActivity.objects.live().for_table().order_by("-activity_date", "-pk")[:PAGE]


@hot_query("organizing.worker-list", "First page of workers")
def worker_list():
    return Worker.objects.for_table().order_by("sort_key", "pk")[:PAGE]


@hot_query("organizing.card-list", "Newest cards")
def card_list():
    return AuthorizationCard.objects.for_table().select_related("campaign").order_by("-signed_on", "-pk")[:PAGE]
