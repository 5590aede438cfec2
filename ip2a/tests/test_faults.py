"""Something breaks while people work: a web process, the database, the broker. What was saved stays, and work goes on.

Under a real load, and with the figures, the same is in benchmarks/load_faults.py.
"""

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.test import Client

from grievances.factories import case
from ip2a.embedded import Broker, Cluster
from ip2a.factories import UserFactory
from ip2a.models import Attachment, Job
from ip2a.tests.web import Visit, Web
from ip2a.tests.worker import BASE_DIR, until
from maintenance.load.watching import web_processes
from members.models import Member

NEW = {"first_name": "Ann", "status": "active", "classification": "journeyman", "csrfmiddlewaretoken": "x" * 32}
OUTAGE = "The database does not answer at the moment."


def visit_of(web: Web, user) -> Visit:
    """Signed in already."""
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return Visit(web, {settings.SESSION_COOKIE_NAME: session, "csrftoken": "x" * 32})


class Writers:
    """People who add members one after the other, and what each was told."""

    def __init__(self, visit: Visit, people: int = 4) -> None:
        self.visit = visit
        self.saved: dict[str, int] = {}
        self.told: list[int] = []  # statuses of the answers that were none of success; 0: none came
        self.pages: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=[number]) for number in range(people)]

    def _work(self, person: int) -> None:
        visit = Visit(self.visit.web, dict(self.visit.cookies))
        count = 0
        while not self._over.is_set():
            count += 1
            number = f"{person}{count:06}"
            try:
                page = visit.post("/members/add/", **NEW, member_number=number, last_name=f"Fault{number}")
            except (OSError, http.client.HTTPException):
                self.told.append(0)
                continue
            if page.status == 302:
                self.saved[number] = int(page.headers["Location"].strip("/").split("/")[1])
            else:
                self.told.append(page.status)
                self.pages.append(f"{page.headers['Retry-After']} {page.words}")

    def more(self, count: int = 10) -> bool:
        """So many more are saved from now on."""
        wanted = len(self.saved) + count
        return until(lambda: len(self.saved) >= wanted, 60)

    def lost(self) -> list[str]:
        found = dict(Member.objects.filter(member_number__in=self.saved).values_list("member_number", "pk"))
        return [number for number, key in self.saved.items() if found.get(number) != key]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_a_web_process_killed_under_load_is_followed_by_another_and_nothing_saved_is_lost(webs):
    web = webs(WEB_WORKERS="2")
    first = set(web_processes(web.child.pid)) - {web.child.pid}
    victim = min(first)
    with Writers(visit_of(web, UserFactory(role="staff"))) as writers:
        assert writers.more()
        os.kill(victim, signal.SIGKILL)
        assert until(lambda: len(set(web_processes(web.child.pid)) - {web.child.pid, victim}) == 2)
        assert writers.more()
    assert (len(first), writers.lost()) == (2, [])
    assert set(writers.told) <= {0}
    assert len(writers.told) <= 4  # what each person was just waiting for


@contextmanager
def shut(database: str) -> Iterator[None]:
    """Everybody is sent away and nobody let in, as when the server goes."""
    cluster = Cluster(Path(os.environ["IP2A_TEST_FOLDER"]) / "postgres", durable=False)
    with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        try:
            superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
            yield
        finally:
            superuser.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


def test_a_database_that_goes_under_load_is_a_page_that_says_so_and_nothing_saved_is_lost(committed_db, webs):
    from django.db import connections

    web = webs(WEB_WORKERS="2")
    with Writers(visit_of(web, UserFactory(role="staff"))) as writers:
        assert writers.more()
        connections.close_all()
        with shut(committed_db):
            assert until(lambda: len(writers.told) >= 20)
            before = len(writers.saved)
            assert Visit(web).get("/healthz").status == 200
            assert len(writers.saved) == before
        assert writers.more()
    assert writers.lost() == []
    assert set(writers.told) == {503}
    assert [page for page in writers.pages if not (page.startswith("10 ") and OUTAGE in page)] == []


def tend(environment: dict[str, str]) -> str:
    """The turn that beat does every half minute."""
    code = "from ip2a.jobs import tasks; print(tasks.tend())"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    return subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.fixture
def broker(tmp_path, monkeypatch) -> Iterator[Broker]:
    """One of this test's own, for what it starts."""
    with Broker(tmp_path / "own" / "broker") as made:
        monkeypatch.setenv("REDIS_URL", made.url())
        monkeypatch.setenv("CACHE_URL", made.cache_url())
        monkeypatch.setenv("IP2A_TEST_QUEUE", "real")
        yield made


def test_without_a_broker_pages_work_on_and_what_they_started_is_done_once_when_it_is_back(broker, webs, worker):
    web, rep = webs(WEB_WORKERS="1"), UserFactory(role="representative")
    cases = [case(by=rep) for _ in range(3)]
    visit = visit_of(web, rep)
    worker.start()
    os.kill(broker.pid, signal.SIGKILL)
    assert until(lambda: not broker.child_lives())
    asked = [visit.post(f"{one.get_absolute_url()}packet/", purpose="arbitration").status for one in cases]
    pages = [visit.get(path).status for path in ("/members/", "/grievances/", cases[0].get_absolute_url())]
    assert (asked, pages, visit.get("/readyz").status) == ([302] * 3, [200] * 3, 503)
    assert list(Job.objects.values_list("state", "queued_at")) == [("waiting", None)] * 3
    broker.start()
    environment = dict(os.environ)
    assert (tend(environment), tend(environment)) == ("3\n", "0\n")
    assert until(lambda: not Job.objects.unfinished().exists(), 60), worker.log.read_text()
    assert list(Job.objects.values_list("state", "attempts")) == [("done", 1)] * 3
    kept = Attachment.objects.filter(media_type="application/zip").values_list("object_id", flat=True)
    assert sorted(kept) == sorted(one.pk for one in cases)
