"""One picture of the data for a whole round: what is written meanwhile is not seen, and nobody who writes has to wait.

The round reads in a transaction that may not write; a second connection shares its picture, so that two tables are
looked at at once.
"""

import contextvars
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from django.db import connection, transaction

from ip2a import audit

Result = TypeVar("Result")
Work = Callable[[], Result]


@contextmanager
def still(shared: str = "") -> Iterator[None]:
    """A read-only transaction that sees one moment; with ``shared``, the moment of another connection."""
    with audit.reading(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if shared:
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [shared])
        yield


def run(
    plan: Callable[[], Iterable[Work]], done: Callable[[Result], None], *, around: Callable, helpers: int = 1
) -> None:
    """Do all planned work in one picture, here and on ``helpers`` more connections; ``around`` is set up on each.

    ``done`` is always called here: it may write down how far the work is, on the connection of this thread.
    Inside somebody's transaction what they see is looked at, and only here.
    """
    if connection.in_atomic_block:
        with around():
            for work in plan():
                done(work())
        return
    waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
    found: queue.SimpleQueue[Result] = queue.SimpleQueue()  # by the helpers
    with still(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        shared = cursor.fetchone()[0]
        threads = [_Helper(waiting, found.put, shared, around) for _ in range(helpers)]
        for thread in threads:
            thread.start()
        try:
            with around():
                for work in plan():
                    waiting.put(work)
                _end(waiting, len(threads) + 1)
                _work_off(waiting, partial(_tell_all, done, found))
        finally:
            _end(waiting, len(threads))
            for thread in threads:
                thread.join()
        _tell_all(done, found)
    for thread in threads:
        if thread.error is not None:
            raise thread.error


def _tell_all(done: Callable[[Result], None], found: "queue.SimpleQueue[Result]", *mine: Result) -> None:
    """What was found here, and what the helpers found meanwhile."""
    for result in mine:
        done(result)
    while not found.empty():
        done(found.get())


def _end(waiting: "queue.SimpleQueue[Work | None]", readers: int) -> None:
    for _ in range(readers):
        waiting.put(None)


def _work_off(waiting: "queue.SimpleQueue[Work | None]", done: Callable[[Result], None]) -> None:
    while (work := waiting.get()) is not None:
        done(work())


class _Helper(threading.Thread):
    """A second connection with the same picture."""

    def __init__(self, waiting, done, shared: str, around: Callable) -> None:
        super().__init__(name="round", daemon=True)
        self.waiting, self.done, self.shared, self.around = waiting, done, shared, around
        self.error: BaseException | None = None
        self.context = contextvars.copy_context()  # who looks, and that the walls stand open to it

    def run(self) -> None:
        self.context.run(self._run)

    def _run(self) -> None:
        try:
            with still(self.shared), self.around():
                _work_off(self.waiting, self.done)
        except BaseException as error:
            self.error = error
        finally:
            connection.close()
