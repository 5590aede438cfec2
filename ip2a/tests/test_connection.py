"""Whether a kept connection is still good is known without a question to the server."""

import psycopg
import pytest
from django.db import connection

from ip2a.db import base


@pytest.fixture
def own_connection(db):
    """As a thread of the web server has one."""
    copy = connection.copy()
    copy.ensure_connection()
    yield copy
    copy.close()


def ends_at_the_server(kept) -> None:
    number = kept.connection.info.backend_pid
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])


def asked(kept) -> bool:
    """Whether the server was asked: its time of the last statement moves."""
    before = kept.connection.execute("SELECT 1").statusmessage, kept._answered_at
    kept.is_usable()
    return kept._answered_at != before[1]


def test_connection_that_answered_a_moment_ago_is_not_asked_again(own_connection):
    assert (own_connection.is_usable(), asked(own_connection)) == (True, False)


def test_connection_at_rest_is_asked(own_connection, monkeypatch):
    monkeypatch.setattr(base, "TRUSTED_SECONDS", 0.0)
    assert (own_connection.is_usable(), asked(own_connection)) == (True, True)


def test_connection_that_the_server_ended_is_not_usable(own_connection):
    assert own_connection.is_usable() is True
    ends_at_the_server(own_connection)
    assert own_connection.is_usable() is False


def test_connection_in_a_failed_transaction_is_not_usable(own_connection):
    own_connection.set_autocommit(False)
    with pytest.raises(psycopg.errors.DivisionByZero):
        own_connection.connection.execute("SELECT 1 / 0")
    assert own_connection.is_usable() is False
    own_connection.rollback()
    assert own_connection.is_usable() is True
