import select
import time
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db.backends.postgresql import base, psycopg_any
from django.db.utils import OperationalError
from psycopg import errors, pq, sql

from ip2a import audit
from ip2a.db import pooling, prepared, waiting

TRUSTED_SECONDS = 5.0


class MomentLoader(psycopg_any.BaseTzLoader):
    """As Django's own, which takes ten times as long."""

    timezone = UTC

    def load(self, data):
        text = str(data, "ascii")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:  # infinity, or before our era
            return super().load(data)
        return moment if text.endswith("+00") else moment.astimezone(UTC)


class DatabaseOperations(base.DatabaseOperations):
    def last_executed_query(self, cursor, sql, params):
        if isinstance(cursor, base.ServerBindingCursor):
            return self.compose_sql(sql, params)  # what was sent has its values beside it
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Tells the audit trigger who is acting.

    For the life of a connection: which command this process is. For each outermost transaction: the whole
    context, so that a savepoint that is rolled back cannot lose it.
    """

    ops_class = DatabaseOperations
    catch_up = None  # waits for what a thread of ours still sends on this connection
    _answered_at = float("-inf")
    _statements = None  # prepared on this connection

    def init_connection_state(self):
        super().init_connection_state()
        self._answered_at = time.monotonic()
        self._statements = prepared.Statements(self.connection)
        with self.wrap_database_errors:
            pooling.guard(self.connection)
        self.send_audit_context(for_transaction=False)

    def is_usable(self):
        """Whether the server is still there, asked before the first statement of a request.

        A server that ended has closed its end of the socket, which is seen without asking it. One that vanished
        without a word is found by asking, but a connection that answered a moment ago is not asked again.
        """
        if time.monotonic() - self._answered_at < TRUSTED_SECONDS and self._is_silent():
            return True
        usable = super().is_usable()
        self._answered_at = time.monotonic() if usable else float("-inf")
        return usable

    def _is_silent(self) -> bool:
        """Between two transactions, and nothing has come that nobody asked for, such as the connection's end."""
        try:
            if self.connection.pgconn.transaction_status != pq.TransactionStatus.IDLE:
                return False
            socket = select.poll()
            socket.register(self.connection.fileno(), select.POLLIN)
            return not socket.poll(0)
        except (OSError, base.Database.Error):
            return False

    def get_new_connection(self, conn_params):
        connect = partial(super().get_new_connection, conn_params)
        # For a copy nobody waits: the primary has what it has.
        connection = connect() if self.settings_dict.get("REPLICA") else waiting.for_room(connect)
        connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection

    def close_if_unusable_or_obsolete(self):
        """Asked before and after each request and task."""
        if self.connection is not None and waiting.is_scarce():
            self.close_at = time.monotonic()
        super().close_if_unusable_or_obsolete()

    def ask(self, sql, values):
        """The rows of a statement that pages ask again and again: PostgreSQL plans it once for this connection."""
        self.close_if_health_check_failed()  # as before a cursor: a server that ended while nobody asked is no outage
        self.ensure_connection()
        if self.execute_wrappers or self.queries_logged or not settings.DATABASE_PREPARES or self._is_about_to_begin():
            with self._prepare_cursor(base.ServerBindingCursor(self.connection)) as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return self._statements.rows(sql, values)

    def _is_about_to_begin(self) -> bool:
        """Whether psycopg would send BEGIN before the next statement."""
        line = self.connection
        return not line.autocommit and line.pgconn.transaction_status == pq.TransactionStatus.IDLE

    def set_autocommit(self, autocommit, force_begin_transaction_with_broken_autocommit=False):
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit and not audit.current().read_only:
            self._begin_with_audit_context()

    def send_audit_context(self, *, for_transaction: bool) -> None:
        if self.catch_up is not None:
            self.catch_up()
        with self.wrap_database_errors:
            self.connection.execute(
                "SELECT set_config('ip2a.context', %s, %s)",
                [audit.current().json, for_transaction],
            )

    def _begin_with_audit_context(self) -> None:
        """BEGIN and the context in one message: a round trip of its own would make a small save a fifth slower."""
        if self.connection.isolation_level is not None:
            return self.send_audit_context(for_transaction=True)
        context = sql.Literal(audit.current().json).as_bytes(self.connection)
        with self.wrap_database_errors:
            result = self.connection.pgconn.exec_(b"BEGIN; SELECT set_config('ip2a.context', " + context + b", true)")
            if result.status == pq.ExecStatus.TUPLES_OK:
                return None
            if self.connection.pgconn.status == pq.ConnStatus.BAD:
                raise OperationalError(result.get_error_message())
            raise errors.error_from_result(result, encoding="utf-8")
