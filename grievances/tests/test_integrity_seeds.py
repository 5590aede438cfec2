"""The made-up cases pass every check of the room."""

import pytest

from maintenance import doctor, seeding

pytestmark = pytest.mark.django_db

# The example ends on its last day, and days go by.
DAYS_GO_BY = {"grievances.answer-owed", "grievances.limit-without-reminder", "grievances.agreed-without-paper"}


def test_the_made_up_cases_pass_every_check():
    seeding.sow(size="quick")
    found = {
        (seen.check.name, seen.count, seen.trouble)
        for seen in doctor.examine()
        if (seen.count or seen.trouble) and seen.check.name.startswith("grievances.")
    }
    assert {one for one in found if one[0] not in DAYS_GO_BY or one[2]} == set()
