"""Short words for the clock's tests."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from grievances.terms import Act, Event, Kind, Limit, Procedure, Side, Step, Trigger, Unit

ZONE = ZoneInfo("America/Chicago")
STEPS = (
    Step(1, "step_1", "Supervisor"),
    Step(2, "step_2", "Management"),
    Step(3, "arbitration", "Arbitration"),
)


def day(text: str) -> date:
    """``day("3-04")`` is 4 March 2026; ``day("2027-1-04")`` another year."""
    parts = [int(part) for part in text.split("-")]
    return date(*parts) if len(parts) == 3 else date(2026, *parts)


def moment(text: str, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    on = day(text)
    return datetime(on.year, on.month, on.day, hour, minute, fold=fold, tzinfo=ZONE)


def happened(kind: Kind, on: str, **more) -> Event:
    return Event(kind, day(on), **more)


def limit(key: str = "answer", **more) -> Limit:
    """The employer's answer, ten working days after the service of step 1, unless told otherwise."""
    given = {
        "step": 1,
        "label": key.replace("-", " ").capitalize(),
        "side": Side.EMPLOYER,
        "act": Act.ANSWER,
        "trigger": Trigger.SERVICE,
        "amount": 10,
        "unit": Unit.WORKING_DAYS,
    }
    return Limit(key=key, **(given | more))


def appeal(**more) -> Limit:
    """The union's appeal to step 2, ten working days after the answer, or after the day it was due."""
    given = {
        "step": 2,
        "side": Side.UNION,
        "act": Act.ADVANCE,
        "trigger": Trigger.ANSWER,
        "trigger_step": 1,
        "runs_from_default": True,
    }
    return limit("appeal", **(given | more))


def procedure(*limits: Limit, **more) -> Procedure:
    return Procedure("A contract", STEPS, limits, **more)
