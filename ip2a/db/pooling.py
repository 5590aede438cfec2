"""A pooler between us and PostgreSQL, which must not hand our connection to somebody else between two statements.

Who asks is told to the database for the connection, and the walls of compartments go by it. In transaction mode the
next statement of another client may come by the same server connection: it would see what is behind the walls. So a
pooler is noticed, and used only when it is said to keep a connection for its client (``DATABASE_POOLER=session``).
"""

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SESSION = "session"
REFUSED = (
    "A connection pooler stands between IP2A and PostgreSQL. It must keep each connection for one client as long as "
    "that is open, or what is behind walls is shown to others: give it session mode (PgBouncer: pool_mode = session, "
    "server_reset_query = DISCARD ALL), then set DATABASE_POOLER=session and CONN_MAX_AGE=0. See docs/scaling.md."
)


def guard(connection: psycopg.Connection) -> None:
    """PostgreSQL names the process that serves us when we connect. A pooler cannot: it does not know yet who will."""
    if settings.DATABASE_POOLER == SESSION:
        return
    cursor = connection.execute("SELECT pg_backend_pid()")
    if cursor.fetchone()[0] != connection.info.backend_pid:  # type: ignore[index]
        raise ImproperlyConfigured(REFUSED)
