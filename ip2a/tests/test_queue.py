"""A queue that is gone, or that is there and says nothing, holds no page."""

import os
import socket
import subprocess
import sys
import time

import pytest
from kombu.exceptions import OperationalError as BrokerGone

from ip2a import queue
from ip2a.factories import UserFactory
from ip2a.models import Message
from ip2a.tests.worker import BASE_DIR

MAILS = """
import time
from ip2a.celery import app
app.conf.task_always_eager = False
from ip2a import post
from ip2a.models import User
user, began = User.objects.get(pk={user}), time.monotonic()
for number in range(5):
    post.send(to=user, subject="Hello", body="Hello", kind="tests.mail", key=f"mail {{number}}")
print(time.monotonic() - began)
"""


class Gone:
    """A task whose queue does not answer."""

    def __init__(self) -> None:
        self.tries = 0

    def delay(self, *args, **kwargs) -> None:
        self.tries += 1
        raise BrokerGone("gone")


@pytest.fixture(autouse=True)
def rested(monkeypatch):
    monkeypatch.setattr(queue, "_rest_until", float("-inf"))


def test_a_queue_that_did_not_answer_is_left_alone_for_a_while(monkeypatch):
    gone, taken = Gone(), []
    assert [queue.hand_over(gone, 1), queue.hand_over(gone, 2), gone.tries] == [False, False, 1]
    monkeypatch.setattr(queue, "_rest_until", time.monotonic())
    task = type("Task", (), {"delay": lambda self, *args: taken.append(args)})()
    assert [queue.hand_over(task, 1), queue.hand_over(task, 2), taken] == [True, True, [(1,), (2,)]]


def test_another_error_is_not_taken_for_a_queue_that_is_gone():
    def broken(*args):
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        queue.hand_over(type("Task", (), {"delay": broken})())
    assert queue._rest_until == float("-inf")


def test_a_queue_that_is_there_and_says_nothing_is_waited_for_once_and_not_for_long(committed_db):
    user = UserFactory()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAILS.format(user=user.pk)]
        environment = os.environ | {"REDIS_URL": url, "BROKER_TIMEOUT": "1"}
        said = subprocess.run(
            command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
    assert 2 <= float(said.stdout) < 10  # two tries for the first mail, none for the others
    assert list(Message.objects.values_list("state", flat=True)) == ["waiting"] * 5
    assert said.stderr.count("waits, because the queue does not answer") == 5
