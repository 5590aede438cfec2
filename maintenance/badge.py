"""How many findings need a person, for the menu: kept in the cache, so that no page asks the database for it.

The names of such checks are put there whenever findings change, and every minute; which of them somebody is told of
follows from their rights, without a query. While nothing is kept there, no number is shown. A process asks the cache
every two seconds, and remembers as long what it told whom: other rights are another question.
"""

import time
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from ip2a import navigation
from maintenance.models import Finding, Severity
from maintenance.models_watching import Postponement
from maintenance.registry import check_named

KEY = "maintenance.for-a-person"
KEPT_SECONDS = 60 * 60
ASKED_SECONDS = 2.0
_last: tuple[float, tuple[str, ...]] = (float("-inf"), ())


def refresh() -> list[str]:
    """Names of the checks whose findings need a person: neither mere information nor put off."""
    put_off = Postponement.objects.on(timezone.localdate()).values("check_name")
    rows = Finding.objects.open().exclude(check_name__in=put_off)
    rows = rows.exclude(severity=Severity.INFORMATION, trouble="").order_by("check_name")
    names = list(rows.values_list("check_name", flat=True))
    cache.set(KEY, names, KEPT_SECONDS)
    _remember(names)
    return names


def _remember(names: list[str]) -> tuple[str, ...]:
    global _last
    _last = (time.monotonic(), tuple(names))
    return _last[1]


def _names() -> tuple[str, ...]:
    since, names = _last
    return names if time.monotonic() - since < ASKED_SECONDS else _remember(cache.get(KEY) or [])


@navigation.badge("maintenance:finding_list")
def for_a_person(user: Any) -> int:
    """How many findings wait for somebody, as far as this person is told of them."""
    return _told(_Reader(user), _names(), int(time.monotonic() / ASKED_SECONDS))


class _Reader:
    """Somebody with the rights of this moment: whoever has other rights is another reader."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.key = (user.pk, frozenset(user.get_all_permissions()))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reader) and self.key == other.key


@lru_cache(maxsize=512)
def _told(reader: _Reader, names: tuple[str, ...], moment: int) -> int:
    checks = (check_named(name) for name in names)
    return sum(1 for check in checks if check is not None and check.is_visible_to(reader.user))
