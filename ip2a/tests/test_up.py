"""`manage.py up` in real processes, in a copy of this repository."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ip2a.embedded import Broker, CannotStart, Cluster, process
from ip2a.serving.services import Program
from ip2a.serving.supervisor import Supervisor

BASE_DIR = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "var", "__pycache__", "benchmarks", "docs", "node_modules", "logs")
LONG = "a house with spaces in its name and a path that is longer than what a socket's path may be on this system"
START_SECONDS = 150


class Up:
    """One running `manage.py up`, and what it said."""

    def __init__(self, folder: Path, *options: str, port: int | None = None, **environment: str) -> None:
        self.folder, self.port = folder, port or free_port()
        self.output = folder / f"up-{time.monotonic_ns()}.out"
        with self.output.open("wb") as out:
            self.child = subprocess.Popen(
                [*manage(folder), "up", "--no-seed", "--port", str(self.port), *options],
                env=bare_environment() | environment,
                stdout=out,
                stderr=out,
            )

    def wait_ready(self) -> "Up":
        process.wait_until(lambda: "IP2A answers" in self.said() or self.child.poll() is not None, START_SECONDS)
        assert "IP2A answers" in self.said(), self.said()
        return self

    def said(self) -> str:
        return self.output.read_text()

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM) -> int:
        self.child.send_signal(number)
        return self.child.wait(timeout=40)


def manage(folder: Path) -> list[str]:
    return [sys.executable, str(folder / "manage.py")]


def bare_environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid: int) -> list[int]:
    """Children, and theirs."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def house_copy(folder: Path) -> Path:
    shutil.copytree(BASE_DIR, folder, ignore=NOT_COPIED)
    return folder


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    return house_copy(tmp_path_factory.mktemp("up") / LONG)


@pytest.fixture
def running(house) -> Iterator[Up]:
    """The house with everything in it running; whatever is left of it at the end goes."""
    up = Up(house).wait_ready()
    yield up
    if up.child.poll() is None:
        up.end()


def test_one_command_runs_everything_and_ends_in_order(running):
    assert process.wait_until(lambda: len(programs(running)) == 5, 10)
    assert running.get("/healthz")[:2] == (200, '{"process": "ok"}')
    assert json.loads(running.get("/readyz")[1]) == dict.fromkeys(("database", "broker", "migrations", "disk"), "ok")
    assert beside(running, "shell", "--no-imports", "-c", "print('beside')") == "beside\n"
    assert beside(running, "dbshell", "--", "-tAc", "SELECT current_user") == "ip2a_app\n"
    assert running.get("/readyz")[0] == 200
    web = next(pid for pid in programs(running) if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes())
    where = f"SITE_URL=http://127.0.0.1:{running.port}".encode()  # links in mails lead to where it answers
    assert where in Path(f"/proc/{web}/environ").read_bytes().split(b"\0")
    second = Up(running.folder, port=running.port)
    assert second.child.wait(timeout=20) == 2
    assert second.said() == (
        f"IP2A already runs from this folder (process {running.child.pid}, http://127.0.0.1:{running.port}/); "
        "stop that one first.\n"
    )
    family = descendants(running.child.pid)
    assert running.end(signal.SIGINT) == 0
    assert [pid for pid in family if process.is_alive(pid)] == []


def test_a_command_given_while_it_stops_waits_for_that_and_works(running):
    running.child.send_signal(signal.SIGTERM)
    assert process.wait_until(lambda: "Stopping." in running.said(), 10)
    command = [*manage(running.folder), "showmigrations", "members"]
    done = subprocess.run(command, env=bare_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.startswith("members\n [X] 0001")) == (0, True), done.stderr
    assert running.child.wait(timeout=40) == 0
    assert "Stopped. All data is kept." in running.said()


def beside(up: Up, *arguments: str) -> str:
    """What another command says while the house runs; it uses the same servers and leaves them alone."""
    command = [*manage(up.folder), *arguments]
    return subprocess.run(
        command, env=bare_environment(), capture_output=True, text=True, timeout=60, check=True
    ).stdout


def programs(up: Up) -> list[int]:
    """Database, broker, web, worker and beat."""
    return [pid for pid in descendants(up.child.pid) if f"PPid:\t{up.child.pid}\n" in status(pid)]


def status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_kill_leaves_no_orphan_and_loses_no_committed_row(running):
    cluster = Cluster(running.folder / "var" / "cluster")
    with psycopg.connect(cluster.url("owner")) as database:
        database.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS number")
    process.wait_until(lambda: len(programs(running)) == 5, 10)
    family = descendants(running.child.pid)
    assert len(family) > 10
    running.child.kill()
    running.child.wait()
    assert process.wait_until(lambda: not any(map(process.is_alive, family)), 15)
    again = Up(running.folder).wait_ready()
    try:
        with psycopg.connect(cluster.url("owner")) as database:
            assert database.execute("SELECT number FROM kept").fetchall() == [(7,)]
        assert "Bringing the database up to date." not in again.said()
    finally:
        assert again.end() == 0


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.8])
def test_kill_during_the_start_leaves_no_orphan(house, seconds):
    """While the worker connects, when it may not hear a polite signal."""
    up = Up(house).wait_ready()
    time.sleep(seconds)
    up.child.kill()
    up.child.wait()
    folders = (house, house / "var" / "cluster", house / "var" / "broker")
    assert process.wait_until(lambda: not any(map(process.any_works_in, folders)), 15)


def test_program_that_dies_is_started_again_with_a_line_that_says_so(running):
    process.wait_until(lambda: len(programs(running)) == 5, 10)
    web = next(pid for pid in programs(running) if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text())
    database = Cluster(running.folder / "var" / "cluster").pid
    os.kill(web, signal.SIGKILL)
    os.kill(database, signal.SIGKILL)
    assert process.wait_until(lambda: running.said().count("it starts again in") == 2, 10)
    assert "up       | The web has ended (signal 9); it starts again in 0.25 s.\n" in running.said()

    def recovered() -> bool:
        try:
            return running.get("/readyz")[0] == 200
        except OSError:
            return False

    assert process.wait_until(recovered, 20)


def test_taken_port_is_one_sentence(house):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        up = Up(house, port=port)
        assert up.child.wait(timeout=20) == 2
    assert up.said() == (
        f"Port {port} is taken by another program, so IP2A cannot answer there; "
        f"stop that program or choose another port: make run PORT={port + 1}\n"
    )


def test_broken_cluster_is_one_sentence(house, tmp_path):
    broken = house_copy(tmp_path / "house")
    folder = broken / "var" / "cluster"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").touch()
    up = Up(broken)
    assert up.child.wait(timeout=20) == 2
    assert up.said() == (
        f"The database in {folder} cannot be started (PG_VERSION is missing or unreadable); nothing was changed. "
        "Restore that folder from a backup, or, if you need nothing in it, delete it and start again with an empty "
        "database.\n"
    )


def test_given_servers_are_used_and_their_absence_is_survived(running, tmp_path):
    """The database of the house serves a guest, once the house itself has ended."""
    assert running.end() == 0
    cluster, broker = Cluster(running.folder / "var" / "cluster"), Broker(tmp_path / "broker")
    guest = house_copy(tmp_path / "house")
    with cluster, broker:
        urls = {"DATABASE_URL": cluster.url("app"), "DATABASE_OWNER_URL": cluster.url("owner")}
        up = Up(guest, REDIS_URL=broker.url(), CACHE_URL=broker.cache_url(), **urls).wait_ready()
        try:
            assert not (guest / "var" / "cluster").exists()
            pages_survive(up, cluster, broker)
        finally:
            assert up.end() == 0
        assert cluster.is_running()


def pages_survive(up: Up, cluster: Cluster, broker: Broker) -> None:
    stranger = {"Cookie": "sessionid=" + "x" * 32}  # a session that has to be looked for

    def look() -> int:
        return up.get("/", **stranger)[0]

    assert look() == 302
    cluster.stop()
    status_code, page, headers = up.get("/", **stranger)
    assert (status_code, headers["Retry-After"]) == (503, "10")
    assert "The database does not answer at the moment." in page
    assert up.get("/healthz")[0] == 200
    assert up.get("/readyz")[:2] == (
        503,
        '{"database": "fail", "broker": "ok", "migrations": "fail", "disk": "ok"}',
    )
    cluster.start()
    assert [look() for _ in range(12)] == [302] * 12
    broker.stop()
    assert look() == 302
    assert json.loads(up.get("/readyz")[1])["broker"] == "fail"
    broker.start()
    time.sleep(0.1)
    assert up.get("/readyz")[0] == 200


def test_program_that_always_dies_is_given_up_with_a_sentence(monkeypatch, capfdbinary):
    from ip2a.serving import services, supervisor  # only this test hurries them

    monkeypatch.setattr(services, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(supervisor, "TICK", 0.01)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        keeper = Supervisor()
        command = [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"]
        keeper.keep(Program("worker", command, dict(os.environ)))
        with pytest.raises(CannotStart) as refusal:
            keeper.loop()
        keeper.stop()
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert str(refusal.value) == (
        "The worker has ended 5 times in a row (exit status 3), so it cannot be kept running; its last lines above say "
        "why. Everything else was stopped."
    )
    assert capfdbinary.readouterr().out.count(b"worker   | no such thing\n") == 5
