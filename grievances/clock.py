"""The contract clock: every limit of a case with its last day, its working, and the dates that no longer hold.

Pure: the same procedure, days off and events give the same answer, in whatever order the events come, on whatever day
it is asked. What depends on today is asked with ``standing``.

- A limit that ``runs_from_default`` runs from the last day of the answer (meeting, ...) that did not come. Until that
  day has passed it is only expected. A late answer starts it again only where the limit says so, and only while it
  runs.
- A limit that runs from service runs from the day of sending until the day of receipt is known.
- A limit that runs from something that was skipped runs from the day it was skipped.
- Steps that the case has passed, and a case that ended, leave unmet limits void; those whose day had passed are missed.
- Reopening starts the limits that were running at the end anew, on the day of reopening, as their next occurrence.
- A case filed at a later step has no limits of the steps before, except the one for filing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from grievances import telling
from grievances.counting import Calendar, Count, Start, TooLong
from grievances.daysoff import DaysOff, add_working_days, working_days_between
from grievances.history import ClockError, Epoch, History, check_order, order, sources_of
from grievances.terms import Act, Deadline, Event, Kind, Limit, Move, Procedure, Standing, State

__all__ = ["ClockError", "add_working_days", "compute", "days_left", "standing", "working", "working_days_between"]

MOVERS = (Kind.EXTENDED, Kind.ABEYANCE, Kind.RESUMED)
SENT = (Kind.FILED, Kind.ADVANCED, Kind.REFERRED)
ANSWERS = (Kind.ANSWERED, Kind.DENIED, Kind.MET, Kind.DECIDED)
Dates = dict[tuple[str, int], Deadline]


def compute(
    procedure: Procedure, days_off: DaysOff, events: Iterable[Event], *, zone: str = "America/Chicago"
) -> tuple[Deadline, ...]:
    """Every deadline of a case, in the procedure's order. Raises ClockError for events that cannot all be true."""
    given = tuple(events)
    calendar = Calendar(days_off, _zone(zone), procedure.sitting_months, procedure.sitting_weekday)
    try:
        found = _Run(History(procedure, given, calendar.zone), calendar).deadlines()
        moves = _moves(procedure, given, calendar)
    except (TooLong, OverflowError) as error:
        raise ClockError(str(error)) from error
    if not moves:
        return found
    return tuple(_with_moves(deadline, moves.get((deadline.key, deadline.occurrence), [])) for deadline in found)


def working(
    limit: Limit,
    procedure: Procedure,
    days_off: DaysOff,
    start: date,
    *,
    at: datetime | None = None,
    zone: str = "America/Chicago",
) -> Deadline:
    """One limit from one day, with its working: to try out, or to preview a procedure."""
    calendar = Calendar(days_off, _zone(zone), procedure.sitting_months, procedure.sitting_weekday)
    try:
        count = Count(limit, Start(start, at), calendar).run()
    except (TooLong, OverflowError) as error:
        raise ClockError(str(error)) from error
    return _deadline(limit, 1, State.OPEN, count)


def standing(deadline: Deadline, now: date | datetime) -> Standing:
    """How a deadline stands on a day, or at a moment (aware, for limits in hours)."""
    if deadline.state not in (State.PENDING, State.OPEN, State.SUSPENDED):
        return _ENDED[deadline.state]
    if deadline.state is State.SUSPENDED:
        return Standing.STOPPED
    if isinstance(now, datetime) and deadline.due_at is not None:
        if now > deadline.due_at:
            return Standing.OVERDUE
        now = now.astimezone(deadline.due_at.tzinfo).date()
    today = now.date() if isinstance(now, datetime) else now
    if deadline.due is None or (deadline.by_default and deadline.starts_on and today <= deadline.starts_on):
        return Standing.WAITING
    if today == deadline.due:
        return Standing.TODAY
    return Standing.OVERDUE if today > deadline.due else Standing.RUNNING


_ENDED = {
    State.MET: Standing.DONE,
    State.MET_LATE: Standing.DONE_LATE,
    State.MISSED: Standing.MISSED,
    State.SKIPPED: Standing.SKIPPED,
    State.VOID: Standing.VOID,
}


def days_left(deadline: Deadline, today: date, days_off: DaysOff) -> int | None:
    """Working days from today to the last day; negative once it has passed; None without a last day."""
    return None if deadline.due is None else working_days_between(today, deadline.due, days_off)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ClockError(f"There is no time zone called {name}.") from error


def _sentence(limit: Limit, count: Count | None) -> str:
    if count is None:
        return telling.waiting(limit)
    return telling.stopped(count) if count.due is None else telling.counted(count)


def _deadline(
    limit: Limit, occurrence: int, state: State, count: Count | None, met: Event | None = None, *, told: bool = True
) -> Deadline:
    sentence = _sentence(limit, count) if told else ""
    start = count.start if count else None
    return Deadline(
        key=limit.key,
        occurrence=occurrence,
        limit=limit,
        state=state,
        sentence=sentence,
        starts_on=start.on if start else None,
        starts_at=count.starts_at if count else None,
        starts_from=start.event if start else "",
        by_default=start.by_default if start else False,
        due=count.due if count else None,
        due_at=count.due_at if count else None,
        met_on=met.on if met else None,
        met_by=met.key if met else "",
        working=tuple(count.lines) if count else (),
    )


@dataclass
class _Run:
    """One reckoning of a case."""

    history: History
    calendar: Calendar
    told: bool = True
    _known: dict[str, list[Deadline]] = field(default_factory=dict)
    _asked: list[str] = field(default_factory=list)

    def deadlines(self) -> tuple[Deadline, ...]:
        return tuple(deadline for limit in self.history.procedure.limits for deadline in self.of(limit))

    def of(self, limit: Limit) -> list[Deadline]:
        if limit.key not in self._known:
            if limit.key in self._asked:
                raise ClockError(f"The limits {' and '.join(self._asked)} start each other.")
            self._asked.append(limit.key)
            self._known[limit.key] = self._occurrences(limit)
            self._asked.remove(limit.key)
        return self._known[limit.key]

    def _occurrences(self, limit: Limit) -> list[Deadline]:
        found: list[Deadline] = []
        begin = self._start(limit)
        if begin is None and not self.told:
            return found  # no date, so none to remember
        for epoch in self.history.epochs:
            later = epoch.next is not None and (begin is None or begin.on >= epoch.next.on)
            if later and self.history.met(limit, epoch) is None:
                continue
            deadline = self._in_epoch(limit, len(found) + 1, begin, epoch)
            found.append(deadline)
            ended = deadline.state is State.VOID and self._closing(limit, epoch) is epoch.ended
            if not ended or self._passed_by(limit):
                break
            begin = Start(epoch.next.on, epoch.next.at, epoch.next.key, reopened=True) if epoch.next else None
        return found

    def _in_epoch(self, limit: Limit, occurrence: int, begin: Start | None, epoch: Epoch) -> Deadline:
        met = self.history.met(limit, epoch)
        last = met or self._closing(limit, epoch)
        count = self._count(limit, begin, epoch, last) if begin else None
        if begin and count and met and _is_late(met, count.due, count.due_at):
            count = self._count(limit, begin, epoch, met, afterwards=True)
        if met and begin and occurrence == 1 and not begin.by_default:
            check_order(limit, met, begin.on, limit.trigger.value)
        return _deadline(limit, occurrence, self._state(limit, met, count, epoch), count, met, told=self.told)

    def _count(
        self, limit: Limit, begin: Start, epoch: Epoch, last: Event | None = None, *, afterwards: bool = False
    ) -> Count:
        """What was stopped or agreed after the ``last`` event moves nothing, unless it was agreed ``afterwards``."""
        pauses = [pause for pause in self.history.pauses(limit) if last is None or pause.since <= last.on]
        agreed = [e for e in self.history.extensions(limit, epoch) if afterwards or last is None or e.on <= last.on]
        return Count(limit, begin, self.calendar, pauses, agreed, self.told).run()

    def _state(self, limit: Limit, met: Event | None, count: Count | None, epoch: Epoch) -> State:
        if met is not None:
            return State.MET_LATE if count is not None and _is_late(met, count.due, count.due_at) else State.MET
        if self.history.skipped(limit):
            return State.SKIPPED
        if self._passed_by(limit):
            return State.VOID
        closing = self._closing(limit, epoch)
        if closing is not None:
            return State.MISSED if count is not None and count.due and count.due < closing.on else State.VOID
        if count is None:
            return State.PENDING
        return State.SUSPENDED if count.due is None else State.OPEN

    def _closing(self, limit: Limit, epoch: Epoch) -> Event | None:
        """What made a limit unnecessary: the case went past its step, or ended."""
        moved = self.history.moved_on(limit)
        if moved is None or (epoch.next is not None and moved.on >= epoch.next.on):
            return epoch.ended
        return moved if epoch.ended is None or moved.on <= epoch.ended.on else epoch.ended

    def _passed_by(self, limit: Limit) -> bool:
        """Whether the case was filed at a later step than this limit's."""
        first = self.history.filed_at_step
        if first == 1 or limit.act is Act.FILE:
            return False
        to_get_there = limit.step == first and limit.act in (Act.ADVANCE, Act.REFER)
        return limit.step < first or (to_get_there and 0 < limit.trigger_step < first)

    def _start(self, limit: Limit) -> Start | None:
        event = self.history.trigger(limit)
        direct = Start(event.on, event.at, event.key) if event else None
        sources = sources_of(self.history.procedure, limit)
        if direct is None:
            skipped = next((skip for source in sources if (skip := self.history.skipped(source))), None)
            if skipped is not None:
                return Start(skipped.on, skipped.at, skipped.key)
        if not limit.runs_from_default or not sources:
            return direct
        return self._from_default(limit, sources[0], direct, event)

    def _from_default(self, limit: Limit, source: Limit, direct: Start | None, event: Event | None) -> Start | None:
        """From the last day of what did not come, or came late."""
        found = self.of(source)
        last = found[-1] if found else None
        if last is None or last.due is None:
            return direct
        if event is not None and not _is_late(event, last.due, last.due_at):
            return direct
        default = Start(last.due, last.due_at, "", by_default=True, label=source.label)
        if direct is None or not limit.late_answer_restarts:
            return default
        expected = self._count(limit, default, self.history.epochs[-1])
        return default if event and _is_late(event, expected.due, expected.due_at) else direct


def _is_late(event: Event, due: date | None, due_at: datetime | None) -> bool:
    if due is None:
        return False
    if due_at is not None and event.at is not None:
        return event.at > due_at
    return event.on > due


def _moves(procedure: Procedure, events: tuple[Event, ...], calendar: Calendar) -> dict[tuple[str, int], list[Move]]:
    """What each moving event made of the dates before it: the case is reckoned as it was written down, event by event,
    once without and once with it."""
    moving = _movers(procedure, events)
    if not moving:
        return {}
    written = sorted(events, key=_as_written)
    found: dict[tuple[str, int], list[Move]] = {}
    after: Dates = {}
    reckoned = -1  # up to which event ``after`` holds
    for place, event in enumerate(written):
        if event not in moving:
            continue
        before = after if reckoned == place - 1 else _dates(procedure, written[:place], calendar)
        after, reckoned = _dates(procedure, written[: place + 1], calendar), place
        for key, old in before.items():
            if _supersedes(event, old, after.get(key)):
                found.setdefault(key, []).append(_move(old, event))
    return found


def _movers(procedure: Procedure, events: tuple[Event, ...]) -> set[Event]:
    """The events that can change a date which stood already."""
    kinds: tuple[Kind, ...] = MOVERS
    if any(limit.late_answer_restarts for limit in procedure.limits):
        kinds += ANSWERS
    sent = {event.on for event in events if event.kind in SENT}
    return {
        event
        for event in events
        if event.corrects or event.kind in kinds or (event.kind is Kind.SERVED and event.on not in sent)
    }


def _as_written(event: Event) -> tuple[object, ...]:
    return (event.seq, bool(event.corrects), order(event))


def _dates(procedure: Procedure, events: Iterable[Event], calendar: Calendar) -> Dates:
    run = _Run(History(procedure, events, calendar.zone, strict=False), calendar, told=False)
    return {(deadline.key, deadline.occurrence): deadline for deadline in run.deadlines()}


def _supersedes(event: Event, old: Deadline, new: Deadline | None) -> bool:
    if old.due is None or (new is not None and (old.due, old.due_at) == (new.due, new.due_at)):
        return False
    if event.corrects or event.kind in (*MOVERS, Kind.SERVED):
        return True
    # an answer in time takes the place of what was only expected
    return old.by_default and old.starts_on is not None and event.on > old.starts_on


def _move(old: Deadline, event: Event) -> Move:
    assert old.due is not None  # asked by _supersedes
    return Move(old.due, old.due_at, event.key, event.kind, event.on, event.agreed_by, event.paper, event.reason)


def _with_moves(deadline: Deadline, moves: list[Move]) -> Deadline:
    """Without those that came to nothing: the clock was stopped, and the last day is the same again."""
    if not moves:
        return deadline
    kept = tuple(
        m for m in moves if m.kind is not Kind.ABEYANCE or (m.due, m.due_at) != (deadline.due, deadline.due_at)
    )
    return replace(deadline, moves=kept)
