"""Which days do not count: the weekend, public holidays, and an agreement's own days. Knows no database."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from holidays import country_holidays
from holidays.countries.united_states import UnitedStates

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STATES: tuple[str, ...] = tuple(UnitedStates.subdivisions)
KINDS: tuple[str, ...] = tuple(sorted(UnitedStates.supported_categories))
OBSERVED = " (observed)"
FEWEST_WORKING_DAYS = 20  # in a year; below that somebody has taken the whole calendar off by mistake
ONE_DAY = timedelta(days=1)


class Recurs(StrEnum):
    """How often an agreement's own day comes round."""

    ONCE = "once"
    YEARLY = "yearly"  # on the same day of the year, from its first year on
    BESIDE = "beside"  # so many days after a public holiday, every year


class Off(StrEnum):
    """Why a day does not count."""

    WEEKEND = "weekend"
    PUBLIC = "public"
    CONTRACT = "contract"


@dataclass(frozen=True)
class OwnDay:
    """A day that the agreement takes off; without ``is_off`` a public holiday that is worked.

    ``on`` is the day (for every year: the first of them); ``beside`` names a public holiday, ``offset`` the days after
    it. It lasts ``days`` days. With ``moves``, a single day on a Saturday is observed on the Friday before, one on a
    Sunday on the Monday after.
    """

    name: str
    on: date | None = None
    recurs: Recurs = Recurs.ONCE
    beside: str = ""
    offset: int = 0
    days: int = 1
    is_off: bool = True
    moves: bool = False


@lru_cache(maxsize=4096)
def public_holidays(state: str, year: int, kinds: tuple[str, ...], observed: bool) -> dict[date, str]:
    """The public holidays of a year, federal and (with ``state``) of the state, with their names."""
    found = country_holidays("US", subdiv=state or None, years=year, observed=observed, categories=kinds)
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def plain_name(name: str) -> str:
    return name.removesuffix(OBSERVED).strip().casefold()


@dataclass(frozen=True)
class DaysOff:
    """The days on which an agreement's clock does not count working days. Cheap to hash and to ask.

    ``weekend`` holds days of the week (0 = Monday). Without ``public`` only the own days are off; ``state`` adds a
    state's holidays to the federal ones; ``kinds`` are categories of the ``holidays`` library; ``observed`` moves
    public holidays off the weekend.
    """

    weekend: frozenset[int] = frozenset((5, 6))
    public: bool = True
    state: str = ""
    kinds: tuple[str, ...] = ("public",)
    observed: bool = True
    own: tuple[OwnDay, ...] = ()
    _holidays: dict[int, dict[date, tuple[Off, str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )
    _off: dict[int, frozenset[date]] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)
    _working: dict[int, list[date]] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        if not self.weekend <= set(range(7)) or len(self.weekend) > 6:
            raise ValueError("At least one day of the week must be a working day.")
        if self.state and self.state not in STATES:
            raise ValueError(f"There is no calendar of holidays for {self.state}.")
        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown:
            raise ValueError(f"There is no kind of public holiday called {', '.join(unknown)}.")

    def is_working(self, day: date) -> bool:
        off = self._off.get(day.year)
        return day not in (self.off_in(day.year) if off is None else off)

    def is_weekend(self, day: date) -> bool:
        return day.weekday() in self.weekend

    def name_of(self, day: date) -> str:
        """Why the day is off: "Saturday", "Labor Day"; "" for a working day."""
        weekday = day.weekday()
        if weekday in self.weekend:
            return WEEKDAYS[weekday]
        return self.holidays_in(day.year).get(day, (None, ""))[1]

    def kind_of(self, day: date) -> Off | None:
        if self.is_weekend(day):
            return Off.WEEKEND
        return self.holidays_in(day.year).get(day, (None, ""))[0]

    def holidays_in(self, year: int) -> dict[date, tuple[Off, str]]:
        """Public holidays and own days of a year, in order, those on a weekend too."""
        known = self._holidays.get(year)
        if known is None:
            known = self._holidays[year] = self._holidays_of(year)
        return known

    def off_in(self, year: int) -> frozenset[date]:
        known = self._off.get(year)
        if known is None:
            weekends = [day for day in _days_of(year) if day.weekday() in self.weekend]
            known = self._off[year] = frozenset((*weekends, *self.holidays_in(year)))
        return known

    def working_in(self, year: int) -> list[date]:
        """The working days of a year, in order."""
        known = self._working.get(year)
        if known is None:
            off = self.off_in(year)
            known = self._working[year] = [day for day in _days_of(year) if day not in off]
            if len(known) < FEWEST_WORKING_DAYS:
                raise ValueError(f"Only {len(known)} days of {year} are working days: check the agreement's holidays.")
        return known

    def _public(self, year: int) -> dict[date, str]:
        return public_holidays(self.state, year, tuple(self.kinds), self.observed) if self.public else {}

    def _holidays_of(self, year: int) -> dict[date, tuple[Off, str]]:
        found = {day: (Off.PUBLIC, name) for day, name in self._public(year).items()}
        for own in self.own:
            if own.is_off:
                found |= {day: (Off.CONTRACT, own.name) for day in self._days(own, year) if day not in found}
        for own in self.own:  # what is worked is worked, in whatever order the rows stand
            if not own.is_off:
                for day in self._worked(own, year):
                    found.pop(day, None)
        return dict(sorted(found.items()))

    def _days(self, own: OwnDay, year: int) -> list[date]:
        """The days of this year that an own day takes, also those that reach in from the year before or after."""
        firsts = [first for each in (year - 1, year, year + 1) for first in self._firsts(own, each)]
        days = [first + timedelta(days=n) for first in firsts for n in range(own.days)]
        if own.moves and own.days == 1:
            days = [self._moved(day) for day in days]
        return [day for day in days if day.year == year]

    def _firsts(self, own: OwnDay, year: int) -> list[date]:
        if own.recurs is Recurs.BESIDE:
            wanted = plain_name(own.beside)
            public = public_holidays(self.state, year, tuple(self.kinds), False)
            beside = [day for day, names in public.items() if wanted in map(plain_name, names.split("; "))]
            return [day + timedelta(days=own.offset) for day in beside]
        if own.on is None:
            return []
        if own.recurs is Recurs.ONCE:
            return [own.on] if own.on.year == year else []
        return [_same_day(own.on, year)] if year >= own.on.year else []

    def _worked(self, own: OwnDay, year: int) -> list[date]:
        """A public holiday is worked on its day and on the day on which it would be observed."""
        if own.recurs is not Recurs.BESIDE or own.offset:
            return self._days(own, year)
        wanted = plain_name(own.beside)
        public = self._public(year)
        return [day for day, names in public.items() if {plain_name(n) for n in names.split("; ")} == {wanted}]

    def _moved(self, day: date) -> date:
        if day.weekday() not in self.weekend:
            return day
        return day - ONE_DAY if day.weekday() == 5 else day + ONE_DAY


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


@lru_cache(maxsize=512)
def _days_of(year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    return tuple(first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))


def next_working_day(day: date, days_off: DaysOff) -> date:
    """The day itself, or the first working day after it."""
    while not days_off.is_working(day):
        day += ONE_DAY
        _refuse_emptiness(day, days_off)
    return day


def previous_working_day(day: date, days_off: DaysOff) -> date:
    """The day itself, or the last working day before it."""
    while not days_off.is_working(day):
        day -= ONE_DAY
        _refuse_emptiness(day, days_off)
    return day


def _refuse_emptiness(day: date, days_off: DaysOff) -> None:
    if day.day == 1:
        days_off.working_in(day.year)


def add_working_days(day: date, count: int, days_off: DaysOff) -> date:
    """The ``count``-th working day after ``day`` (before it, where negative); 0 is the day itself."""
    if count == 0:
        return day
    year = day.year
    days = days_off.working_in(year)
    place = bisect_right(days, day) + count - 1 if count > 0 else _before(days, day) + count
    while place >= len(days):
        place -= len(days)
        year += 1
        days = days_off.working_in(year)
    while place < 0:
        year -= 1
        days = days_off.working_in(year)
        place += len(days)
    return days[place]


def _before(days: list[date], day: date) -> int:
    """How many of the days lie before this one."""
    return bisect_right(days, day - ONE_DAY)


def working_days_between(start: date, end: date, days_off: DaysOff) -> int:
    """Working days after ``start`` up to and with ``end``; negative where ``end`` lies before ``start``."""
    if end < start:
        return -working_days_between(end, start, days_off)
    total = bisect_right(days_off.working_in(end.year), end) - bisect_right(days_off.working_in(start.year), start)
    return total + sum(len(days_off.working_in(year)) for year in range(start.year, end.year))
