"""Long work by real Celery workers: killed in the middle, without a queue, seen while it moves."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from ip2a import jobs
from ip2a.factories import UserFactory
from ip2a.jobs import tasks
from ip2a.models import AuditEntry, Job
from ip2a.tests.vault.models import Secret
from ip2a.tests.worker import BASE_DIR, until
from members.factories import MemberFactory

State = Job.State


@pytest.fixture
def told(tmp_path) -> Path:
    """Where the work writes which process does it."""
    path = tmp_path / "told"
    path.touch()
    return path


def now(job: Job) -> Job:
    job.refresh_from_db()
    return job


def secrets() -> list[str]:
    return list(Secret.objects.values_list("name", flat=True))


def test_a_worker_does_it_and_the_page_sees_it_move(worker, told):
    worker.start()
    client = Client()
    client.force_login(UserFactory(role="staff"))
    job = jobs.start("vault.pack", MemberFactory(), by=None, data={"pause": 0.7, "steps": 4})
    assert until(lambda: 0 < now(job).done < 4)
    part = client.get(job.url, headers={"HX-Request": "true"}).content.decode()
    assert (" of 4" in part, "Packing " in part, "hx-get" in part) == (True, True, True)
    assert secrets() == []  # nothing of it is there before its end
    assert until(lambda: not now(job).is_unfinished)
    assert (job.state, job.attempts, job.text, secrets()) == (State.DONE, 1, "4 packed.", ["Packed at attempt 1"])
    commands = set(AuditEntry.objects.filter(table_name="vault_secret").values_list("command", flat=True))
    assert commands == {"ip2a.jobs.tasks.run"}


def test_a_worker_killed_in_the_middle_leaves_nothing_and_another_begins_again(worker, told):
    worker.start()
    job = jobs.start("vault.pack", MemberFactory(), by=None, data={"pause": 0.6, "steps": 4, "tell": str(told)})
    assert until(lambda: now(job).done > 0)
    worker.kill()
    assert until(lambda: tasks.tend() == 1)
    assert (now(job).state, job.attempts, secrets()) == (State.WAITING, 1, [])
    worker.start()
    assert until(lambda: not now(job).is_unfinished)
    assert (job.state, job.attempts, secrets()) == (State.DONE, 2, ["Packed at attempt 2"])
    assert len(set(told.read_text().split())) == 2


def test_a_pool_process_killed_in_the_middle_is_followed_by_another(worker, told):
    worker.start()
    job = jobs.start("vault.pack", MemberFactory(), by=None, data={"pause": 0.6, "steps": 4, "tell": str(told)})
    assert until(lambda: now(job).done > 0)
    os.kill(int(told.read_text().split()[0]), signal.SIGKILL)
    assert until(lambda: tasks.tend() + len(told.read_text().split()) > 1)
    assert until(lambda: not now(job).is_unfinished)
    assert (job.state, job.attempts, secrets()) == (State.DONE, 2, ["Packed at attempt 2"])


def test_the_same_message_twice_does_it_once(worker, told):
    job = jobs.start("vault.pack", MemberFactory(), by=None, data={"pause": 0.1, "tell": str(told)})
    assert [tasks.hand_over(job.pk), tasks.hand_over(job.pk)] == [True, True]
    worker.start()
    assert until(lambda: not now(job).is_unfinished)
    last = jobs.start("vault.pack", MemberFactory(), by=None)
    assert until(lambda: not now(last).is_unfinished)
    assert (now(job).state, job.attempts, len(told.read_text().split())) == (State.DONE, 1, 1)


def test_without_a_queue_a_job_waits_says_so_and_starts_when_it_is_back(worker, tmp_path):
    member, user = MemberFactory(), UserFactory(role="staff")
    code = (
        "from ip2a.celery import app; app.conf.task_always_eager = False\n"
        "from ip2a import jobs; from ip2a.models import User; from members.models import Member\n"
        f"print(jobs.start('vault.pack', Member.objects.get(pk={member.pk}), by=User.objects.get(pk={user.pk})).state)"
    )
    gone = os.environ | {"REDIS_URL": f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    said = subprocess.run(command, cwd=BASE_DIR, env=gone, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout == "waiting\n"
    assert "waits, because the queue does not answer" in said.stderr
    job = Job.objects.get()
    assert job.text == (
        "The queue does not answer at the moment. It starts by itself as soon as it does; nothing is lost."
    )
    worker.start()
    assert tasks.tend() == 1
    assert until(lambda: not now(job).is_unfinished)
    assert (job.state, secrets()) == (State.DONE, ["Packed at attempt 1"])
