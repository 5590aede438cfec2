"""A writer at work beside something else, and how long it waited for locks: by the server's own reckoning.

On a busy machine a write takes long because the processor is elsewhere. The server says in its log how long each wait
for a lock was, so that one is not taken for the other (``SERVER``: settings of the cluster that make it say so).
"""

import random
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

SERVER = {"log_lock_waits": "on", "deadlock_timeout": "1ms"}  # every wait of more than a millisecond is logged
WAITED = re.compile(r"process (\d+) acquired \S+ on .* after ([\d.]+) ms")
PAUSE = 0.003
# The column is not part of what is compared: the proof of restoring must hold beside the writer.
SAVE = "UPDATE {} SET updated_at = now() WHERE id = %s"


def waits(log: str, processes: Sequence[int]) -> list[float]:
    """Milliseconds of each wait for a lock, of these server processes."""
    return [float(ms) for process, ms in WAITED.findall(log) if int(process) in processes]


@dataclass
class Told:
    """Seconds of each write, and milliseconds of each wait for a lock among them."""

    times: list[float]
    waits: list[float] = field(default_factory=list)

    @property
    def longest_wait(self) -> float:
        return max(self.waits, default=0.0)

    def __str__(self) -> str:
        took = [seconds * 1000 for seconds in sorted(self.times)]
        return (
            f"{len(took):,} writes, median {took[len(took) // 2]:.1f} ms, p99 {took[int(len(took) * 0.99)]:.1f} ms, "
            f"longest {took[-1]:.1f} ms; "
            f"{len(self.waits):,} waited for a lock, {self.longest_wait:.1f} ms at the most"
        )


class Writer(threading.Thread):
    """Somebody at work: one row every few milliseconds, of each table in turn; every second one of ``wanted`` rows."""

    def __init__(self, cluster, tables: dict[str, Sequence[int]]):
        """``tables``: the numbers of the rows that are being worked on by others, for each table."""
        super().__init__(daemon=True)
        self.cluster, self.tables = cluster, tables
        self.times, self.process, self.over, self.ready = [], 0, threading.Event(), threading.Event()
        self.error: BaseException | None = None

    def __enter__(self) -> "Writer":
        self.cluster.log.news()  # what was before is not ours
        self.start()
        self.ready.wait()
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.over.set()
        self.join()
        if self.error is not None:
            raise self.error
        self.told = Told(self.times, waits(self.cluster.log.news(), [self.process]))

    def run(self) -> None:
        try:
            with psycopg.connect(self.cluster.url("app"), autocommit=True) as connection:
                self.work(connection)
        except BaseException as error:
            self.error = error
        finally:
            self.ready.set()

    def work(self, connection: psycopg.Connection) -> None:
        chance = random.Random(7)
        self.process = connection.info.backend_pid
        ends = {name: _ends(connection, name) for name in self.tables}
        self.ready.set()
        while not self.over.wait(PAUSE):
            for name, wanted in self.tables.items():
                key = chance.choice(wanted) if wanted and chance.random() < 0.5 else chance.randint(*ends[name])
                began = time.perf_counter()
                connection.execute(SAVE.format(name), [key])
                self.times.append(time.perf_counter() - began)


def _ends(connection: psycopg.Connection, table: str) -> tuple[int, int]:
    return connection.execute(f"SELECT min(id), max(id) FROM {table}").fetchone()
