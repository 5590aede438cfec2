"""What is an outage and what is not; the whole road is walked in test_up.py with real servers."""

import psycopg
import pytest
import redis
from django.core.cache import caches
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.db.utils import DatabaseError
from django.test import RequestFactory

from ip2a import sessions
from ip2a.cache import ForgivingRedisCache
from ip2a.embedded import Broker
from ip2a.outage import OutageMiddleware, is_outage, unavailable


def caused_by(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (caused_by(OperationalError("refused"), psycopg.OperationalError("connection refused")), True),
        (caused_by(InterfaceError("closed"), psycopg.InterfaceError("the connection is closed")), True),
        (caused_by(OperationalError("stopping"), psycopg.errors.AdminShutdown()), True),
        (caused_by(OperationalError("starting"), psycopg.errors.CannotConnectNow()), True),
        (caused_by(OperationalError("full"), psycopg.errors.TooManyConnections()), True),
        (caused_by(OperationalError("slow"), psycopg.errors.QueryCanceled()), False),
        (caused_by(OperationalError("again"), psycopg.errors.SerializationFailure()), False),
        (caused_by(OperationalError("again"), psycopg.errors.DeadlockDetected()), False),
        (caused_by(ProgrammingError("wrong"), psycopg.errors.UndefinedTable()), False),
        (DatabaseError("other"), False),
        (ValueError("other"), False),
        (None, False),
    ],
)
def test_outage_is_about_the_server_and_not_the_statement(error, expected):
    assert is_outage(error) is expected


def test_page_says_when_to_come_back():
    page = unavailable()
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "10", "no-store")
    assert "The database does not answer at the moment." in page.content.decode()


def test_other_errors_are_left_to_others():
    middleware = OutageMiddleware(lambda request: unavailable())
    assert middleware.process_exception(RequestFactory().get("/"), ValueError("a bug")) is None


def test_statement_that_takes_too_long_is_no_outage(db):
    with pytest.raises(OperationalError) as error, connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(1)")
    assert is_outage(error.value) is False


def test_absent_cache_remembers_nothing_and_raises_nothing(tmp_path):
    cache = ForgivingRedisCache(f"unix://{tmp_path}/nobody.sock?db=1", {})
    assert cache.get("a", "nothing") == "nothing"
    assert cache.set("a", 1) is None
    assert cache.add("a", 1) is True
    assert cache.get_many(["a"]) == {}
    assert cache.set_many({"a": 1}) == ["a"]
    assert (cache.touch("a"), cache.delete("a"), cache.has_key("a")) == (False, False, False)
    assert (cache.delete_many(["a"]), cache.clear()) == (None, None)
    with pytest.raises(ValueError, match="Key 'a' not found"):
        cache.incr("a")


def test_cache_that_comes_back_is_used_again(tmp_path, monkeypatch):
    monkeypatch.setattr("ip2a.cache.REST_SECONDS", 0.0)
    broker = Broker(tmp_path / "broker")
    cache = ForgivingRedisCache(broker.cache_url(), {})
    assert cache.get("a") is None
    with broker:
        cache.set("a", 1)
        assert (cache.get("a"), cache.incr("a")) == (1, 2)
    assert cache.get("a") is None


def test_clearing_the_cache_leaves_the_queue_and_other_caches_alone(tmp_path):
    with Broker(tmp_path / "broker") as broker:
        ours, other = (ForgivingRedisCache(broker.cache_url(), {"KEY_PREFIX": name}) for name in ("ours", "other"))
        with redis.Redis.from_url(broker.cache_url()) as client:
            client.lpush("celery", "task")
            ours.set_many({str(number): number for number in range(1500)})
            other.set("a", 1)
            ours.clear()
            assert (ours.get("1"), other.get("a"), client.lrange("celery", 0, -1)) == (None, 1, [b"task"])


def test_the_pages_use_the_forgiving_cache():
    assert isinstance(caches["default"], ForgivingRedisCache)


@pytest.mark.parametrize(("state", "expected"), [("57P01", 503), ("23514", 400)])
def test_a_database_that_goes_while_the_session_is_saved_is_an_outage(signed_in, monkeypatch, state, expected):
    """After the page has committed: a session that is gone is a bad request, a database that is gone is not."""
    monkeypatch.setattr(sessions, "STORED_AGAIN", -1)  # it is the database's turn
    browser = signed_in("staff")
    failure = OperationalError("gone")
    failure.__cause__ = psycopg.errors.lookup(state)()

    def refuse(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            raise failure
        return execute(sql, params, many, context)

    fields = {"member_number": "7460003", "first_name": "Ann", "last_name": "Late", "status": "active"}
    with connection.execute_wrapper(refuse):
        browser.raise_request_exception = False
        answer = browser.post("/members/add/", fields | {"classification": "journeyman"})
    assert answer.status_code == expected
