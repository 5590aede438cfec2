"""The room in a real browser: every page quiet, readable and no wider than a phone; the chart by keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ip2a import compartments
from members.factories import OrganizationFactory
from organizing import factories as make
from organizing.models import AuthorizationCard, UnfairPractice, UnitList, Worker

TODAY = timezone.localdate()


@pytest.fixture
def drive(committed_db):
    with compartments.system("organizing", "tests"):
        employer = OrganizationFactory(name="Volt Electric")
        campaign = make.CampaignFactory(name="Volt drive", employer=employer, opened_on=TODAY - timedelta(days=60))
        unit_list = make.UnitListFactory(campaign=campaign, as_of=TODAY - timedelta(days=30), source="Night crew")
        names = ("Abel", "Baker-Featherstonehaugh", "Chavez", "Dorsey", "Ekström", "Fox", "Green", "Hill")
        for number, name in enumerate(names):
            worker = make.WorkerFactory(
                campaign=campaign, last_name=name, crew=f"Crew {number % 2 + 1}", shift="Night", job_title="Wireman"
            )
            make.UnitListEntryFactory(unit_list=unit_list, worker=worker)
            if number < 6:
                on = TODAY - timedelta(days=2 + 10 * number)
                make.AssessmentFactory(worker=worker, value=number % 5 + 1, on=on)
            if number < 4:
                named = {"employer_named": "Volt Electric", "organization": employer} if number < 3 else {}
                make.AuthorizationCardFactory(worker=worker, signed_on=TODAY - timedelta(days=3), **named)
        happened = TODAY - timedelta(days=100)
        make.UnfairPracticeFactory(campaign=campaign, organization=employer, occurred_on=happened, known_on=happened)
        make.SaltingActivityFactory(organization=employer, location="Parking lot behind gate 3", workers_contacted=4)
        make.EmployerScoreFactory(organization=employer, score=4)
        agreement = make.SaltingAgreementFactory(organization=employer)
        pages = {
            "campaign": campaign.get_absolute_url(),
            "chart": f"{campaign.get_absolute_url()}chart/",
            "worker": Worker.objects.get(last_name="Abel").get_absolute_url(),
            "card": AuthorizationCard.objects.first().get_absolute_url(),
            "list": UnitList.objects.get().get_absolute_url(),
            "take in": f"{UnitList.objects.get().get_absolute_url()}import/",
            "practice": UnfairPractice.objects.get().get_absolute_url(),
            "same": f"{campaign.get_absolute_url()}same/",
            "activities": "/organizing/activities/",
            "add an activity": "/organizing/activities/add/",
            "where it is warm": "/organizing/scores/heat/",
            "agreements": "/organizing/agreements/",
            "agreement": agreement.get_absolute_url(),
            "who may look inside": "/organizing/access/",
        }
    return {"campaign": campaign, "pages": pages}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_every_page_is_quiet_readable_and_fits(visit, drive, width, scheme):
    assert visit("organizer", width, scheme).walk(drive["pages"]) == {}


def test_a_worker_is_assessed_on_the_chart_by_the_keyboard_alone(visit, drive):
    visitor = visit("organizer")
    page = visitor.page
    visitor.goto(drive["pages"]["chart"])
    page.locator(".tile .nm").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#assess-name")).to_have_text("Assess Chavez, Wanda")
    page.get_by_role("button", name="Opposed").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Chavez, Wanda is assessed “Opposed”.")
    expect(page.locator(".tile", has_text="Chavez")).to_contain_text("Opposed")
    with compartments.system("organizing", "tests"):
        assert Worker.objects.get(last_name="Chavez").standing == 5
    assert visitor.complaints == []
