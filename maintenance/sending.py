"""Rows on their way to the database: one thread sends them while the next ones are made up.

PostgreSQL works for most of the time that a COPY takes, and Python for most of the time between two; with two cores
neither has to wait for the other. Rows wait as COPY's own text, in the order in which they are to be stored, and never
more than ``AHEAD`` bytes of them. Whoever asks the database anything waits until all of them are stored.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.copy import Writer

AHEAD = 48 * 1024 * 1024
WAITING = sql.Identifier("ip2a_copying")
CANCEL_SECONDS = 5.0
TOLD_EACH = 0.25  # seconds
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Portion:
    """Some rows of one table. ``has_walls``: row security applies to it."""

    table: sql.Identifier
    columns: sql.Composed
    has_walls: bool
    text: bytes
    count: int = 0


class Text(Writer):
    """Where a COPY writes that is only to be text for now."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data) -> None:
        self.parts.append(bytes(data))


def store(line: psycopg.Connection, portion: Portion) -> None:
    with line.cursor() as cursor:
        if portion.has_walls:
            _store_behind_walls(cursor, portion)
        else:
            _copy(cursor, portion.table, portion)


def _copy(cursor: psycopg.Cursor, table: sql.Identifier, portion: Portion) -> None:
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, portion.columns)) as copy:
        copy.write(portion.text)


def _store_behind_walls(cursor: psycopg.Cursor, portion: Portion) -> None:
    """PostgreSQL takes no COPY where row security applies: the rows go to a table of our own, and from there in one
    INSERT that is checked row by row."""
    about = {"waiting": WAITING, "table": portion.table, "columns": portion.columns}
    make = "CREATE TEMP TABLE {waiting} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
    cursor.execute(sql.SQL(make).format(**about))
    _copy(cursor, WAITING, portion)
    cursor.execute(sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {waiting}").format(**about))
    cursor.execute(sql.SQL("DROP TABLE {waiting}").format(**about))


class Sender(threading.Thread):
    """Stores portions on a connection, one after the other. What the database refuses is raised where the next thing
    is sent, or waited for."""

    def __init__(self, line: psycopg.Connection) -> None:
        super().__init__(name="copying", daemon=True)
        self.line = line
        self.changed = threading.Condition()
        self.waiting: deque[Portion] = deque()
        self.bytes = self.rows = 0  # of what waits or is being stored
        self.is_over = False
        self.error: BaseException | None = None

    def send(self, portion: Portion) -> None:
        size = len(portion.text)
        with self.changed:
            self.changed.wait_for(lambda: self.error or not self.bytes or self.bytes + size <= AHEAD)
            self._raise()
            self.waiting.append(portion)
            self.bytes += size
            self.rows += portion.count
            self.changed.notify_all()

    def catch_up(self, tell: Callable[[int], None] = lambda rows: None) -> None:
        """Return when everything is stored and the connection is free; tells how many rows are not stored yet."""
        with self.changed:
            while not self.changed.wait_for(lambda: self.error or not self.bytes, TOLD_EACH):
                tell(self.rows)
            self._raise()

    def end(self) -> None:
        self._end()
        self.join()

    def give_up(self) -> None:
        """Store nothing more, not even the rest of what is being stored; what failed is known elsewhere."""
        self._end(forgets=True)
        if self.is_alive():
            try:
                self.line.cancel_safe(timeout=CANCEL_SECONDS)
            except psycopg.Error as error:  # the connection is gone, and its statement with it
                logger.warning("The COPY under way could not be cancelled (%s); it is waited for.", error)
        self.join()

    def run(self) -> None:
        while (portion := self._next()) is not None:
            try:
                store(self.line, portion)
            except BaseException as error:
                self._fail(error)
                return
            with self.changed:
                self.bytes -= len(portion.text)
                self.rows -= portion.count
                self.changed.notify_all()

    def _next(self) -> Portion | None:
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or self.is_over)
            return self.waiting.popleft() if self.waiting else None

    def _end(self, *, forgets: bool = False) -> None:
        with self.changed:
            if forgets:
                self.waiting.clear()
            self.is_over = True
            self.changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self.changed:
            self.error = error
            self.waiting.clear()
            self.changed.notify_all()

    def _raise(self) -> None:
        if self.error is not None:
            raise self.error
