"""What the database promises about a case, by whatever road somebody comes."""

import psycopg
import pytest

from ip2a.guards import undeletable_tables


@pytest.mark.parametrize("table", sorted(t for t in undeletable_tables() if t.startswith("grievances_")))
def test_nothing_of_a_case_is_deleted_by_sql(app_db, owner_db, table):
    for connection in (app_db, owner_db):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", ["caseevent", "decision", "notice", "requestentry"])
def test_entries_of_a_case_are_never_rewritten(app_db, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(f"UPDATE grievances_{table} SET created_at = now()")
