"""Sending what waits: at most once by itself, whatever breaks.

A mail is claimed in a committed step of its own before anybody talks to the mail server, and what became of it is
written down in another. A process that ends between the two leaves a claim behind: nobody knows whether the mail
went out, so it is shown to a person and never sent again by itself.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ip2a import numbers
from ip2a.models import Message
from ip2a.models.channel import WEB
from ip2a.post import carriers, digest, kinds, outbox
from ip2a.post.transport import Outcome

logger = logging.getLogger(__name__)
State = Message.State
MOST_AT_ONCE = 500
ENDED = (
    "The program ended while it sent this mail, so nobody knows whether it arrived. "
    "Ask the recipient, then send it again or give it up."
)
CUT_OFF = "The program ended while it sent this. It is sent again by itself."
GIVEN_UP = "Given up after {} tries. {}"


def deliver(pk: int) -> Outcome | None:
    """Send one mail that is due; None when there is nothing to do, or somebody else does it."""
    row = claim(pk)
    if row is None:
        return None
    outcome = _attempt(row)
    _write_down(row, outcome)
    return outcome


@transaction.atomic(durable=True)
def claim(pk: int) -> Message | None:
    """Take one mail for this process; of several that ask at once, one gets it."""
    now = timezone.now()
    taken = Message.objects.due(now).filter(pk=pk).update(state=State.SENDING, claimed_at=now, tries=F("tries") + 1)
    if not taken:
        return None
    Message.objects.filter(carrier=pk).update(state=State.SENDING, claimed_at=now)
    return Message.objects.select_related("recipient", "through").get(pk=pk)


def _attempt(row: Message) -> Outcome:
    row.address = outbox.current_address(row)
    why = outbox.why_unreachable(row)
    if why:
        return Outcome(State.DEAD, why)
    body = digest.body_of(row) if row.kind == kinds.DIGEST else row.body
    if row.kind == kinds.DIGEST and not body:
        return Outcome(State.DEAD, digest.NOTHING_LEFT, is_settled=True)
    return carriers.hand_over(row, subject=row.subject, body=body)


@transaction.atomic(durable=True)
def _write_down(row: Message, outcome: Outcome) -> None:
    """Also when it took so long that it was taken for lost; not when a person has decided meanwhile."""
    values = _values(row, outcome)
    ours = Message.objects.filter(state__in=[State.SENDING, State.UNSURE], claimed_at=row.claimed_at)
    if not ours.filter(pk=row.pk).update(**values, address=row.address):
        logger.error("Mail %s: %s, but somebody decided about it meanwhile.", row.pk, outcome.state)
        return
    ours.filter(carrier=row.pk).update(**values)
    if outcome.error:
        logger.error("Mail %s to %s: %s", row.pk, row.address, outcome.error)


def _values(row: Message, outcome: Outcome) -> dict:
    now = timezone.now()
    values = {"state": outcome.state, "last_error": outcome.error, "next_try_at": None}
    values["settled_at"] = now if outcome.is_settled else None
    if outcome.state == State.SENT:
        values["sent_at"] = now
    elif outcome.state == State.FAILED:
        limits = numbers.values(kinds.MOST_TRIES, kinds.FIRST_WAIT, kinds.LONGEST_WAIT)
        if row.tries >= limits[kinds.MOST_TRIES]:
            return values | {"state": State.DEAD, "last_error": GIVEN_UP.format(row.tries, outcome.error)}
        minutes = min(limits[kinds.FIRST_WAIT] * 2 ** (row.tries - 1), limits[kinds.LONGEST_WAIT])
        values["next_try_at"] = _not_in_quiet_hours(row, now + timedelta(minutes=float(minutes)))
    return values


def _not_in_quiet_hours(row: Message, moment: datetime) -> datetime:
    if row.through is None or row.kind in kinds.URGENT:
        return moment
    return row.through.quiet_until(moment) or moment


def note_lost(now: datetime) -> int:
    """Claims of processes that ended: shown to a person, never sent again by themselves. Returns how many.

    Where a second copy does no harm it is tried again instead."""
    since = now - timedelta(minutes=float(numbers.value(kinds.STALE_AFTER)))
    with transaction.atomic():
        lost = Message.objects.stale(since)
        again = lost.filter(channel__in=carriers.repeatable())
        return again.update(state=State.FAILED, last_error=CUT_OFF, next_try_at=now) + lost.update(
            state=State.UNSURE, last_error=ENDED, next_try_at=None
        )


def send_due(now: datetime) -> int:
    """Send everything that is due, the oldest first; returns how many went out.

    When a server is out of reach the rest that goes there is left for the next round, with the reason.
    """
    sent, silent = 0, set()
    due = Message.objects.due(now).order_by("next_try_at", "pk").values_list("pk", "channel", "through_id")
    for pk, channel, through in due[:MOST_AT_ONCE]:
        server = (channel, through if channel in WEB else None)
        if server in silent:
            continue
        outcome = deliver(pk)
        if outcome is None:
            continue
        sent += outcome.state == State.SENT
        if outcome.is_outage:
            silent.add(server)
            _leave_for_later(server, now, outcome.error)
    return sent


def _leave_for_later(server: tuple[str, int | None], now: datetime, error: str) -> None:
    channel, through = server
    rest = Message.objects.due(now).filter(channel=channel)
    rest = rest if through is None else rest.filter(through=through)
    rest.exclude(last_error=error).update(last_error=error)


def sweep() -> dict[str, int]:
    """One round: lost claims, digests whose hour has come, and everything that waits. Safe to run late and twice."""
    now = timezone.now()
    return {"lost": note_lost(now), "digests": digest.gather(now), "sent": send_due(now)}
