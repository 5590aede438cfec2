"""What the database itself refuses once a version was in force, to the application and to the owner."""

import psycopg
import pytest

from grievances import agreements
from grievances.factories import agreement_in_force
from ip2a.factories import UserFactory

FROZEN = [
    "UPDATE grievances_procedurelimit SET amount = 99",
    "DELETE FROM grievances_procedurelimit",
    "UPDATE grievances_procedurestep SET name = 'Other'",
    "DELETE FROM grievances_procedurestep",
    "UPDATE grievances_agreementversion SET effective_from = '2019-01-01'",
    "UPDATE grievances_agreementversion SET policy_starts_at = 3",
    "UPDATE grievances_agreementversion SET state = 'draft'",
    "INSERT INTO grievances_procedurestep (agreement_version_id, number, key, name, who) "
    "SELECT id, 4, 'step_3', 'Another', '' FROM grievances_agreementversion",
]


@pytest.mark.parametrize("statement", FROZEN)
def test_the_database_refuses_to_change_a_version_that_was_in_force(committed_db, app_db, owner_db, statement):
    agreement_in_force()
    for connection in (app_db, owner_db):
        with pytest.raises(psycopg.errors.CheckViolation, match="make a new version"):
            connection.execute(statement)


@pytest.mark.parametrize("statement", FROZEN[:4])
def test_a_draft_may_be_changed(committed_db, app_db, statement):
    version = agreement_in_force()
    agreements.new_version(version, by=UserFactory(role="administrator"))
    where = " WHERE agreement_version_id IN (SELECT id FROM grievances_agreementversion WHERE state = 'draft')"
    assert app_db.execute(statement + where).rowcount > 0
