"""The pages of the workspace, as an organizer sees them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ip2a.models import CompartmentOpening
from members.factories import OrganizationFactory
from organizing import factories as make
from organizing.models import Assessment, AuthorizationCard, Campaign, ContactNote, UnitList, Worker
from organizing.tests.inside import as_system

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
inside = pytest.fixture(autouse=True)(as_system)


@pytest.fixture
def organizer(signed_in):
    return signed_in("organizer")


@pytest.fixture
def drive():
    """A running campaign at one employer: a list, three workers on it, one with a card, one assessed."""
    employer = OrganizationFactory(name="Volt Electric")
    campaign = make.CampaignFactory(name="Volt drive", employer=employer, opened_on=TODAY - timedelta(days=60))
    unit_list = make.UnitListFactory(campaign=campaign, as_of=TODAY - timedelta(days=30), source="Night crew")
    campaign.workers_made = [
        make.WorkerFactory(campaign=campaign, organization=employer, last_name=name, crew="A", phone="217-555-0101")
        for name in ("Abel", "Baker", "Chavez")
    ]
    for worker in campaign.workers_made:
        make.UnitListEntryFactory(unit_list=unit_list, worker=worker)
    make.AssessmentFactory(worker=campaign.workers_made[0], value=1, on=TODAY - timedelta(days=2))
    make.AuthorizationCardFactory(
        worker=campaign.workers_made[0],
        signed_on=TODAY - timedelta(days=3),
        employer_named="Volt Electric",
        organization=employer,
    )
    make.UnfairPracticeFactory(
        campaign=campaign,
        organization=employer,
        occurred_on=TODAY - timedelta(days=9),
        known_on=TODAY - timedelta(days=9),
    )
    make.ContactNoteFactory(worker=campaign.workers_made[1], on=TODAY - timedelta(days=1), note="Wants a meeting")
    return campaign


def url(name, record=None, **kwargs):
    return reverse(f"organizing:{name}", kwargs=kwargs | ({"pk": record.pk} if record else {}))


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, (answer.status_code, path)
    return answer.content.decode()


def errors(answer):
    form = answer.context.get("form") or answer.context["reason_field"]
    return [words for found in form.errors.values() for words in found]


def test_every_page_of_the_workspace_opens(organizer, drive):
    worker, card = drive.workers_made[0], AuthorizationCard.objects.get()
    unit_list, practice = UnitList.objects.get(), drive.unfair_practices.get()
    records = {
        "campaign": drive,
        "worker": worker,
        "authorizationcard": card,
        "unitlist": unit_list,
        "unfairpractice": practice,
    }
    for name, record in records.items():
        text(organizer, url(f"{name}_list"))
        text(organizer, url(f"{name}_create"))
        for page in ("detail", "update", "history"):
            text(organizer, url(f"{name}_{page}", record))
    for name, record in (
        ("campaign_chart", drive),
        ("campaign_employer", drive),
        ("unitlist_put", unit_list),
        ("unitlist_freeze", unit_list),
        ("worker_assess", worker),
        ("worker_contact", worker),
        ("worker_assign", worker),
        ("worker_leave", worker),
        ("worker_return", worker),
        ("authorizationcard_void", card),
        ("authorizationcard_hand", card),
        ("unfairpractice_worker", practice),
    ):
        text(organizer, url(name, record))
    text(organizer, url("campaign_move", drive, to="won"))
    text(organizer, url("unfairpractice_move", practice, to="filed"))


def test_the_workspace_says_what_counts_against_which_list(organizer, drive):
    page = text(organizer, drive.get_absolute_url())
    assert "<strong>1 of 3</strong> (33.3 %)" in page
    assert "Night crew" in page
    assert "Showing of interest, 30 %" in page
    assert "Wants a meeting" in page


def test_the_wall_chart_shows_word_card_and_opening(organizer, drive):
    page = text(organizer, url("campaign_chart", drive), by="crew")
    assert "Strong supporter" in page and '<b class="cd cd--valid">Card</b>' in page
    opening = CompartmentOpening.objects.latest("at")
    assert (opening.record_id, opening.path) == (drive.pk, url("campaign_chart", drive))


def test_a_campaign_is_opened_with_its_employer(organizer):
    employer = OrganizationFactory(name="Ohm Works")
    form = {"name": "Ohm drive", "employer": employer.pk, "opened_on": TODAY, "target_percent": "70", "stale_days": ""}
    answer = organizer.post(url("campaign_create"), form)
    made = Campaign.objects.get(name="Ohm drive")
    assert answer.url == made.get_absolute_url()
    assert [party.organization for party in made.parties.all()] == [employer]


def test_a_list_without_a_date_is_refused_with_a_sentence(organizer, drive):
    answer = organizer.post(url("unitlist_create"), {"campaign": drive.pk, "source": "Night crew"})
    assert answer.status_code == 422
    assert errors(answer) == [
        "Say for which day the list is true: cards are counted against a dated list only.",
    ]


@pytest.mark.parametrize(
    ("days", "words"),
    [(-90, "before the campaign opened"), (2, "lies in the future")],
)
def test_a_card_of_before_the_campaign_or_of_the_future_is_refused(organizer, drive, days, words):
    form = {
        "worker": drive.workers_made[1].pk,
        "kind": "paper",
        "has_signature": "on",
        "signed_on": TODAY + timedelta(days=days),
        "received_on": TODAY,
    }
    answer = organizer.post(url("authorizationcard_create"), form)
    assert answer.status_code == 422
    assert words in " ".join(errors(answer))
    assert AuthorizationCard.objects.count() == 1


def test_a_card_is_entered_and_its_chain_of_custody_begins(organizer, drive):
    worker = drive.workers_made[1]
    form = {
        "worker": worker.pk,
        "kind": "paper",
        "has_signature": "on",
        "signed_on": TODAY,
        "received_on": TODAY,
        "employer_named": "VOLT  electric",
    }
    organizer.post(url("authorizationcard_create"), form)
    card = worker.cards.get()
    assert card.organization.name == "Volt Electric"
    assert [(link.handed_by, link.handed_to) for link in card.custody.all()] == [
        (worker.full_name, str(organizer.user))
    ]


def test_a_worker_of_another_running_campaign_is_refused(organizer, drive):
    other = make.CampaignFactory(name="Other drive")
    form = {"campaign": other.pk, "first_name": "Wanda", "last_name": "Abel", "phone": "(217) 555 0101"}
    answer = organizer.post(url("worker_create"), form)
    assert answer.status_code == 422
    assert "is a worker of the campaign “Volt drive” already, and a worker is in one unit only" in errors(answer)[0]


def test_an_assessment_from_the_chart_comes_back_as_a_tile(organizer, drive):
    worker = drive.workers_made[2]
    answer = organizer.post(url("worker_assess", worker), {"value": "4", "on": TODAY}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Leaning against" in answer.content.decode()
    assert Worker.objects.get(pk=worker.pk).standing == 4


def test_two_organizers_at_once_are_both_kept_and_told_of_each_other(signed_in, drive):
    worker = drive.workers_made[2]
    one, other = signed_in("organizer"), signed_in("organizer")
    page = {"on": TODAY, "seen": "0"}
    one.post(url("worker_assess", worker), page | {"value": "2"})
    said = other.post(url("worker_assess", worker), page | {"value": "3"}, follow=True).content.decode()
    assert f"{one.user} said “Supporter” shortly before" in said
    assert list(Assessment.objects.filter(worker=worker).order_by("pk").values_list("value", flat=True)) == [2, 3]
    page = text(one, worker.get_absolute_url())
    assert f"{other.user} said “Undecided” and {one.user} said “Supporter” on the same day" in page
    assert "Judged differently within a day" in text(one, drive.get_absolute_url())


def test_a_conversation_sets_the_next_step(organizer, drive):
    worker = drive.workers_made[0]
    form = {"kind": "phone", "on": TODAY, "was_reached": "on", "next_step": "Meet", "next_step_on": TODAY}
    organizer.post(url("worker_contact", worker), form)
    worker.refresh_from_db()
    assert (worker.next_step, worker.next_step_on, worker.last_contact_on) == ("Meet", TODAY, TODAY)
    assert worker.organizer == organizer.user
    assert ContactNote.objects.filter(worker=worker).count() == 1


def test_quick_edits_are_saved_on_the_spot(organizer, drive):
    worker = Worker.objects.get(pk=drive.workers_made[0].pk)
    form = {"quick-crew": "B", "quick-shift": "Night", "quick-language": "Polish", "version": worker.version}
    organizer.post(url("worker_quick", worker), form)
    worker.refresh_from_db()
    assert (worker.crew, worker.shift, worker.language) == ("B", "Night", "Polish")


def test_an_export_is_written_down(organizer, drive):
    answer = organizer.get(url("worker_list"), {"campaign": drive.pk, "format": "csv"})
    body = b"".join(answer).decode()
    assert "Strong supporter" in body and "Abel" in body
    opening = CompartmentOpening.objects.latest("at")
    assert (opening.record_id, opening.path[:8]) == (drive.pk, "Export: ")


def test_a_closed_campaign_takes_nothing_more(organizer, drive):
    organizer.post(url("campaign_move", drive, to="won"), {"on": TODAY, "reason": "Voted 62 to 20"})
    drive.refresh_from_db()
    assert (drive.status, drive.closed_on) == ("won", TODAY)
    answer = organizer.post(url("worker_assess", drive.workers_made[0]), {"value": "1", "on": TODAY})
    assert "The campaign is over (won" in errors(answer)[0]
