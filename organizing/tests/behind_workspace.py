"""One row of every kind behind the doors of the workspace (see ip2a.tests.doors)."""

from ip2a.factories import UserFactory
from organizing import factories
from organizing.models import ListImport


def taken_in():
    unit_list = factories.UnitListFactory()
    by = UserFactory(role="organizer")
    return ListImport.objects.create(
        unit_list=unit_list, campaign=unit_list.campaign, file_name="list.csv", sha256="0" * 64, by=by
    )


RECORDS = {
    "campaign": factories.CampaignFactory,
    "unit list": factories.UnitListFactory,
    "worker": factories.WorkerFactory,
    "card": factories.AuthorizationCardFactory,
    "unfair practice": factories.UnfairPracticeFactory,
    "table taken in": taken_in,
}
KEPT = {
    "campaign": "campaign",
    "unitlist": "unit list",
    "worker": "worker",
    "authorizationcard": "card",
    "unfairpractice": "unfair practice",
}
# (page, what it asks of a role, what it is about, what a GET answers, more of the address)
VERBS = [
    ("campaign_chart", "view_campaign", "campaign", 200, {}),
    ("campaign_same", "change_campaign", "campaign", 200, {}),
    ("campaign_employer", "change_campaign", "campaign", 200, {}),
    ("campaign_move", "change_campaign", "campaign", 200, {"to": "won"}),
    ("unitlist_import", "change_unitlist", "unit list", 200, {}),
    ("listimport_undo", "change_listimport", "table taken in", 200, {}),
    ("unitlist_put", "change_unitlist", "unit list", 200, {}),
    ("unitlist_freeze", "change_unitlist", "unit list", 200, {}),
    ("worker_quick", "change_worker", "worker", 405, {}),
    ("worker_assess", "view_worker", "worker", 200, {}),
    ("worker_contact", "view_worker", "worker", 200, {}),
    ("worker_assign", "change_worker", "worker", 200, {}),
    ("worker_leave", "change_worker", "worker", 200, {}),
    ("worker_return", "change_worker", "worker", 200, {}),
    ("authorizationcard_void", "change_authorizationcard", "card", 200, {}),
    ("authorizationcard_hand", "view_authorizationcard", "card", 200, {}),
    ("unfairpractice_move", "change_unfairpractice", "unfair practice", 200, {"to": "filed"}),
    ("unfairpractice_serve", "change_unfairpractice", "unfair practice", 302, {}),
    ("unfairpractice_worker", "change_unfairpractice", "unfair practice", 200, {}),
]
