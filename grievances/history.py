"""What happened in a case, checked and in order: which event starts a limit, meets it, moves it or ends it.

Events of one day stand in the order of ``RANK``: a day's filing comes before its answer, its answer before its
settlement. Of several events that could start or meet a limit the first counts. A correction takes the place of the
event it names. Who takes part in a meeting, what an answer says: that is not asked here.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from grievances.counting import Extension, Pause, midnight, short_day
from grievances.terms import Act, Event, Kind, Limit, Procedure, Side, Trigger


class ClockError(ValueError):
    """Events that cannot all be true. The message says what is wrong, fit for the screen."""


RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            Kind.INCIDENT,
            Kind.KNOWLEDGE,
            Kind.FILED,
            Kind.ADVANCED,
            Kind.REFERRED,
            Kind.SERVED,
            Kind.MET,
            Kind.ANSWERED,
            Kind.DENIED,
            Kind.SKIPPED,
            Kind.DECIDED,
            Kind.EXTENDED,
            Kind.ABEYANCE,
            Kind.RESUMED,
            Kind.SETTLED,
            Kind.WITHDRAWN,
            Kind.CLOSED,
            Kind.REOPENED,
        )
    )
}
ENDS = (Kind.SETTLED, Kind.WITHDRAWN, Kind.CLOSED)
OF_A_STEP = (Kind.SERVED, Kind.MET, Kind.ANSWERED, Kind.DENIED, Kind.ADVANCED)
STARTED_BY = {
    Trigger.INCIDENT: (Kind.INCIDENT,),
    Trigger.KNOWLEDGE: (Kind.KNOWLEDGE,),
    Trigger.FILING: (Kind.FILED,),
    Trigger.SERVICE: (Kind.SERVED,),
    Trigger.MEETING: (Kind.MET,),
    Trigger.ANSWER: (Kind.ANSWERED, Kind.DENIED),
    Trigger.DENIAL: (Kind.ANSWERED, Kind.DENIED),
    Trigger.REFERRAL: (Kind.REFERRED,),
}
MET_BY = {
    Act.FILE: (Kind.FILED,),
    Act.SERVE: (Kind.SERVED,),
    Act.MEET: (Kind.MET,),
    Act.ANSWER: (Kind.ANSWERED, Kind.DENIED),
    Act.ADVANCE: (Kind.ADVANCED,),
    Act.REFER: (Kind.REFERRED,),
    Act.DECIDE: (Kind.DECIDED,),
}
# The acts whose skipping stands for the event that would have started another limit, the likeliest first.
STANDS_FOR = {
    Trigger.SERVICE: (Act.SERVE,),
    Trigger.MEETING: (Act.MEET,),
    Trigger.ANSWER: (Act.ANSWER,),
    Trigger.DENIAL: (Act.ANSWER, Act.DECIDE, Act.MEET),
}
WHOLE_CASE = (Trigger.INCIDENT, Trigger.KNOWLEDGE, Trigger.FILING, Trigger.REFERRAL)
YEARS = (1900, 2200)


class Epoch(NamedTuple):
    """A stretch of the case between filing, or a reopening, and its end."""

    reopened: Event | None
    ended: Event | None
    next: Event | None  # the reopening that follows

    def covers(self, event: Event) -> bool:
        after = self.reopened is None or event.on >= self.reopened.on
        return after and (self.next is None or event.on < self.next.on)


def order(event: Event) -> tuple[object, ...]:
    at = event.at.timestamp() if event.at else 0.0
    return (event.on, RANK[event.kind], at, event.step, event.limit, event.seq, event.key, event.amount)


def sources_of(procedure: Procedure, limit: Limit) -> list[Limit]:
    """The limits whose meeting would be what starts this one, the likeliest first."""
    step = limit.trigger_step or limit.step
    acts = STANDS_FOR.get(limit.trigger, ())
    return [each for act in acts for each in procedure.by_act.get((step, act), ())]


class History:
    """The events of a case as the clock asks for them."""

    def __init__(self, procedure: Procedure, events: Iterable[Event], zone: ZoneInfo, *, strict: bool = True):
        self.procedure = procedure
        self.zone = zone
        self.strict = strict
        given = sorted(events, key=order)
        if strict:
            self._check(given)
        self.events = standing(given)
        self._of: dict[tuple[Kind, int], list[Event]] = defaultdict(list)
        self._kinds: dict[Kind, list[Event]] = defaultdict(list)
        for event in self.events:
            self._of[(event.kind, event.step)].append(event)
            self._kinds[event.kind].append(event)
        self.last_step = max((step.number for step in procedure.steps), default=1)

    def _check(self, events: list[Event]) -> None:
        keys: set[str] = set()
        steps = {step.number for step in self.procedure.steps}
        limits = {limit.key: limit for limit in self.procedure.limits}
        for event in events:
            if event.key and event.key in keys:
                raise ClockError(f"Two events have the key {event.key}.")
            keys.add(event.key)
            _check_day(event, self.zone)
            _check_place(event, steps)
            _check_limit(event, limits)
        _check_corrections(events)

    def of(self, kinds: Iterable[Kind], steps: Iterable[int]) -> list[Event]:
        found: list[Event] = []
        for kind in kinds:
            if kind in self._kinds:  # most kinds have not happened
                for step in steps:
                    found += self._of.get((kind, step), ())
        return sorted(found, key=order) if len(found) > 1 else found

    def anywhere(self, *kinds: Kind) -> list[Event]:
        if len(kinds) == 1:
            return self._kinds.get(kinds[0], [])
        found = [event for kind in kinds for event in self._kinds.get(kind, ())]
        return sorted(found, key=order) if len(found) > 1 else found

    @cached_property
    def filed_at_step(self) -> int:
        filed = self.anywhere(Kind.FILED)
        return max(filed[0].step, 1) if filed else 1

    @cached_property
    def epochs(self) -> list[Epoch]:
        stretches: list[Epoch] = []
        reopened: Event | None = None
        ended: Event | None = None
        for event in sorted(self.anywhere(*ENDS, Kind.REOPENED), key=lambda e: (e.on, e.seq, order(e))):
            if event.kind is not Kind.REOPENED:
                ended = ended or event
                continue
            if ended is None:
                if not self.strict:
                    continue
                raise ClockError(f"The case was reopened on {short_day(event.on)}, but it had not ended.")
            stretches.append(Epoch(reopened, ended, event))
            reopened, ended = event, None
        return [*stretches, Epoch(reopened, ended, None)]

    @cached_property
    def _pauses(self) -> dict[tuple[str, int], list[Pause]]:
        scopes: dict[tuple[str, int], list[Event]] = defaultdict(list)
        for event in self.anywhere(Kind.ABEYANCE, Kind.RESUMED):
            scopes[(event.limit, event.step)].append(event)
        return {scope: self._paired(events) for scope, events in scopes.items()}

    def _paired(self, events: list[Event]) -> list[Pause]:
        """Stops and starts in turn; of two on one day, the one that the clock's state asks for comes first."""
        pauses: list[Pause] = []
        waiting, since = sorted(events, key=lambda e: (e.on, order(e))), None
        while waiting:
            wanted = Kind.RESUMED if since else Kind.ABEYANCE
            same_day = [event for event in waiting if event.on == waiting[0].on]
            event = next((event for event in same_day if event.kind is wanted), None)
            if event is None:
                if self.strict:
                    raise ClockError(_out_of_turn(waiting[0]))
                waiting.pop(0)
                continue
            waiting.remove(event)
            if since is not None:
                pauses.append(Pause(since.on, event.on, self.moment(since), self.moment(event)))
            since = event if since is None else None
        if since is not None:
            pauses.append(Pause(since.on, None, self.moment(since), None))
        return pauses

    def moment(self, event: Event) -> datetime:
        return event.at.astimezone(UTC) if event.at else midnight(event.on, self.zone)

    def pauses(self, limit: Limit) -> list[Pause]:
        if not self._pauses:
            return []
        scopes = (("", 0), ("", limit.step), (limit.key, 0), (limit.key, limit.step))
        return sorted({pause for scope in scopes for pause in self._pauses.get(scope, ())}, key=lambda p: p.since)

    def extensions(self, limit: Limit, epoch: Epoch) -> list[Extension]:
        agreed = self._kinds.get(Kind.EXTENDED, ())
        return [Extension(e.on, e.until, e.amount) for e in agreed if e.limit == limit.key and epoch.covers(e)]

    def skipped(self, limit: Limit) -> Event | None:
        for event in self.anywhere(Kind.SKIPPED):
            if event.limit == limit.key or (not event.limit and event.step == limit.step and limit.may_skip):
                return event
        return None

    def trigger(self, limit: Limit) -> Event | None:
        """The event that starts a limit's clock.

        Without a day of knowledge it is the day it happened; without a day of receipt, the day it was sent: the
        earliest that can be, so that no limit of ours is counted too late.
        """
        kinds = STARTED_BY[limit.trigger]
        steps = range(self.last_step + 1) if limit.trigger in WHOLE_CASE else (limit.trigger_step or limit.step,)
        found = self.of(kinds, steps)
        if not found and limit.trigger is Trigger.KNOWLEDGE:
            found = self.of((Kind.INCIDENT,), range(self.last_step + 1))
        if not found and limit.trigger is Trigger.SERVICE:
            return self._sent_to(limit.trigger_step or limit.step)
        return found[0] if found else None

    def _sent_to(self, step: int) -> Event | None:
        """The filing at a step, or the appeal or referral to it."""
        filed = self.anywhere(Kind.FILED) if step == self.filed_at_step else []
        referred = (0, step) if step == self.last_step else (step,)
        sent = [*filed, *self.of((Kind.ADVANCED,), (step,)), *self.of((Kind.REFERRED,), referred)]
        return min(sent, key=order, default=None)

    def met(self, limit: Limit, epoch: Epoch) -> Event | None:
        """The event that meets a limit in this stretch of the case."""
        steps: Iterable[int] = (limit.step,)
        if limit.act is Act.FILE:
            steps = range(self.last_step + 1)
        elif limit.act in (Act.REFER, Act.DECIDE):
            steps = (0, limit.step)
        return next((event for event in self.of(MET_BY[limit.act], steps) if epoch.covers(event)), None)

    def moved_on(self, limit: Limit) -> Event | None:
        """The event that took the case past this limit's step."""
        return next((event for event in self._went_on if (event.step or self.last_step) > limit.step), None)

    @cached_property
    def _went_on(self) -> list[Event]:
        return self.anywhere(Kind.ADVANCED, Kind.REFERRED)


def standing(events: list[Event]) -> list[Event]:
    """Without what was corrected, and without what only takes an event back."""
    corrected = {event.corrects for event in events if event.corrects}
    return [event for event in events if not event.is_void and (not event.key or event.key not in corrected)]


def _out_of_turn(event: Event) -> str:
    if event.kind is Kind.RESUMED:
        return f"The clock was started again on {short_day(event.on)}, but it was not stopped."
    return f"The clock was stopped on {short_day(event.on)}, but it was stopped already."


def _check_day(event: Event, zone: ZoneInfo) -> None:
    if not YEARS[0] <= event.on.year <= YEARS[1]:
        raise ClockError(f"{event.kind.capitalize()} in the year {event.on.year}: check the date.")
    if event.at is None:
        return
    if event.at.tzinfo is None or event.at.utcoffset() is None:
        raise ClockError(f"{event.kind.capitalize()} on {short_day(event.on)} has a time without a time zone.")
    day = event.at.astimezone(zone).date()
    if day != event.on:
        raise ClockError(
            f"{event.kind.capitalize()} has the day {short_day(event.on)}, but its time is on {short_day(day)}."
        )


def _check_place(event: Event, steps: set[int]) -> None:
    if event.step and event.step not in steps:
        raise ClockError(f"The procedure has no step {event.step}.")
    if event.kind in OF_A_STEP and not event.step:
        raise ClockError(f"{event.kind.capitalize()} on {short_day(event.on)}: say at which step.")


def _check_limit(event: Event, limits: dict[str, Limit]) -> None:
    if event.limit and event.limit not in limits:
        raise ClockError(f"The procedure has no limit {event.limit}.")
    if event.is_void:
        return
    if event.kind is Kind.EXTENDED:
        _check_extension(event)
    if event.kind is Kind.SKIPPED:
        _check_skip(event, limits)


def _check_extension(event: Event) -> None:
    if not event.limit:
        raise ClockError("An extension must name the limit it moves.")
    if (event.until is None) == (event.amount == 0) or event.amount < 0:
        raise ClockError("An extension needs either the new last day or how much longer it is.")


def _check_skip(event: Event, limits: dict[str, Limit]) -> None:
    if event.limit and not limits[event.limit].may_skip:
        raise ClockError(f"{limits[event.limit].label} may not be skipped under this agreement.")
    if not event.limit and not any(limit.may_skip and limit.step == event.step for limit in limits.values()):
        raise ClockError("Nothing of that step may be skipped under this agreement.")


def _check_corrections(events: list[Event]) -> None:
    by_key = {event.key: event for event in events if event.key}
    corrected: set[str] = set()
    for event in events:
        if not event.corrects:
            if event.is_void:
                raise ClockError("An event that takes another back must name it.")
            continue
        if event.corrects not in by_key or event.corrects == event.key:
            raise ClockError(f"There is no event {event.corrects} to correct.")
        if event.corrects in corrected:
            raise ClockError(f"The event {event.corrects} was corrected twice: correct the correction.")
        if by_key[event.corrects].kind is not event.kind:
            raise ClockError("A correction must be of the same kind as what it corrects.")
        corrected.add(event.corrects)
    for event in events:
        _follow(event, by_key)


def _follow(event: Event, by_key: dict[str, Event]) -> None:
    seen: set[str] = set()
    while event.corrects:
        if event.key in seen:
            raise ClockError("These corrections correct each other.")
        seen.add(event.key)
        event = by_key[event.corrects]


def check_order(limit: Limit, met: Event, started: date, label: str) -> None:
    """What cannot be done before it could begin."""
    if met.on < started and limit.trigger in (Trigger.INCIDENT, Trigger.KNOWLEDGE, Trigger.FILING, Trigger.SERVICE):
        who = "the employer" if limit.side is Side.EMPLOYER else limit.side.value
        raise ClockError(
            f"{limit.label} ({who}) was done on {short_day(met.on)}, before {label} on {short_day(started)}: "
            "check the dates."
        )
