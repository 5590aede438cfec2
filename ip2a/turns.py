"""Pages of one process are made one after the other, as long as that is quick.

Threads of one Python process cannot compute at the same time. Taking turns in the middle of pages only makes each of
them dearer: four at once cost a third more CPU than one after the other. They are there for what waits: a slow
upload, a lock in the database, a long report.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 0.25  # seconds; who has been in longer waits for something, or takes long, and no longer holds up the next
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Turns:
    """One at a time, and one more whenever the newest has been in for longer than ``patience``."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._changed = threading.Condition()
        self._newest: object | None = None
        self._since = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        me = object()
        with self._changed:
            while self._newest is not None and (left := self._since + self.patience - time.monotonic()) > 0:
                self._changed.wait(left)
            self._newest, self._since = me, time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                if self._newest is me:
                    self._newest = None
                    self._changed.notify()


def in_turns(app: App) -> App:
    """The application, entered in turns. What it answers is sent, and made where it is a stream, outside of them."""
    turns = Turns()

    def entered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with turns.turn():
            return app(environ, start_response)

    return entered
