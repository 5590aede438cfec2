"""What the resilience report watches of benevolence. Stories and books are inside a compartment: no counts of them."""

from benevolence.models import BenevolenceApplication, LedgerEntry
from maintenance.resilience.watching import hot_query, outliers
from maintenance.thresholds import declare

OUTLIER_APPLICATIONS = declare(
    "benevolence.outlier-applications",
    20,
    unit="applications",
    about="Members with more applications than this are counted as unlikely.",
)
PAGE = 50

outliers(
    BenevolenceApplication,
    by="member",
    limit=OUTLIER_APPLICATIONS,
    sentence="{count} members have more than {limit} applications.",
)


@hot_query("benevolence.application-list", "Newest applications")
def application_list():
    return BenevolenceApplication.objects.for_table().order_by("-application_date", "-pk")[:PAGE]


@hot_query("benevolence.waiting", "Applications that await a decision")
def waiting():
    return BenevolenceApplication.objects.in_review().for_table().order_by("application_date", "pk")[:PAGE]


@hot_query("benevolence.ledger", "Newest entries of the ledger")
def ledger():
    return LedgerEntry.objects.for_table().order_by("-entry_date", "-pk")[:PAGE]
