"""A streaming replica of the tests' own PostgreSQL, made with pg_basebackup."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ip2a.embedded import Cluster
from ip2a.embedded.postgres import ENVIRONMENT, Account
from ip2a.tests.worker import until

COPYABLE = {"wal_level": "replica", "max_wal_senders": "4"}


class Standby:
    """The copy as a server. ``sent()`` is every statement it was asked since it was asked last."""

    def __init__(self, primary: Cluster, folder: Path) -> None:
        self.primary = primary
        conninfo = f"host={primary.socket_folder} user=postgres application_name=copy"
        self.cluster = Cluster(
            folder,
            durable=False,
            settings={
                **primary.settings,
                "primary_conninfo": conninfo,
                "log_statement": "all",
                "max_standby_streaming_delay": "0",  # what stands in the way of the replay is ended at once
            },
        )

    def make(self) -> "Standby":
        account = Account.find(self.cluster.asked_folder)
        target = account.place_for(self.cluster.asked_folder)
        if target != self.cluster.asked_folder:
            self.cluster.asked_folder.symlink_to(target)
        command = [*account.prefix, f"{account.bin}/pg_basebackup", "-D", str(target), "-h"]
        command += [str(self.primary.socket_folder), "-U", "postgres", "--checkpoint=fast", "--no-sync", "-R"]
        made = subprocess.run(
            command, env=ENVIRONMENT, cwd="/", check=False, capture_output=True, text=True, **account.options
        )
        if made.returncode:
            pytest.fail(f"The copy could not be made: {made.stderr}")
        self.cluster.start()
        return self

    def sent(self) -> str:
        assert self.cluster.log is not None
        return self.cluster.log.news()

    def kill(self) -> None:
        """As a machine that is switched off: nobody is told."""
        pid = self.cluster.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not self.cluster.child_lives())

    def ask(self, statement: str) -> object:
        with psycopg.connect(self.cluster.url("superuser", "postgres"), autocommit=True) as connection:
            return connection.execute(statement).fetchone()[0]

    def pause(self) -> None:
        self.ask("SELECT pg_wal_replay_pause()::text")
        assert until(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        self.ask("SELECT pg_wal_replay_resume()::text")


@pytest.fixture(scope="module")
def standby(django_db_setup, tmp_path_factory) -> Iterator[Standby]:
    primary = Cluster(Path(os.environ["IP2A_TEST_FOLDER"]) / "postgres", durable=False, settings=COPYABLE)
    made = Standby(primary, tmp_path_factory.mktemp("standby") / "copy")
    try:
        yield made.make()
    finally:
        made.cluster.stop()


@pytest.fixture
def replica(standby, committed_db, settings) -> Iterator[Standby]:
    """Pages of this test are read from the copy, as with REPLICA_URLS."""
    from django.db import connections

    from ip2a import environment
    from ip2a.replicas import routing, servers

    urls = [standby.cluster.url("app", committed_db)]
    found = environment.replicas(urls, connections.settings["default"])
    connections.settings.update(found)
    settings.REPLICAS = list(found)
    settings.ROOT_URLCONF = "ip2a.tests.replica_urls"
    servers._known.cache_clear()
    routing._writers.clear()
    yield standby
    for alias in found:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
    servers._known.cache_clear()
