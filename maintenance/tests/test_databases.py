"""Databases that are dropped while somebody is in them."""

import psycopg
import pytest

from ip2a.embedded import Cluster
from ip2a.tests.worker import until
from maintenance.databases import drop

# A worker of autovacuum comes at once, and takes its time.
AUTOVACUUM = {
    "autovacuum": "on",
    "autovacuum_naptime": "1s",
    "autovacuum_vacuum_cost_delay": "100ms",
    "autovacuum_vacuum_cost_limit": "1",
}
WORKERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'scratch' AND usesysid IS NULL"


def test_a_database_is_dropped_although_people_and_autovacuum_are_in_it(tmp_path):
    with Cluster(tmp_path / "busy", durable=False, settings=AUTOVACUUM) as cluster:
        with psycopg.connect(cluster.url("owner"), autocommit=True) as owner:
            owner.execute("CREATE DATABASE scratch TEMPLATE template0")
            inside = psycopg.connect(cluster.url("owner", "scratch"), autocommit=True)
            inside.execute("CREATE TABLE heap AS SELECT g, repeat('x', 500) AS text FROM generate_series(1, 20000) g")
            inside.execute("DELETE FROM heap")
            inside.execute("SELECT pg_stat_force_next_flush()")
            assert until(lambda: owner.execute(WORKERS).fetchone()[0] > 0, 60)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("DROP DATABASE scratch WITH (FORCE)")
            assert inside.execute("SELECT 1").fetchone() == (1,)
            drop(owner, "scratch")
            assert owner.execute("SELECT count(*) FROM pg_database WHERE datname = 'scratch'").fetchone()[0] == 0
            drop(owner, "scratch")  # what is gone already is no error
        with pytest.raises(psycopg.OperationalError):
            inside.execute("SELECT 1")
