"""The example's season of organizing."""

import pytest

from ip2a import compartments
from maintenance.seeding import sow
from organizing.counting.cards import gauges
from organizing.models import Campaign, SaltingActivity, Worker
from organizing.seeds.campaign import FLAWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(db):
    with compartments.system("organizing", "tests"):
        yield


def test_the_example_has_its_season(inside):
    sow(size="quick")
    rows = SaltingActivity.objects.all()
    assert (rows.count(), rows.values("member").distinct().count()) == (30, 20)
    assert rows.values("organization").distinct().count() == 13
    drive = Campaign.objects.get()
    assert Worker.objects.filter(campaign=drive).here().count() == 94
    assert [row.entries.count() for row in drive.unit_lists.order_by("as_of")] == [71, 94]
    assert set(drive.workers.values_list("standing", flat=True)) == {1, 2, 3, 4, 5, None}

    counted = gauges(drive)
    assert (counted.size, counted.valid > 20) == (94, True)
    assert set(counted.not_counted) == set(FLAWS) - {"twice"} | {"duplicate"}
