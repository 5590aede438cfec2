"""The words of a contract's procedure, as plain data. Knows neither the database nor Django.

A ``Procedure`` is what an agreement says: steps, and for each step the limits that bind one side or the other.
``Event`` is what happened in a case. ``grievances.clock`` puts the two together.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Side(StrEnum):
    """Whom a limit binds."""

    UNION = "union"
    EMPLOYER = "employer"
    BOTH = "both"  # the parties together: hold the meeting, name the arbitrator


class Trigger(StrEnum):
    """What starts a limit's clock. Those after FILING are of the step named beside it."""

    INCIDENT = "incident"
    KNOWLEDGE = "knowledge"  # the day the grievant learned of it; the incident's where none is given
    FILING = "filing"
    SERVICE = "service"  # the employer received the filing or appeal to this step; until that is known, it was sent
    MEETING = "meeting"
    ANSWER = "answer"  # the employer's answer of a step was received
    DENIAL = "denial"  # a step ended without agreement, however it was said
    REFERRAL = "referral"  # the case went to arbitration or to a council


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    SITTING = "sitting"  # the first sitting of a body that begins ``amount`` calendar days or more after the trigger


class Roll(StrEnum):
    """What happens to a last day that falls on a day off."""

    STAY = "stay"
    NEXT = "next"  # the next working day
    PREVIOUS = "previous"  # the working day before


class Consequence(StrEnum):
    """What a missed limit means, for the side that missed it."""

    NOTHING = "nothing"
    FORFEIT = "forfeit"  # the case is lost
    ADVANCE = "advance"  # the case may go to the next step
    GRANTED = "granted"  # the grievance counts as granted


class Act(StrEnum):
    """What meets a limit. Each is also a kind of event."""

    FILE = "filed"
    SERVE = "served"
    MEET = "met"
    ANSWER = "answered"
    ADVANCE = "advanced"  # the appeal to the step it belongs to
    REFER = "referred"
    DECIDE = "decided"  # an award, or the ruling of a council


class Kind(StrEnum):
    """What can happen in a case."""

    INCIDENT = "incident"
    KNOWLEDGE = "knowledge"
    FILED = "filed"
    SERVED = "served"
    MET = "met"
    ANSWERED = "answered"
    DENIED = "denied"
    ADVANCED = "advanced"
    SKIPPED = "skipped"  # a limit that may be skipped was
    REFERRED = "referred"
    DECIDED = "decided"
    EXTENDED = "extended"
    ABEYANCE = "abeyance"
    RESUMED = "resumed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Limit:
    """One line of the contract: who must do what, how long after what, and what it costs to be late.

    ``key`` is unique in the procedure. ``trigger_step`` names the step whose answer, denial, meeting or service starts
    the clock (0: the limit's own step). With ``runs_from_default`` the clock starts on the day the triggering answer
    was due when none came; an answer that comes after that day starts it again only with ``late_answer_restarts``.
    ``amount`` counts ``unit``; ``counts_day_zero`` makes the trigger's own day day 1.
    """

    key: str
    step: int
    label: str
    side: Side
    act: Act
    trigger: Trigger
    amount: int
    unit: Unit
    article: str = ""
    trigger_step: int = 0
    counts_day_zero: bool = False
    roll_weekend: Roll = Roll.NEXT
    roll_holiday: Roll = Roll.NEXT
    consequence: Consequence = Consequence.NOTHING
    runs_from_default: bool = False
    may_skip: bool = False
    late_answer_restarts: bool = False


@dataclass(frozen=True)
class Step:
    """``number`` counts from 1 without a gap; ``key`` is the value of Grievance.current_step."""

    number: int
    key: str
    name: str
    who: str = ""  # who meets: "Steward and supervisor"


@dataclass(frozen=True)
class Procedure:
    """What one version of an agreement says. Policy and group cases may start at a later step."""

    name: str
    steps: tuple[Step, ...]
    limits: tuple[Limit, ...]
    policy_starts_at: int = 1
    group_starts_at: int = 1
    sitting_months: tuple[int, ...] = ()  # 1-12; empty: no body that sits
    sitting_weekday: int = 0  # 0 = Monday; a sitting begins on the first such day of its month
    version: str = ""

    @cached_property
    def by_act(self) -> dict[tuple[int, Act], list[Limit]]:
        """The limits of each step and act, in the procedure's order."""
        found: dict[tuple[int, Act], list[Limit]] = {}
        for limit in self.limits:
            found.setdefault((limit.step, limit.act), []).append(limit)
        return found


@dataclass(frozen=True)
class Event:
    """Something that happened. ``at`` is aware and counts where a limit is in hours; ``on`` is its day in the zone.

    ``step`` is the step it belongs to (0: the case as a whole). An extension names the ``limit`` it moves and either
    the new last day (``until``) or how much longer (``amount``, in the limit's own unit; for a sitting, how many
    sittings later). ``key`` tells events apart; ``seq`` is the order in which they were written down. A correction
    names the event it takes the place of (``corrects``); with ``is_void`` it only takes that event back.
    """

    kind: Kind
    on: date
    key: str = ""
    at: datetime | None = None
    step: int = 0
    limit: str = ""
    until: date | None = None
    amount: int = 0
    agreed_by: str = ""
    paper: str = ""
    reason: str = ""
    seq: int = 0
    corrects: str = ""
    is_void: bool = False


class State(StrEnum):
    """How a deadline stands, whatever day it is."""

    PENDING = "pending"  # what starts it has not happened
    OPEN = "open"
    SUSPENDED = "suspended"  # the clock is stopped: no last day
    MET = "met"
    MET_LATE = "met_late"
    MISSED = "missed"  # not met before the case went on or ended, and the day had passed
    SKIPPED = "skipped"
    VOID = "void"  # no longer needed: the case went on or ended before the day


class Standing(StrEnum):
    """How a deadline stands on a given day."""

    WAITING = "waiting"  # not started
    RUNNING = "running"
    TODAY = "today"  # today is the last day
    OVERDUE = "overdue"  # the last day has passed: ours are lost, theirs are in default
    STOPPED = "stopped"  # in abeyance
    DONE = "done"
    DONE_LATE = "done_late"
    MISSED = "missed"
    SKIPPED = "skipped"
    VOID = "void"


class DayLine(NamedTuple):
    """One day of the working. ``number`` is what it counts as (hours: so many in all); None: it does not count."""

    day: date
    number: int | None
    why: str


@dataclass(frozen=True)
class Move:
    """A last day that no longer holds, with the event that superseded it."""

    due: date
    due_at: datetime | None
    event: str  # key of the event
    kind: Kind
    on: date
    agreed_by: str = ""
    paper: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Deadline:
    """One limit of a case, put on the calendar. ``occurrence`` counts from 1; reopening a case may add one.

    ``starts_from`` is the key of the event that started it; ``by_default`` says that it runs from the day on which
    something was due and did not come: until that day has passed it is only expected. ``due`` is None while pending
    or suspended. ``due_at`` is given where hours are counted.
    """

    key: str
    occurrence: int
    limit: Limit
    state: State
    sentence: str
    starts_on: date | None = None
    starts_at: datetime | None = None
    starts_from: str = ""
    by_default: bool = False
    due: date | None = None
    due_at: datetime | None = None
    met_on: date | None = None
    met_by: str = ""
    working: tuple[DayLine, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def step(self) -> int:
        return self.limit.step

    @property
    def side(self) -> Side:
        return self.limit.side
