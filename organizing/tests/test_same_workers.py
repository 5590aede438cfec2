"""Workers who may be one and the same."""

from datetime import date

import pytest
from django.urls import reverse

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from organizing import factories as make
from organizing.services import same
from organizing.tests.inside import as_system

pytestmark = pytest.mark.django_db
inside = pytest.fixture(autouse=True)(as_system)


@pytest.fixture
def organizer():
    return UserFactory(role="organizer")


@pytest.fixture
def campaign():
    return make.CampaignFactory()


def worker(campaign, last, first="Rosa", **values):
    return make.WorkerFactory(campaign=campaign, last_name=last, first_name=first, **values)


def found(campaign):
    return [(str(pair.first), str(pair.second), pair.why) for pair in same.pairs(campaign)]


def test_names_and_telephones_that_look_like_one_person_are_found(campaign):
    worker(campaign, "Lima")
    worker(campaign, "Lima")
    worker(campaign, "Kowalski", "Jan", phone="(217) 555-0101")
    worker(campaign, "Nowak", "Jan", phone="217 555 0101")
    worker(campaign, "Petterson", "Ann")
    worker(campaign, "Peterson", "Ann")
    worker(campaign, "Other", "Person")
    worker(make.CampaignFactory(), "Other", "Person")
    assert found(campaign) == [
        ("Kowalski, Jan", "Nowak, Jan", "Same telephone"),
        ("Lima, Rosa", "Lima, Rosa", "Same name"),
        ("Petterson, Ann", "Peterson, Ann", "Names alike"),
    ]


def test_a_pair_that_was_told_apart_is_not_shown_again(campaign, organizer):
    one, other = worker(campaign, "Lima"), worker(campaign, "Lima")
    same.not_the_same(campaign, first=other.pk, second=one.pk, by=organizer)
    same.not_the_same(campaign, first=one.pk, second=other.pk, by=organizer)
    assert found(campaign) == []


def test_merging_brings_lists_history_and_what_was_not_known(campaign, organizer):
    kept, gone = worker(campaign, "Lima"), worker(campaign, "Lima", crew="A", employer_number="100")
    unit_list = make.UnitListFactory(campaign=campaign)
    make.UnitListEntryFactory(unit_list=unit_list, worker=gone)
    make.AssessmentFactory(worker=gone, value=2, on=date(2026, 4, 7), by=organizer)
    make.ContactNoteFactory(worker=gone, on=date(2026, 4, 8), note="At the gate", by=organizer)
    merged = same.merge(campaign, keep=kept.pk, gone=gone.pk, by=organizer)
    assert (merged.crew, merged.employer_number, merged.standing, merged.last_contact_on) == (
        "A",
        "100",
        2,
        date(2026, 4, 8),
    )
    assert [entry.worker for entry in unit_list.entries.all()] == [kept]
    gone.refresh_from_db()
    assert gone.left_because == "never_there"
    assert found(campaign) == []


def test_the_one_with_a_card_is_the_one_to_keep(campaign, organizer):
    one, other = worker(campaign, "Lima"), worker(campaign, "Lima")
    make.AuthorizationCardFactory(worker=other)
    with pytest.raises(Refused, match="has a card. Keep that one"):
        same.merge(campaign, keep=one.pk, gone=other.pk, by=organizer)
    assert same.merge(campaign, keep=other.pk, gone=one.pk, by=organizer) == other


def test_the_page_shows_the_pairs_and_takes_the_answer(campaign, signed_in):
    client = signed_in("organizer")
    one, other = worker(campaign, "Lima"), worker(campaign, "Lima")
    page = reverse("organizing:campaign_same", args=[campaign.pk])
    assert "same name" in client.get(page).content.decode()
    answer = client.post(page, {"first": one.pk, "second": other.pk, "act": "first"}, follow=True)
    assert "They are one worker now: Lima, Rosa." in answer.content.decode()
    other.refresh_from_db()
    assert other.left_on is not None
    said = client.post(page, {"first": "x", "second": other.pk, "act": "two"}, follow=True).content.decode()
    assert "Those two are not both workers of this campaign" in said
