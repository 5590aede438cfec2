"""Tests run against real servers: a PostgreSQL cluster of their own, with one database for each worker.

The tables belong to the owner, and the tests connect as the application's role, so that what the application may not
do, a test may not do either. A migrated template is made once and copied for each worker.
"""

import fcntl
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

pytest_plugins = ["ip2a.tests.worker", "ip2a.tests.web", "ip2a.tests.replica", "ip2a.tests.browser"]
BASE_DIR = Path(__file__).resolve().parent
TEMPLATE = "ip2a_template"
TOGETHER = {
    "ip2a/tests/test_embedded.py",
    "ip2a/tests/test_plans.py",
    "ip2a/tests/test_replicas.py",
    "ip2a/tests/test_storage_s3.py",
    "ip2a/tests/test_up.py",
    "maintenance/tests/test_resilience_replicas.py",
}
DATABASE = pytest.StashKey[str]()  # this worker's, once it is made
ROOM_BYTES = 1_500_000  # a table with its empty indexes has a third of that at most
FULL = """
SELECT relnamespace::regnamespace::text, relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > %s
"""
KEPT = ("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


def _cluster():
    from ip2a.embedded.postgres import Cluster
    from ip2a.tests.replica import COPYABLE

    return Cluster(Path(os.environ["IP2A_TEST_FOLDER"]) / "postgres", durable=False, settings=COPYABLE)


def _broker():
    from ip2a.embedded.broker import Broker

    return Broker(Path(os.environ["IP2A_TEST_FOLDER"]) / "broker")


def _execute(database: str, *statements) -> None:
    with psycopg.connect(_cluster().url("superuser", database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def pytest_configure(config):
    """The controlling process starts the servers and migrates the template; workers find them by the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ip2a.tests.settings"
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="ip2a-tests-")
        os.environ["IP2A_TEST_FOLDER"] = folder
        cluster, broker = config._ip2a_servers = (_cluster(), _broker())
        broker.start()
        _start_migrated(cluster)
        _point_at("ip2a")
    else:
        _point_at("ip2a")
    import django

    django.setup()
    gc.freeze()  # what is loaded by now stays


def pytest_xdist_make_scheduler(config, log):
    """Each test goes to whichever worker is free, but these modules go to one each: their servers start once.

    The groups of pytest-xdist 3.8 are names that pytest 9.2 does not read any more.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            module = nodeid.partition("::")[0]
            return module if module in TOGETHER else nodeid

    return ByModule(config, log)


def _point_at(database: str) -> None:
    cluster, broker = _cluster(), _broker()
    os.environ["DATABASE_URL"] = cluster.url("app", database)
    os.environ["DATABASE_OWNER_URL"] = cluster.url("owner", database)
    os.environ["REDIS_URL"] = broker.url()
    os.environ["CACHE_URL"] = broker.cache_url()


def _start_migrated(cluster) -> None:
    from ip2a.tests.kept import Kept

    kept = None if os.environ.get("CI") else Kept()
    if kept is None or not kept.put_into(cluster):
        cluster.start()
        _execute("postgres", f"CREATE DATABASE {TEMPLATE} OWNER ip2a_owner")
        if kept is not None:
            _on_template("-m", "ip2a.tests.kept")
            cluster.stop()
            kept.keep(cluster)
    cluster.start()
    _on_template("manage.py", "migrate", "--verbosity=0")


def _on_template(*command: str) -> None:
    cluster = _cluster()
    environment = os.environ | {
        "DATABASE_URL": cluster.url("app", TEMPLATE),
        "DATABASE_OWNER_URL": cluster.url("owner", TEMPLATE),
        "IP2A_DATABASE_ROLE": "owner",
        "REDIS_URL": _broker().url(),
        "CACHE_URL": _broker().cache_url(),
        "DJANGO_SETTINGS_MODULE": "ip2a.tests.settings",
    }
    command = [sys.executable, *command]
    result = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise pytest.UsageError(f"The test database could not be migrated:\n{result.stdout}{result.stderr}")


def pytest_unconfigure(config):
    for server in getattr(config, "_ip2a_servers", ()):
        server.stop()
    if hasattr(config, "_ip2a_servers"):
        shutil.rmtree(os.environ["IP2A_TEST_FOLDER"], ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_blocker):
    """This worker's own database, copied from the migrated template."""
    from django.conf import settings
    from django.db import connection

    name = f"ip2a_{uuid.uuid4().hex[:12]}"
    with open(Path(os.environ["IP2A_TEST_FOLDER"]) / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _execute("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER ip2a_owner")
    _point_at(name)
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    request.config.stash[DATABASE] = name
    return name


@pytest.fixture(scope="session")
def migrated_rows(django_db_setup):
    return _migrated_rows(django_db_setup)


def _superuser(database: str) -> psycopg.Connection:
    """Only the superuser of the tests' own cluster can make triggers stand aside."""
    connection = psycopg.connect(_cluster().url("superuser", database), autocommit=True)
    connection.execute("SET session_replication_role = replica")
    return connection


COLUMNS = """
SELECT relname, array_agg(attname ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname ORDER BY relname
"""


def _tables(connection: psycopg.Connection) -> dict[str, tuple[sql.Identifier, sql.Composed]]:
    """Every table with the columns that can be written."""
    return {
        name: (sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns)))
        for name, columns in connection.execute(COLUMNS).fetchall()
        if name not in KEPT
    }


def _migrated_rows(database: str) -> dict[str, bytes]:
    """What the migrations themselves put into tables, such as thresholds and wordings."""
    with _superuser(database) as connection, connection.cursor() as cursor:
        found = {}
        for name, (table, columns) in _tables(connection).items():
            with cursor.copy(sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(columns, table)) as copy:
                found[name] = b"".join(map(bytes, copy))
        return {name: rows for name, rows in found.items() if rows}


def _empty(database: str, migrated: dict[str, bytes]) -> None:
    """Take out everything a test committed, and put back what the migrations had made.

    Only tables with rows are touched, and by DELETE: TRUNCATE makes new files for every table and index, which for a
    few rows takes a hundred times as long.
    """
    with _superuser(database) as connection, connection.transaction(), connection.cursor() as cursor:
        tables = _tables(connection)
        asked = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), table)
            for name, (table, _) in tables.items()
        ]
        filled = cursor.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()
        for (name,) in filled:
            cursor.execute(sql.SQL("DELETE FROM {}").format(tables[name][0]))
        for name, rows in migrated.items():
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(*tables[name])) as copy:
                copy.write(rows)


def _forget_cache() -> None:
    """This worker's own keys: the workers share one broker, and clearing it would take the others' along."""
    from django.core.cache import cache

    client = cache._cache.get_client(None, write=True)
    keys = list(client.scan_iter(f"{cache.key_prefix}:*"))
    if keys:
        client.delete(*keys)


@pytest.fixture
def fresh_cache(django_db_setup):
    """A cache that remembers nothing yet: no sessions, no tries to sign in. Call it to forget once more."""
    _forget_cache()
    yield _forget_cache
    _forget_cache()


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker, migrated_rows):
    """For tests with threads, processes or a browser: what they write is really committed, and emptied afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():
        _forget_cache()
        yield django_db_setup
        connections.close_all()
        _empty(django_db_setup, migrated_rows)
        _forget_cache()


@pytest.fixture(scope="module")
def bulk_db(django_db_setup, django_db_blocker, migrated_rows):
    """For many rows that a whole module reads: a connection past triggers and walls; they are taken out at the end."""
    from django.db import connections

    with _superuser(django_db_setup) as connection:
        yield connection
        with django_db_blocker.unblock():
            connections.close_all()
        _empty(django_db_setup, migrated_rows)
        connection.execute("VACUUM ANALYZE")


@pytest.fixture(autouse=True, scope="module")
def room_again(request):
    """What a module wrote and took back still fills its tables: pages and checks after it would read all of that."""
    yield
    if request.config.stash.get(DATABASE, None) is None:
        return
    with _superuser(request.config.stash[DATABASE]) as connection:
        for schema, table in connection.execute(FULL, [ROOM_BYTES]).fetchall():
            connection.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(sql.Identifier(schema, table)))


@pytest.fixture(autouse=True)
def behind_the_walls(request):
    """A test itself sees everything; what it asks by requests, tasks and other connections sees what it may."""
    named = {"db", "committed_db"} & set(request.fixturenames)
    if not named and request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("committed_db" if "committed_db" in named else "db")
    from ip2a import compartments

    with compartments.system("organizing", "tests"):
        yield


@pytest.fixture
def owner_db(django_db_setup):
    """A connection as the owner of the tables."""
    with psycopg.connect(_cluster().url("owner", django_db_setup), autocommit=True) as connection:
        yield connection


@pytest.fixture
def app_db(django_db_setup):
    """A connection of its own as the application's role, past Django."""
    with psycopg.connect(_cluster().url("app", django_db_setup), autocommit=True) as connection:
        yield connection


@pytest.fixture
def signed_in(client, db):
    """``signed_in("staff")`` gives a client whose user has that role."""
    from django.test import Client

    from ip2a.factories import UserFactory

    def sign_in(role: str = "staff", **fields):
        user = UserFactory(role=role, **fields)
        browser = Client()
        browser.force_login(user)
        browser.user = user
        return browser

    return sign_in
