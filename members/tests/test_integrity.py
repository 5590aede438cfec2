"""Each check finds what is wrong and leaves the healthy alone."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from maintenance.models import Threshold
from maintenance.registry import all_checks, check_named
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member, Organization

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def found(name):
    return list(check_named(f"members.{name}").find().order_by("pk"))


def fact(name):
    check = check_named(f"members.{name}")
    return [check.fact(record) for record in check.find().order_by("pk")]


def job(member=None, start=date(2020, 1, 6), end=None, **fields):
    given = {"member": member} if member is not None else {}
    return MemberEmploymentFactory(start_date=start, end_date=end, **given, **fields)


def remove(record):
    type(record).objects.filter(pk=record.pk).update(deleted_at=timezone.now())


@pytest.fixture
def today():
    return timezone.localdate()


def test_a_sound_local_has_no_finding():
    member = MemberFactory(date_of_birth=date(1980, 5, 1), hire_date=date(1999, 6, 1))
    organization = OrganizationFactory()
    OrganizationContactFactory(organization=organization, is_primary=True)
    job(member, date(1999, 6, 2), date(2010, 3, 1), organization=organization, hourly_rate=41)
    job(member, date(2010, 3, 1), organization=organization, hourly_rate=55)
    assert [check.name for check in all_checks() if check.find().exists()] == []


def test_members_with_several_current_jobs_are_found_and_counted():
    busy, other = MemberFactory(), MemberFactory()
    job(busy), job(busy), job(other), job(other, end=date(2021, 1, 1))
    remove(job(other))
    assert found("several-current-jobs") == [busy]
    assert fact("several-current-jobs") == ["2 current jobs"]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("deceased", "current-job-of-deceased"),
        ("inactive", "current-job-of-inactive"),
        ("suspended", "current-job-of-inactive"),
        ("retired", "current-job-of-inactive"),
    ],
)
def test_current_jobs_of_members_who_do_not_work_are_found(status, name):
    member = MemberFactory(status=status)
    wrong = job(member)
    job(member, end=date(2021, 1, 1)), job()
    others = {"current-job-of-deceased", "current-job-of-inactive"} - {name}
    assert found(name) == [wrong]
    assert [found(other) for other in others] == [[]]


def test_jobs_that_end_in_the_future_are_found(today):
    job(end=today)
    wrong = job(end=today + DAY)
    assert found("job-ends-in-future") == [wrong]


def test_jobs_that_start_in_the_future_are_found(today):
    job(start=today)
    wrong = job(start=today + DAY)
    assert found("job-starts-in-future") == [wrong]


def test_jobs_before_the_sixteenth_birthday_are_found_to_the_day():
    member = MemberFactory(date_of_birth=date(2000, 2, 29))
    wrong = job(member, date(2016, 2, 28), date(2016, 3, 1))
    job(member, date(2016, 2, 29)), job(start=date(1950, 1, 1))
    assert found("job-before-youngest-age") == [wrong]
    assert fact("job-before-youngest-age") == ["born Tue 29 Feb 2000, started Sun 28 Feb 2016"]


def test_the_local_sets_from_which_age_on_jobs_are_sound():
    member = MemberFactory(date_of_birth=date(2000, 1, 1))
    young = job(member, date(2017, 6, 1))
    assert found("job-before-youngest-age") == []
    Threshold.objects.filter(name="members.youngest-worker").update(value=18)
    assert found("job-before-youngest-age") == [young]


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ((date(2020, 1, 1), date(2020, 6, 1)), (date(2020, 5, 31), None), True),
        ((date(2020, 1, 1), date(2020, 6, 1)), (date(2020, 6, 1), None), False),
        ((date(2020, 1, 1), None), (date(2021, 1, 1), date(2021, 2, 1)), True),
        ((date(2020, 1, 1), None), (date(2019, 1, 1), date(2019, 12, 31)), False),
    ],
)
def test_overlapping_jobs_are_found_by_their_member(first, second, overlaps):
    member = MemberFactory()
    job(member, *first), job(member, *second)
    job(), job()
    assert found("overlapping-jobs") == ([member] if overlaps else [])


def test_a_long_job_is_compared_with_all_later_ones_and_not_only_the_next():
    member = MemberFactory()
    job(member, date(2010, 1, 1), date(2020, 1, 1))
    remove(job(member, date(2011, 1, 1), date(2011, 2, 1)))
    job(member, date(2019, 1, 1), date(2019, 2, 1))
    assert found("overlapping-jobs") == [member]


def test_dates_of_people_that_cannot_be_are_found(today):
    later = MemberFactory(hire_date=today + DAY)
    before_birth = MemberFactory(date_of_birth=date(1990, 1, 1), hire_date=date(1989, 1, 1))
    unborn = MemberFactory(date_of_birth=today + DAY)
    MemberFactory(date_of_birth=today, hire_date=None), MemberFactory(hire_date=today)
    assert found("joined-in-future") == [later]
    assert found("joined-before-birth") == [before_birth]
    assert found("born-in-future") == [unborn]


def test_unusual_rates_are_found_and_the_bounds_are_usual():
    low, high = job(hourly_rate="9.99"), job(hourly_rate="150.01")
    job(hourly_rate=10), job(hourly_rate=150), job(hourly_rate=None)
    assert found("unusual-rate") == [low, high]
    assert fact("unusual-rate") == ["$9.99 an hour", "$150.01 an hour"]


def test_organizations_without_a_living_contact_are_found():
    alone, left, called = OrganizationFactory(), OrganizationFactory(), OrganizationFactory()
    OrganizationContactFactory(organization=called)
    remove(OrganizationContactFactory(organization=left))
    assert found("organization-without-contacts") == [alone, left]


def test_active_members_without_any_job_are_found():
    idle, busy = MemberFactory(), MemberFactory()
    MemberFactory(status=Member.Status.RETIRED)
    job(busy, end=date(2021, 1, 1))
    assert found("active-without-any-job") == [idle]


def test_members_who_share_name_and_birth_are_found_without_accents():
    born = date(1980, 1, 1)
    one = MemberFactory(first_name="José", last_name="García", date_of_birth=born)
    two = MemberFactory(first_name="JOSE", last_name="Garcia", date_of_birth=born)
    MemberFactory(first_name="José", last_name="García", date_of_birth=date(1981, 1, 1))
    MemberFactory(first_name="José", last_name="García"), MemberFactory(first_name="José", last_name="García")
    assert found("possible-duplicate-members") == [one, two]


def test_organizations_that_share_name_and_type_are_found():
    one, two = OrganizationFactory(name="Núñez Electric"), OrganizationFactory(name="nunez electric")
    OrganizationFactory(name="Núñez Electric", org_type=Organization.Type.UNION)
    assert found("possible-duplicate-organizations") == [one, two]


def test_jobs_at_a_removed_employer_are_found():
    wrong = job()
    job()
    remove(wrong.organization)
    assert found("job-at-removed-employer") == [wrong]


def test_jobs_of_a_merged_member_are_found():
    wrong, kept = job(), MemberFactory()
    Member.objects.filter(pk=wrong.member_id).update(deleted_at=timezone.now(), merged_into=kept)
    assert found("job-of-merged-member") == [wrong]
