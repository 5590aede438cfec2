from collections import Counter

import pytest
from django.db import transaction

from grievances.models import Deadline, Grievance, GrievanceStepRecord, Subject
from maintenance import doctor, seeding

pytestmark = pytest.mark.django_db


def told():
    return [
        (g.grievance_number, str(g.member), str(g.employer), g.status, g.current_step, g.filed_date, g.resolution)
        for g in Grievance.objects.select_related("member", "employer").order_by("grievance_number")
    ]


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


def test_the_same_number_tells_the_same_cases_and_nothing_is_wrong_with_them():
    with transaction.atomic():
        seeding.sow(size="quick", number=3)
        first = told()
        transaction.set_rollback(True)
    with transaction.atomic():
        seeding.sow(size="quick", number=4)
        other = told()
        transaction.set_rollback(True)
    seeding.sow(size="quick", number=3)
    assert told() == first != other
    doctor.examine()
