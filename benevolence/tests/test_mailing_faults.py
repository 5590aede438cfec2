"""Mail of cases through a real server that is down, and from workers that are killed: kept, shown, sent once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from benevolence import factories, mailing, services
from benevolence.models import BenevolenceApplication
from ip2a.models import Message
from ip2a.post import delivery, tasks
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving
from members.models import Member

BASE_DIR = Path(__file__).resolve().parents[2]
State = Message.State
SENDER = """
import django
django.setup()
from ip2a.post import tasks
from ip2a.tests.mailbox import mail_goes_to
with mail_goes_to({port}, timeout=60):
    tasks.sweep()
"""
ESCALATOR = """
import django
django.setup()
from benevolence.tasks import escalate
print("told", escalate())
"""


@pytest.fixture
def people(committed_db):
    factories.policy_in_force()
    factories.main_fund(balance=100_000)
    return factories.officers()


def page_of(case, user) -> str:
    client = Client()
    client.force_login(user)
    return client.get(case.get_absolute_url()).content.decode()


def retry_now() -> None:
    Message.objects.exclude(next_try_at=None).update(next_try_at=timezone.now() - timedelta(minutes=1))


def started(code: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=BASE_DIR, env=dict(os.environ), stdout=subprocess.PIPE, text=True
    )


def killed(child: subprocess.Popen) -> None:
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)


def test_while_the_server_is_down_decisions_go_on_and_the_page_shows_the_mail_that_is_sent_once_later(people):
    port = free_port()
    with mail_goes_to(port, timeout=2):
        case = factories.submitted()
        services.approve(case, by=people["vp"])
        case.refresh_from_db()
        assert case.status == "approved"
        assert set(Message.objects.values_list("state", flat=True)) == {State.FAILED}
        seen = page_of(case, case.filed_by)
        assert f"{case.number} is approved: $400.00" in seen and "Not sent yet" in seen
        assert "awaits your decision" not in seen  # who decides is told inside the compartment only
        seen = page_of(case, people["president"])
        assert "awaits your decision" in seen and "Not sent yet" in seen
        with serving(Mailbox(), port) as box:
            retry_now()
            sent = [tasks.sweep()["sent"] for _ in range(3)]
    assert sent == [3, 0, 0]
    assert sorted(box.told) == sorted(
        [
            ([people["vp"].email], f"{case.number} awaits your decision as vice president"),
            ([case.filed_by.email], f"{case.number} is approved: $400.00"),
            ([people["admin"].email], f"{case.number} is approved and to be paid: $400.00"),
        ]
    )
    assert "Not sent yet" not in page_of(case, people["president"])


def test_a_mail_that_is_refused_for_good_stands_on_the_page_of_the_filer_with_the_way_to_send_it_again(people):
    port = free_port()
    with mail_goes_to(port), serving(Mailbox(), port) as box:
        case = factories.submitted()
        box.refuses = "550 No such person"
        services.deny(case, for_applicant="No.", by=people["vp"])
        seen = page_of(case, case.filed_by)
        assert f"{case.number} is denied" in seen and "No such person" in seen and "Send again" in seen
        assert len(box.messages) == 1


def test_a_worker_killed_while_it_sends_leaves_a_question_on_the_page_and_never_a_second_mail(people):
    port = free_port()
    with transaction.atomic():
        case = factories.submitted()
        transaction.get_connection().run_on_commit.clear()  # as if the worker had not come to it yet
    with serving(Mailbox(), port) as box:
        box.hangs = True
        child = started(SENDER.format(port=port))
        try:
            assert box.got_one.wait(60)
        finally:
            killed(child)
        box.hangs = False
        Message.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
        with mail_goes_to(port):
            rounds = [tasks.sweep() for _ in range(2)]
    assert [(found["lost"], found["sent"]) for found in rounds] == [(1, 0), (0, 0)]
    assert len(box.messages) == 1
    assert "Perhaps sent" in page_of(case, people["president"])


def test_a_worker_killed_in_the_middle_of_the_overdue_cases_tells_each_once(people):
    """The third case is held until the kill: two are told and committed, the third is half done."""
    cases = [factories.submitted() for _ in range(4)]
    BenevolenceApplication.objects.update(review_due_on=timezone.localdate() - timedelta(days=1))
    overdue = Message.objects.filter(kind=mailing.OVERDUE)
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=cases[2].member_id)
        child = started(ESCALATOR)
        try:
            deadline = time.monotonic() + 60
            while overdue.count() < 4 and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            killed(child)
        assert overdue.count() == 4  # two cases, each to its level and the one above
    assert (services.escalate(), services.escalate()) == (2, 0)
    assert Counter(overdue.values_list("address", flat=True)) == {people["vp"].email: 4, people["admin"].email: 4}
    told = Counter(overdue.values_list("about_id", "recipient"))
    assert (len(told), set(told.values())) == (8, {1})


def test_two_clocks_at_once_tell_each_case_once(people):
    for _ in range(3):
        factories.submitted()
    BenevolenceApplication.objects.update(review_due_on=timezone.localdate() - timedelta(days=1))
    children = [started(ESCALATOR) for _ in range(2)]
    for child in children:
        child.communicate(timeout=90)
        assert child.returncode == 0
    assert Message.objects.filter(kind=mailing.OVERDUE).count() == 6


def test_the_digest_of_overdue_reviews_reaches_each_officer_once(people):
    factories.submitted()
    BenevolenceApplication.objects.update(review_due_on=timezone.localdate() - timedelta(days=1))
    services.escalate()
    Message.objects.filter(is_line=True).update(created_at=timezone.now() - timedelta(days=1))
    port = free_port()
    with mail_goes_to(port), serving(Mailbox(), port) as box:
        for _ in range(2):
            delivery.digest.gather(timezone.localtime().replace(hour=23))
            delivery.send_due(timezone.now())
    assert sorted(to for to, _ in box.told) == sorted([[people["vp"].email], [people["admin"].email]])
    assert all("Overdue reviews" in message.get_content() for message in box.messages)
