"""What stands behind the doors of activities, scores and salting agreements (see ip2a.tests.doors)."""

from organizing import factories

RECORDS = {
    "activity": factories.SaltingActivityFactory,
    "score": factories.EmployerScoreFactory,
    "salting agreement": factories.SaltingAgreementFactory,
}
KEPT = {"saltingactivity": "activity", "saltingagreement": "salting agreement"}
# tables of the administration pages, and whose row stands behind them (the workspace's as well)
TABLES = {
    "campaign": "campaign",
    "worker": "worker",
    "unitlist": "unit list",
    "authorizationcard": "card",
    "unfairpractice": "unfair practice",
    "saltingactivity": "activity",
    "employerscore": "score",
    "saltingagreement": "salting agreement",
}
# (page, what it asks of a role, what it is about, what a GET answers)
DOORS = [
    ("saltingactivity_report", "view_saltingactivity", "", 200),
    ("saltingactivity_remove", "delete_saltingactivity", "activity", 200),
    ("saltingactivity_restore", "delete_saltingactivity", "activity", 405),
    ("employerscore_list", "view_employerscore", "", 200),
    ("employerscore_report", "view_employerscore", "", 200),
    ("employerscore_create", "add_employerscore", "", 200),
    ("saltingagreement_end", "change_saltingagreement", "salting agreement", 200),
    ("saltingagreement_take_up", "change_saltingagreement", "salting agreement", 302),
    ("saltingagreement_exempt", "change_saltingagreement", "salting agreement", 200),
]
