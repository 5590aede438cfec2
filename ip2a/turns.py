"""Pages of one process are made one after the other, as long as that is quick.

Threads of one Python process cannot compute at the same time. Taking turns in the middle of pages only makes each of
them dearer: four at once cost a third more CPU than one after the other. They are there for what waits: a slow
upload, a lock in the database, a long report. A turn lasts until the answer is sent: who sends while another computes
would wait for the interpreter at every step.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
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

    def take(self) -> object:
        """Wait for one's turn; what is given must be given back."""
        mine = object()
        with self._changed:
            while self._newest is not None and (left := self._since + self.patience - time.monotonic()) > 0:
                self._changed.wait(left)
            self._newest, self._since = mine, time.monotonic()
        return mine

    def give_back(self, mine: object) -> None:
        """The next may come in. Of a turn that was over already, nothing is left to give."""
        with self._changed:
            if self._newest is mine:
                self._newest = None
                self._changed.notify()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        mine = self.take()
        try:
            yield
        finally:
            self.give_back(mine)


class Whole:
    """An answer that is there as a whole, and what follows when it was sent and closed."""

    def __init__(self, answer: Any, afterwards: Callable[[], None]) -> None:
        self._answer, self._afterwards = answer, afterwards

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            self._answer.close()
        finally:
            self._afterwards()


def in_turns(app: App, patience: float = PATIENCE) -> App:
    """The application, entered in turns. A stream or a file is sent outside of them."""
    turns = Turns(patience)

    def entered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        mine = turns.take()
        try:
            answer = app(environ, start_response)
        except BaseException:
            turns.give_back(mine)
            raise
        if getattr(answer, "streaming", True):
            turns.give_back(mine)
            return answer
        return Whole(answer, partial(turns.give_back, mine))

    return entered
