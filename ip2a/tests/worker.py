"""A real Celery worker on this run's broker and this test's database."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


def until(true: Callable[[], object], seconds: float = 30) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Worker:
    """One worker with two processes; ``kill`` is kill -9."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> "Worker":
        command = [sys.executable, "-m", "celery", "--app", "ip2a", "worker", "--concurrency=2", "--loglevel=info"]
        with self.log.open("ab") as out:
            where = out.tell()
            self.child = subprocess.Popen(command, cwd=BASE_DIR, env=dict(os.environ), stdout=out, stderr=out)
        child = self.child
        until(lambda: b" ready." in self.log.read_bytes()[where:] or child.poll() is not None, READY_SECONDS)
        if b" ready." not in self.log.read_bytes()[where:]:
            pytest.fail(f"The worker did not start: {self.log.read_text()}")
        return self

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.child is not None:
            self.child.send_signal(number)
            self.child.wait(timeout=30)
            self.child = None


@pytest.fixture
def worker(committed_db, tmp_path) -> Iterator[Worker]:
    """Not yet started. Tasks of the test really go by the queue; test processes share it, so they take turns."""
    from ip2a.celery import app

    with open(Path(os.environ["IP2A_TEST_FOLDER"]) / "worker.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Worker(tmp_path / "worker.log")
        eager, app.conf.task_always_eager = app.conf.task_always_eager, False
        app.control.purge()
        try:
            yield made
        finally:
            made.end(signal.SIGKILL)
            app.control.purge()
            app.conf.task_always_eager = eager
