"""What the database itself promises for every table: set after each migrate, for every model, without a list by hand.

- a record's changes are written to the audit trail, and its version and date of change are kept;
- append-only tables refuse UPDATE, DELETE and TRUNCATE; tables that are never deleted from refuse the latter two;
- the application's role may read and write rows, and nothing else.
"""

from dataclasses import dataclass
from functools import partial

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

from ip2a import walls
from ip2a.compartments import of_model
from ip2a.models import AuditEntry, Record
from ip2a.models.audit import SystemOpening

READ_ONLY_TABLES = (AuditEntry._meta.db_table, SystemOpening._meta.db_table)
# New and deleted rows are written down once for each statement, which a bulk load feels; changed rows one by one,
# because the database can only guess which old row of a statement belongs to which new one.
AUDIT_TRIGGERS = (
    "ip2a_audit_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION ip2a_audit_rows({arguments})",
    "ip2a_audit_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched "
    "FOR EACH STATEMENT EXECUTE FUNCTION ip2a_audit_rows({arguments})",
    "ip2a_audit_update AFTER UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION ip2a_audit_change({arguments})",
)


def record_models() -> list[type[models.Model]]:
    """Every model whose rows are audited."""
    return [m for m in apps.get_models() if issubclass(m, Record) and m._meta.managed]


@dataclass(frozen=True)
class AuditedTable:
    """What the audit trigger of a table is told. ``is_record``: it also has a version to keep."""

    name: str
    compartment: str = ""
    hidden: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    is_record: bool = True


# Second factors are kept by allauth: when one comes and goes is written down, what it is never.
BORROWED = (AuditedTable("mfa_authenticator", hidden=("data",), derived=("last_used_at",), is_record=False),)


def audited_tables() -> list[AuditedTable]:
    """Every record's table, and the tables of their many-to-many fields."""
    tables = []
    for model in record_models():
        derived = (*(f.column for f in model._meta.local_fields if f.generated), *model.audit_silent)
        tables.append(AuditedTable(model._meta.db_table, of_model(model), model.audit_hidden, derived))
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            if through._meta.auto_created:
                tables.append(AuditedTable(through._meta.db_table, of_model(model), is_record=False))
    return [*tables, *BORROWED]


def append_only_tables() -> list[str]:
    return [m._meta.db_table for m in apps.get_models() if getattr(m, "append_only", False)]


def undeletable_tables() -> list[str]:
    return [m._meta.db_table for m in record_models() if m.never_deleted]


def install(using="default", **kwargs) -> None:
    """Set triggers and grants, all or none. Idempotent; runs as the owner of the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not _exists(cursor, "ip2a_audit_rows"):
            return  # migrated back to before the audit trail
        for audited in audited_tables():
            _guard_record(cursor, audited)
        for table in append_only_tables():
            _guard_append_only(cursor, table)
        for table in undeletable_tables():
            _guard_never_deleted(cursor, table)
        walls.install(cursor)
        if connection.settings_dict["USER"] != settings.APP_ROLE_NAME:
            _grant(cursor, settings.APP_ROLE_NAME)
        cursor.execute("SELECT ip2a_make_audit_partitions()")


def _exists(cursor, function: str) -> bool:
    cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [function])
    return cursor.fetchone()[0]


def _table_exists(cursor, table: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'"{table}"'])
    return cursor.fetchone()[0]


def _guard_record(cursor, table: AuditedTable) -> None:
    if not _table_exists(cursor, table.name):
        return
    arguments = [table.compartment, ",".join(table.hidden), ",".join(table.derived)]
    for trigger in AUDIT_TRIGGERS:
        cursor.execute(
            sql.SQL("CREATE OR REPLACE TRIGGER " + trigger).format(
                table=sql.Identifier(table.name), arguments=sql.SQL(", ").join(map(sql.Literal, arguments))
            )
        )
    if table.is_record:
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER ip2a_touch BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION ip2a_touch()"
            ).format(sql.Identifier(table.name))
        )


def _guard_append_only(cursor, table: str) -> None:
    if _table_exists(cursor, table):
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER ip2a_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ip2a_refuse_change()"
            ).format(sql.Identifier(table))
        )


def _guard_never_deleted(cursor, table: str) -> None:
    if _table_exists(cursor, table):
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER ip2a_never_deleted BEFORE DELETE OR TRUNCATE ON {} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ip2a_refuse_change()"
            ).format(sql.Identifier(table))
        )


def _grant(cursor, role: str) -> None:
    name = sql.Identifier(role)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
    ):
        cursor.execute(sql.SQL(statement).format(name))
    for table in filter(partial(_table_exists, cursor), append_only_tables()):
        cursor.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name))
    for table in undeletable_tables():
        if _table_exists(cursor, table):
            cursor.execute(sql.SQL("REVOKE DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name))
    cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'ip2a\\_auditentry%%' AND relkind IN ('r', 'p')")
    for (table,) in cursor.fetchall():
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
    for table in filter(partial(_table_exists, cursor), READ_ONLY_TABLES):
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
        cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(table), name))
