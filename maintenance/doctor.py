"""Looking through all data: every check runs, what it saw is remembered, and a check that breaks is a finding too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from ip2a.compartments import system
from maintenance import looking, mendable, snapshot
from maintenance.looking import EXAMPLES, Condition, Seen, look
from maintenance.models import Finding
from maintenance.registry import Check, Fault, Kind, all_checks

__all__ = ["EXAMPLES", "LOCK", "Seen", "examine", "look", "survey"]
LOCK = 0x1B2A_C4EC  # any number, as long as it is this round's alone
UPDATED = (
    *("severity", "count", "fixable", "withheld", "examples", "things", "trouble"),
    *("since", "checked_at", "seconds"),
)
Progress = Callable[[int, int], None]


def survey(checks: list[Check], *, progress: Progress | None = None) -> list[Seen]:
    """Run these checks in one picture of the data, and write nothing."""
    seen: list[Seen] = []

    def note(found: list[Seen]) -> None:
        seen.extend(found)
        if progress is not None:
            progress(len(seen), len(checks))

    with system("organizing", "checks"):
        snapshot.run(partial(_plan, checks), note, around=looking.bounded)
    return sorted(seen, key=lambda one: one.check.name)


def _plan(checks: list[Check]) -> Iterator[Callable[[], list[Seen]]]:
    """What is looked at by itself, then each table in one pass; the longest first."""
    tables: dict[type[Model], list[Condition]] = {}
    for check in sorted(checks, key=lambda one: one.kind is Kind.DERIVED):
        try:
            with looking.safely(check, writes=check.kind is Kind.DERIVED and check.fault is not Fault.RECORDLESS):
                condition = looking.condition_of(check)
        except looking.CannotLook as error:
            yield partial(list, [error.seen])
            continue
        if condition is None:
            yield partial(_alone, check)
        else:
            tables.setdefault(check.model, []).append(condition)
    for model in looking.largest_first(tables):
        for is_apart in (False, True):
            of_one_sort = [one for one in tables[model] if one.is_apart == is_apart]
            if of_one_sort:
                yield partial(looking.look_through, model, of_one_sort)


def _alone(check: Check) -> list[Seen]:
    return [look(check)]


def examine(checks: list[Check] | None = None, *, progress: Progress | None = None) -> list[Seen] | None:
    """One round over all data, remembered as findings. None when another round is already running.

    With ``checks`` only those are run and remembered; a whole round also forgets checks that no longer exist.
    """
    with _only_one() as free:
        if not free:
            return None
        seen = mendable.weighed(survey(all_checks() if checks is None else checks, progress=progress))
        with transaction.atomic():
            remember(seen, is_whole=checks is None)
        return seen


@contextmanager
def _only_one() -> Iterator[bool]:
    """Whether no other round is under way. Inside somebody's transaction the lock goes with it."""
    kind = "xact_lock" if connection.in_atomic_block else "lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_{kind}(%s)", [LOCK])
        free = cursor.fetchone()[0]
    try:
        yield free
    finally:
        if free and kind == "lock":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def remember(seen: list[Seen], *, is_whole: bool = False) -> None:
    """Written checks are told even while all is well; of the many others only what they found."""
    kept = [one for one in seen if one.is_open or one.check.kind is Kind.WRITTEN]
    names = [one.check.name for one in kept]
    gone = Finding.objects.exclude(check_name__in=names)
    (gone if is_whole else gone.filter(check_name__in=[one.check.name for one in seen])).delete()
    now = timezone.now()
    since = dict(Finding.objects.values_list("check_name", "since"))
    rows = [Finding(check_name=s.check.name, checked_at=now, **_told(s, since.get(s.check.name), now)) for s in kept]
    Finding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["check_name"],
        update_fields=UPDATED,
    )


def _told(seen: Seen, since: Any, now: Any) -> dict[str, Any]:
    return {
        "severity": seen.check.severity,
        "count": seen.count,
        "fixable": seen.fixable,
        "withheld": seen.withheld,
        "examples": seen.examples,
        "things": seen.places or seen.things,
        "trouble": seen.trouble,
        "since": (since or now) if seen.is_open else None,
        "seconds": seen.seconds,
    }
