"""How many findings need a person, for the menu: kept in the cache, so that no page asks the database for it.

The names of such checks are put there whenever findings change, and every minute; which of them somebody is told of
follows from their rights, without a query. While nothing is kept there, no number is shown.
"""

from typing import Any

from django.core.cache import cache
from django.utils import timezone

from ip2a import navigation
from maintenance.models import Finding, Severity
from maintenance.models_watching import Postponement
from maintenance.registry import check_named

KEY = "maintenance.for-a-person"
KEPT_SECONDS = 60 * 60


def refresh() -> list[str]:
    """Names of the checks whose findings need a person: neither mere information nor put off."""
    put_off = Postponement.objects.on(timezone.localdate()).values("check_name")
    rows = Finding.objects.open().exclude(check_name__in=put_off)
    rows = rows.exclude(severity=Severity.INFORMATION, trouble="").order_by("check_name")
    names = list(rows.values_list("check_name", flat=True))
    cache.set(KEY, names, KEPT_SECONDS)
    return names


@navigation.badge("maintenance:finding_list")
def for_a_person(user: Any) -> int:
    """How many findings wait for somebody, as far as this person is told of them."""
    checks = (check_named(name) for name in cache.get(KEY) or ())
    return sum(1 for check in checks if check is not None and check.is_visible_to(user))
