"""Hot queries, timed and compared with their own past."""

import time
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from maintenance import thresholds
from maintenance.resilience import forecast, history, limits, watching
from maintenance.resilience.models import Level
from maintenance.resilience.parts import Asked, Part

MILLISECONDS = "query.ms"
TIMES = 5
PAST = 20
FLOOR = 1.0  # ms: below, the machine's own noise is measured
PATIENCE = "20s"


def queries(asked: Asked) -> Part:
    part = Part("queries", "Queries that must stay fast", columns=["Query", "Now", "Usual", "Slower from"])
    numbers = thresholds.values(limits.QUERY_SPREAD, limits.FORECAST_POINTS)
    past = history.of(MILLISECONDS, PAST)
    for done, one in enumerate(watching.hot_queries.values(), 1):
        asked.say(done, len(watching.hot_queries), "Timing queries")
        values = [value for _, value in past.get(one.name, [])]
        usual = forecast.usual(values, float(numbers[limits.QUERY_SPREAD]), int(numbers[limits.FORECAST_POINTS]), FLOOR)
        _look(part, one, usual)
    return part


def _look(part: Part, one: watching.HotQuery, usual: forecast.Usual | None) -> None:
    try:
        now = timed(one)
    except Exception as error:  # a room's query is broken or takes too long: the others go on
        part.say(Level.ACT, f"The query “{one.label}” cannot be run: {str(error).strip()[:200]}")
        return
    part.measure(MILLISECONDS, now, one.name)
    known = [f"{usual.middle:.1f} ms", f"{usual.limit:.1f} ms"] if usual else ["Not known yet", "Not known yet"]
    part.rows.append([one.label, f"{now:.1f} ms", *known])
    if usual and now > usual.limit:
        part.say(
            Level.WARN,
            f"The query “{one.label}” takes {now:.1f} ms; {usual.middle:.1f} ms are usual and up to "
            f"{usual.limit:.1f} ms would be. Look at what changed: rows, indexes, the machine.",
        )


@transaction.atomic
def timed(one: watching.HotQuery) -> float:
    """The median of several runs after a first one, in milliseconds; whatever it might write is refused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('transaction_read_only', 'on', true)")
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
    try:
        _run(one.run())
        return median(_seconds(one) for _ in range(TIMES)) * 1000
    finally:
        transaction.set_rollback(True)


def _seconds(one: watching.HotQuery) -> float:
    began = time.perf_counter()
    _run(one.run())
    return time.perf_counter() - began


def _run(result: Any) -> None:
    if isinstance(result, QuerySet):
        list(result)
