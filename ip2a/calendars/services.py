"""Verbs of one's own calendar address: make it, make a new one, turn it off, read it."""

import hashlib
import secrets
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.models import CalendarFeed, User

NOTE_EVERY = timedelta(hours=1)
CHANGED_MEANWHILE = (
    "Your address was made anew meanwhile, so nothing was changed. An address is shown once; if you do not have it, "
    "make a new one."
)


def digest(token: str) -> str:
    """The token is 256 random bits: there is nothing to guess, so a plain digest keeps it safe."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def state_of(feed: CalendarFeed | None) -> str:
    """Tells one secret from the next without telling it; "" while there is none."""
    return feed.made_at.isoformat() if feed is not None else ""


@transaction.atomic
def make_address(user: User, *, former: str) -> str:
    """A new secret for a person; the one before dies at once. ``former`` is the ``state_of`` the feed they looked at.

    A page that is sent twice is refused the second time: the secret that was shown stays the one that works.
    """
    feed = CalendarFeed.objects.select_for_update(of=("self",)).filter(user=user).first()
    if state_of(feed) != former:
        raise Refused(CHANGED_MEANWHILE)
    token, now = secrets.token_urlsafe(32), timezone.now()
    fields = {"digest": digest(token), "made_at": now, "last_read_at": None, "revoked_at": None}
    with audit.because("Calendar address made" if feed is None else "Calendar address made anew"):
        if feed is not None:
            CalendarFeed.objects.filter(pk=feed.pk).update(**fields)
            return token
        try:
            with transaction.atomic():
                CalendarFeed.objects.create(user=user, **fields)
        except IntegrityError as error:
            raise Refused(CHANGED_MEANWHILE) from error
    return token


@transaction.atomic
def turn_off(user: User) -> bool:
    """End the address at once; False when there was none."""
    with audit.because("Calendar address turned off"):
        return bool(CalendarFeed.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now()))


def reader_by(token: str) -> CalendarFeed | None:
    """The feed that an address belongs to, with its person; None when it does not answer (any more)."""
    return CalendarFeed.objects.readable().select_related("user").filter(digest=digest(token)).first()


def note_reading(feed: CalendarFeed) -> None:
    """Remember that it is in use, at most once an hour."""
    now = timezone.now()
    stale = models.Q(last_read_at=None) | models.Q(last_read_at__lt=now - NOTE_EVERY)
    if feed.last_read_at is None or feed.last_read_at < now - NOTE_EVERY:
        CalendarFeed.objects.filter(stale, pk=feed.pk).update(last_read_at=now)
