"""Connections that rest between two requests, and somebody who waits for one."""

import mmap
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, transaction

from ip2a.db import waiting
from ip2a.db.resting import Rest
from members.models import Member


@pytest.fixture(autouse=True)
def of_this_test(monkeypatch) -> None:
    monkeypatch.setattr(waiting, "_shares_until", mmap.mmap(-1, 8))


@pytest.fixture
def in_a_thread(committed_db):
    """Runs what it is given in one thread of its own, with a connection of its own."""
    with ThreadPoolExecutor(1) as threads:
        yield lambda doing: threads.submit(doing).result(60)
        threads.submit(lambda: connection.close()).result(60)  # noqa: PLW0108 - its own one


def ask() -> int:
    connection.close_if_unusable_or_obsolete()
    assert Member.objects.count() == 0
    return connection.connection.info.backend_pid


def test_one_that_rests_is_let_go_of_and_made_anew(in_a_thread):
    rest = Rest()
    before = in_a_thread(ask)
    in_a_thread(rest.put)
    assert (rest.let_go(), rest.let_go()) == (1, 0)
    in_a_thread(rest.take)
    assert in_a_thread(ask) != before


def test_one_that_is_worked_with_is_left(in_a_thread):
    rest = Rest()
    before = in_a_thread(ask)
    in_a_thread(rest.put)
    in_a_thread(rest.take)
    assert rest.let_go() == 0
    assert in_a_thread(ask) == before


def test_a_transaction_does_not_rest(in_a_thread):
    rest = Rest()

    def within() -> int:
        with transaction.atomic():
            rest.put()
            return rest.let_go() + Member.objects.count()

    assert in_a_thread(within) == 0


def test_what_one_process_meets_all_of_its_web_server_know():
    assert waiting.is_scarce() is False
    child = os.fork()
    if child == 0:
        waiting._note(0)
        os._exit(0)
    os.waitpid(child, 0)
    assert waiting.is_scarce() is True


WEB = """
import django, time
django.setup()
from django.core.signals import request_finished, request_started
from django.db import connection, transaction
from ip2a import gunicorn
from ip2a.db import waiting

gunicorn.post_worker_init(None)
request_started.send(None)
connection.ensure_connection()
request_finished.send(None)
time.sleep(0.6)
print(connection.connection.closed)
waiting._note(0)
until = time.monotonic() + 30
while not connection.connection.closed and time.monotonic() < until:
    time.sleep(0.05)
print(connection.connection.closed)
"""


def test_a_web_process_looks_after_its_own(committed_db):
    said = subprocess.run(
        [sys.executable, "-c", WEB], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split() == ["False", "True"], said.stderr
