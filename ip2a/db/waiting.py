"""When PostgreSQL has no connection left: wait for one, but not for ever.

Every thread of every web process and every worker keeps a connection of its own. Where the server allows fewer than
that, whoever comes last waits ``DATABASE_WAIT_SECONDS`` for somebody to let go, and is then told (``ip2a.outage``).
Once one was refused, it and the processes of the same web server or worker let go of their connections after each
request for a while, so that they share.
"""

import logging
import mmap
import random
import struct
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.signals import request_started
from psycopg import OperationalError

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5  # seconds between two tries
SHARES_FOR = 60.0  # seconds
TOO_MANY = "53300"  # SQLSTATE of a server that has no connection left
# libpq hands down no SQLSTATE of a connection that was never made, only PostgreSQL's own words (or PgBouncer's).
WORDS = ("too many clients", "too many connections", "connection slots are reserved", "no more connections allowed")
logger = logging.getLogger(__name__)
Line = TypeVar("Line")
_thread = threading.local()
_shares_until = mmap.mmap(-1, struct.calcsize("d"))  # shared with the processes that are forked of this one


def is_full(error: BaseException | None) -> bool:
    """Whether the server is there and has no connection left. Takes psycopg's errors, and Django's made of them."""
    cause = (error and error.__cause__) or error
    if getattr(cause, "sqlstate", None) == TOO_MANY:
        return True
    return isinstance(cause, OperationalError) and any(words in str(cause) for words in WORDS)


def is_scarce() -> bool:
    """Whether a connection was refused lately, so that none should be kept longer than it is used."""
    return time.monotonic() < struct.unpack_from("d", _shares_until)[0]


def for_room(connect: Callable[[], Line]) -> Line:
    """A connection, as soon as there is one; the server's refusal when there was none in time."""
    seconds = 0.0 if getattr(_thread, "waited_in_vain", False) else float(settings.DATABASE_WAIT_SECONDS)
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        try:
            return connect()
        except OperationalError as error:
            if not is_full(error):
                raise
            _note(seconds)
            left = deadline - time.monotonic()
            if left <= 0:
                _thread.waited_in_vain = True
                raise
        time.sleep(min(left, pause * random.uniform(0.5, 1)))  # noqa: S311 - so that not all ask at once
        pause = min(pause * 2, LONGEST_PAUSE)


def begin_anew(**kwargs: Any) -> None:
    """One request waits once, however often it asks for a connection on its way out."""
    _thread.waited_in_vain = False


def _note(seconds: float) -> None:
    if not is_scarce():
        logger.warning("PostgreSQL has no connection left. Waiting up to %g s for one.", seconds)
    struct.pack_into("d", _shares_until, 0, time.monotonic() + SHARES_FOR)


request_started.connect(begin_anew, dispatch_uid="waiting")
