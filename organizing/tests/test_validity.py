"""Whether a card counts: the pure rule, and that the one statement for all cards says the same."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ip2a.factories import UserFactory
from members.factories import OrganizationFactory
from organizing import factories as make
from organizing.counting import cards as counting
from organizing.models import AuthorizationCard, UnitListEntry, Worker
from organizing.rules.validity import Card, Ground, checks, reason, verdicts
from organizing.tests.inside import as_system

TODAY = timezone.localdate()
DAY = date(2026, 6, 1)
GROUND = Ground(
    opened_on=date(2026, 1, 5), on=DAY, valid_days=90, employers={7}, listed={1, 2}, list_name="the list of May"
)
GOOD = Card(pk=1, worker=1, signed_on=date(2026, 4, 6), organization=7)


def changed(**values):
    return Card(**{**GOOD.__dict__, **values})


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (GOOD, ""),
        (changed(is_void=True, has_signature=False), "void"),
        (changed(has_signature=False, signed_on=None), "unsigned"),
        (changed(signed_on=None), "undated"),
        (changed(signed_on=date(2026, 1, 4)), "early"),
        (changed(signed_on=date(2026, 6, 2)), "future"),
        (changed(signed_on=DAY), ""),
        (changed(signed_on=DAY - timedelta(days=90)), ""),
        (changed(signed_on=DAY - timedelta(days=91)), "old"),
        (changed(worker=3), "unlisted"),
        (changed(organization=None, names=False), "nameless"),
        (changed(organization=None), "elsewhere"),
        (changed(organization=8), "elsewhere"),
        (changed(organization=7, names=False), ""),
    ],
)
def test_each_reason_for_which_a_card_does_not_count(card, why):
    assert reason(card, GROUND) == why


def test_every_reason_is_told_and_not_only_the_first():
    told = [check.key for check in checks(changed(has_signature=False, worker=3), GROUND) if not check.ok]
    assert told == ["unsigned", "unlisted"]


def test_of_two_good_cards_of_a_worker_the_later_counts():
    later = changed(pk=2, signed_on=date(2026, 5, 6))
    bad = changed(pk=3, signed_on=date(2026, 5, 20), has_signature=False)
    other = changed(pk=4, worker=2)
    found = verdicts([GOOD, later, bad, other], GROUND)
    assert found == {1: "duplicate", 2: "valid", 3: "unsigned", 4: "valid"}


@pytest.mark.parametrize(
    ("size", "needs"),
    [(94, (29, 48, 62)), (100, (30, 51, 65)), (10, (3, 6, 7)), (1, (1, 1, 1)), (0, (0, 1, 0))],
)
def test_what_must_be_reached(size, needs):
    found = counting.marks(size, 0, showing=30, target=65)
    assert tuple(mark.need for mark in found) == needs
    assert not any(mark.is_reached for mark in found)


def random_cards(seed, count=400, people=60):
    """Cards of all sorts; half the workers stand on the list."""
    dice = Random(seed)
    ours, theirs = OrganizationFactory(), OrganizationFactory()
    campaign = make.CampaignFactory(employer=ours, opened_on=TODAY - timedelta(days=500))
    unit_list = make.UnitListFactory(campaign=campaign, as_of=TODAY - timedelta(days=20))
    workers = Worker.objects.bulk_create(
        [Worker(campaign=campaign, first_name="W", last_name=f"{n}") for n in range(people)]
    )
    UnitListEntry.objects.bulk_create(
        [UnitListEntry(unit_list=unit_list, campaign=campaign, worker=worker) for worker in workers[::2]]
    )
    who, now = UserFactory(role="organizer"), timezone.now()
    made = []
    for _ in range(count):
        void = dice.random() < 0.1
        made.append(
            AuthorizationCard(
                worker=dice.choice(workers),
                campaign=campaign,
                has_signature=dice.random() > 0.1,
                signed_on=dice.choice([None, *[TODAY - timedelta(days=dice.randrange(500)) for _ in range(9)]]),
                organization=dice.choice([ours, ours, ours, theirs, None]),
                employer_named=dice.choice(["", "Volt"]),
                received_by=who,
                voided_at=now if void else None,
                voided_by=who if void else None,
                void_reason="Spoiled" if void else "",
            )
        )
    AuthorizationCard.objects.bulk_create(made)
    return campaign, unit_list


@pytest.fixture
def inside(db):
    yield from as_system(db)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("days_ago", [0, 120])
def test_the_statement_and_the_rule_agree_on_every_card(inside, seed, days_ago):
    campaign, unit_list = random_cards(seed)
    on = TODAY - timedelta(days=days_ago)
    cards = list(AuthorizationCard.objects.filter(campaign=campaign))
    ground = counting.ground_for(campaign, unit_list, [card.worker_id for card in cards], on)
    by_rule = verdicts([counting.fact_of(card) for card in cards], ground)
    with connection.cursor() as cursor:
        cursor.execute(counting.NUMBERED, counting._parameters(campaign, unit_list, on, ground.valid_days))
        assert dict(cursor.fetchall()) == by_rule
    found, counted = counting.gauges(campaign, unit_list, on), Counter(by_rule.values())
    assert found.valid == counted.pop("valid") > 0
    assert found.not_counted == dict(counted)
    assert len(counted) >= 7


def test_cards_of_several_campaigns_are_judged_together_as_each_campaign_s_alone(inside, django_assert_num_queries):
    campaigns = [random_cards(seed, count=60, people=12) for seed in (1, 2)]
    make.UnitListFactory(campaign=campaigns[0][0], as_of=TODAY - timedelta(days=200))
    campaigns.append((make.AuthorizationCardFactory(employer_named="Volt").campaign, None))
    shown = list(AuthorizationCard.objects.select_related("campaign").order_by("campaign", "worker", "id")[::3])
    with django_assert_num_queries(5):
        together = counting.judge_shown(shown)
    alone = {}
    for campaign, unit_list in campaigns:
        assert counting.list_for(campaign) == unit_list
        alone |= counting.judge(list(AuthorizationCard.objects.filter(campaign=campaign)), campaign, unit_list)
    assert len({card.campaign_id for card in shown}) == len(campaigns)
    assert {card.pk: together[card.pk] for card in shown} == {card.pk: alone[card.pk] for card in shown}
    assert counting.judge_shown([]) == {}


def test_a_source_that_states_more_than_it_names_must_be_reached_by_the_larger_number(inside):
    campaign = make.CampaignFactory(target_percent=80)
    unit_list = make.UnitListFactory(campaign=campaign, stated_size=20)
    make.UnitListEntryFactory(unit_list=unit_list)
    found = counting.gauges(campaign)
    assert (found.unit_list, found.on_list, found.size, found.is_larger_than_list) == (unit_list, 1, 20, True)
    assert [mark.need for mark in found.marks] == [6, 11, 16]


def test_without_a_list_nothing_counts(inside):
    card = make.AuthorizationCardFactory(employer_named="Volt")
    found = counting.gauges(card.campaign)
    assert (found.unit_list, found.size, found.valid) == (None, 0, 0)
    assert [mark.is_reached for mark in found.marks] == [False, False, False]


def test_each_number_of_the_gauges_opens_its_rows(inside, signed_in, django_assert_max_num_queries):
    organizer = signed_in("organizer")
    campaign, unit_list = random_cards(4, count=120)
    found = counting.gauges(campaign, unit_list)
    numbers = {"valid": found.valid, **found.not_counted}
    assert len(numbers) >= 7
    for why, count in numbers.items():
        query = {"campaign": campaign.pk, "why": why, "list": unit_list.pk, "format": "csv"}
        rows = (
            b"".join(organizer.get(reverse("organizing:authorizationcard_list"), query)).decode().strip().splitlines()
        )
        assert len(rows) - 1 == count, why
    with django_assert_max_num_queries(8):
        counting.gauges(campaign)


def test_what_is_kept_of_a_count_never_outlives_a_change(inside):
    campaign, unit_list = random_cards(5)

    def valid():
        counting.gauges(campaign, unit_list)  # kept from here on
        with CaptureQueriesContext(connection) as asked:
            found = counting.gauges(campaign, unit_list)
        assert not [query for query in asked if "alone" in query["sql"]]
        return found.valid

    before = valid()
    card = AuthorizationCard.objects.get(pk=first_valid(campaign, unit_list))
    AuthorizationCard.objects.filter(pk=card.pk).update(has_signature=False)
    assert valid() == before - 1
    AuthorizationCard.objects.filter(pk=card.pk).update(has_signature=True)
    assert valid() == before
    unit_list.entries.filter(worker=card.worker).delete()
    assert valid() == before - 1
    campaign.parties.update(organization=OrganizationFactory())
    assert valid() == 0


def first_valid(campaign, unit_list) -> int:
    """A good card of a worker who has no other."""
    rows = AuthorizationCard.objects.filter(campaign=campaign)
    good = list(counting.with_verdict(rows, "valid", campaign, unit_list))
    twice = set(counting.with_verdict(rows, "duplicate", campaign, unit_list).values_list("worker", flat=True))
    return next(card.pk for card in good if card.worker_id not in twice)
