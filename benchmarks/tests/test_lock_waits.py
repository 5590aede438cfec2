"""Waits for locks are told apart from slow writes: by what the server says of them."""

import threading
import time

import psycopg
import pytest

from benchmarks.lock_waits import SERVER, Told, Writer, waits
from ip2a.embedded import Cluster, process

LOG = """\
2026-11-29 17:00:00.001 UTC [42] LOG:  process 42 still waiting for ShareLock on transaction 815 after 1.062 ms
2026-11-29 17:00:00.051 UTC [42] LOG:  process 42 acquired ShareLock on transaction 815 after 51.250 ms
2026-11-29 17:00:00.061 UTC [43] LOG:  process 43 acquired RowExclusiveLock on relation 16390 of database 5 after 9.5 ms
"""


def test_only_waits_that_ended_of_the_writers_own_process_count():
    assert waits(LOG, [42]) == [51.25]
    assert waits(LOG, [42, 43]) == [51.25, 9.5]
    assert waits("", [42]) == []


def test_a_slow_write_is_no_wait_for_a_lock():
    assert Told([0.2, 0.001]).longest_wait == 0
    assert str(Told([0.2, 0.001], [3.5])).endswith("; 1 waited for a lock, 3.5 ms at the most")


@pytest.fixture
def cluster(tmp_path):
    with Cluster(tmp_path / "cluster", durable=False, settings=SERVER) as server:
        with psycopg.connect(server.url("owner"), autocommit=True) as owner:
            owner.execute("CREATE TABLE rows (id int PRIMARY KEY, updated_at timestamptz)")
            owner.execute("INSERT INTO rows SELECT n FROM generate_series(1, 9) n")
            owner.execute("GRANT SELECT, UPDATE ON rows TO ip2a_app")
        yield server


def test_a_writer_in_front_of_a_lock_says_how_long_it_waited(cluster):
    with psycopg.connect(cluster.url("owner")) as other, Writer(cluster, {"rows": [5]}) as writer:
        other.execute("SELECT FROM rows FOR UPDATE")
        began = time.perf_counter()
        stuck = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        with psycopg.connect(cluster.url("owner"), autocommit=True) as looker:
            assert process.wait_until(lambda: looker.execute(stuck).fetchone()[0] > 0, 10)
            waited = threading.Event()
            waited.wait(0.05)  # what is measured is time itself
        other.rollback()
        took = (time.perf_counter() - began) * 1000
    assert 40 < writer.told.longest_wait <= took + 5
