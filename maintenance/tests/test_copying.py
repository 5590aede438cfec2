"""Rows that are sent by a thread while the next are made up: nothing is lost, overtaken, or left half-done."""

import threading

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from psycopg import sql

from ip2a import audit
from ip2a.models import AuditEntry
from maintenance import copying, seeding
from maintenance.sending import Portion
from members.models import Organization

pytestmark = pytest.mark.django_db
EMPTY = ("address", "city", "state", "zip_code", "phone", "email", "website", "notes")
FIELDS = ("name", "org_type", "is_signatory", *EMPTY)


def rows(count, start=0, *, org_type="employer"):
    for number in range(start, start + count):
        yield f"Firm {number}", org_type, False, *([""] * len(EMPTY))


def fill(some):
    return list(copying.copy_rows(Organization, FIELDS, some))


def threads():
    return [one.name for one in threading.enumerate() if one.name == "copying"]


def test_whoever_asks_sees_all_that_was_sent(monkeypatch):
    monkeypatch.setattr(copying, "PORTION", 10)
    with transaction.atomic(), copying.ahead():
        assert fill(rows(25)) == [10, 20, 25]
        assert Organization.objects.count() == 25
        fill(rows(5, 25))
    assert Organization.objects.count() == 30
    assert threads() == []


def test_rows_and_other_changes_keep_their_order_and_their_reasons():
    with transaction.atomic(), copying.ahead():
        with audit.because("First"):
            fill(rows(3))
        with audit.because("Second"):
            fill(rows(2, 3))
            Organization.objects.filter(name="Firm 4").update(name="Volt")
    entries = AuditEntry.objects.filter(table_name="members_organization").order_by("id")
    told = [(one.reason, one.action) for one in entries]
    assert told == [("First", "insert")] * 3 + [("Second", "insert")] * 2 + [("Second", "update")]


def test_records_get_keys_that_nobody_else_has():
    other = Organization.objects.create(name="Here before")
    with transaction.atomic(), copying.ahead():
        made = [Organization(name=f"Firm {n}") for n in range(3)]
        list(copying.create(made))
        assert other.pk not in {one.pk for one in made}
    assert {one.pk for one in Organization.objects.exclude(pk=other.pk)} == {one.pk for one in made}


def test_who_waits_hears_how_much_is_on_its_way(monkeypatch):
    monkeypatch.setattr("maintenance.sending.TOLD_EACH", 0)
    heard = []
    with transaction.atomic(), copying.ahead():
        fill(rows(20_000))
        copying.catch_up(heard.append)
    assert heard == sorted(heard, reverse=True)
    assert set(heard) in ({10_000}, {20_000}, {10_000, 20_000})


def test_no_more_waits_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(copying, "PORTION", 5)
    monkeypatch.setattr("maintenance.sending.AHEAD", 1)
    most = []

    def watched():
        for row in rows(40):
            most.append(len(copying._ahead.sender.waiting))
            yield row

    with transaction.atomic(), copying.ahead():
        fill(watched())
    assert (Organization.objects.count(), max(most) <= 1) == (40, True)


def test_what_the_database_refuses_is_raised_and_nothing_stays():
    with pytest.raises(IntegrityError, match="organization_type_known"), transaction.atomic(), copying.ahead():
        fill(rows(5))
        fill(rows(5, 5, org_type="circus"))
        Organization.objects.count()
    assert (Organization.objects.count(), threads()) == (0, [])


def test_what_the_database_refuses_at_last_is_raised_too():
    with pytest.raises(DataError), transaction.atomic(), copying.ahead():
        fill(rows(1, org_type="x" * 1000))
    assert (Organization.objects.count(), threads()) == (0, [])


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_who_breaks_off_leaves_nothing_and_a_connection_that_works(error):
    def breaking():
        yield from rows(5, 50_000)
        raise error

    with pytest.raises(error), transaction.atomic(), copying.ahead():
        fill(rows(50_000))
        fill(breaking())
    assert (Organization.objects.count(), threads()) == (0, [])
    assert Organization.objects.create(name="Volt").pk


def test_a_statement_under_way_is_cancelled():
    """It would sleep for an hour, and nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.slowly() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END'"
        )
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE slow (name text); "
                "CREATE TRIGGER slowly AFTER INSERT ON slow EXECUTE FUNCTION pg_temp.slowly()"
            )
        with copying.ahead():
            copying._ahead.sender.send(slow_portion())
            raise KeyboardInterrupt
    assert (Organization.objects.count(), threads()) == (0, [])


def slow_portion():
    return Portion(sql.Identifier("slow"), sql.SQL("name"), False, b"Firm\n")


def test_rows_are_sent_ahead_once_at_a_time():
    with copying.ahead(), pytest.raises(RuntimeError, match="once at a time"), copying.ahead():
        pass
    with copying.ahead():
        assert fill(rows(1)) == [1]


def test_seeders_that_ask_first_all_ask_before_one_makes_anything_up(monkeypatch):
    told = []
    monkeypatch.setattr(seeding, "_seeders", {})
    monkeypatch.setattr(seeding, "autodiscover_modules", lambda name: None)

    @seeding.seeder("a", makes=["members.Organization"])
    def first(seed):
        told.append("a asks")
        yield
        told.append("a goes on")

    @seeding.seeder("b", makes=["members.Member"])
    def second(seed):
        told.append("b asks")
        yield
        told.append("b goes on")

    @seeding.seeder("c", makes=["members.Member"], needs=["b"])
    def third(seed):
        told.append("c")

    seeding.sow(size="stress")
    assert told == ["a asks", "b asks", "a goes on", "b goes on", "c"]


def test_the_big_tables_are_filled_one_behind_the_other():
    names = [one.name for one in seeding.in_order()]
    place = names.index("members.documents")
    assert names[place : place + 3] == ["members.documents", "members.jobs", "training.programme"]
