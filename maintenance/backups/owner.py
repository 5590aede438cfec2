"""The database as its owner sees it. Only the owner may read every table, partitions and guarded ones included.

The application's role is not enough: it may not read the audit trail's partitions, and row security may hide rows from
it. Whoever dumps says ``row_security = off``, so that a policy which would hide rows is an error and never a gap.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection as django_connection
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict

from maintenance.backups.errors import CannotBackUp

LOCK = 746_2003  # one backup, verification or restore at a time
SECONDS = 10
SETUP_DATABASES = ("postgres", "template1")
_LEAVE = ("options", "client_encoding", "application_name", "connect_timeout", "dbname")


def database_name() -> str:
    return str(django_connection.settings_dict["NAME"])


def connect(database: str = "", **options: Any) -> psycopg.Connection:
    """A connection of the owner; raises CannotBackUp in words."""
    name = database or database_name()
    try:
        return psycopg.connect(
            settings.DATABASE_OWNER_URL,
            dbname=name,
            connect_timeout=SECONDS,
            application_name="ip2a backup",
            **options,
        )
    except psycopg.OperationalError as error:
        raise CannotBackUp(_words(name, str(error))) from error


def _words(name: str, said: str) -> str:
    if "password authentication failed" in said or "no password supplied" in said:
        return (
            f"The database {name} refuses the owner's password, so nothing was backed up. "
            "Correct DATABASE_OWNER_URL and try again."
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"The database {name} does not let the owner in ({lines[-1] if lines else 'no reason given'})."


@contextmanager
def setup_connection() -> Iterator[psycopg.Connection]:
    """A connection from which databases can be made, renamed and dropped: to none of ours."""
    problems = []
    for name in SETUP_DATABASES:
        try:
            line = connect(name, autocommit=True)
        except CannotBackUp as error:
            problems.append(str(error))
            continue
        with line:
            yield line
        return
    raise CannotBackUp(problems[0])


@contextmanager
def held() -> Iterator[psycopg.Connection]:
    """Alone: nobody else backs up, verifies or restores meanwhile. The lock goes with the connection."""
    with connect(autocommit=True) as line:
        _lock(line)
        yield line


@contextmanager
def held_to_restore() -> Iterator[psycopg.Connection]:
    """The same, and a connection from which databases can be made: also where our own is gone with its disk."""
    with setup_connection() as line:
        name = database_name()
        if line.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            with held():
                yield line
        else:
            _lock(line)
            yield line


def _lock(line: psycopg.Connection) -> None:
    row = line.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    if not row or not row[0]:
        raise CannotBackUp(
            "Another backup, verification or restore is running. Wait until it has ended, then try again."
        )


def environment(database: str) -> dict[str, str]:
    """For pg_dump and pg_restore: how to connect, with the password where no list of processes shows it."""
    known = {entry.keyword.decode(): entry.envvar.decode() for entry in pq.Conninfo.get_defaults() if entry.envvar}
    given = conninfo_to_dict(settings.DATABASE_OWNER_URL)
    wanted = {known[key]: str(text) for key, text in given.items() if text and key in known and key not in _LEAVE}
    plain = {key: text for key, text in os.environ.items() if not key.startswith("PG")}
    return plain | wanted | {"PGDATABASE": database, "PGCONNECT_TIMEOUT": str(SECONDS), "LC_ALL": "C"}


TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition ORDER BY relname
"""


def count_rows(line: psycopg.Connection) -> dict[str, int]:
    """How many rows each table has, exactly, in the connection's own moment."""
    line.execute("SET row_security = off")
    counts = {}
    for (table,) in line.execute(TABLES).fetchall():
        row = line.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        counts[table] = row[0] if row else 0
    return counts
