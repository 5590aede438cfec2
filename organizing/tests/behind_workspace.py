"""One row of every kind behind the doors of the workspace (see ip2a.tests.doors)."""

from organizing import factories

RECORDS = {
    "campaign": factories.CampaignFactory,
    "unit list": factories.UnitListFactory,
    "worker": factories.WorkerFactory,
    "card": factories.AuthorizationCardFactory,
    "unfair practice": factories.UnfairPracticeFactory,
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
    ("campaign_employer", "change_campaign", "campaign", 200, {}),
    ("campaign_move", "change_campaign", "campaign", 200, {"to": "won"}),
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
