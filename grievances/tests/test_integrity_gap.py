"""A gap between step records, which only somebody past the database's own guards can make."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grievances import factories
from grievances.models import GrievanceStepRecord
from maintenance.registry import check_named

GUARD = "ALTER TABLE grievances_grievancesteprecord {} TRIGGER grievances_steps_in_order"


@pytest.fixture
def unguarded(owner_db, committed_db):
    owner_db.execute(GUARD.format("DISABLE"))
    yield
    owner_db.execute(GUARD.format("ENABLE"))


def test_a_gap_between_step_records_is_found(unguarded):
    yesterday = timezone.localdate() - timedelta(days=1)
    whole, wrong = (factories.case(incident_date=yesterday, filed_on=yesterday) for _ in range(2))
    found = check_named("grievances.step-missing").find()
    GrievanceStepRecord.objects.create(grievance=whole, step_number=2)
    assert list(found.all()) == []
    GrievanceStepRecord.objects.create(grievance=wrong, step_number=3)
    assert list(found.all()) == [wrong]
