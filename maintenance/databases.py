"""Whole databases: emptied of people, and dropped."""

import psycopg
from psycopg import sql

SECONDS = 10  # that a session has to end in


def send_away(line: psycopg.Connection, name: str) -> None:
    """End every client's session in the database. Raises InsufficientPrivilege for those of a stronger role.

    Only those of somebody: the server's own workers (autovacuum) have no user, and an owner who tries to end one is
    refused. PostgreSQL itself ends them for whoever drops or renames their database.
    """
    line.execute(
        "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity "
        "WHERE datname = %s AND usesysid IS NOT NULL AND pid <> pg_backend_pid()",
        [SECONDS * 1000, name],
    )


def drop(line: psycopg.Connection, name: str) -> None:
    """Drop a database if there is one, whoever is in it. ``WITH (FORCE)`` would fail at an autovacuum worker."""
    send_away(line, name)
    line.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
