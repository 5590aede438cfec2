"""The example: twenty-five applications and forty-seven reviews that agree with every rule and every check."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from benevolence import factories, seeds
from benevolence.models import BenevolenceApplication, BenevolenceReview, LedgerEntry, Office
from ip2a.models import Attachment
from maintenance import doctor
from maintenance.seeding import Seed
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db


def test_the_example_is_whole():
    """One seeding for all of it: making a whole local takes seconds."""
    call_command("seed", "--quick", "--seed", "3", verbosity=0)
    connection.check_constraints()
    it_has_twenty_five_applications_and_forty_seven_reviews()
    higher_amounts_have_more_reviews()
    it_shows_every_turn_a_case_can_take()
    it_passes_every_check_of_the_room()


def it_has_twenty_five_applications_and_forty_seven_reviews():
    amounts = BenevolenceApplication.objects.values_list("amount_requested", flat=True)
    assert (len(amounts), BenevolenceReview.objects.count()) == (25, 47)
    assert (min(amounts), max(amounts)) == (100, 7500)
    assert Counter(BenevolenceApplication.objects.values_list("status", flat=True)) == {
        "paid": 14,
        "approved": 2,
        "denied": 3,
        "under_review": 3,
        "submitted": 1,
        "draft": 2,
    }
    assert set(BenevolenceApplication.objects.values_list("reason", flat=True)) == {
        "medical", "death_in_family", "disaster", "hardship", "other",
    }  # fmt: skip
    assert BenevolenceApplication.objects.values("member").distinct().count() == 25


def higher_amounts_have_more_reviews():
    paid = BenevolenceApplication.objects.filter(status="paid", is_emergency=False).annotate(n=Count("reviews"))
    reviews = {case.amount_requested: case.n for case in paid.exclude(reviews__decision__in=["needs_info", "deferred"])}
    assert [reviews[amount] for amount in (100, 900, 2500, 7500)] == [1, 2, 3, 4]


def it_shows_every_turn_a_case_can_take():
    cases = BenevolenceApplication.objects
    assert Counter(BenevolenceReview.objects.values_list("decision", flat=True)) == {
        "approved": 41,
        "denied": 3,
        "needs_info": 2,
        "deferred": 1,
    }
    assert (cases.exclude(withdrawn_at=None).count(), cases.filter(is_emergency=True).count()) == (1, 1)
    assert Counter(LedgerEntry.objects.values_list("kind", flat=True)) == {"deposit": 16, "payment": 15, "void": 1}
    assert Office.objects.count() == 4
    fund = factories.main_fund()
    assert (fund.balance() > 20_000, fund.commitments()) == (True, 5800)
    papers = Attachment.objects.filter(compartment="benevolence")
    above = cases.filter(amount_requested__gt=500).exclude(status="draft", withdrawn_at=None)
    assert papers.count() == above.count()


def it_passes_every_check_of_the_room():
    days_go_by = {"benevolence.review-overdue", "benevolence.answer-overdue", "benevolence.stale-draft"}
    found = {seen.check.name for seen in doctor.examine() if seen.count or seen.trouble}
    assert {name for name in found if name.startswith("benevolence.")} <= days_go_by


def test_a_local_too_small_has_no_applications():
    MemberFactory()
    factories.officers()
    seeds.applications(Seed("quick", 1, "benevolence.applications"))
    assert (BenevolenceApplication.objects.count(), LedgerEntry.objects.count()) == (0, 0)
