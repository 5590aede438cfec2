from collections import Counter

import pytest

from grievances.models import Deadline, Grievance, GrievanceStepRecord, Subject
from maintenance import seeding

pytestmark = pytest.mark.django_db


def test_twenty_grievances_with_thirty_one_step_records_over_the_ten_subjects():
    seeding.sow(size="quick")
    assert Grievance.objects.count() == 20
    assert GrievanceStepRecord.objects.count() == 31
    assert set(Grievance.objects.values_list("subject__name", flat=True)) == set(
        Subject.objects.values_list("name", flat=True)
    )
    assert Counter(Grievance.objects.values_list("status", flat=True)) == {
        "settled": 5,
        "open": 4,
        "hearing": 3,
        "withdrawn": 2,
        "arbitration": 2,
        "closed": 2,
        "investigation": 2,
    }
    paid = set(Grievance.objects.exclude(settlement_amount=None).values_list("status", flat=True))
    assert paid == {"settled"}
    numbers = Grievance.objects.order_by("grievance_number").values_list("grievance_number", flat=True)
    assert Counter(number[:8] for number in numbers) == Counter(
        f"GR-{g.filed_date.year}-" for g in Grievance.objects.all()
    )
    assert Deadline.objects.running().exists()
