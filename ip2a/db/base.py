from django.db.backends.postgresql import base

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
        if not autocommit:
            context = audit.current()
            if not context.read_only:
                self.send_audit_context(for_transaction=True)

    def send_audit_context(self, *, for_transaction: bool) -> None:
        self.connection.execute(
            "SELECT set_config('ip2a.context', %s, %s)",
            [audit.current().as_json(), for_transaction],
        )
