"""Where numbers lead: a straight line through what was measured, and how much it is worth. Knows no database."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median

Point = tuple[datetime, float]
WINDOW = timedelta(days=400)  # older ones tell of another house
FAR = 5 * 365  # days: beyond, nobody can say


@dataclass(frozen=True)
class Trend:
    """``per_day`` is the slope, ``spread`` its standard error, ``fits`` the share of the movement it tells."""

    per_day: float
    spread: float
    now: float
    fits: float
    days: int
    span: int
    today: date

    def reaches(self, limit: float) -> date | None:
        """The day on which the line meets a limit above; None when it never does, or too far off to say."""
        return self._day(limit, self.per_day)

    def between(self, limit: float) -> tuple[date | None, date | None]:
        """The same for the steepest and the flattest line that the history allows."""
        return self._day(limit, self.per_day + 2 * self.spread), self._day(limit, self.per_day - 2 * self.spread)

    def after(self, days: int) -> float:
        return self.now + self.per_day * days

    @property
    def surety(self) -> str:
        if self.fits >= 0.9 and self.days >= 10:
            return "fairly sure"
        return "roughly" if self.fits >= 0.5 else "little more than a guess"

    def _day(self, limit: float, pace: float) -> date | None:
        if limit <= self.now:
            return self.today
        if pace <= 0 or (limit - self.now) / pace > FAR:
            return None
        return self.today + timedelta(days=int((limit - self.now) / pace))


def trend(points: Sequence[Point], now: datetime, least: int) -> Trend | None:
    """The line through the days measured; ``points`` in the order they were written. None with too few days."""
    daily = by_day(clean(points, now))
    if len(daily) < max(least, 3):
        return None
    first = daily[0][0]
    across = [(day - first).days for day, _ in daily]
    up = [value for _, value in daily]
    middle_x, middle_y = fmean(across), fmean(up)
    width = sum((x - middle_x) ** 2 for x in across)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in zip(across, up, strict=True)) / width
    rest = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in zip(across, up, strict=True))
    height = sum((y - middle_y) ** 2 for y in up)
    return Trend(
        per_day=slope,
        spread=(rest / (len(daily) - 2) / width) ** 0.5,
        now=up[-1],
        fits=1 - rest / height if height else 1.0,
        days=len(daily),
        span=across[-1],
        today=now.date(),
    )


def clean(points: Sequence[Point], now: datetime) -> list[Point]:
    """Without what a clock that jumped has written: the future, the far past, and what goes back in time.

    Of what is left the longest run that moves forward is kept, so that one wrong hour costs one point.
    """
    near = [(at, value) for at, value in points if now - WINDOW <= at <= now]
    ends: list[datetime] = []  # the earliest end of a run of each length
    last: list[int] = []
    before: list[int | None] = []
    for index, (at, _) in enumerate(near):
        place = bisect_right(ends, at)
        before.append(last[place - 1] if place else None)
        if place == len(ends):
            ends.append(at)
            last.append(index)
        else:
            ends[place], last[place] = at, index
    run: list[Point] = []
    step = last[-1] if last else None
    while step is not None:
        run.append(near[step])
        step = before[step]
    return run[::-1]


def by_day(points: Sequence[Point]) -> list[tuple[date, float]]:
    """One value for each day, so that ten reports of one afternoon weigh as much as one."""
    days: dict[date, list[float]] = {}
    for at, value in points:
        days.setdefault(at.date(), []).append(value)
    return [(day, median(values)) for day, values in days.items()]


@dataclass(frozen=True)
class Usual:
    """What is usual for a number, and from where on it is not."""

    middle: float
    limit: float


def usual(values: Sequence[float], times: float, least: int, floor: float = 0.0) -> Usual | None:
    """The median, and that many spreads above it. None with too few values to say what is usual.

    The spread is the median distance from the median (scaled as a standard deviation), and never less than a tenth of
    the median or ``floor``: among equal numbers every breath would be a storm.
    """
    if len(values) < least:
        return None
    middle = median(values)
    spread = 1.4826 * median(abs(value - middle) for value in values)
    return Usual(middle, middle + times * max(spread, middle / 10, floor))
