"""A job's own line to the database: it holds the job's lock and tells how far the work is.

The work happens in one transaction on Django's connection, of which nobody sees anything before its end. This second
connection commits each word at once. The lock belongs to it, so whatever ends the worker lets go of the job as well.
"""

import time
from types import TracebackType
from typing import Self

from django.db import connection

from ip2a import audit

LOCK = 746_2002  # of whoever works on a job, beside the job's key
EVERY = 0.5  # seconds between two words about progress
PATIENCE_MS = 5_000  # the work must not change its job's row; if it does, this ends the waiting for itself


class Channel:
    """``with Channel(pk) as channel: channel.hold()``; closing lets go of the job."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self._line = connection.copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        self._line.close()

    def hold(self) -> bool:
        """Take the job; False while somebody else has it."""
        with self._line.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false), set_config('ip2a.context', %s, false)",
                [str(PATIENCE_MS), audit.current().json],
            )
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, self.job_id])
            return cursor.fetchone()[0]

    def tell(self, attempt: int, done: int, total: int, stage: str) -> None:
        """Write down how far it is, for everybody to see, and that it lives."""
        with self._line.cursor() as cursor:
            cursor.execute(
                "UPDATE ip2a_job SET done = %s, total = %s, stage = %s, heartbeat_at = now() "
                "WHERE id = %s AND state = 'running' AND attempts = %s",
                [done, total, stage, self.job_id, attempt],
            )


class Progress:
    """``progress(3, 200, "Packing the documents")``: how far the work is. Call it as often as you like."""

    def __init__(self, channel: Channel, attempt: int) -> None:
        self.done, self.total, self.stage = 0, 0, ""
        self._channel, self._attempt, self._told = channel, attempt, 0.0

    def __call__(self, done: int, total: int = 0, text: str = "") -> None:
        self.done, self.total, self.stage = done, total or self.total, text[:200] or self.stage
        now = time.monotonic()
        if now - self._told >= EVERY:
            self._told = now
            self._channel.tell(self._attempt, self.done, self.total, self.stage)
