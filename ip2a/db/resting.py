"""Connections between two requests: kept for the next one, unless somebody waits for a connection.

A thread keeps its connection when a page is done. Where the server has none left for another process, what rests
here is let go of: the one who waits may be in a process that nobody asks for pages, and would wait in vain.
"""

import threading
import time
from typing import Any

import psycopg
from django.core.signals import request_finished, request_started
from django.db import connections

from ip2a.db import waiting

LOOKED_AFTER = 0.25  # seconds between two looks whether somebody waits


class Rest:
    """The resting connections of this process's threads. Who works with one has taken it out of here before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[int, psycopg.Connection] = {}

    def put(self, **kwargs: Any) -> None:
        """This thread's connections rest from here on."""
        with self._lock:
            for line in connections.all(initialized_only=True):
                if line.connection is not None and not line.in_atomic_block:
                    self._lines[id(line)] = line.connection

    def take(self, **kwargs: Any) -> None:
        """This thread works with its connections again; one that was let go of is found closed, and made anew."""
        with self._lock:
            for line in connections.all(initialized_only=True):
                self._lines.pop(id(line), None)

    def let_go(self) -> int:
        """Close all that rest; gives their number."""
        with self._lock:
            for connection in self._lines.values():
                connection.close()
            number = len(self._lines)
            self._lines.clear()
        return number


def begin() -> None:
    """For a process that serves pages in threads, after it was forked."""
    rest = Rest()
    request_started.connect(rest.take, dispatch_uid="resting", weak=False)
    request_finished.connect(rest.put, dispatch_uid="resting", weak=False)
    threading.Thread(target=_look_after, args=[rest], name="resting", daemon=True).start()


def _look_after(rest: Rest) -> None:
    while True:
        time.sleep(LOOKED_AFTER)
        if waiting.is_scarce():
            rest.let_go()
