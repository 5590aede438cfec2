"""A deadline in one sentence, as a representative would explain it on the telephone."""

from datetime import date

from grievances.counting import Count, short_day
from grievances.daysoff import ONE_DAY, DaysOff, Off
from grievances.terms import Limit, Trigger, Unit

STARTS = {
    Trigger.INCIDENT: "the day it happened is known",
    Trigger.KNOWLEDGE: "the day the grievant learned of it is known",
    Trigger.FILING: "the grievance is filed",
    Trigger.SERVICE: "the employer has received step {step}",
    Trigger.MEETING: "the meeting of step {step} has been held",
    Trigger.ANSWER: "the answer of step {step} is received",
    Trigger.DENIAL: "step {step} ends without agreement",
    Trigger.REFERRAL: "the case is referred",
}
UNITS = {
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.CALENDAR_DAYS: ("calendar day", "calendar days"),
    Unit.HOURS: ("hour", "hours"),
    Unit.SITTING: ("sitting", "sittings"),
}


def plural(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def amount_of(limit: Limit) -> str:
    """``10 working days``; ``The first sitting 14 calendar days or more``, from some day"""
    if limit.unit is not Unit.SITTING:
        return plural(limit.amount, *UNITS[limit.unit])
    if not limit.amount:
        return "The next sitting"
    return f"The first sitting {plural(limit.amount, *UNITS[Unit.CALENDAR_DAYS])} or more"


def waiting(limit: Limit, *, article: bool = True) -> str:
    """What a limit that has not started is waiting for."""
    when = STARTS[limit.trigger].format(step=limit.trigger_step or limit.step)
    sentence = f"{amount_of(limit)}, from when {when}"
    return _with_article(sentence, limit) if article else sentence


def stopped(count: Count) -> str:
    since = short_day(count.stopped.since) if count.stopped else ""
    counted = ""
    if count.limit.unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS):
        counted = f" after {count.counted} of {plural(_wanted(count), *UNITS[count.limit.unit])}"
    return _with_article(f"Clock stopped on {since}{counted}; no last day until it runs on", count.limit)


def counted(count: Count) -> str:
    """``10 working days from Tue 3 Mar (day 1 = Wed 4 Mar); 2 weekends, 1 contract holiday skipped → Wed 18 Mar``"""
    parts = [_head(count), _skipped(count), _extended(count), _held(count), _rolled(count)]
    told = "; ".join(part for part in parts if part)
    return _with_article(f"{told} → {_last(count)}", count.limit)


def _with_article(sentence: str, limit: Limit) -> str:
    return f"{sentence}; {limit.article}" if limit.article else sentence


def _wanted(count: Count) -> int:
    return count.limit.amount + sum(extension.amount for extension in count.extensions)


def _head(count: Count) -> str:
    limit, start = count.limit, count.start
    hour = f" {count.starts_at:%H:%M}" if count.starts_at else ""
    head = f"{amount_of(limit)} from {short_day(start.on)}{hour}"
    if start.reopened:
        head += ", when the case was reopened"
    elif start.by_default:
        head += f", the last day for “{start.label}”"
    if limit.unit not in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS) or not limit.amount:
        return head
    first = next((line.day for line in count.lines if line.number == 1), None)
    return f"{head} (day 1 = {short_day(first)})" if first else head


def _skipped(count: Count) -> str:
    """What a count of working days passed over before its last counted day."""
    if count.limit.unit is not Unit.WORKING_DAYS:
        return ""
    days_off = count.calendar.days_off
    numbered = [line.day for line in count.lines if line.number]
    last = numbered[-1] if numbered else count.start.on
    off = [line.day for line in count.lines if line.number is None and line.day < last and _is_off(line.day, days_off)]
    kinds = [days_off.kind_of(day) for day in off]
    weekends = _runs([day for day, kind in zip(off, kinds, strict=True) if kind is Off.WEEKEND])
    told = [
        plural(number, one, many)
        for number, one, many in (
            (weekends, "weekend", "weekends"),
            (kinds.count(Off.PUBLIC), "public holiday", "public holidays"),
            (kinds.count(Off.CONTRACT), "contract holiday", "contract holidays"),
        )
        if number
    ]
    return f"{', '.join(told)} skipped" if told else ""


def _is_off(day: date, days_off: DaysOff) -> bool:
    return not days_off.is_working(day)


def _runs(days: list[date]) -> int:
    return sum(1 for place, day in enumerate(days) if place == 0 or days[place - 1] != day - ONE_DAY)


def _extended(count: Count) -> str:
    told = []
    for extension in count.extensions:
        if extension.amount:
            told.append(f"extended by {plural(extension.amount, *UNITS[count.limit.unit])}")
        if extension.until:
            told.append(f"extended to {short_day(extension.until)}")
    return ", ".join(told)


def _held(count: Count) -> str:
    told = []
    for pause in count.pauses:
        if pause.until is not None and count.due and count.start.on < pause.until and pause.since <= count.due:
            told.append(f"clock stopped from {short_day(pause.since)}, running again on {short_day(pause.until)}")
    return ", ".join(told)


def _rolled(count: Count) -> str:
    if count.due is None or count.due == count.cursor:
        return ""
    why = count.calendar.days_off.name_of(count.cursor) or "in abeyance"
    already = why.startswith(f"{count.cursor:%A}")
    return f"{short_day(count.cursor)} is {'no working day' if already else why}, so it rolls"


def _last(count: Count) -> str:
    if count.due is None:
        return ""
    year = f" {count.due.year}" if count.due.year != count.start.on.year else ""
    hour = f" {count.due_at:%H:%M}" if count.due_at else ""
    return f"{short_day(count.due)}{year}{hour}"
