"""Verbs of the channels: set one up, send a test through it."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from ip2a import services as house
from ip2a.answers import Refused
from ip2a.models import Message, NotificationChannel
from ip2a.models.channel import WEB, Channel
from ip2a.post import addresses, kinds, sealing, services

SHORTEST_SECRET = 24
NEEDS_URL = "Enter the address of the webhook."
NEEDS_SECRET = f"Enter a secret of {SHORTEST_SECRET} characters or more: the receiver checks the signature with it."
NEEDS_MAILBOX = "Enter an e-mail address, or nothing: then all administrators get it."
NO_CHANNEL = "Save the channel first."
THE_LOG = "logs/admin_notifications"
BOTH_ENDS = "Enter both ends of the quiet hours, or neither."


def check(channel: NotificationChannel, *, url: str, secret: str) -> dict[str, str]:
    """What is wrong, by field. An empty ``url`` or ``secret`` keeps the one that is there.

    A name that cannot be resolved now is let through: it is judged again at each delivery.
    """
    wrong: dict[str, str] = {}
    if channel.kind == Channel.EMAIL and channel.address:
        try:
            validate_email(channel.address)
        except ValidationError:
            wrong["address"] = NEEDS_MAILBOX
    if channel.kind in WEB:
        wrong |= _check_url(url) if url else {} if channel.sealed_url else {"url": NEEDS_URL}
    kept = channel.sealed_secret if not secret else ""
    if channel.kind == Channel.WEBHOOK and not kept and len(secret) < SHORTEST_SECRET:
        wrong["secret"] = NEEDS_SECRET
    if (channel.quiet_from is None) != (channel.quiet_to is None):
        wrong["quiet_to"] = BOTH_ENDS
    return wrong


def _check_url(url: str) -> dict[str, str]:
    try:
        addresses.judge(url)
    except Refused as refusal:
        return {"url": str(refusal)}
    except addresses.NotFound:
        return {}
    return {}


@transaction.atomic
def set_up(channel: NotificationChannel, *, by: Any, url: str = "", secret: str = "") -> NotificationChannel:
    """Save a channel with what it is reached by; what another kind needed is forgotten."""
    wrong = check(channel, url=url, secret=secret)
    if wrong:
        raise Refused(" ".join(wrong.values()))
    channel.sealed_url = (sealing.seal(url) or channel.sealed_url) if channel.kind in WEB else ""
    is_signed = channel.kind == Channel.WEBHOOK
    channel.sealed_secret = (sealing.seal(secret) or channel.sealed_secret) if is_signed else ""
    if channel.kind in WEB and url:
        channel.address = addresses.read(url)[1]
    elif channel.kind == Channel.LOG:
        channel.address = THE_LOG
    return house.save(channel, by=by, reason="Set in the administration pages")


def send_test(channel: NotificationChannel, *, by: Any) -> Message:
    """Send one message now, also through a channel that is off and in its quiet hours."""
    if channel.pk is None:
        raise Refused(NO_CHANNEL)
    to = by if channel.kind == Channel.EMAIL and not channel.address else channel
    row = services.send(
        to=to,
        subject=f"A test from {settings.LOCAL_NAME}",
        body=f"{by} sent this to see that the channel “{channel}” works. It does.",
        kind=kinds.TEST,
        key=f"{kinds.TEST}:{channel.pk}:{uuid.uuid4()}",
        **({} if to is channel else {"through": channel}),
    )
    if row is None:
        raise RuntimeError("A key of random numbers was used before.")
    return row
