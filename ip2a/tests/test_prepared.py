"""Statements that are planned once for a connection: the same answers as from a cursor, whatever happened meanwhile."""

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.db import DataError, InternalError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ip2a.db.prepared import Statements
from ip2a.outage import is_outage
from ip2a.tests.worker import until

PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'ip2a_%%'"
MANY_KINDS = """
SELECT %s::bigint, %s::text, 'ten %%', 1.50::numeric, '{"a": [1]}'::text::jsonb ->> 'a', NULL::int, ARRAY['x', 'y'],
       '2026-11-30 06:00:00.25-05'::timestamptz, '2026-11-30'::date
"""
KINDS = (
    *(7, "o'clock %s", "ten %", Decimal("1.50"), "[1]", None, ["x", "y"]),
    *(datetime(2026, 11, 30, 11, 0, 0, 250_000, tzinfo=UTC), datetime(2026, 11, 30).date()),
)


@pytest.fixture
def line(committed_db):
    """A connection that nothing was asked on."""
    connection.close()
    connection.ensure_connection()
    return connection


def test_rows_are_what_a_cursor_gives(db):
    for _ in range(2):
        assert connection.ask(MANY_KINDS, [7, "o'clock %s"]) == [KINDS]
    with CaptureQueriesContext(connection) as queries:
        assert connection.ask(MANY_KINDS, [7, "o'clock %s"]) == [KINDS]
    assert "'o''clock %s'" in queries[0]["sql"]  # who watches sees the statement with its values


@pytest.mark.parametrize(
    "moment", ["2026-07-01 12:00:00+00", "0044-03-15 12:00:00.5+00", "1999-12-31 23:59:59.999999+00"]
)
def test_moments_are_those_of_django(db, moment):
    assert connection.ask("SELECT %s::timestamptz", [moment]) == [(datetime.fromisoformat(moment),)]


@pytest.mark.parametrize("moment", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_a_moment_outside_of_the_calendar_is_refused_as_by_django(db, moment):
    with pytest.raises(DataError):
        connection.ask("SELECT %s::timestamptz", [moment])


def test_a_session_elsewhere_than_in_greenwich_reads_the_same_moments(line):
    noon = [(datetime(2026, 11, 30, 12, 0, tzinfo=UTC),)]
    with line.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'America/Chicago'")
        cursor.execute("SELECT '2026-11-30 12:00:00+00'::timestamptz")
        assert cursor.fetchall() == noon
    assert line.ask("SELECT '2026-11-30 12:00:00+00'::timestamptz", []) == noon
    line.close()


def test_a_statement_is_planned_once_for_each_type_of_its_values(line):
    for value in (1, 2, 70_000, 1, 2**40):
        assert line.ask("SELECT %s::bigint + 0", [value]) == [(value,)]
    assert line.ask(PREPARED, []) == [(4,)]  # for small, usual and large numbers, and the one that counts


def test_the_statement_asked_longest_ago_makes_room(line):
    statements = Statements(line.connection, most=2)
    for sql in ("SELECT 1", "SELECT 2", "SELECT 1", "SELECT 3"):
        statements.rows(sql, [])
    kept = line.connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert sorted(kept) == [("SELECT 1",), ("SELECT 3",)]


def test_what_the_server_forgot_is_prepared_again(line):
    assert line.ask("SELECT %s::int", [1]) == [(1,)]
    line.connection.execute("DEALLOCATE ALL")
    assert line.ask("SELECT %s::int", [2]) == [(2,)]


def test_a_table_that_was_changed_meanwhile_is_read_as_it_is_now(line):
    line.connection.execute("CREATE TEMPORARY TABLE changing AS SELECT 1 AS n")
    assert line.ask("SELECT n FROM changing", []) == [(1,)]
    line.connection.execute("ALTER TABLE changing ALTER n TYPE text")
    assert line.ask("SELECT n FROM changing", []) == [("1",)]


def test_inside_a_transaction_only_the_first_who_asks_after_a_change_is_refused(line):
    line.connection.execute("CREATE TEMPORARY TABLE changing AS SELECT 1 AS n")
    assert line.ask("SELECT n FROM changing", []) == [(1,)]
    line.connection.execute("ALTER TABLE changing ALTER n TYPE text")
    with pytest.raises(Exception, match="cached plan must not change result type"), transaction.atomic():
        line.connection.execute("SELECT 1")
        line.ask("SELECT n FROM changing", [])
    with transaction.atomic():
        assert line.ask("SELECT n FROM changing", []) == [("1",)]


def test_an_error_is_the_databases_own_and_the_next_question_is_answered(line):
    with pytest.raises(DataError, match="division by zero"):
        line.ask("SELECT 1 / %s::int", [0])
    assert line.ask("SELECT 1 / %s::int", [1]) == [(1,)]


def test_nothing_is_asked_in_a_transaction_that_failed(line):
    with pytest.raises(InternalError), transaction.atomic():
        with pytest.raises(DataError):
            line.ask("SELECT 1 / %s::int", [0])
        line.ask("SELECT 1", [])
    assert line.ask("SELECT 1", []) == [(1,)]


def test_a_transaction_begins_before_its_first_question(line):
    with transaction.atomic():
        line.ask("SELECT 1", [])
        line.ask("SELECT 1", [])
        assert line.connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        ((first,),) = line.ask("SELECT now()", [])
        ((second,),) = line.ask("SELECT now()", [])
    assert first == second


def test_a_server_that_goes_away_is_an_outage_and_the_next_page_has_a_new_connection(line, owner_db):
    line.ask("SELECT 1", [])
    owner_db.execute("SELECT pg_terminate_backend(%s)", [line.connection.info.backend_pid])
    with pytest.raises(OperationalError) as caught:
        line.ask("SELECT 1", [])
    assert is_outage(caught.value)
    with pytest.raises(OperationalError) as caught:  # no word of the server's is left to read
        line.ask("SELECT 1", [])
    assert is_outage(caught.value)
    line.close_if_unusable_or_obsolete()
    assert line.ask("SELECT 1", []) == [(1,)]


def test_a_server_that_was_restarted_between_two_pages_is_no_outage(line, owner_db):
    line.ask("SELECT 1", [])
    line.close_if_unusable_or_obsolete()  # the page is done
    owner_db.execute("SELECT pg_terminate_backend(%s)", [line.connection.info.backend_pid])
    until(lambda: not line._is_silent())
    line.close_if_unusable_or_obsolete()  # the next one begins
    assert line.ask("SELECT 1", []) == [(1,)]


def test_without_prepared_statements_the_same_is_answered_and_nothing_is_kept(line, settings):
    settings.DATABASE_PREPARES = False
    assert line.ask("SELECT %s::int", [1]) == [(1,)]
    assert line.ask(PREPARED, []) == [(0,)]
