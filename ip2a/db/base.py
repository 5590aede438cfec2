from django.db.backends.postgresql import base
from django.db.utils import OperationalError
from psycopg import errors, pq, sql

from ip2a import audit


class DatabaseWrapper(base.DatabaseWrapper):
    """Tells the audit trigger who is acting.

    For the life of a connection: which command this process is. For each outermost transaction: the whole
    context, so that a savepoint that is rolled back cannot lose it.
    """

    def init_connection_state(self):
        super().init_connection_state()
        self.send_audit_context(for_transaction=False)

    def set_autocommit(self, autocommit, force_begin_transaction_with_broken_autocommit=False):
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit and not audit.current().read_only:
            self._begin_with_audit_context()

    def send_audit_context(self, *, for_transaction: bool) -> None:
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
