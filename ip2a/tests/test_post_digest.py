"""The daily mail: one for each person, each line with its record, and never what its reader may not see."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import override_settings
from django.utils import timezone

from ip2a import numbers, post
from ip2a.factories import UserFactory
from ip2a.models import Message
from ip2a.post import delivery, digest, kinds, services
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving
from ip2a.tests.vault.models import Secret
from maintenance.models import Threshold
from members.factories import MemberFactory

State = Message.State
post.declare_kind("test.deadline", "Deadlines")


@pytest.fixture(autouse=True)
def site():
    with override_settings(SITE_URL="https://ip2a.example.org/"):
        yield


@pytest.fixture
def mailbox(db):
    port = free_port()
    with serving(Mailbox(), port) as box, mail_goes_to(port):
        yield box


@pytest.fixture
def rosa(db):
    return UserFactory(first_name="Rosa", last_name="Lima", email="rosa@example.org", role="representative")


def line(to, subject, key, **values) -> Message:
    values = {"body": "", "kind": "test.deadline"} | values
    return post.send(to=to, subject=subject, key=key, digest=True, **values)


def next_digest() -> datetime:
    """Just after the digest hour of tomorrow."""
    hour = int(numbers.value(kinds.DIGEST_HOUR))
    return timezone.localtime().replace(hour=hour, minute=5) + timedelta(days=1)


def states() -> list[tuple[str, bool]]:
    return [(m.state, m.carrier_id is not None) for m in Message.objects.filter(is_line=True).order_by("pk")]


def test_lines_wait_for_the_hour_and_go_out_as_one_mail_for_each_person(mailbox, rosa):
    pat, member = UserFactory(email="pat@example.org", role="staff"), MemberFactory()
    line(rosa, "Answer is due Wed 18 Mar", "1", body="Employer, step 2.\nArt. 5", about=member)
    line(rosa, "Hearing tomorrow", "2", kind="test.other_things")
    line(pat, "Answer is due Wed 18 Mar", "3")
    assert (delivery.sweep()["sent"], states()) == (0, [(State.WAITING, False)] * 3)
    moment = next_digest()
    assert digest.gather(moment) == 2
    assert delivery.send_due(moment) == 2
    assert (digest.gather(moment), delivery.send_due(moment)) == (0, 0)
    assert states() == [(State.SENT, True)] * 3
    assert [to for to, _ in mailbox.told] == [["rosa@example.org"], ["pat@example.org"]]
    assert mailbox.messages[0].get_content().replace("\r", "").rstrip("\n") == (
        "Deadlines\n---------\n* Answer is due Wed 18 Mar\n  Employer, step 2.\n  Art. 5\n"
        f"  https://ip2a.example.org/members/{member.pk}/\n\n"
        "Other things\n------------\n* Hearing tomorrow"
    )
    assert Message.objects.get(recipient=pat, is_line=False).body == ""


def test_before_the_hour_and_on_days_without_lines_nothing_happens(mailbox, rosa):
    moment = next_digest()
    assert digest.gather(moment) == 0
    line(rosa, "Due", "1")
    assert digest.gather(moment.replace(hour=0)) == 0
    assert mailbox.messages == []


def test_what_comes_after_the_hour_waits_for_tomorrow(rosa):
    moment = next_digest() - timedelta(days=1)
    Message.objects.filter(pk=line(rosa, "Early", "1").pk).update(created_at=moment - timedelta(hours=2))
    Message.objects.filter(pk=line(rosa, "Late", "2").pk).update(created_at=moment)
    assert (digest.gather(moment), states()) == (1, [(State.WAITING, True), (State.WAITING, False)])


def test_the_local_sets_the_hour(rosa):
    Threshold.objects.filter(name=kinds.DIGEST_HOUR).update(value=17)
    line(rosa, "Due", "1")
    moment = next_digest()
    assert digest.gather(moment.replace(hour=16, minute=59)) == 0
    assert digest.gather(moment) == 1


def test_a_digest_that_fails_takes_its_lines_along(mailbox, rosa, django_capture_on_commit_callbacks):
    mailbox.refuses = "550 No such user"
    first = line(rosa, "Due", "1")
    moment = next_digest()
    digest.gather(moment)
    delivery.send_due(moment)
    first.refresh_from_db()
    assert (first.state, first.last_error) == (State.DEAD, first.carrier.last_error)
    mailbox.refuses = ""
    with django_capture_on_commit_callbacks(execute=True):
        services.send_again(first, by=UserFactory(role="administrator"))
    first.refresh_from_db()
    assert (first.state, first.carrier.state, len(mailbox.messages)) == (State.SENT, State.SENT, 1)


def test_lines_for_somebody_deactivated_stay_with_the_reason(mailbox, rosa):
    line(rosa, "Due", "1")
    rosa.is_active = False
    rosa.save(update_fields=["is_active"])
    moment = next_digest()
    digest.gather(moment)
    delivery.send_due(moment)
    said = "The account of Rosa Lima is deactivated, so nothing is sent there."
    assert set(Message.objects.values_list("state", "last_error")) == {(State.DEAD, said)}
    assert mailbox.messages == []


def test_what_its_reader_may_not_see_any_more_is_left_out(mailbox):
    rights = Permission.objects.filter(content_type__app_label="vault", codename="view_secret")
    organizers = Group.objects.get(name="organizer")
    organizers.permissions.add(*rights)
    jamal, member = UserFactory(role="organizer"), MemberFactory()
    line(jamal, "Zebra plan", "1", about=Secret.objects.create(name="Zebra", member=member))
    line(jamal, "Member called", "2", about=member)
    organizers.permissions.remove(*rights)
    moment = next_digest()
    digest.gather(moment)
    delivery.send_due(moment)
    [mail] = mailbox.messages
    assert ("Zebra" in mail.get_content(), "Member called" in mail.get_content()) == (False, True)
    assert states() == [(State.DEAD, False), (State.SENT, True)]
    assert Message.objects.needing_a_person().count() == 0


def test_a_digest_with_nothing_left_to_say_is_not_sent(mailbox, rosa):
    line(rosa, "Zebra plan", "1", about=Secret.objects.create(name="Zebra", member=MemberFactory()))
    moment = next_digest()
    digest.gather(moment)
    assert delivery.send_due(moment) == 0
    carrier = Message.objects.get(is_line=False)
    assert (carrier.state, carrier.last_error) == (State.DEAD, digest.NOTHING_LEFT)
    assert (mailbox.messages, Message.objects.needing_a_person().count()) == ([], 0)


def test_a_digest_tells_outsiders_nothing_of_a_compartment(mailbox, rosa):
    """Not even the administrator, who sees the digest itself."""
    Group.objects.get(name="organizer").permissions.add(Permission.objects.get(codename="view_secret"))
    jamal, boss = UserFactory(role="organizer"), UserFactory(role="administrator")
    line(jamal, "Zebra plan", "1", about=Secret.objects.create(name="Zebra", member=MemberFactory()))
    moment = next_digest()
    digest.gather(moment)
    delivery.send_due(moment)
    assert "Zebra plan" in mailbox.messages[0].get_content()
    [seen] = Message.objects.visible_to(boss)
    assert (seen.kind, seen.body, "Zebra" in seen.subject) == (kinds.DIGEST, "", False)
