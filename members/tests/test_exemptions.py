"""Exempt until a day: one says as little as another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members import exemptions
from members.factories import MemberFactory
from members.models import Exemption

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


def page_of(member, client) -> str:
    return client.get(member.get_absolute_url()).content.decode()


def told(entry) -> tuple:
    return (entry.actor_id, entry.actor_name, entry.ip, entry.user_agent, entry.path, entry.command, entry.reason)


def test_the_page_says_the_latest_day_and_who_entered_it_makes_no_difference(signed_in, today):
    member = MemberFactory()
    staff, organizer, third = signed_in("staff"), signed_in("organizer"), signed_in("representative")
    for client, days in ((staff, 3), (organizer, 9)):
        answer = client.post(
            f"/members/{member.pk}/exempt/", {"until": today + days * DAY, "note": "Task of the local"}
        )
        assert answer.status_code == 302
    text = page_of(member, third)
    assert exemptions.until(member, third.user) == today + 9 * DAY
    assert "Exempt until" in text and "Task of the local" not in text and "Exemptions you entered" not in text
    assert "Exemptions you entered" in page_of(member, staff)
    first, second = AuditEntry.objects.filter(table_name="members_exemption").order_by("id")
    assert told(first) == told(second) == (None, "", None, "", "", "exemptions", "")
    assert (first.new.get("note"), first.new.get("entered_by_id")) == (
        second.new.get("note"),
        second.new.get("entered_by_id"),
    )
    assert "Task of the local" not in first.new.values()


def test_a_reader_without_the_right_is_told_nothing(signed_in, today):
    member = MemberFactory()
    exemptions.exempt(member, until=today + DAY, by=UserFactory(role="organizer"))
    assert "Exempt until" not in page_of(member, signed_in("officer"))


def test_a_second_exemption_is_never_refused_for_the_first(today):
    member = MemberFactory()
    for role in ("organizer", "staff"):
        exemptions.exempt(member, until=today + 5 * DAY, by=UserFactory(role=role))
    assert Exemption.objects.count() == 2


def test_only_the_one_who_entered_it_ends_it(signed_in, today):
    member, organizer = MemberFactory(), UserFactory(role="organizer")
    row = exemptions.exempt(member, until=today, by=organizer)
    staff = signed_in("staff")
    assert staff.post(f"/exemptions/{row.pk}/end/").status_code == 404
    with pytest.raises(Refused, match="Only the person who entered"):
        exemptions.end(row, by=staff.user)
    exemptions.end(row, by=organizer)
    assert exemptions.days_of([member]) == {}
    with pytest.raises(Refused, match="over already"):
        exemptions.end(row, by=organizer)


def test_a_day_that_is_over_is_refused(signed_in, today):
    member, staff = MemberFactory(), signed_in("staff")
    answer = staff.post(f"/members/{member.pk}/exempt/", {"until": today - DAY, "note": "Typed"})
    assert (answer.status_code, Exemption.objects.count()) == (422, 0)
    assert "That day is over. Type today or a later day." in answer.content.decode()
    assert "Typed" in answer.content.decode()


def test_the_list_filters_by_it_and_the_file_has_the_day(signed_in, today):
    free, exempt = MemberFactory(), MemberFactory()
    exemptions.exempt(exempt, until=today + DAY, by=UserFactory(role="organizer"))
    staff = signed_in("staff")
    assert [m.pk for m in staff.get("/members/?exempt=yes").context["page"].records] == [exempt.pk]
    assert [m.pk for m in staff.get("/members/?exempt=no").context["page"].records] == [free.pk]
    lines = b"".join(staff.get("/members/?format=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert [line.endswith((today + DAY).isoformat()) for line in lines[1:]].count(True) == 1
    officer = signed_in("officer")
    assert len(officer.get("/members/?exempt=yes").context["page"].records) == 2
