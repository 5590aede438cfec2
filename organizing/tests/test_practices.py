"""Unfair labor practices: the six months, why, and reminders that tell nothing outside."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import Message
from members.factories import OrganizationFactory
from organizing import factories as make
from organizing.rules.charges import clock
from organizing.services import practices
from organizing.tests.inside import as_system

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
inside = pytest.fixture(autouse=True)(as_system)


@pytest.mark.parametrize(
    ("happened", "last", "keep"),
    [
        (date(2026, 1, 15), date(2026, 7, 15), date(2026, 7, 15)),
        (date(2025, 8, 31), date(2026, 2, 28), date(2026, 2, 27)),
        (date(2026, 4, 10), date(2026, 10, 10), date(2026, 10, 9)),
        (date(2025, 12, 1), date(2026, 6, 1), date(2026, 6, 1)),
    ],
)
def test_the_last_day_is_six_months_later_and_never_kept_on_a_weekend(happened, last, keep):
    found = clock(occurred_on=happened, known_on=happened, months=6, today=last - timedelta(days=1))
    assert (found.last_day, found.keep_by, found.words) == (last, keep, "1 day left")


def test_the_clock_says_why_and_that_it_is_over():
    found = clock(occurred_on=date(2026, 1, 15), known_on=date(2026, 3, 2), months=6, today=date(2026, 7, 16))
    assert found.is_over and found.words == "Over since Wed 15 Jul 2026"
    assert "section 10(b)" in found.why and "Counted from then it would be Wed 2 Sep 2026" in found.why


@pytest.fixture
def practice():
    employer = OrganizationFactory(name="Zzyx Electric")
    lead = UserFactory(role="organizer")
    campaign = make.CampaignFactory(name="Zzyx drive", employer=employer, lead=lead)
    happened = TODAY - timedelta(days=170)
    return make.UnfairPracticeFactory(
        campaign=campaign, organization=employer, occurred_on=happened, known_on=happened, what_happened="Zzyx"
    )


def test_the_lead_is_reminded_once_and_the_mail_tells_nothing(practice):
    assert practices.remind() == 1
    assert practices.remind() == 0
    mail = Message.objects.get()
    assert (mail.recipient, mail.compartment) == (practice.campaign.lead, "organizing")
    for word in ("Zzyx", "campaign", "union", "charge", "labor", "organiz"):
        assert word.lower() not in f"{mail.subject} {mail.body} {mail.kind}".lower()


def test_without_a_lead_everybody_inside_is_reminded_and_nobody_outside(practice):
    practice.campaign.lead = None
    practice.campaign.save(update_fields=["lead"])
    UserFactory(role="staff")
    UserFactory(role="officer")
    practices.remind()
    people = {mail.recipient for mail in Message.objects.all()}
    assert people and all(person.has_perm("ip2a.enter_organizing") for person in people)


def test_a_charge_that_was_filed_and_served_stops_the_clock(practice):
    by = practice.campaign.lead
    practices.move(practice, to="filed", by=by, number="13-CA-1", on=TODAY)
    assert practices.running().filter(pk=practice.pk).exists()
    practices.serve(practice, on=TODAY, by=by)
    assert not practices.running().filter(pk=practice.pk).exists()
    assert practices.remind() == 0


def test_an_end_needs_its_outcome_and_an_illegal_move_is_refused(practice):
    by = practice.campaign.lead
    with pytest.raises(Refused, match="cannot become “settled” from there"):
        practices.move(practice, to="settled", by=by, reason="Paid")
    with pytest.raises(Refused, match="Type the number"):
        practices.move(practice, to="filed", by=by)
    with pytest.raises(Refused, match="Say why"):
        practices.move(practice, to="dropped", by=by)
    dropped = practices.move(practice, to="dropped", by=by, reason="No witness")
    assert (dropped.status, dropped.outcome, dropped.closed_on) == ("dropped", "No witness", TODAY)
