"""A dry run says what would be done, and provably writes nothing."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from maintenance.healing import heal
from members.factories import MemberEmploymentFactory, MemberFactory

FUTURE = "members.job-ends-in-future"


def tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND NOT relispartition ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]


def database(owner):
    """Every row of every table, as one number for each."""
    return {
        name: owner.execute(
            f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM "{name}" t'
        ).fetchone()
        for name in tables()
    }


@pytest.fixture
def faults(committed_db):
    for _ in range(3):
        MemberEmploymentFactory(start_date=date(2020, 1, 1), end_date=timezone.localdate() + timedelta(days=400))
    MemberFactory(hire_date=timezone.localdate() + timedelta(days=9))


def test_a_dry_run_writes_nothing_at_all(faults, owner_db):
    before = database(owner_db)
    healed = heal(dry_run=True)
    assert database(owner_db) == before
    assert (healed.run, healed.repaired) == (None, 0)
    steps = {step.check.name: (step.found, step.fixable) for step in healed.steps}
    assert steps == {FUTURE: (3, 3), "members.joined-in-future": (1, 1)}


def test_what_it_said_is_what_a_real_run_does(faults):
    said = {step.check.name: step.fixable for step in heal(dry_run=True).steps}
    assert {step.check.name: step.repaired for step in heal().steps} == said


def test_a_mend_that_would_write_is_stopped_by_the_database(faults, monkeypatch):
    from maintenance import healing

    def careless(self, step, mend):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_memberemployment SET job_title = 'written'")

    monkeypatch.setattr(healing._Dry, "apply", careless)
    with transaction.atomic():
        healed = heal([FUTURE], dry_run=True)
    assert "cannot execute UPDATE in a read-only transaction" in healed.steps[0].message
