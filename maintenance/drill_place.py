"""A copy of the database to break things in: for this process alone, thrown away afterwards, also after a kill."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from ip2a.answers import Refused
from maintenance.databases import drop
from maintenance.mending_schema import owner_parameters

PREFIX = "ip2a_drill_"
Say = Callable[[str], None]


@contextmanager
def scratch(*, template: str = "", say: Say = lambda words: None) -> Iterator[str]:
    """Inside, the default connection is the tables' owner in a copy. Gives the name of what was copied.

    The connection that keeps the copy bears its name, from before it is made until it is gone: by that every drill
    on this server knows which copies are another's, and which nobody keeps any more. Live connections forbid the copy
    of a database: then an empty one is made and migrated.
    """
    owner = owner_parameters()
    name = PREFIX + secrets.token_hex(6)
    connection.close()
    with psycopg.connect(**owner, autocommit=True, application_name=name) as keeper:
        drop_leftovers(keeper)
        try:
            copied = _create(keeper, name, template or owner["dbname"], say)
            with _entered(name, owner):
                yield copied
        finally:
            drop(keeper, name)


def drop_leftovers(keeper: psycopg.Connection) -> list[str]:
    """Copies that a killed drill left behind: those that nobody keeps and nobody is in."""
    left = keeper.execute(
        "SELECT datname FROM pg_database d WHERE datname LIKE %s AND pg_get_userbyid(datdba) = current_user "
        "AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE d.datname IN (a.datname, a.application_name))",
        [PREFIX.replace("_", r"\_") + "%"],
    ).fetchall()
    for (name,) in left:
        drop(keeper, name)
    return [name for (name,) in left]


def _create(keeper: psycopg.Connection, name: str, template: str, say: Say) -> str:
    say("Copying the database")
    try:
        keeper.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return template
    except psycopg.errors.ObjectInUse:
        say("The database is in use and cannot be copied: migrating an empty one")
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refused(
            "The drill needs a database of its own, and the owner of the tables may not make one. "
            "Let a superuser say: ALTER ROLE ip2a_owner CREATEDB;"
        ) from error
    keeper.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    _migrate(name)
    return ""


def _migrate(name: str) -> None:
    """By a process of its own, as on an installation."""
    urls = {key: _renamed(getattr(settings, key), name) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "migrate", "--verbosity=0"]
    environment = {**os.environ, **urls, "REDIS_URL": settings.REDIS_URL}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"The database for the drill could not be migrated: {done.stderr.strip()[-300:]}")


def _renamed(url: str, name: str) -> str:
    """The address of another database on the same server."""
    head, question, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"


@contextmanager
def _entered(name: str, owner: dict[str, str]) -> Iterator[None]:
    before = dict(connection.settings_dict)
    there = {"NAME": name, "USER": owner["user"], "PASSWORD": owner.get("password", ""), "CONN_MAX_AGE": 0}
    connection.close()
    connection.settings_dict.update(there)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def as_application() -> Iterator[None]:
    """Inside, the statements have the rights of the application's role, no more."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(settings.APP_ROLE_NAME)))
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET ROLE")
