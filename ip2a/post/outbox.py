"""Writing rows of the outbox. Nothing is sent here."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ip2a.models import Message, NotificationChannel, User
from ip2a.post import kinds

NO_ADDRESS = "{} has no e-mail address. Add one under People and access, then send it again."
INACTIVE = "The account of {} is deactivated, so nothing is sent there."
SWITCHED_OFF = "The channel {} is switched off. Switch it on, then send it again, or give it up."
NO_RECIPIENT = "Nobody is named to send it to."


def write(*, to: Any, key: str, **fields: Any) -> Message | None:
    """Write a row, in the caller's transaction; None when one with this key stands there or is being written."""
    row = Message(key=key, **_receiver(to), **fields)
    _one_line(row)
    if not row.is_line:
        row.next_try_at = timezone.now()
    give_up_unless_reachable(row)
    if Message.objects.filter(key=key).exists():
        return None
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "message_once" in str(error):  # somebody wrote it in this moment
            return None
        raise
    row.refresh_from_db(fields=["created_at"])
    return row


def _receiver(to: Any) -> dict[str, Any]:
    """A person who signs in, a channel, or an address."""
    if isinstance(to, NotificationChannel):
        return {"recipient": None, "address": to.address, "through": to, "channel": to.kind}
    if isinstance(to, User):
        return {"recipient": to, "address": to.email}
    return {"recipient": None, "address": str(to or "").strip()}


def current_address(row: Message) -> str:
    """Where its recipient is reached by now: it may have been corrected since."""
    if row.recipient is not None:
        return row.recipient.email
    return row.through.address if row.through is not None else row.address


def _one_line(row: Message) -> None:
    """A header has one line and an end."""
    longest = Message._meta.get_field("subject").max_length
    row.subject = " ".join(row.subject.split())[:longest]


def why_unreachable(row: Message) -> str:
    """Why nothing can be sent to this recipient; "" while it can."""
    if row.through is not None and not row.through.is_on and row.kind != kinds.TEST:
        return SWITCHED_OFF.format(row.through)
    if row.recipient is not None and not row.recipient.is_active:
        return INACTIVE.format(row.recipient)
    if not row.address:
        return NO_ADDRESS.format(row.recipient) if row.recipient is not None else NO_RECIPIENT
    return ""


def give_up_unless_reachable(row: Message) -> None:
    why = why_unreachable(row)
    if why:
        row.state, row.last_error, row.next_try_at = Message.State.DEAD, why, None


def together(row: Message) -> models.QuerySet[Message]:
    """A mail and the lines it carries: they share one state."""
    return Message.objects.filter(models.Q(pk=row.pk) | models.Q(carrier=row.pk))


def link(path: str) -> str:
    """An address for a mail, which no request has asked for."""
    return settings.SITE_URL.rstrip("/") + path


def anew(row: Message) -> dict[str, Any]:
    """The values of a mail that is sent as if it had never been tried: now, or with the next digest."""
    return {
        "state": Message.State.WAITING,
        "tries": 0,
        "next_try_at": None if row.is_line else timezone.now(),
        "claimed_at": None,
        "settled_at": None,
        "last_error": "",
    }
