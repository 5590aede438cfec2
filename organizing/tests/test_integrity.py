"""Each check finds its damage and leaves the healthy alone; what it says is for those inside."""

import pytest
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from ip2a.factories import UserFactory
from maintenance.damaging import damage_for
from maintenance.registry import Kind, all_checks, check_named
from organizing import factories as make

autodiscover_modules("damages")
pytestmark = pytest.mark.django_db
CHECKS = [c.name for c in all_checks() if c.name.startswith("organizing.") and c.kind is Kind.WRITTEN]


def found():
    return {name: count for name in CHECKS if (count := check_named(name).find().count())}


def test_a_healthy_campaign_gives_no_finding():
    today = timezone.localdate()
    unit_list = make.UnitListFactory()
    worker = make.UnitListEntryFactory(unit_list=unit_list).worker
    make.AssessmentFactory(worker=worker, value=4)
    make.AssessmentFactory(worker=worker, value=1)
    make.UnfairPracticeFactory(campaign=unit_list.campaign, occurred_on=today, known_on=today)
    make.CampaignAccessFactory(campaign=unit_list.campaign)
    make.SaltingAgreementFactory()
    assert found() == {}


@pytest.mark.parametrize("name", CHECKS)
def test_each_damage_is_found_by_its_check(name):
    damage_for(name).plant()
    assert found().get(name) == 1


@pytest.mark.parametrize("name", CHECKS)
def test_findings_exist_for_organizers_alone(name):
    people = {role: UserFactory(role=role) for role in ("organizer", "administrator", "staff", "officer")}
    seen = {role for role, user in people.items() if check_named(name).is_visible_to(user)}
    named_by_officers = {"officer"} if name == "organizing.access-of-inactive" else set()
    assert seen == {"organizer"} | named_by_officers
