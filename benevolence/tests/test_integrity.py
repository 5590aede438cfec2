import pytest

from benevolence import factories, services
from maintenance import doctor

pytestmark = pytest.mark.django_db


def found():
    return {
        one.check.name: (one.count, one.trouble)
        for one in doctor.examine()
        if one.check.name.startswith("benev") and (one.count or one.trouble)
    }


def test_healthy(house):
    factories.paid(house)
    factories.approved(house, amount_requested=2000)
    factories.submitted()
    c = factories.submitted()
    services.deny(c, for_applicant="x", by=house["vp"])
    assert found() == {}
