"""The servers that come along, as real processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import environ
import psycopg
import pytest

from ip2a.embedded import (
    WAITING,
    Broker,
    CannotStart,
    Cluster,
    Servers,
    default_urls,
    ensure_running,
    place,
    process,
)

LONG = "a folder with spaces and a name that is far longer than any socket's path may ever be on this system, by half"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A cluster to copy: making one takes longer than starting one."""
    folder = tmp_path_factory.mktemp("template") / "cluster"
    with Cluster(folder, durable=False):
        pass
    return folder


@pytest.fixture
def cluster(made_once, tmp_path):
    folder = tmp_path / LONG / "cluster"
    shutil.copytree(made_once, folder)
    server = Cluster(folder, durable=False)
    yield server
    server.stop()


def run_python(code: str, *arguments: object, prefix: tuple[str, ...] = (), **options) -> subprocess.CompletedProcess:
    command = [*prefix, sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def start_and_wait(folder: Path) -> subprocess.Popen:
    """Another process that starts both servers, tells their numbers, and waits to be killed."""
    code = """
        import sys, time
        from pathlib import Path
        from ip2a.embedded import Broker, Cluster
        cluster, broker = Cluster(Path(sys.argv[1]) / "cluster"), Broker(Path(sys.argv[1]) / "broker")
        cluster.start(), broker.start()
        print(cluster.pid, broker.pid, flush=True)
        time.sleep(60)
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(folder)], stdout=subprocess.PIPE, text=True
    )


def test_new_cluster_has_an_owner_and_an_application_with_no_rights_beyond(tmp_path):
    with Cluster(tmp_path / "cluster", durable=False) as cluster, psycopg.connect(cluster.url("superuser")) as database:
        roles = database.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles "
            "WHERE rolname LIKE 'ip2a%' ORDER BY 1"
        ).fetchall()
        about = database.execute(
            "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database "
            "WHERE datname = 'ip2a'"
        ).fetchone()
    assert roles == [("ip2a_app", True, False, False, False, False), ("ip2a_owner", True, False, True, False, False)]
    assert about == ("ip2a_owner", "UTF8", "b", "C.UTF-8")


def test_application_role_cannot_make_tables(cluster):
    cluster.start()
    with psycopg.connect(cluster.url("app")) as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("CREATE TABLE mine (id int)")


def test_cluster_keeps_its_rows_from_one_start_to_the_next(cluster):
    cluster.start()
    first = cluster.pid
    cluster.start()
    assert cluster.pid == first
    with psycopg.connect(cluster.url("owner")) as database:
        database.execute("CREATE TABLE kept AS SELECT 7 AS number")
    cluster.stop()
    assert (cluster.is_running(), cluster.pid, cluster.socket_folder.exists()) == (False, None, False)
    with cluster, psycopg.connect(cluster.url("owner")) as database:
        assert database.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_killed_server_loses_nothing_that_was_committed(made_once, tmp_path):
    shutil.copytree(made_once, tmp_path / "cluster")
    cluster = Cluster(tmp_path / "cluster", durable=True)
    cluster.start()
    with psycopg.connect(cluster.url("owner")) as database:
        database.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(cluster.pid, signal.SIGKILL)
    assert process.wait_until(lambda: not cluster.child_lives(), 5)
    assert process.wait_until(lambda: not process.any_works_in(cluster.folder), 5)
    with cluster, psycopg.connect(cluster.url("owner")) as database:
        assert database.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_servers_end_with_the_process_that_started_them(made_once, tmp_path):
    shutil.copytree(made_once, tmp_path / "cluster")
    starter = start_and_wait(tmp_path)
    pids = [int(word) for word in starter.stdout.readline().split()]
    assert [process.is_alive(pid) for pid in pids] == [True, True]
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert process.wait_until(lambda: not any(map(process.is_alive, pids)), 10)


def test_addresses_work_for_django_and_are_known_before_the_servers_run(tmp_path):
    urls = default_urls(tmp_path)
    cluster, broker = Cluster(tmp_path / "var" / "cluster"), Broker(tmp_path / "var" / "broker")
    assert urls == {
        "DATABASE_URL": cluster.url("app"),
        "DATABASE_OWNER_URL": cluster.url("owner"),
        "REDIS_URL": broker.url(),
        "CACHE_URL": broker.cache_url(),
    }
    config = environ.Env.db_url_config(urls["DATABASE_URL"])
    assert (config["NAME"], config["USER"], config["OPTIONS"]) == (
        "ip2a",
        "ip2a_app",
        {"host": str(cluster.socket_folder)},
    )
    assert len(f"{cluster.socket_folder}/.s.PGSQL.5432") < 100


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "",
            "The database in {0} cannot be started (PG_VERSION is missing or unreadable); nothing was changed. Restore "
            "that folder from a backup, or, if you need nothing in it, delete it and start again with an empty "
            "database.",
        ),
        (
            "12\n",
            "The database in {0} was made by PostgreSQL 12 and this is PostgreSQL 18; start it with 12 and dump it, or "
            "move the folder away to begin with an empty database.",
        ),
    ],
)
def test_folder_that_is_not_this_postgresql_is_refused_in_words(cluster, content, sentence):
    (cluster.folder / "PG_VERSION").write_text(content)
    with pytest.raises(CannotStart) as refusal:
        cluster.start()
    assert str(refusal.value) == sentence.format(cluster.folder)


def test_damaged_cluster_is_named_with_what_postgresql_says(cluster):
    (cluster.folder / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(CannotStart) as refusal:
        cluster.start()
    assert str(refusal.value).startswith(f"The database in {cluster.folder} cannot be started (could not read file")
    assert "pg_control" in str(refusal.value)
    assert str(refusal.value).endswith("delete it and start again with an empty database.")


def test_half_made_cluster_is_made_anew(made_once, tmp_path):
    shutil.copytree(made_once, tmp_path / "cluster.new")
    (tmp_path / "cluster.new" / "PG_VERSION").unlink()
    with Cluster(tmp_path / "cluster", durable=False) as cluster:
        assert cluster.is_running()
    assert not (tmp_path / "cluster.new").exists()


def test_socket_folder_of_somebody_else_is_refused(cluster):
    elsewhere = cluster.folder.parent
    cluster.socket_folder.symlink_to(elsewhere)
    try:
        with pytest.raises(CannotStart) as refusal:
            cluster.start()
    finally:
        cluster.socket_folder.unlink()
    assert str(refusal.value) == (
        f"{cluster.socket_folder} belongs to somebody else, so it cannot hold the servers' sockets; "
        "remove it and start again."
    )


@as_root
def test_full_disk_is_named(tmp_path):
    code = """
        import subprocess, sys
        from pathlib import Path
        from ip2a.embedded import CannotStart, Cluster, place
        place.LEAST_FREE_BYTES = 0  # so that PostgreSQL itself meets the end of the disk
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", sys.argv[1]], check=True)
        try:
            Cluster(Path(sys.argv[1]) / "cluster").start()
        except CannotStart as error:
            print(error)
    """
    result = run_python(code, tmp_path, prefix=("unshare", "--mount"))
    if "permission denied" in result.stderr.lower():
        pytest.skip("this machine lets nobody mount a small disk")
    assert result.stdout.startswith(f"The disk that holds {tmp_path}/cluster is full (")
    assert result.stdout.endswith("make room for at least 500 MB and start again.\n")


@as_root
def test_ordinary_user_needs_no_namespace(tmp_path):
    """Somebody who is not root, but may read the packages wherever they lie."""
    os.chown(tmp_path, 65534, 65534)
    code = """
        import os, sys
        from pathlib import Path
        import psycopg
        from ip2a.embedded import Cluster
        with Cluster(Path(sys.argv[1]) / "cluster", durable=False) as cluster:
            print(os.getuid(), psycopg.connect(cluster.url()).execute("SELECT current_user").fetchone())
    """
    read_all = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    become = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *read_all)
    result = run_python(code, tmp_path, prefix=become)
    assert (result.stdout, result.stderr) == ("65534 ('ip2a_app',)\n", "")


@as_root
def test_root_without_namespaces_uses_nobody_and_a_place_he_can_reach(tmp_path, monkeypatch):
    from ip2a.embedded import postgres  # only this test looks inside

    monkeypatch.setattr(postgres, "UNSHARE", ["false"])
    monkeypatch.setattr(postgres, "reachable_by_others", lambda folder: False)
    monkeypatch.setattr(postgres, "SYSTEM_FOLDER", Path(tempfile.gettempdir()) / f"ip2a-system-of-tests-{os.getpid()}")
    try:
        with Cluster(tmp_path / "cluster", durable=False) as cluster:
            owner = Path(f"/proc/{cluster.pid}").stat().st_uid
            with psycopg.connect(cluster.url("owner")) as database:
                assert database.execute("SELECT current_user").fetchone() == ("ip2a_owner",)
        assert (owner, cluster.asked_folder.is_symlink()) == (postgres.NOBODY, True)
    finally:
        shutil.rmtree(postgres.SYSTEM_FOLDER)


@pytest.fixture
def repository(made_once, tmp_path, monkeypatch):
    """A folder with servers of its own and no address in the environment."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    shutil.copytree(made_once, tmp_path / "var" / "cluster")
    return tmp_path


def test_command_leaves_the_servers_as_it_found_them(repository):
    servers = Servers(repository)
    with ensure_running(repository):
        assert [server.is_running() for server in servers.wanted] == [True, True]
        with ensure_running(repository):
            pass
        assert [server.is_running() for server in servers.wanted] == [True, True]
    assert [server.is_running() for server in servers.wanted] == [False, False]


def test_owner_waits_for_commands_and_commands_leave_the_owner_alone(repository):
    owner = Servers(repository)
    with ensure_running(repository):
        assert owner.own() is False
    assert owner.own() is True
    with ensure_running(repository):
        pass
    assert [server.is_running() for server in owner.wanted] == [True, True]
    owner.disown()
    assert [server.is_running() for server in owner.wanted] == [False, False]


def test_a_command_that_comes_while_the_owner_ends_waits_and_starts_its_own(repository, capfd, monkeypatch):
    monkeypatch.setattr(place, "PATIENCE", 0.05)
    owner, ran, said = Servers(repository), [], []

    def command():
        with ensure_running(repository):
            ran.append([server.is_running() for server in owner.wanted])

    def waits_or_is_done():
        said.append(capfd.readouterr().err)
        return WAITING in said or not comes.is_alive()

    assert owner.own() is True
    comes = threading.Thread(target=command)
    with owner.closing():
        comes.start()
        assert process.wait_until(waits_or_is_done, 30)
        assert (ran, "".join(said)) == ([], WAITING)
        owner.disown()
        assert [server.is_running() for server in owner.wanted] == [False, False]
    comes.join(60)
    assert ran == [[True, True]]
    assert [server.is_running() for server in owner.wanted] == [False, False]


def test_given_addresses_start_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/ip2a")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with ensure_running(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_broker_keeps_what_waits_in_the_queue(tmp_path):
    import redis  # the client of the worker

    with Broker(tmp_path / LONG / "broker") as broker:
        client = redis.Redis.from_url(broker.cache_url())
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
        client.lpush("queue", "task")
        client.close()
    with broker, redis.Redis.from_url(broker.cache_url()) as client:
        assert client.lrange("queue", 0, -1) == [b"task"]
    assert broker.is_running() is False


def test_damaged_queue_is_named(tmp_path):
    with Broker(tmp_path / "broker") as broker:
        pass
    for file in (tmp_path / "broker" / "appendonlydir").iterdir():
        file.write_bytes(b"not a queue")
    with pytest.raises(CannotStart) as refusal:
        broker.start()
    assert str(refusal.value).startswith(f"The task queue in {tmp_path}/broker does not start (")
    assert str(refusal.value).endswith("it holds only tasks that wait, the data is in the database.")
