"""A limit on the screen: whose it is, by when, why that day, and what it was before."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from grievances import dues, terms
from grievances.daysoff import WEEKDAYS, DaysOff
from grievances.lookups import CaseFile
from grievances.models import Deadline, DeadlineState
from ip2a.words import MONTHS, format_day, format_moment, state_chip, tone_of

SIDES = {terms.Side.UNION: "Ours", terms.Side.EMPLOYER: "The employer’s", terms.Side.BOTH: "Both sides’"}
SPARSE = 2  # where fewer than one day in so many is told, days are listed and not put on a calendar
ONE_DAY = timedelta(days=1)
STATES = dict(DeadlineState.choices) | {terms.State.PENDING.value: "Not started"}


@dataclass(frozen=True)
class Cell:
    """A day of the working: ``text`` is what it counts as."""

    day: date
    text: str = ""
    kind: str = ""  # counted, start, off, due
    why: str = ""


@dataclass(frozen=True)
class Before:
    """A last day that no longer holds."""

    day: str
    reason: str
    paper: Any = None
    agreed_by: str = ""


@dataclass
class Shown:
    """One limit, ready to be drawn."""

    label: str
    side: str
    chip: SafeString
    when: str = ""
    sentence: str = ""
    article: str = ""
    cost: str = ""
    step: int = 0
    is_late: bool = False
    weeks: list[list[Cell | None]] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    before: list[Before] = field(default_factory=list)
    extend_url: str = ""
    skip_url: str = ""
    pk: int = 0

    @property
    def calendar(self) -> SafeString:
        """The weeks as rows of a table: a page has dozens of them, so they are put together here."""
        return mark_safe("".join(map(_row, self.weeks)))

    @property
    def has_working(self) -> bool:
        return bool(self.weeks or self.lines)


def _row(week: list[Cell | None]) -> str:
    return f"<tr>{''.join(map(_drawn, week))}</tr>\n"


def _drawn(cell: Cell | None) -> str:
    if cell is None:
        return "<td></td>"
    day = cell.day
    spoken = f"1 {MONTHS[day.month - 1]}" if day.day == 1 else day.day
    text = f"<span>{escape(cell.text)}</span>" if cell.text else ""
    return f'<td class="is-{cell.kind}"><time datetime="{day.isoformat()}">{spoken}</time>{text}</td>'


Line = tuple[date, int | None, str]


def lay_out(shown: Shown, working: list[Line], due: date | None, *, hours: bool) -> None:
    """Put the working on a calendar of weeks, or into a list where it is about hours or far between."""
    if not working:
        return
    days = [day for day, _, _ in working]
    span = (max(days) - min(days)).days + 1
    if hours or span > SPARSE * len(working):
        shown.lines = [(format_day(day), _so_far(number, hours), why) for day, number, why in working]
        return
    by_day = {day: (number, why) for day, number, why in working}
    day = min(days) - timedelta(days=min(days).weekday())
    while day <= max(days):
        week = [day + timedelta(days=n) for n in range(7)]
        shown.weeks.append([_cell(each, by_day, due) if min(days) <= each <= max(days) else None for each in week])
        day += timedelta(days=7)
    shown.notes = [(format_day(day), why) for day, number, why in working if _is_remarkable(day, number, why)]


def _so_far(number: int | None, hours: bool) -> str:
    if number is None:
        return ""
    return f"{number} hours so far" if hours else f"day {number}"


def _cell(day: date, by_day: dict[date, tuple[int | None, str]], due: date | None) -> Cell:
    number, why = by_day.get(day, (None, ""))
    if day == due:
        return Cell(day, f"day {number}" if number else "last day", "due", why)
    if number is None:
        return Cell(day, "off" if why else "", "off", why)
    return Cell(day, f"day {number}" if number else "start", "counted" if number else "start", why)


def _is_remarkable(day: date, number: int | None, why: str) -> bool:
    """What a calendar cannot say by itself: holidays, stopped clocks, a last day that rolls."""
    return why not in (f"day {number}", WEEKDAYS[day.weekday()], "")


def shown_of(deadline: terms.Deadline, days_off: DaysOff) -> Shown:
    """What the clock says of a limit, before or without a row."""
    today, limit = dues.today(), deadline.limit
    pending = deadline.state is terms.State.PENDING
    shown = Shown(
        label=limit.label,
        side=SIDES[limit.side],
        chip=state_chip(STATES[deadline.state.value], "quiet" if pending else tone_of(deadline.state.value)),
        when=dues.by_when(deadline.due, today, days_off, deadline.due_at) if deadline.due else "",
        sentence=deadline.sentence,
        article=limit.article,
        cost=dues.what_it_costs(limit.side, limit.consequence, is_late=False),
        step=limit.step,
        is_late=bool(deadline.due and deadline.due < today and deadline.state is terms.State.OPEN),
    )
    lay_out(shown, [tuple(line) for line in deadline.working], deadline.due, hours=limit.unit is terms.Unit.HOURS)
    return shown


def shown_row(limit: Deadline, file: CaseFile) -> Shown:
    """A limit that was kept, with the dates it had before."""
    late = limit.state == DeadlineState.OPEN and dues.is_over(limit, file.today, file.now)
    shown = Shown(
        label=limit.label,
        side=SIDES[terms.Side(limit.side)],
        chip=_chip_of(limit, late),
        when=_when(limit, file),
        sentence=limit.sentence,
        article=limit.article,
        cost=dues.what_it_costs(limit.side, limit.consequence, is_late=late) if dues.stands(limit) else "",
        step=limit.step_number,
        is_late=late,
        before=[_before(row) for row in file.superseded.get((limit.limit_key, limit.occurrence), ())],
        pk=limit.pk,
    )
    working = [(date.fromisoformat(day), number, why) for day, number, why in limit.working]
    lay_out(shown, working, limit.due_on, hours=limit.due_at is not None)
    return shown


def _chip_of(limit: Deadline, late: bool) -> SafeString:
    if late:
        return state_chip("Overdue" if limit.is_ours else "In default", "bad")
    if limit.state == DeadlineState.OPEN:
        return state_chip("Expected" if limit.is_expected else "Running", "quiet" if limit.is_expected else "info")
    return state_chip(limit.get_state_display(), tone_of(limit.state))


def _when(limit: Deadline, file: CaseFile) -> str:
    if limit.due_on is None:
        return "no last day while the clock is stopped"
    if limit.state == DeadlineState.OPEN:
        return dues.by_when(limit.due_on, file.today, file.days_off, limit.due_at)
    day = last_day(limit.due_on, limit.due_at)
    return f"{day}, met on {format_day(limit.met_on)}" if limit.met_on else day


def last_day(day: date | None, at: datetime | None) -> str:
    return format_moment(at) if at else format_day(day)


def _before(row: Deadline) -> Before:
    cause = row.superseded_by
    day = last_day(row.due_on, row.due_at) or "no last day"
    return Before(day, row.superseded_reason, cause.paper if cause else None, cause.agreed_by if cause else "")
