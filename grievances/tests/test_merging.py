"""Two records of one employer become one, and both are bound by the same agreement."""

from datetime import date

import pytest

from grievances.factories import agreement_in_force
from grievances.models import AgreementEmployer
from ip2a.factories import UserFactory
from maintenance import doctor
from members import merging
from members.factories import OrganizationFactory


@pytest.fixture
def firms(db):
    return OrganizationFactory(name="Volt Electric"), OrganizationFactory(name="Volt Electric Co")


def bind(version, employer, starts_on, ends_on=None):
    AgreementEmployer.objects.create(
        agreement=version.agreement, organization=employer, starts_on=starts_on, ends_on=ends_on
    )


def bound(employer) -> list[tuple[date, date | None]]:
    rows = AgreementEmployer.objects.filter(organization=employer).order_by("agreement", "starts_on")
    return list(rows.values_list("starts_on", "ends_on"))


def merged(survivor, loser):
    by = UserFactory(role="staff")
    return by, merging.merge(survivor, loser, choices={}, by=by, reason="One firm, typed twice")


def test_days_on_which_both_are_bound_stay_once_and_come_back(firms):
    volt, twin = firms
    version = agreement_in_force()
    bind(version, volt, date(2022, 1, 1), date(2023, 12, 31))
    bind(version, volt, date(2025, 1, 1), date(2025, 12, 31))
    bind(version, twin, date(2021, 6, 1))
    before = bound(volt), bound(twin)

    by, merge = merged(volt, twin)

    assert bound(volt) == [(date(2021, 6, 1), date(2024, 12, 31)), (date(2025, 1, 1), None)]
    assert bound(twin) == [(date(2021, 6, 1), None)]

    merging.take_back(merge, by=by)
    assert (bound(volt), bound(twin)) == before


def test_days_already_covered_change_nothing(firms):
    volt, twin = firms
    version = agreement_in_force(volt)
    bind(version, twin, date(2022, 1, 1), date(2022, 12, 31))
    before = bound(volt)
    merged(volt, twin)
    assert bound(volt) == before


def test_days_on_which_one_is_bound_move_over(firms):
    volt, twin = firms
    version, other = agreement_in_force(), agreement_in_force()
    bind(version, volt, date(2022, 1, 1), date(2022, 12, 31))
    bind(version, twin, date(2023, 1, 1), date(2023, 12, 31))
    bind(other, twin, date(2022, 1, 1))
    merged(volt, twin)
    assert bound(volt) == [
        (date(2022, 1, 1), date(2022, 12, 31)),
        (date(2023, 1, 1), date(2023, 12, 31)),
        (date(2022, 1, 1), None),
    ]
    assert bound(twin) == []


def test_merged_employers_leave_the_checks_nothing_new(firms):
    volt, twin = firms
    version = agreement_in_force(volt, twin)
    found = {summary.check.name for summary in doctor.examine() if summary.count}
    merged(volt, twin)
    assert {summary.check.name for summary in doctor.examine() if summary.count} - found == set()
    assert version.agreement.parties.filter(organization=volt).count() == 1
