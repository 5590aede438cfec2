"""Timelines of members and employers tell of organizing inside, and nothing outside."""

import pytest

from ip2a import audit, compartments
from ip2a.factories import UserFactory
from ip2a.timeline import events
from members.factories import MemberFactory, OrganizationFactory
from organizing import factories as make
from organizing.tests.room import nobody

pytestmark = pytest.mark.django_db


def told(user, record):
    with nobody(), audit.acting(user=user):
        return sorted((str(one.on), one.text) for one in events(user, record) if one.kind == "organizing")


def test_those_inside_read_what_happened_and_staff_nothing():
    member, employer = MemberFactory(), OrganizationFactory(name="Ordinary Electric")
    with compartments.system("organizing", "tests"):
        make.SaltingActivityFactory(member=member, organization=employer)
        make.SaltingAgreementFactory(member=member, organization=employer)
        make.EmployerScoreFactory(organization=employer, score=4)
    organizer, staff = UserFactory(role="organizer"), UserFactory(role="staff")
    assert told(organizer, member) == [
        (str(make.OPENED), "Salting agreement began: Ordinary Electric"),
        (str(make.SIGNED), "Outreach at Ordinary Electric: neutral"),
    ]
    assert told(organizer, employer) == [
        (str(make.OPENED), f"Salting agreement began: {member}"),
        (str(make.SIGNED), "Outreach at Ordinary Electric: neutral"),
        (str(make.SIGNED), "Stands: Receptive"),
    ]
    assert (told(staff, member), told(staff, employer)) == ([], [])
