from collections import Counter

import pytest
from django.utils import timezone

from grievances.models import Deadline, Grievance, GrievanceStepRecord, Subject
from ip2a.tests.reports import every_number_opens_its_rows
from maintenance import doctor, seeding

pytestmark = pytest.mark.django_db


def test_the_example_tells_twenty_grievances_that_pass_every_check_and_open_from_the_report(signed_in):
    """One local for all these questions: making one up takes seconds."""
    seeding.sow(size="quick", until=timezone.localdate())
    twenty_grievances_with_thirty_one_step_records_over_the_ten_subjects()
    found = {(seen.check.name, seen.count, seen.trouble) for seen in doctor.examine() if seen.count or seen.trouble}
    assert found == set(), "not even mere information: the example ends today, so nothing in it is late"
    assert every_number_opens_its_rows(signed_in("representative"), "/grievances/reports/") > 100


def twenty_grievances_with_thirty_one_step_records_over_the_ten_subjects():
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
