"""How a replica stands, measured for people: one look that takes its time, beside what pages go by (``servers.py``)."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, Error, connections

from ip2a.replicas.servers import FLUSHED, NOT_A_COPY, Replica, one_line

PAUSE = 0.05  # seconds between two questions
COME = "SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, pg_last_xact_replay_timestamp()"


@dataclass(frozen=True)
class Standing:
    """``behind``: seconds until it had what the primary had when it was asked; None when that took too long.

    ``missing``: bytes of the primary's log that it did not have at the end. ``latest``: its newest change, by the
    primary's clock; on a quiet primary that is long ago.
    """

    alias: str
    name: str
    behind: float | None = None
    missing: int = 0
    latest: datetime | None = None
    trouble: str = ""


def standing(alias: str, patience: float) -> Standing:
    """Look for at most ``patience`` seconds. By a connection of its own, so that nobody else's is disturbed."""
    name = Replica(alias).name
    with connections[DEFAULT_DB_ALIAS].cursor() as primary:
        began = time.monotonic()
        primary.execute(FLUSHED)
        (wanted,) = primary.fetchone()
    line = connections[alias].copy()
    try:
        while True:
            with line.cursor() as cursor:
                cursor.execute(COME)
                is_copy, come, latest = cursor.fetchone()
            passed = time.monotonic() - began
            if not is_copy:
                return Standing(alias, name, trouble=NOT_A_COPY)
            if come >= wanted:
                return Standing(alias, name, passed, 0, latest)
            if passed >= patience:
                return Standing(alias, name, None, wanted - come, latest)
            time.sleep(PAUSE)
    except Error as error:
        return Standing(alias, name, trouble=one_line(error))
    finally:
        line.close()
