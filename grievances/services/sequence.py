"""What happens in a case happens in turn: a step begins after the one before, and its events lie within it."""

from grievances.models import CaseEvent, EventKind
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day

BEGINS = (EventKind.FILED, EventKind.ADVANCED, EventKind.REFERRED)
WITHIN = (EventKind.SERVED, EventKind.MET, EventKind.ANSWERED, EventKind.DENIED, EventKind.DECIDED)
ENDS = (EventKind.SETTLED, EventKind.WITHDRAWN, EventKind.CLOSED)


def must_fit(event: CaseEvent) -> Answer:
    """Whether the day of an event that is about to be written goes together with the days of the steps."""
    if event.kind not in (*BEGINS, *WITHIN, *ENDS):
        return YES
    others = list(event.grievance.events.standing().exclude(pk=event.corrects_id).filter(kind__in=(*BEGINS, *WITHIN)))
    if event.kind in BEGINS:
        return _begins_in_turn(event, others)
    last = max((e for e in others if e.kind in BEGINS), key=lambda e: e.step_number, default=None)
    if event.kind in WITHIN:
        last = next((e for e in others if e.kind in BEGINS and e.step_number == event.step_number), None)
    if last is not None and event.happened_on < last.happened_on:
        return no(
            f"{_named(event)} lies before the case came to step {last.step_number}, on {_day(last)}: check the date."
        )
    return YES


def _begins_in_turn(event: CaseEvent, others: list[CaseEvent]) -> Answer:
    for other in sorted(others, key=lambda e: (e.step_number, e.happened_on, e.pk)):
        is_earlier = other.step_number < event.step_number
        if other.kind in BEGINS and is_earlier and event.happened_on < other.happened_on:
            return no(f"The case came to step {other.step_number} on {_day(other)}: it goes on after that day.")
        if not is_earlier and other.happened_on < event.happened_on:
            return no(f"{_named(other)} would lie before its step began: check the date.")
    return YES


def _named(event: CaseEvent) -> str:
    return f"“{event.get_kind_display()}” on {_day(event)}"


def _day(event: CaseEvent) -> str:
    return format_day(event.happened_on)
