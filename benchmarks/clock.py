"""The contract clock: 10,000 cases recomputed, each with its working, day by day.

.venv/bin/python benchmarks/clock.py [CASES]
"""

import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from figures import tell  # noqa: E402 - after the path

from grievances.clock import compute  # noqa: E402
from grievances.daysoff import DaysOff, OwnDay, Recurs  # noqa: E402
from grievances.procedures import CONSTRUCTION, FOUR_STEP_INDUSTRIAL  # noqa: E402
from grievances.terms import Event, Kind, Procedure  # noqa: E402

DAYS_OFF = DaysOff(
    state="IL",
    own=(
        OwnDay("Day after Thanksgiving", recurs=Recurs.BESIDE, beside="Thanksgiving Day", offset=1),
        OwnDay("Shutdown", date(2010, 12, 24), Recurs.YEARLY, days=10),
    ),
)
ZONE = ZoneInfo("America/Chicago")


def events(number: int, begin: date) -> Iterator[Event]:
    """A case that goes through two steps; every second one is extended, every fifth held in abeyance."""
    day = lambda n: begin + timedelta(days=n)  # noqa: E731 - a ruler
    yield Event(Kind.INCIDENT, day(0), key="1", seq=1)
    yield Event(Kind.FILED, day(5), key="2", seq=2, at=datetime.combine(day(5), datetime.min.time(), ZONE))
    yield Event(Kind.SERVED, day(5), step=1, key="3", seq=3)
    yield Event(Kind.MET, day(9), step=1, key="4", seq=4)
    if number % 3:
        yield Event(Kind.ANSWERED, day(15), step=1, key="5", seq=5)
    yield Event(Kind.ADVANCED, day(20), step=2, key="6", seq=6)
    yield Event(Kind.SERVED, day(21), step=2, key="7", seq=7)
    if number % 2:
        limit = "step-2-answer" if number % 4 == 1 else "committee-decision"
        yield Event(Kind.EXTENDED, day(25), limit=limit, amount=5, key="8", seq=8)
    if number % 5 == 0:
        yield Event(Kind.ABEYANCE, day(26), key="9", seq=9)
        yield Event(Kind.RESUMED, day(47), key="10", seq=10)


def cases(count: int) -> Iterator[tuple[Procedure, tuple[Event, ...]]]:
    for number in range(count):
        procedure = CONSTRUCTION if number % 4 == 3 else FOUR_STEP_INDUSTRIAL
        given = tuple(events(number, date(2012, 1, 2) + timedelta(days=number % 5000)))
        known = {limit.key for limit in procedure.limits}
        yield procedure, tuple(event for event in given if not event.limit or event.limit in known)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    given = list(cases(count))
    began = time.perf_counter()
    deadlines = lines = moves = 0
    for procedure, happened in given:
        for deadline in compute(procedure, DAYS_OFF, happened):
            deadlines += 1
            lines += len(deadline.working)
            moves += len(deadline.moves)
    took = time.perf_counter() - began
    print(f"{count:,} cases recomputed in {took:.2f} s ({1000 * took / count:.3f} ms a case)")
    tell(f"contract clock: {count:,} cases recomputed", took, "s", most=10, note=f"{deadlines:,} deadlines")
    print(f"{deadlines:,} deadlines with {lines:,} days of working and {moves:,} superseded dates")


if __name__ == "__main__":
    main()
