"""Before an agreement or an exemption ends, those inside are told, in a mail that tells nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ip2a.factories import UserFactory
from ip2a.models import Message
from ip2a.words import format_day
from members import exemptions
from organizing import factories as make
from organizing.services import endings
from organizing.tasks import remind_of_charges

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def mail():
    rows = Message.objects.filter(kind="organizing.ending").order_by("pk")
    return list(rows.values_list("recipient", "subject", "body", "compartment"))


def told(person, day):
    body = f"Something in organizing ends on {format_day(day)}. Sign in to see."
    return person.pk, "Something in organizing ends soon", body, "organizing"


def test_who_directs_the_salt_is_told_once_of_either_end():
    today = timezone.localdate()
    lead, _ = UserFactory(role="organizer"), UserFactory(role="organizer")
    agreement = make.SaltingAgreementFactory(directed_by=lead, ends_on=today + 9 * DAY)
    agreement.exemption = exemptions.exempt(agreement.member, until=today + 5 * DAY, by=lead)
    agreement.save(update_fields=["exemption"])
    assert (remind_of_charges(), remind_of_charges()) == (2, 0)
    assert mail() == [told(lead, today + 9 * DAY), told(lead, today + 5 * DAY)]


def test_without_a_director_inside_all_organizers_are_told():
    today = timezone.localdate()
    people = [UserFactory(role="organizer"), UserFactory(role="organizer")]
    make.SaltingAgreementFactory(directed_by=UserFactory(role="staff"), ends_on=today + 14 * DAY)
    assert endings.remind_of_ends() == 2
    assert {row[0] for row in mail()} == {person.pk for person in people}


@pytest.mark.parametrize("days", [15, -1])
def test_what_ends_later_or_is_over_is_not_told(days):
    lead = UserFactory(role="organizer")
    make.SaltingAgreementFactory(directed_by=lead, ends_on=timezone.localdate() + days * DAY)
    assert (endings.remind_of_ends(), mail()) == (0, [])


def test_an_agreement_that_was_ended_is_not_told():
    today = timezone.localdate()
    make.SaltingAgreementFactory(ends_on=today + 3 * DAY, ended_on=today, ended_because="Done")
    assert endings.remind_of_ends() == 0
