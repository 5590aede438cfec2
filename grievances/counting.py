"""One limit on the calendar: from the day that starts it to its last day, day by day. Knows nothing of cases.

How days count: the day that starts a limit is day 0 (or day 1, where the limit says so); a working-day limit passes
over days off; a last day off rolls as the limit says. While the clock is stopped no day counts: the day it is stopped
does not, the day it runs on does. An extension by an amount counts on from the last day counted; an extension to a
date never makes the limit shorter. A date agreed before the clock was stopped moves by the days that did not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from grievances.daysoff import ONE_DAY, WEEKDAYS, DaysOff, add_working_days, next_working_day, previous_working_day
from grievances.terms import DayLine, Limit, Roll, Unit

_DAYS = tuple(name[:3] for name in WEEKDAYS)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONGEST = 4000  # days; a limit that is stopped and extended beyond that is a mistake


class TooLong(ValueError):
    """A limit whose last day is too far away to be meant."""


class Start(NamedTuple):
    """The day that starts a limit. ``by_default``: the last day of ``label``, which did not come."""

    on: date
    at: datetime | None = None
    event: str = ""
    by_default: bool = False
    label: str = ""
    reopened: bool = False


class Pause(NamedTuple):
    """The clock is stopped from ``since`` to the day before ``until``; without an end it is stopped now."""

    since: date
    until: date | None
    since_at: datetime
    until_at: datetime | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class Extension(NamedTuple):
    """Agreed on ``on``: a new last day or so much longer."""

    on: date
    until: date | None
    amount: int


@dataclass(frozen=True)
class Calendar:
    """What counting needs beside the limit itself."""

    days_off: DaysOff
    zone: ZoneInfo
    sitting_months: tuple[int, ...] = ()
    sitting_weekday: int = 0


@dataclass
class Count:
    """A limit being counted. ``due`` stays None while the clock is stopped."""

    limit: Limit
    start: Start
    calendar: Calendar
    pauses: Sequence[Pause] = ()
    extensions: Sequence[Extension] = ()
    told: bool = True  # with the working
    cursor: date = date.min
    counted: int = 0
    due: date | None = None
    due_at: datetime | None = None
    starts_at: datetime | None = None
    stopped: Pause | None = None
    lines: list[DayLine] = field(default_factory=list)

    def run(self) -> "Count":
        if self.limit.unit is Unit.HOURS:
            _hours(self)
        elif self.limit.unit is Unit.SITTING:
            _sitting(self)
        else:
            _days(self)
        if not self.told:
            self.lines.clear()
        return self

    def line(self, day: date, number: int | None, why: str) -> None:
        if self.told:
            self.lines.append(DayLine(day, number, why))

    def pause_on(self, day: date) -> Pause | None:
        for pause in self.pauses:
            if pause.holds(day):
                return pause
        return None

    def counts(self, day: date) -> bool:
        return self.limit.unit is not Unit.WORKING_DAYS or self.calendar.days_off.is_working(day)

    def check(self, day: date) -> None:
        if (day - self.start.on).days > LONGEST:
            raise TooLong(f"{self.limit.label} would end more than ten years after {short_day(self.start.on)}.")


def short_day(day: date) -> str:
    """``Tue 3 Mar``"""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def _days(count: Count) -> None:
    limit, start = count.limit, count.start
    first_counts = limit.counts_day_zero and limit.amount > 0
    count.cursor = start.on - ONE_DAY if first_counts else start.on
    if not first_counts:
        count.line(start.on, 0, "day 0")
    if _go_on(count, limit.amount) and _extend(count):
        count.due = _rolled(count, count.cursor)


def _go_on(count: Count, amount: int) -> bool:
    """Count so many days on; no if the clock is stopped on the way."""
    if amount > LONGEST:
        raise TooLong(f"{count.limit.label} runs for more than {LONGEST} days: check the agreement.")
    if not count.told and not count.pauses:
        return _jump(count, amount)
    target, working = count.counted + amount, count.limit.unit is Unit.WORKING_DAYS
    days_off, day, number, lines = count.calendar.days_off, count.cursor, count.counted, count.lines
    while number < target:
        day += ONE_DAY
        pause = count.pause_on(day) if count.pauses else None
        if pause is not None:
            lines.append(DayLine(day, None, f"clock stopped from {short_day(pause.since)}"))
            if pause.until is None:
                count.stopped, count.counted = pause, number
                return False
        elif working and not days_off.is_working(day):
            lines.append(DayLine(day, None, days_off.name_of(day)))
        else:
            number += 1
            lines.append(DayLine(day, number, f"day {number}"))
    count.cursor, count.counted = day, number
    count.check(day)
    return True


def _jump(count: Count, amount: int) -> bool:
    """The same without the working."""
    if count.limit.unit is Unit.WORKING_DAYS:
        count.cursor = add_working_days(count.cursor, amount, count.calendar.days_off)
    else:
        count.cursor += timedelta(days=amount)
    count.counted += amount
    count.check(count.cursor)
    return True


def _extend(count: Count) -> bool:
    for extension in count.extensions:
        if extension.amount and not _go_on(count, extension.amount):
            return False
        if extension.until is not None and extension.until > count.cursor and not _go_to(count, extension):
            return False
    return True


def _go_to(count: Count, extension: Extension) -> bool:
    """On to the date agreed; where the clock was stopped after the agreement, by as many counted days."""
    until = extension.until or count.cursor
    later = [p for p in count.pauses if extension.on < p.since <= until]
    if not later:
        count.cursor = until
        count.check(until)
        count.line(until, None, f"extended to {short_day(until)}")
        return True
    until = _roll(count, until)
    days = (count.cursor + timedelta(days=n + 1) for n in range((until - count.cursor).days))
    wanted = sum(1 for day in days if count.counts(day) and not _paused_before(count, day, extension.on))
    return _go_on(count, wanted)


def _paused_before(count: Count, day: date, agreed: date) -> bool:
    pause = count.pause_on(day)
    return pause is not None and pause.since <= agreed


def _rolled(count: Count, day: date) -> date | None:
    """The last day after rolling; None when the clock is stopped on the way."""
    rolled = _roll(count, day)
    while rolled > count.cursor and (pause := count.pause_on(rolled)) is not None:
        if pause.until is None:
            count.stopped = pause
            return None
        rolled = next_working_day(pause.until, count.calendar.days_off)
    if count.told and rolled != day:
        _tell_roll(count, day, rolled)
    return rolled


def _roll(count: Count, day: date) -> date:
    days_off = count.calendar.days_off
    if days_off.is_working(day):
        return day
    rule = count.limit.roll_weekend if days_off.is_weekend(day) else count.limit.roll_holiday
    if rule is Roll.STAY:
        return day
    before = previous_working_day(day, days_off)
    if rule is Roll.PREVIOUS and before >= count.start.on:
        return before
    return next_working_day(day, days_off)


def _tell_roll(count: Count, day: date, rolled: date) -> None:
    """The day itself says why it rolls; those between are told, too."""
    days_off = count.calendar.days_off
    if count.lines and count.lines[-1].day == day:
        last = count.lines[-1]
        count.lines[-1] = DayLine(day, last.number, f"{last.why}, {days_off.name_of(day)}")
    step = ONE_DAY if rolled > day else -ONE_DAY
    between = day + step
    while between != rolled:
        count.line(between, None, days_off.name_of(between) or "clock stopped")
        between += step
    count.line(rolled, None, f"rolled to {WEEKDAYS[rolled.weekday()]}")


def _sitting(count: Count) -> None:
    """The first sitting that begins so many calendar days after the start, or a later one where extended."""
    count.cursor = count.start.on
    lines, count.lines = [DayLine(count.start.on, 0, "day 0")], []
    if not _go_on(count, count.limit.amount):
        count.lines = lines
        return
    earliest, later = count.cursor, sum(extension.amount for extension in count.extensions)
    if count.limit.amount:
        lines.append(DayLine(earliest, count.limit.amount, f"day {count.limit.amount}: no sitting before this day"))
    agreed = [extension.until for extension in count.extensions if extension.until]
    sitting = _next_sitting(count.calendar, max([earliest, *agreed]) if agreed else earliest)
    for _ in range(later):
        lines.append(DayLine(sitting, None, "a sitting, passed over by agreement"))
        sitting = _next_sitting(count.calendar, sitting + ONE_DAY)
        count.check(sitting)
    count.lines = [*lines, DayLine(sitting, None, "the sitting begins")]
    pause = count.pause_on(sitting)
    if pause is not None and pause.until is None:
        count.stopped = pause
        return
    count.cursor = sitting
    count.due = _rolled(count, sitting)


def _next_sitting(calendar: Calendar, day: date) -> date:
    """The first sitting on or after a day: it begins on the first such weekday of its month."""
    if not calendar.sitting_months:
        raise TooLong("The procedure names no months in which the body sits.")
    year, month = day.year, day.month
    while True:
        if month in calendar.sitting_months:
            first = date(year, month, 1)
            sitting = first + timedelta(days=(calendar.sitting_weekday - first.weekday()) % 7)
            if sitting >= day:
                return sitting
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins in the zone; where the clocks skip midnight, the first moment there is."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _hours(count: Count) -> None:
    """Elapsed hours: an hour that the clocks skip is none, one that they repeat is two."""
    zone, start = count.calendar.zone, count.start
    begin = (start.at or midnight(start.on, zone)).astimezone(UTC)
    count.starts_at = begin.astimezone(zone)
    end = _elapsed(count, begin, count.limit.amount)
    for extension in count.extensions:
        if end is None:
            break
        if extension.amount:
            end = _elapsed(count, end, extension.amount)
        if end is not None and extension.until is not None:
            end = max(end, midnight(extension.until + ONE_DAY, zone) - timedelta(minutes=1))
    if end is None:
        count.line(start.on, 0, f"from {count.starts_at:%H:%M}")
        return
    if count.told:
        _tell_hours(count, begin, end)
    count.cursor = end.astimezone(zone).date()
    count.due = _rolled(count, count.cursor)
    if count.due is not None:
        same = count.due == count.cursor
        count.due_at = end.astimezone(zone) if same else _at(count.due, end.astimezone(zone).time(), zone)


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The same time of another day; where the clocks skip it, as much later as they skip."""
    return datetime.combine(day, hour.replace(fold=0), zone).astimezone(UTC).astimezone(zone)


def _elapsed(count: Count, begin: datetime, hours: int) -> datetime | None:
    left, now = timedelta(hours=hours), begin
    for pause in count.pauses:
        if pause.until_at is not None and pause.until_at <= now:
            continue
        if pause.since_at >= now + left:
            break
        if pause.until_at is None:
            count.stopped = pause
            return None
        left -= max(pause.since_at - now, timedelta(0))
        now = max(now, pause.until_at)
    return now + left


def _tell_hours(count: Count, begin: datetime, end: datetime) -> None:
    zone, so_far = count.calendar.zone, timedelta(0)
    day = begin.astimezone(zone).date()
    last = end.astimezone(zone).date()
    while day <= last:
        since, until = max(midnight(day, zone), begin), min(midnight(day + ONE_DAY, zone), end)
        length = until - since - _paused_time(count, since, until)
        so_far += length
        words = f"{_hours_in(length)} hours"
        if midnight(day + ONE_DAY, zone) - midnight(day, zone) != timedelta(days=1):
            words += ", the clocks change"
        if not count.calendar.days_off.is_working(day):
            words += f", {count.calendar.days_off.name_of(day)}"
        count.line(day, int(so_far.total_seconds() // 3600), words)
        day += ONE_DAY


def _paused_time(count: Count, since: datetime, until: datetime) -> timedelta:
    total = timedelta(0)
    for pause in count.pauses:
        end = until if pause.until_at is None else min(until, pause.until_at)
        total += max(end - max(since, pause.since_at), timedelta(0))
    return total


def _hours_in(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:.2f}".rstrip("0").rstrip(".")
