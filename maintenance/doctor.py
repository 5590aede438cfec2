"""Looking through all data: every check runs, what it saw is remembered, and a check that breaks is a finding too."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from maintenance.models import Finding
from maintenance.registry import Check, all_checks

logger = logging.getLogger(__name__)
EXAMPLES = 5
LOCK = 0x1B2A_C4EC  # any number, as long as it is this round's alone


@dataclass(frozen=True)
class Seen:
    """What one check saw: how many, the newest few, or why it could not look."""

    check: Check
    count: int = 0
    examples: list[int] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    trouble: str = ""
    seconds: float = 0.0


def look(check: Check) -> Seen:
    """Run one check. Its error ends neither the round nor the transaction around it."""
    started = time.perf_counter()
    try:
        with transaction.atomic():
            if check.tell is not None:
                things = [thing.text for thing in check.tell()]
                return Seen(check, len(things), things=things[:EXAMPLES], seconds=time.perf_counter() - started)
            rows = check.find()
            count = rows.order_by().count()
            examples = list(rows.order_by("-pk").values_list("pk", flat=True)[:EXAMPLES]) if count else []
    except Exception as error:
        logger.exception("Check %s could not run", check.name)
        return Seen(check, trouble=f"{type(error).__name__}: {error}"[:500], seconds=time.perf_counter() - started)
    return Seen(check, count, examples, seconds=time.perf_counter() - started)


@transaction.atomic
def examine(checks: list[Check] | None = None) -> list[Seen] | None:
    """One round over all data, remembered as findings. None when another round is already running.

    With ``checks`` only those are run and remembered; a whole round also forgets checks that no longer exist.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
    seen = [look(check) for check in (all_checks() if checks is None else checks)]
    _remember(seen)
    if checks is None:
        Finding.objects.exclude(check_name__in=[s.check.name for s in seen]).delete()
    return seen


def _remember(seen: list[Seen]) -> None:
    now = timezone.now()
    since = dict(Finding.objects.values_list("check_name", "since"))
    rows = [Finding(check_name=s.check.name, checked_at=now, **_told(s, since.get(s.check.name), now)) for s in seen]
    Finding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["check_name"],
        update_fields=["severity", "count", "examples", "things", "trouble", "since", "checked_at", "seconds"],
    )


def _told(seen: Seen, since: Any, now: Any) -> dict[str, Any]:
    return {
        "severity": seen.check.severity,
        "count": seen.count,
        "examples": seen.examples,
        "things": seen.things,
        "trouble": seen.trouble,
        "since": (since or now) if seen.count or seen.trouble else None,
        "seconds": seen.seconds,
    }
