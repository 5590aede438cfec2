"""More people than PostgreSQL has connections for: whoever comes last waits a while, and is told if it was in vain."""

import mmap
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client

from ip2a import jobs
from ip2a.db import waiting
from ip2a.embedded import Cluster
from ip2a.factories import UserFactory
from ip2a.outage import is_outage, unavailable
from ip2a.tests.vault.models import Secret
from ip2a.tests.web import Visit
from ip2a.tests.worker import until
from members.factories import MemberFactory

BUSY = "More people are at work at the moment than the database has room for."
WAITS = "PostgreSQL has no connection left."
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


class Room:
    """How many connections this test's database allows; those that nobody else has are held here."""

    def __init__(self, database: str) -> None:
        self.cluster = Cluster(Path(os.environ["IP2A_TEST_FOLDER"]) / "postgres", durable=False)
        self.database = database
        self.held: list[psycopg.Connection] = []

    def allow(self, more: int | None) -> None:
        """So many beside those that are open now; None: any number."""
        with psycopg.connect(self.cluster.url("superuser", "postgres"), autocommit=True) as superuser:
            most = -1 if more is None else superuser.execute(OPEN, [self.database]).fetchone()[0] + more
            superuser.execute(f"ALTER DATABASE {self.database} CONNECTION LIMIT {most}")

    def fill(self) -> None:
        """Take all that are left, at least two."""
        self.allow(2)
        with pytest.raises(psycopg.OperationalError, match="too many connections for database"):
            while True:
                self.held.append(psycopg.connect(self.cluster.url("app", self.database), autocommit=True))

    def let_go(self, number: int | None = None) -> None:
        for held in self.held[:number]:
            held.close()
        del self.held[:number]


@pytest.fixture(autouse=True)
def of_this_test(monkeypatch) -> None:
    """What is noted here makes no connection scarce in other tests."""
    monkeypatch.setattr(waiting, "_shares_until", mmap.mmap(-1, 8))


@pytest.fixture
def room(committed_db) -> Iterator[Room]:
    connection.ensure_connection()
    made = Room(committed_db)
    yield made
    made.let_go()
    made.allow(None)
    waiting.begin_anew()


def connected() -> bool:
    """By a connection of one's own, as a thread that just began has none."""
    line = connection.copy()
    try:
        line.ensure_connection()
        return line.is_usable()
    finally:
        line.close()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.OperationalError("FATAL:  sorry, too many clients already"), True),
        (psycopg.OperationalError('FATAL:  too many connections for role "ip2a_app"'), True),
        (psycopg.OperationalError("FATAL:  remaining connection slots are reserved for roles with …"), True),
        (psycopg.OperationalError("FATAL:  no more connections allowed (max_client_conn)"), True),
        (psycopg.OperationalError("connection refused"), False),
        (psycopg.errors.AdminShutdown(), False),
        (psycopg.ProgrammingError("too many connections"), False),
        (ValueError("too many connections"), False),
        (None, False),
    ],
)
def test_full_is_not_gone(error, expected):
    assert waiting.is_full(error) is expected


def test_postgresql_s_own_words_are_known(tmp_path):
    few = {"max_connections": "5", "superuser_reserved_connections": "2"}
    with Cluster(tmp_path / "small", durable=False, settings=few) as small, ExitStack() as held:

        def refused(role: str) -> psycopg.OperationalError:
            with pytest.raises(psycopg.OperationalError) as error:
                while True:
                    held.enter_context(psycopg.connect(small.url(role)))
            return error.value

        reserved, sorry = refused("app"), refused("superuser")
    assert "slots are reserved" in str(reserved)
    assert "too many clients" in str(sorry)
    assert (waiting.is_full(reserved), waiting.is_full(sorry)) == (True, True)


def test_a_wait_ends_well_when_somebody_lets_go(room, settings, caplog):
    settings.DATABASE_WAIT_SECONDS = 60
    room.fill()
    with ThreadPoolExecutor(1) as others:
        waits = others.submit(connected)
        assert until(lambda: WAITS in caplog.text)
        assert waits.done() is False
        room.let_go(1)
        assert waits.result(60) is True


def test_a_wait_in_vain_ends_with_the_server_s_word_and_is_an_outage(room, settings):
    settings.DATABASE_WAIT_SECONDS = 0.2
    room.fill()
    with ThreadPoolExecutor(1) as others, pytest.raises(OperationalError, match="too many connections") as error:
        others.submit(connected).result(60)
    assert (is_outage(error.value), waiting.is_full(error.value)) == (True, True)


def test_one_request_waits_once(settings):
    settings.DATABASE_WAIT_SECONDS = 0.1
    tries = []

    def refused() -> None:
        tries.append(1)
        raise psycopg.errors.TooManyConnections()

    def in_a_thread_of_its_own() -> list[int]:
        seen = []
        for _ in range(2):
            with pytest.raises(psycopg.errors.TooManyConnections):
                waiting.for_room(refused)
            seen.append(len(tries))
        waiting.begin_anew()
        with pytest.raises(psycopg.errors.TooManyConnections):
            waiting.for_room(refused)
        return [seen[0] > 1, seen[1] - seen[0], len(tries) - seen[1] > 1]

    with ThreadPoolExecutor(1) as others:
        assert others.submit(in_a_thread_of_its_own).result(60) == [True, 1, True]


def test_another_refusal_is_not_waited_for(settings):
    settings.DATABASE_WAIT_SECONDS = 600

    def refused() -> None:
        raise psycopg.OperationalError("connection refused")

    with pytest.raises(psycopg.OperationalError, match="connection refused"):
        waiting.for_room(refused)


def test_the_page_says_busy_and_when_to_come_back(room, settings):
    settings.DATABASE_WAIT_SECONDS = 0.2
    browser = Client(raise_request_exception=False)
    browser.force_login(UserFactory(role="staff"))
    room.fill()
    with ThreadPoolExecutor(1) as others:
        pages = [others.submit(browser.get, path).result(60) for path in ("/members/", "/account/password/change/")]
    assert [(page.status_code, page["Retry-After"], BUSY in page.content.decode()) for page in pages] == [
        (503, "10", True)
    ] * 2
    assert BUSY not in unavailable().content.decode()


def test_a_process_that_was_refused_keeps_no_connection_longer_than_it_is_used(room, settings):
    settings.DATABASE_WAIT_SECONDS = 0.1
    line = connection.copy()
    line.ensure_connection()
    line.close_if_unusable_or_obsolete()
    assert line.connection is not None
    room.fill()
    with ThreadPoolExecutor(1) as others, pytest.raises(OperationalError):
        others.submit(connected).result(60)
    line.close_if_unusable_or_obsolete()
    assert line.connection is None


def test_eight_threads_share_three_connections(room, webs):
    web = webs(WEB_WORKERS="2", WEB_THREADS="4", DATABASE_WAIT_SECONDS="30")
    browser = Client()
    browser.force_login(UserFactory(role="staff"))
    cookies = {configured.SESSION_COOKIE_NAME: browser.cookies[configured.SESSION_COOKIE_NAME].value}
    room.allow(3)
    together = threading.Barrier(8)

    def five_pages(number: int) -> list[int]:
        together.wait(60)
        return [Visit(web, dict(cookies)).get("/members/").status for _ in range(5)]

    with ThreadPoolExecutor(8) as people:
        assert list(people.map(five_pages, range(8))) == [[200] * 5] * 8


def test_web_server_without_a_connection_says_so_and_goes_on_when_there_is_one(room, webs):
    web = webs(WEB_WORKERS="1", DATABASE_WAIT_SECONDS="0.2")
    browser = Client()
    browser.force_login(UserFactory(role="staff"))
    visit = Visit(web, {configured.SESSION_COOKIE_NAME: browser.cookies[configured.SESSION_COOKIE_NAME].value})
    room.fill()
    page = visit.get("/members/")
    assert (page.status, page.headers["Retry-After"], BUSY in page.words) == (503, "10", True)
    assert visit.get("/healthz").status == 200
    assert visit.get("/readyz").status == 503
    room.let_go()
    assert visit.get("/members/").status == 200


def test_a_task_without_a_connection_is_done_later(room, worker, monkeypatch):
    monkeypatch.setenv("DATABASE_WAIT_SECONDS", "0.2")
    monkeypatch.setenv("IP2A_TEST_QUEUE", "real")
    worker.start()
    room.fill()
    job = jobs.start("vault.pack", MemberFactory(), by=None)
    assert until(lambda: "found no database and begins again in" in worker.log.read_text())
    assert Secret.objects.count() == 0
    room.let_go()
    room.allow(None)

    def done() -> bool:
        job.refresh_from_db()
        return not job.is_unfinished

    assert until(done, 60), worker.log.read_text()
    assert (job.state, job.attempts, Secret.objects.count()) == (job.State.DONE, 1, 1)
