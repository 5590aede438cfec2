import pytest
from django.db import connection

from benevolence.models import Fund, Policy

pytestmark = pytest.mark.django_db


def test_a_local_that_decided_nothing_yet_has_the_usual_policy_and_a_fund():
    policy = Policy.objects.get()
    assert [(level.level, level.above_amount) for level in policy.levels.all()] == [
        ("vp", 0),
        ("admin", 500),
        ("manager", 1500),
        ("president", 3500),
    ]
    assert (policy.is_adopted, Fund.objects.main().name) == (True, "Benevolence fund")
    connection.check_constraints()
