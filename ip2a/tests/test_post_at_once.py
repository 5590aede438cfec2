"""Mail under threads and kills: written once, claimed once, and never sent twice."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.utils import timezone

from ip2a import post
from ip2a.celery import app
from ip2a.factories import UserFactory
from ip2a.models import Message
from ip2a.post import delivery, tasks
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving

BASE_DIR = Path(__file__).resolve().parents[2]
State = Message.State
SENDER = """
import django
django.setup()
from ip2a.post import tasks
from ip2a.tests.mailbox import mail_goes_to
with mail_goes_to({port}, timeout=60):
    print(tasks.sweep())
"""


def write(to, key: str) -> Message:
    """Committed, and not handed to a worker."""
    with transaction.atomic():
        row = post.send(to=to, subject=f"Mail {key}", body="x", kind="test.reminder", key=key)
        transaction.get_connection().run_on_commit.clear()
    return row


@pytest.fixture
def mailbox(committed_db):
    port = free_port()
    with serving(Mailbox(), port) as box, mail_goes_to(port):
        box.port = port
        yield box


def at_once(function, count: int) -> list:
    start, results = threading.Barrier(count), []

    def run():
        try:
            start.wait(10)
            results.append(function())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == count
    return results


def test_the_same_key_from_eight_at_once_is_written_once(mailbox):
    rosa = UserFactory()
    rows = at_once(lambda: write(rosa, "same"), 8)
    assert ([row is None for row in rows].count(False), Message.objects.count()) == (1, 1)


def test_a_key_whose_writer_gave_way_is_free_again(mailbox):
    rosa = UserFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post.send(to=rosa, subject="x", body="", kind="test.reminder", key="free")
        raise ZeroDivisionError
    assert write(rosa, "free") is not None


def test_four_workers_at_once_send_each_mail_once(mailbox):
    rosa = UserFactory()
    for number in range(20):
        write(rosa, str(number))
    sent = at_once(lambda: delivery.send_due(timezone.now()), 4)
    assert (sum(sent), len(mailbox.messages)) == (20, 20)
    assert len({subject for _, subject in mailbox.told}) == 20
    assert set(Message.objects.values_list("state", "tries")) == {(State.SENT, 1)}


def test_two_that_gather_at_once_make_one_digest(mailbox):
    rosa = UserFactory(role="representative")
    for number in range(10):
        post.send(to=rosa, subject="Due", body="", kind="test.reminder", key=str(number), digest=True)
    moment = timezone.now() + timedelta(days=1)
    made = at_once(lambda: delivery.digest.gather(moment.replace(hour=23)), 3)
    assert sorted(made) == [0, 0, 1]
    assert Message.objects.filter(is_line=False).count() == 1


def test_a_sender_killed_in_the_middle_leaves_a_question_and_never_a_second_mail(mailbox):
    """The server has the text and has not answered: the worst moment."""
    row = write(UserFactory(), "cut")
    mailbox.hangs = True
    code = SENDER.format(port=mailbox.port)
    child = subprocess.Popen([sys.executable, "-c", code], cwd=BASE_DIR, env=dict(os.environ))
    try:
        assert mailbox.got_one.wait(60)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    mailbox.hangs = False
    row.refresh_from_db()
    assert (row.state, len(mailbox.messages)) == (State.SENDING, 1)
    assert (tasks.deliver(row.pk), tasks.sweep()["sent"]) == ("", 0)
    Message.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    assert tasks.sweep() == {"lost": 1, "digests": 0, "sent": 0}
    assert tasks.sweep() == {"lost": 0, "digests": 0, "sent": 0}
    row.refresh_from_db()
    assert (row.state, len(mailbox.messages)) == (State.UNSURE, 1)


def test_a_process_of_its_own_sends_what_waits(mailbox):
    write(UserFactory(email="rosa@example.org"), "other process")
    code = SENDER.format(port=mailbox.port)
    result = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "{'lost': 0, 'digests': 0, 'sent': 1}", result.stderr
    assert mailbox.told == [(["rosa@example.org"], "Mail other process")]


def point_queue_at(url, *, eager):
    app.conf.task_always_eager, app.conf.broker_url, app.conf.broker_write_url = eager, url, url
    app._pool = app.amqp._producer_pool = None  # connections that are open already


def test_what_the_queue_did_not_take_is_sent_by_the_next_round(mailbox):
    former = app.conf.broker_url
    point_queue_at(f"redis://127.0.0.1:{free_port()}/0", eager=False)
    try:
        row = post.send(to=UserFactory(), subject="Kept", body="", kind="test.reminder", key="kept")
    finally:
        point_queue_at(former, eager=True)
    row.refresh_from_db()
    assert (row.state, mailbox.messages) == (State.WAITING, [])
    assert tasks.sweep()["sent"] == 1
