"""Staff, who know nothing of organizing, merge members and employers: what is inside follows, and comes back."""

from datetime import date

import pytest
from django.utils import timezone

from ip2a import audit, compartments
from ip2a import merging as house
from ip2a.factories import UserFactory
from ip2a.models import Message
from members import merging
from members.factories import MemberFactory, OrganizationFactory
from organizing import factories as make
from organizing.merging import BODY, SIGNED, SUBJECT, TWICE
from organizing.models import (
    AuthorizationCard,
    CampaignEmployer,
    EmployerScore,
    SaltingActivity,
    SaltingAgreement,
    UnfairPractice,
    Worker,
)
from organizing.tests.room import nobody

pytestmark = pytest.mark.django_db
KINDS = (
    AuthorizationCard,
    CampaignEmployer,
    EmployerScore,
    SaltingActivity,
    SaltingAgreement,
    UnfairPractice,
    Worker,
)
KEPT_BY_DATABASE = ("version", "updated_at")


@pytest.fixture
def staff():
    """Who merges, and as whom the shell of the test acts: the walls hide everything."""
    user = UserFactory(role="staff")
    with nobody(), audit.acting(user=user):
        yield user


@pytest.fixture
def inside():
    return lambda: compartments.system("organizing", "tests")


def rows_of_all():
    with compartments.system("organizing", "tests"):
        return {
            model.__name__: [
                {key: value for key, value in row.items() if key not in KEPT_BY_DATABASE}
                for row in model._base_manager.order_by("pk").values()
            ]
            for model in KINDS
        }


def merge_and_back(survivor, loser, by):
    """The merge, and what stood before it."""
    before = rows_of_all()
    merged = merging.merge(survivor, loser, choices={}, by=by, reason="Typed twice")
    return before, lambda: merging.take_back(merged, by=by)


def test_everything_of_an_employer_follows_and_comes_back(staff, inside):
    survivor, loser = OrganizationFactory(), OrganizationFactory()
    with inside():
        campaign = make.CampaignFactory(employer=loser)
        worker = make.WorkerFactory(campaign=campaign, organization=loser, employer_number="7")
        made = [
            make.EmployerScoreFactory(organization=loser),
            make.SaltingActivityFactory(organization=loser),
            make.SaltingAgreementFactory(organization=loser),
            make.AuthorizationCardFactory(worker=worker, organization=loser),
            make.UnfairPracticeFactory(campaign=campaign, organization=loser),
            campaign.parties.get(),
            worker,
        ]
    assert house.preview(loser, staff) == []
    before, back = merge_and_back(survivor, loser, staff)
    with inside():
        for row in made:
            row.refresh_from_db()
    assert {row.organization_id for row in made} == {survivor.pk}
    assert SaltingActivity.objects.count() == 0  # as staff
    result = back()
    assert (result.left_count, rows_of_all() == before) == (0, True)


def test_everything_of_a_member_follows_and_comes_back(staff, inside):
    survivor, loser = MemberFactory(), MemberFactory()
    with inside():
        made = [
            make.SaltingActivityFactory(member=loser),
            make.SaltingAgreementFactory(member=loser),
            make.WorkerFactory(member=loser),
        ]
    before, back = merge_and_back(survivor, loser, staff)
    with inside():
        for row in made:
            row.refresh_from_db()
    assert {row.member_id for row in made} == {survivor.pk}
    assert (back().left_count, rows_of_all() == before) == (0, True)


def test_employers_that_are_both_part_of_a_campaign_leave_one_that_runs(staff, inside):
    survivor, loser = OrganizationFactory(), OrganizationFactory()
    with inside():
        campaign = make.CampaignFactory()
        stays = make.CampaignEmployerFactory(campaign=campaign, organization=survivor, ended_on=date(2026, 5, 1))
        goes = make.CampaignEmployerFactory(campaign=campaign, organization=loser)
        one = make.WorkerFactory(campaign=campaign, organization=survivor, employer_number="7")
        other = make.WorkerFactory(campaign=campaign, organization=loser, employer_number="7")
    before, back = merge_and_back(survivor, loser, staff)
    with inside():
        parties = dict(campaign.parties.values_list("pk", "ended_on"))
        numbers = dict(Worker.objects.values_list("pk", "employer_number"))
        notes = Worker.objects.get(pk=other.pk).notes
    assert parties == {stays.pk: None, goes.pk: timezone.localdate()}
    assert (numbers, notes) == ({one.pk: "7", other.pk: ""}, f"Number in the books of {loser}: 7")
    assert (back().left_count, rows_of_all() == before) == (0, True)


def test_a_member_who_is_two_workers_of_a_campaign_is_named_by_one(staff, inside):
    survivor, loser = MemberFactory(), MemberFactory()
    with inside():
        campaign = make.CampaignFactory()
        one = make.WorkerFactory(campaign=campaign, member=survivor)
        other = make.WorkerFactory(campaign=campaign, member=loser)
    before, back = merge_and_back(survivor, loser, staff)
    with inside():
        assert dict(Worker.objects.values_list("pk", "member")) == {one.pk: survivor.pk, other.pk: None}
    assert (back().left_count, rows_of_all() == before) == (0, True)


@pytest.mark.parametrize("what", ["member", "organization"])
def test_of_two_agreements_at_once_one_ends(staff, inside, what):
    factory = MemberFactory if what == "member" else OrganizationFactory
    survivor, loser = factory(), factory()
    with inside():
        stays = make.SaltingAgreementFactory(**{what: survivor})
        other = "organization" if what == "member" else "member"
        goes = make.SaltingAgreementFactory(**{what: loser, other: getattr(stays, other)})
    before, back = merge_and_back(survivor, loser, staff)
    with inside():
        ends = {row.pk: (row.ended_on, row.ended_because) for row in SaltingAgreement.objects.all()}
    assert ends == {stays.pk: (None, ""), goes.pk: (timezone.localdate(), TWICE)}
    assert (back().left_count, rows_of_all() == before) == (0, True)


def test_an_agreement_ends_where_the_employer_that_stays_has_signed(staff, inside):
    survivor, loser = OrganizationFactory(is_signatory=True), OrganizationFactory()
    with inside():
        agreement = make.SaltingAgreementFactory(organization=loser)
    merge_and_back(survivor, loser, staff)
    with inside():
        agreement.refresh_from_db()
    assert (agreement.ended_on, agreement.ended_because) == (timezone.localdate(), SIGNED)


def test_organizers_are_told_once_and_nobody_else_knows(staff, inside):
    organizer = UserFactory(role="organizer")
    survivor, loser = OrganizationFactory(), OrganizationFactory()
    with inside():
        make.EmployerScoreFactory(organization=loser)
        make.SaltingActivityFactory(organization=loser)
    _, back = merge_and_back(survivor, loser, staff)
    assert Message.objects.filter(kind="organizing.merged").count() == 0  # as staff
    back()
    with inside():
        told = Message.objects.filter(kind="organizing.merged")
        assert list(told.values_list("recipient", "subject", "body", "compartment")) == [
            (organizer.pk, SUBJECT, BODY, "organizing")
        ]


def test_members_of_whom_organizing_holds_nothing_are_merged_in_silence(staff, inside):
    UserFactory(role="organizer")
    merge_and_back(MemberFactory(), MemberFactory(), staff)
    with inside():
        assert Message.objects.filter(kind="organizing.merged").count() == 0
