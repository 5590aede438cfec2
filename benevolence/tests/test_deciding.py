import pytest

from benevolence import factories, services
from benevolence.models import BenevolenceReview

pytestmark = pytest.mark.django_db


def test_every_needed_level_approves_in_turn_and_the_last_one_approves_the_case(house):
    case = factories.submitted(amount_requested=7500)
    assert (case.status, case.required_levels, case.current_level) == (
        "submitted", ["vp", "admin", "manager", "president"], "vp",
    )  # fmt: skip
    places = []
    for level in case.required_levels:
        services.approve(case, by=house[level])
        case.refresh_from_db()
        places.append((case.status, case.current_level))
    assert places == [
        ("under_review", "admin"),
        ("under_review", "manager"),
        ("under_review", "president"),
        ("approved", ""),
    ]
    assert case.approved_amount == 7500
    assert list(BenevolenceReview.objects.values_list("review_level", flat=True).order_by("id")) == case.required_levels


def test_pay(house):
    case = factories.paid(house)
    services.void(case, reason="Lost", by=house["admin"])
    services.pay(case, method="check", reference="1001", by=house["admin"])
    services.void(case, reason="Lie", by=house["admin"], for_cause=True)
    case.refresh_from_db()
    assert case.status == "denied"
