"""How far each replica is, and whether it may be read from at the moment. One set for each process."""

import logging
import threading
import time
from collections import deque
from functools import cache

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ip2a import audit

LOOK_EVERY = 1.0  # seconds between two looks at a replica
LOOK_SOON = 0.1  # when the last look could not say how far it is
REST_SECONDS = 5.0  # how long a replica that failed is left alone
# Positions in the write-ahead log as plain numbers, which can be compared and written into a cookie.
FLUSHED = "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint"
INSERTED = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"
REPLAYED = "SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint"
NOT_A_COPY = "It is no replica any more: it takes writes itself."
logger = logging.getLogger(__name__)


class Replica:
    """One replica. ``as_of`` is the moment (monotonic) whose data it surely has; the age of that is how far behind it
    may be at most.

    That moment is found by comparing positions: where the primary was at each look, and how far the replica has come.
    The clocks of two machines are not compared, an idle primary is no delay, and a replica that has lost its primary
    without noticing grows old.
    """

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.as_of: float | None = None
        self.replayed = 0
        self.trouble = ""
        self.since = 0.0
        self.generation = 0  # connections opened before the last trouble are not used again
        self.rest_until = 0.0
        self._look_at = 0.0
        self._looking = threading.Lock()
        self._positions: deque[tuple[float, int]] = deque(maxlen=1000)

    @property
    def name(self) -> str:
        """For people: its place, without the password."""
        facts = connections.settings[self.alias]
        return f"{self.alias.replace('_', ' ')} ({facts['HOST'] or facts['OPTIONS'].get('host', 'local')})"

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """This thread's own, open, and without a word about who acts."""
        line = connections[self.alias]
        if line.__dict__.setdefault("generation", self.generation) != self.generation:
            line.close()
            line.generation = self.generation  # type: ignore[attr-defined]
        if line.connection is None:
            with audit.nobody():
                line.ensure_connection()
        return line

    @property
    def behind(self) -> float | None:
        """Seconds, at most; None while nobody knows."""
        return None if self.as_of is None else time.monotonic() - self.as_of

    def serves(self, position: int = 0) -> bool:
        """Whether a page may be read here that must show everything up to ``position``."""
        if time.monotonic() < self.rest_until:
            return False
        if time.monotonic() >= self._look_at and self._looking.acquire(blocking=False):
            try:
                self.look()
            finally:
                self._looking.release()
        behind = self.behind
        if self.trouble or behind is None or behind > settings.REPLICA_MAX_LAG:
            return False
        return self.replayed >= position or self._has_come_to(position)

    def look(self) -> None:
        """Ask the primary where it is and the replica how far it has come."""
        asked_at = time.monotonic()
        try:
            self._positions.append((asked_at, _ask(connections[DEFAULT_DB_ALIAS], FLUSHED)[0]))
        except Error as error:  # the page will say so by itself; meanwhile this replica grows old
            logger.warning("The primary does not say where it is: %s", one_line(error))
        try:
            is_copy, replayed = _ask(self.connection, REPLAYED)
        except Error as error:
            self.rest(one_line(error))
            return
        if not is_copy:
            self.rest(NOT_A_COPY)
            return
        self.replayed = replayed
        while self._positions and self._positions[0][1] <= replayed:
            self.as_of = self._positions.popleft()[0]
        behind = self.behind
        self._look_at = asked_at + (LOOK_SOON if behind is None else min(LOOK_EVERY, settings.REPLICA_MAX_LAG / 4))
        if behind is not None and behind > settings.REPLICA_MAX_LAG:
            self._say(f"It is {behind:.0f} seconds behind the primary.")
        elif behind is not None:
            self._is_well()

    def rest(self, trouble: str) -> None:
        """Leave it alone for some seconds."""
        self.generation += 1
        self.as_of = None
        self._positions.clear()
        self.rest_until = self._look_at = time.monotonic() + REST_SECONDS
        connections[self.alias].close()
        self._say(trouble)

    def _has_come_to(self, position: int) -> bool:
        try:
            self.replayed = _ask(self.connection, REPLAYED)[1]
        except Error as error:
            self.rest(one_line(error))
            return False
        return self.replayed >= position

    def _say(self, trouble: str) -> None:
        if not self.trouble:
            self.since = time.monotonic()
            logger.error("Pages are not read from %s at the moment. %s", self.name, trouble)
        self.trouble = trouble

    def _is_well(self) -> None:
        if self.trouble:
            logger.warning("Pages are read from %s again, after %.0f s.", self.name, time.monotonic() - self.since)
        self.trouble = ""


def written() -> int:
    """Where the primary is now: everything committed so far lies before it."""
    return _ask(connections[DEFAULT_DB_ALIAS], INSERTED)[0]


def replicas() -> tuple[Replica, ...]:
    """Of this process, in the order of REPLICA_URLS."""
    return _known(tuple(settings.REPLICAS))


@cache
def _known(aliases: tuple[str, ...]) -> tuple[Replica, ...]:
    return tuple(Replica(alias) for alias in aliases)


def _ask(line: BaseDatabaseWrapper, question: str) -> tuple:
    with line.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def one_line(error: BaseException) -> str:
    """What went wrong, as one line of a log or a page."""
    return " ".join(str(error).split())[:300]
