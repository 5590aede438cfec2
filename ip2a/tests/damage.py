"""Rows as only a restore or a hand with SQL leaves them: the superuser of the tests' own cluster, in one transaction.

Constraints can be dropped and triggers stand aside, because at the end all of it is rolled back.
"""

import pytest
from django.db import connection, transaction


@pytest.fixture
def past_constraints(django_db_setup, django_db_blocker):
    """Gives ``run(sql)``. Triggers, foreign keys among them, stand aside; constraints go with ``drop``."""
    user = connection.settings_dict["USER"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["USER"] = "postgres"
        try:
            with transaction.atomic():
                run("SET LOCAL session_replication_role = replica")
                yield run
                transaction.set_rollback(True)
        finally:
            connection.close()
            connection.settings_dict["USER"] = user


def run(statement: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def drop(model, *names: str) -> None:
    """Take away constraints and unique indexes; without names all checks and uniqueness of the table."""
    table = model._meta.db_table
    for name in names or [c.name for c in model._meta.constraints]:
        run(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"')
        run(f'DROP INDEX IF EXISTS "{name}"')


def put(record, **columns) -> None:
    """Write columns as they are, past forms, rules and choices. ``_id`` and all: these are the table's names."""
    for column, value in columns.items():
        run(f'UPDATE "{record._meta.db_table}" SET "{column}" = %s WHERE id = %s', value, record.pk)
