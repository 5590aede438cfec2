"""Outgoing mail through a real SMTP server on loopback: written once, sent once, and what is said when it is not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ip2a import audit, numbers, post
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, Message
from ip2a.post import delivery, kinds, services, tasks
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving
from members.factories import MemberFactory

State = Message.State


@pytest.fixture
def mailbox(db):
    port = free_port()
    with serving(Mailbox(), port) as box, mail_goes_to(port):
        yield box


@pytest.fixture
def rosa(db):
    return UserFactory(first_name="Rosa", last_name="Lima", email="rosa@example.org", role="representative")


@pytest.fixture
def sent(django_capture_on_commit_callbacks):
    """Send as a page does: written, committed, and handed to the worker."""

    def send(**values):
        values = {"subject": "Answer due", "body": "Soon.", "kind": "test.reminder", "key": "one"} | values
        with django_capture_on_commit_callbacks(execute=True):
            row = post.send(**values)
        if row is not None:
            row.refresh_from_db()
        return row

    return send


def later(minutes: float = 24 * 60) -> None:
    """Let the pause before the next try pass."""
    Message.objects.exclude(next_try_at=None).update(next_try_at=timezone.now() - timedelta(minutes=1))


# Sending


def test_a_mail_arrives_and_its_row_says_so(mailbox, rosa, sent):
    member = MemberFactory()
    row = sent(to=rosa, subject="Answer\n due", body="Dear Rosa,\nsoon.", about=member)
    [mail] = mailbox.messages
    assert mailbox.told == [(["rosa@example.org"], "Answer due")]
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == (row.message_id, "auto-generated")
    assert mail.get_content().splitlines() == ["Dear Rosa,", "soon."]
    assert (row.state, row.tries, row.address, row.last_error) == (State.SENT, 1, "rosa@example.org", "")
    assert row.sent_at is not None and row.next_try_at is None
    assert (row.record(), row.compartment) == (member, "")


def test_the_same_key_again_does_nothing(mailbox, rosa, sent):
    sent(to=rosa)
    assert sent(to=rosa, subject="Something else") is None
    assert mailbox.told == [(["rosa@example.org"], "Answer due")]
    assert Message.objects.count() == 1


def test_what_is_rolled_back_is_never_sent(mailbox, rosa, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused), transaction.atomic():
        post.send(to=rosa, subject="No", body="", kind="test.reminder", key="gone")
        raise Refused("The change was refused.")
    assert (Message.objects.count(), mailbox.messages) == (0, [])


def test_an_address_alone_gets_mail_too(mailbox, sent):
    row = sent(to="lawyer@example.org")
    assert (row.recipient, row.to, mailbox.told) == (
        None,
        "lawyer@example.org",
        [(["lawyer@example.org"], "Answer due")],
    )


def test_to_nobody_is_kept_with_the_reason(mailbox, sent):
    gone = UserFactory(first_name="Pat", last_name="Gone", is_active=False)
    without = UserFactory(first_name="Ray", last_name="Silent", email="")
    said = [sent(to=to, key=str(n)).last_error for n, to in enumerate((gone, without, None))]
    assert said == [
        "The account of Pat Gone is deactivated, so nothing is sent there.",
        "Ray Silent has no e-mail address. Add one under People and access, then send it again.",
        "Nobody is named to send it to.",
    ]
    assert set(Message.objects.values_list("state", "next_try_at")) == {(State.DEAD, None)}
    assert mailbox.messages == []


def test_a_mail_to_somebody_deactivated_meanwhile_is_not_sent(mailbox, rosa):
    row = post.send(to=rosa, subject="Late", body="", kind="test.reminder", key="late")
    rosa.is_active = False
    rosa.save(update_fields=["is_active"])
    assert delivery.deliver(row.pk).state == State.DEAD
    assert mailbox.messages == []


def test_an_unknown_compartment_is_refused(rosa):
    member = MemberFactory()
    member.compartment = "attic"
    with pytest.raises(ValueError, match="There is no compartment 'attic'"):
        post.send(to=rosa, subject="x", body="", kind="test.reminder", key="x", about=member)


# What can go wrong, and what is said


def test_while_the_server_is_down_mail_waits_with_the_reason_and_goes_out_afterwards(rosa, sent):
    port = free_port()
    with mail_goes_to(port):
        first = sent(to=rosa, key="1")
        second = post.send(to=rosa, subject="Second", body="", kind="test.reminder", key="2")
        assert (first.state, first.tries) == (State.FAILED, 1)
        why = "The mail server does not answer (Connection refused). The mail is kept and tried again by itself."
        later()
        assert tasks.sweep() == {"lost": 0, "digests": 0, "sent": 0}
        rows = Message.objects.order_by("pk").values_list("state", "tries", "last_error")
        assert list(rows) == [(State.FAILED, 2, why), (State.WAITING, 0, why)]
        with serving(Mailbox(), port) as box:
            later()
            assert tasks.sweep() == {"lost": 0, "digests": 0, "sent": 2}
            assert tasks.sweep() == {"lost": 0, "digests": 0, "sent": 0}
            assert [subject for _, subject in box.told] == ["Answer due", "Second"]
    second.refresh_from_db()
    assert (second.state, second.last_error) == (State.SENT, "")


def test_pauses_double_up_to_the_longest_and_end_after_the_last_try(rosa, sent):
    with mail_goes_to(free_port()):
        row, pauses = sent(to=rosa), []
        while row.state == State.FAILED:
            pauses.append(round((row.next_try_at - row.updated_at).total_seconds() / 60))
            later()
            delivery.deliver(row.pk)
            row.refresh_from_db()
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, *[240] * 11]
    assert (row.state, row.tries) == (State.DEAD, 20)
    assert row.last_error.startswith("Given up after 20 tries. The mail server does not answer (Connection refused).")


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (
            "550 No such user",
            State.DEAD,
            "The mail server refuses the address rosa@example.org (550 No such user). Correct the address, then send "
            "it again.",
        ),
        (
            "451 Greylisted, come again",
            State.FAILED,
            "The mail server did not take it (451 Greylisted, come again). It is tried again by itself.",
        ),
    ],
)
def test_a_refused_address_is_for_a_person_and_a_not_now_is_tried_again(mailbox, rosa, sent, answer, state, said):
    mailbox.refuses = answer
    row = sent(to=rosa)
    assert (row.state, row.last_error, mailbox.messages) == (state, said, [])


@pytest.mark.parametrize(("answer", "state"), [("554 Spam", State.DEAD), ("452 Disk full", State.FAILED)])
def test_a_refused_text_likewise(mailbox, rosa, sent, answer, state):
    mailbox.rejects = answer
    row = sent(to=rosa)
    assert (row.state, answer in row.last_error) == (state, True)


def test_a_line_that_breaks_while_the_text_goes_out_is_never_tried_again_by_itself(mailbox, rosa, sent):
    mailbox.stalls = True
    row = sent(to=rosa)
    assert (row.state, row.tries, len(mailbox.messages)) == (State.UNSURE, 1, 1)
    assert row.last_error.startswith("The connection broke while the mail was handed over (")
    later()
    assert tasks.sweep() == {"lost": 0, "digests": 0, "sent": 0}
    assert len(mailbox.messages) == 1


def test_a_mail_that_cannot_be_put_together_says_so(mailbox, sent):
    row = sent(to="rosa@example.org\nBcc: all@example.org")
    assert (row.state, mailbox.messages) == (State.DEAD, [])
    assert row.last_error.startswith("The mail could not be put together (")


def test_a_claim_of_a_process_that_ended_is_shown_and_never_sent_by_itself(mailbox, rosa):
    row = post.send(to=rosa, subject="Cut", body="", kind="test.reminder", key="cut")
    assert delivery.claim(row.pk).tries == 1
    assert delivery.claim(row.pk) is None
    assert tasks.sweep() == {"lost": 0, "digests": 0, "sent": 0}
    stale = timezone.now() - timedelta(minutes=float(numbers.value(kinds.STALE_AFTER)) + 1)
    Message.objects.update(claimed_at=stale)
    assert tasks.sweep() == {"lost": 1, "digests": 0, "sent": 0}
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.UNSURE, delivery.ENDED)
    later()
    assert (tasks.deliver(row.pk), mailbox.messages) == ("", [])


def test_an_answer_that_comes_after_all_is_believed(mailbox, rosa):
    row = post.send(to=rosa, subject="Slow", body="", kind="test.reminder", key="slow")
    mine = delivery.claim(row.pk)
    Message.objects.filter(pk=row.pk).update(state=State.UNSURE, last_error="Nobody knows.")
    delivery._write_down(mine, delivery._attempt(mine))
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.SENT, "")


def test_an_answer_that_comes_after_a_person_decided_changes_nothing(mailbox, rosa):
    boss = UserFactory(role="administrator", first_name="Ada", last_name="Boss")
    row = post.send(to=rosa, subject="Slow", body="", kind="test.reminder", key="slow")
    mine = delivery.claim(row.pk)
    Message.objects.filter(pk=row.pk).update(state=State.UNSURE, last_error="Nobody knows.")
    services.give_up(row, by=boss, reason="Told by phone")
    delivery._write_down(mine, delivery._attempt(mine))
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.DEAD, "Given up by Ada Boss: Told by phone")


# A person decides


@pytest.fixture
def boss(db):
    return UserFactory(role="administrator", first_name="Ada", last_name="Boss")


def test_after_the_address_was_corrected_it_is_sent_again(
    mailbox, rosa, sent, boss, django_capture_on_commit_callbacks
):
    mailbox.refuses = "550 No such user"
    row = sent(to=rosa)
    mailbox.refuses, rosa.email = "", "rosa.lima@example.org"
    rosa.save(update_fields=["email"])
    with django_capture_on_commit_callbacks(execute=True):
        services.send_again(row, by=boss)
    row.refresh_from_db()
    assert (row.state, row.tries, row.address) == (State.SENT, 1, "rosa.lima@example.org")
    assert mailbox.told == [(["rosa.lima@example.org"], "Answer due")]
    reasons = AuditEntry.objects.about(row).filter(reason="Sent again").values_list("changed", flat=True)
    assert any("state" in changed for changed in reasons)


def refusal(verb, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    return str(caught.value)


def test_what_was_sent_is_neither_sent_again_nor_given_up(mailbox, rosa, sent, boss):
    row = sent(to=rosa)
    assert refusal(services.send_again, row, by=boss) == (
        "This mail was sent. If it is needed once more, do again what caused it."
    )
    assert refusal(services.give_up, row, by=boss, reason="x") == "This mail was sent: it cannot be called back."


def test_what_is_being_sent_is_left_alone(rosa, boss):
    row = post.send(to=rosa, subject="Now", body="", kind="test.reminder", key="now")
    delivery.claim(row.pk)
    said = "This mail is being sent right now. Look again in a minute."
    assert refusal(services.send_again, row, by=boss) == said
    assert refusal(services.give_up, row, by=boss, reason="x") == said


def test_giving_up_wants_a_reason_and_is_done_once(rosa, boss, mailbox):
    row = post.send(to=rosa, subject="Now", body="", kind="test.reminder", key="now")
    assert refusal(services.give_up, row, by=boss, reason=" ").startswith("Say why it is given up")
    services.give_up(row, by=boss, reason="Told by phone")
    assert refusal(services.give_up, row, by=boss, reason="again") == "This mail was given up already."
    tasks.sweep()
    assert (Message.objects.needing_a_person().count(), mailbox.messages) == (0, [])


def test_it_is_not_sent_again_to_somebody_deactivated(rosa, sent, boss):
    rosa.is_active = False
    rosa.save(update_fields=["is_active"])
    row = sent(to=rosa)
    assert refusal(services.send_again, row, by=boss) == (
        "The account of Rosa Lima is deactivated, so nothing is sent there."
    )


def test_who_may_change_the_record_decides_about_its_mail_and_nobody_else(rosa, sent):
    row = sent(to=None, about=MemberFactory())
    for role, may in (("representative", True), ("staff", True), ("officer", False), (None, False)):
        user = UserFactory(role=role)
        assert (role, bool(services.rules.may_decide(user, row))) == (role, may)
    bare = sent(to=None, key="two")
    assert refusal(services.send_again, bare, by=rosa) == services.rules.NO_RIGHT


# What the database itself promises


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "lost"}, "message_state_known"),
        ({"channel": "pigeon"}, "message_channel_known"),
        ({"state": "sent"}, "message_sent_when_sent"),
        ({"state": "sending"}, "message_claimed_while_sending"),
        ({"state": "unsure"}, "message_trouble_explained"),
        ({"about_model": "members.member"}, "message_about_a_record"),
        ({"kind": ""}, "message_named"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(rosa, values, constraint):
    row = post.send(to=rosa, subject="x", body="", kind="test.reminder", key="x")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.filter(pk=row.pk).update(**values)


def test_mail_is_never_deleted(rosa, app_db, db):
    with pytest.raises(Exception, match="permission denied"), app_db.transaction():
        app_db.execute("DELETE FROM ip2a_message")


def test_sending_is_written_down_with_the_task_that_did_it(mailbox, rosa, sent):
    row = sent(to=rosa)
    entries = AuditEntry.objects.about(row).order_by("id").values_list("action", "command")
    assert list(entries) == [
        ("insert", audit.current().command),
        ("update", "ip2a.post.tasks.deliver"),
        ("update", "ip2a.post.tasks.deliver"),
    ]
