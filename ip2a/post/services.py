"""Verbs of the mail: send, send again, give up."""

import logging
from contextlib import nullcontext
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from ip2a import audit, compartments, queue
from ip2a.answers import Refused
from ip2a.models import Message, NotificationChannel, User
from ip2a.post import outbox, rules, tasks

logger = logging.getLogger(__name__)
State = Message.State


def send(
    *,
    to: User | NotificationChannel | str | None,
    subject: str,
    body: str,
    kind: str,
    key: str,
    about: models.Model | None = None,
    digest: bool = False,
    compartment: str | None = None,
    through: NotificationChannel | None = None,
) -> Message | None:
    """Write a mail in the caller's transaction and send it after the commit. None when this key was used before.

    ``to`` is a person who signs in, a channel, or an address; ``through`` names the channel by which a person got it.
    ``key`` says once and for all what this mail is, such as
    "grievances.deadline:81:warning:user 4". ``digest`` lets it wait for the person's daily mail, in which ``subject``
    is its line and ``body`` (may be "") stands below. ``compartment`` is the record's unless it is said otherwise.
    To somebody inactive or without an address nothing is sent: the row says why.
    """
    text: dict[str, Any] = {"kind": kind, "subject": subject, "body": body}
    place = getattr(about, "compartment", "") if compartment is None else compartment
    if place and place not in compartments.COMPARTMENTS:
        raise ValueError(f"There is no compartment {place!r}.")
    text |= {} if through is None else {"through": through}
    with compartments.system(place, "mail") if place in compartments.WALLED else nullcontext():
        row = outbox.write(to=to, key=key, **text, **_named(about), is_line=digest, compartment=place)
    if row is not None and row.state == State.WAITING and not row.is_line:
        _queue(row)
    return row


def _named(record: models.Model | None) -> dict[str, Any]:
    return {} if record is None else {"about_model": record._meta.label_lower, "about_id": record.pk}


def _queue(row: Message) -> None:
    transaction.on_commit(partial(_hand_to_worker, row.pk))


def _hand_to_worker(pk: int) -> None:
    """While the queue is out of reach the mail waits for the round that looks for such."""
    if not queue.hand_over(tasks.deliver, pk):
        logger.warning("Mail %s waits, because the queue does not answer.", pk)


def of(record: models.Model, user: Any) -> models.QuerySet[Message]:
    """The mail about a record, newest first, for those who may see the record; without what their walls hide."""
    if not type(record)._default_manager.visible_to(user).filter(pk=record.pk).exists():
        return Message.objects.none()
    return Message.objects.about(record).filter(compartments.traces_open_to(user)).for_table()


@transaction.atomic
def send_again(message: Message, *, by: Any) -> Message:
    """Send what did not go out, or may not have, once more: to the address the person has now."""
    row, message = _locked(message)
    rules.may_send_again(by, message).enforce()
    row.address = outbox.current_address(row)
    why = outbox.why_unreachable(row)
    if why:
        raise Refused(why)
    with audit.because("Sent again"):
        outbox.together(row).update(**outbox.anew(row))
        Message.objects.filter(pk=row.pk).update(address=row.address)
    if not row.is_line:
        _queue(row)
    return message


@transaction.atomic
def give_up(message: Message, *, by: Any, reason: str) -> Message:
    """Decide that this mail is not sent, or not again; the reason stays with it."""
    row, message = _locked(message)
    rules.may_give_up(by, message).enforce()
    if not reason.strip():
        raise Refused("Say why it is given up: the reason stays with the mail.")
    said = f"Given up by {by}: {reason.strip()}"
    values = {"state": State.DEAD, "settled_at": timezone.now(), "next_try_at": None, "claimed_at": None}
    with audit.because(reason.strip()):
        outbox.together(row).update(**values, last_error=said)
    return message


def _locked(message: Message) -> tuple[Message, Message]:
    """What is sent, locked, and the mail that was asked about: for a line of a digest the first is the digest."""
    pk = message.carrier_id or message.pk
    row = Message.objects.select_for_update(of=("self",)).select_related("recipient", "through").get(pk=pk)
    return row, row if row.pk == message.pk else Message.objects.get(pk=message.pk)
