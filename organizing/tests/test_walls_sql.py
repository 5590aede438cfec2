"""The walls of the database: raw SQL as the application's role finds, changes and adds nothing from outside."""

from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from ip2a import audit, compartments, walls
from ip2a.factories import UserFactory
from ip2a.models.audit import SystemOpening
from organizing import factories as make
from organizing.models import Assessment, Campaign, Worker
from organizing.tests.room import asked_by, count, fill, nobody

OUTSIDERS = ["administrator", "officer", "representative", "staff", "instructor", None]
WHOLE = [m._meta.db_table for m in walls.walled_models() if m._meta.app_label == "organizing"]
BETWEEN = ["organizing_unfairpractice_workers"]
OVERSEEN = {"organizing_breakglass", "organizing_campaignaccess"}  # officers name people and see who looked
SHARED = [m._meta.db_table for m in walls.shared_models()]


@pytest.fixture
def room(db, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    return fill()


def walled_rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE compartment = 'organizing'")
        return cursor.fetchone()[0]


def test_the_room_is_full(room):
    assert [table for table in [*WHOLE, *BETWEEN] if count(table) == 0] == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_every_table_is_empty_to_those_outside(room, role):
    with asked_by(UserFactory(role=role)):
        seen = {table for table in [*WHOLE, *BETWEEN] if count(table)}
        shared = {table for table in SHARED if walled_rows(table)}
    assert (seen, shared) == (OVERSEEN if role == "officer" else set(), set())


def test_every_table_is_empty_to_nobody(room):
    with nobody():
        assert [table for table in [*WHOLE, *BETWEEN] if count(table)] == []
        assert [table for table in SHARED if walled_rows(table)] == []


def test_organizers_see_every_table(room):
    with asked_by(room.organizer):
        assert [table for table in [*WHOLE, *BETWEEN] if not count(table)] == []
        assert (walled_rows("ip2a_attachment"), walled_rows("ip2a_auditentry") > 15) == (1, True)


def test_an_organizer_who_is_no_longer_active_is_nobody(room):
    room.organizer.is_active = False
    room.organizer.save(update_fields=["is_active"])
    with asked_by(room.organizer):
        assert [table for table in [*WHOLE, *BETWEEN] if count(table)] == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_nothing_is_changed_or_removed_from_outside(room, role):
    """Rows that are not seen are not touched; tables that refuse the verb altogether refuse it to everybody."""
    touched = {}
    with asked_by(UserFactory(role=role)), connection.cursor() as cursor:
        for table in [*WHOLE, *BETWEEN]:
            for statement in (f'UPDATE "{table}" SET id = id', f'DELETE FROM "{table}"'):
                try:
                    with transaction.atomic():
                        cursor.execute(statement)
                        touched[statement] = cursor.rowcount
                        transaction.set_rollback(True)
                except ProgrammingError:
                    touched[statement] = 0
    if role == "officer":
        touched = {text: number for text, number in touched.items() if not any(name in text for name in OVERSEEN)}
    assert touched == dict.fromkeys(touched, 0)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_nothing_is_added_from_outside_and_the_refusal_names_no_row(room, role):
    with asked_by(UserFactory(role=role)):
        for act in (
            lambda: Campaign.objects.create(name=room.campaign.name),
            lambda: Worker.objects.create(campaign_id=room.campaign.pk, last_name="New"),
            lambda: Assessment.objects.create(worker_id=room.worker.pk, value=1, by=room.organizer),
        ):
            with pytest.raises(ProgrammingError) as caught, transaction.atomic():
                act()
            assert "row-level security" in str(caught.value) and "Zzyx" not in str(caught.value)


def test_a_named_person_sees_that_campaign_and_nothing_else(room):
    person = UserFactory(role="staff")
    make.CampaignAccessFactory(campaign=room.campaign, person=person)
    other = make.WorkerFactory()
    with asked_by(person):
        seen = {table: count(table) for table in [*WHOLE, *BETWEEN]}
        assert walled_rows("ip2a_attachment") == 1
        assert walled_rows("ip2a_auditentry") == 0
        assert not Worker.objects.filter(pk=other.pk).exists()
    hidden = {
        "organizing_saltingactivity",
        "organizing_employerscore",
        "organizing_saltingagreement",
        "organizing_breakglass",
    }
    twice = {"organizing_worker"}
    assert seen == {table: 0 if table in hidden else 2 if table in twice else 1 for table in seen}


@pytest.mark.parametrize(
    "values",
    [
        {"until_at": timezone.now() - timedelta(seconds=1), "starts_at": timezone.now() - timedelta(days=1)},
        {"starts_at": timezone.now() + timedelta(hours=1)},
        {"granted_at": None, "granted_by": None},
    ],
)
def test_access_that_is_over_to_come_or_only_asked_for_opens_nothing(room, values):
    person = UserFactory()
    make.CampaignAccessFactory(campaign=room.campaign, person=person, **values)
    with asked_by(person):
        assert [table for table in WHOLE if count(table)] == []


def test_a_named_person_may_assess_only_where_that_was_granted(room):
    reader, writer = UserFactory(), UserFactory()
    make.CampaignAccessFactory(campaign=room.campaign, person=reader)
    make.CampaignAccessFactory(campaign=room.campaign, person=writer, may_write=True)
    with asked_by(reader), pytest.raises(ProgrammingError), transaction.atomic():
        make.Assessment.objects.create(worker=room.worker, campaign=room.campaign, value=5, by=reader)
    with asked_by(writer):
        make.Assessment.objects.create(worker=room.worker, campaign=room.campaign, value=5, by=writer)
    with asked_by(writer), pytest.raises(ProgrammingError), transaction.atomic():
        make.CampaignFactory()
    room.worker.refresh_from_db()
    assert room.worker.standing == 5


def test_an_officer_who_broke_the_glass_reads_and_does_not_write(room):
    officer = UserFactory(role="officer")
    glass = make.BreakGlassFactory(officer=officer)
    with asked_by(officer):
        assert [table for table in [*WHOLE, *BETWEEN] if not count(table)] == []
        with pytest.raises(ProgrammingError), transaction.atomic():
            make.CampaignFactory()
    glass.ended_at, glass.ended_by = timezone.now(), officer
    glass.save(update_fields=["ended_at", "ended_by"])
    with asked_by(officer):
        assert {table for table in WHOLE if count(table)} == OVERSEEN


@pytest.mark.parametrize("role", ["representative", None])
def test_a_broken_glass_of_somebody_who_is_no_officer_opens_nothing(room, role):
    person = UserFactory(role=role)
    make.BreakGlassFactory(officer=person)
    with asked_by(person):
        assert [table for table in WHOLE if count(table)] == []


def test_an_opening_that_expired_opens_nothing(room):
    officer = UserFactory(role="officer")
    make.BreakGlassFactory(officer=officer, opened_at=timezone.now() - timedelta(hours=5))
    with asked_by(officer):
        assert {table for table in WHOLE if count(table)} == OVERSEEN


# The door of the system


def test_the_database_writes_down_why_the_system_entered(room):
    person = UserFactory(role="staff")
    with asked_by(person):
        assert count("organizing_worker") == 0
        with compartments.system("organizing", "a reason"):
            assert count("organizing_worker") == 2
        assert count("organizing_worker") == 0
    noted = SystemOpening.objects.get(why="a reason")
    assert (noted.compartment, noted.actor_id, len(noted.digest)) == ("organizing", person.pk, 64)


def test_the_system_gives_a_reason(room):
    with (
        nobody(),
        pytest.raises(IntegrityError, match="Say why"),
        transaction.atomic(),
        compartments.system("organizing", " "),
    ):
        raise AssertionError("entered")


@pytest.mark.parametrize("token", ["x", "", "00000000-0000-0000-0000-000000000000"])
def test_a_made_up_token_opens_nothing(room, token):
    with audit._replaced(audit.Context(system=token)):
        assert [table for table in WHOLE if count(table)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ip2a_systemopening (at, compartment, why, actor_name, command, path, digest) "
        "VALUES (now(), 'organizing', 'x', '', '', '', 'x')",
        "UPDATE ip2a_systemopening SET why = 'x'",
        "DELETE FROM ip2a_systemopening",
        "ALTER TABLE organizing_worker DISABLE ROW LEVEL SECURITY",
        "DROP POLICY ip2a_wall_read ON organizing_worker",
        "CREATE OR REPLACE FUNCTION ip2a_inside(place text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    ],
)
def test_the_application_takes_no_wall_down(app_db, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement)


# Every table has them


def test_every_table_of_a_walled_compartment_has_its_policies(db):
    expected = {w.table: set(w.policies) for w in walls.walled_tables()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, array_agg(p.polname::text) FROM pg_class c "
            "JOIN pg_policy p ON p.polrelid = c.oid GROUP BY 1, 2"
        )
        found = {name: set(policies) for name, on, policies in cursor.fetchall() if on}
    assert found == expected
    assert {m._meta.db_table for m in apps.get_app_config("organizing").get_models()} <= set(found)
    assert {"ip2a_auditentry", "ip2a_attachment", "ip2a_message", "ip2a_paperdraft", "ip2a_keptvalues"} <= set(found)
    assert {"ip2a_importbatch", "ip2a_compartmentopening", "ip2a_job", "ip2a_systemopening"} <= set(found)


def test_installing_the_walls_again_changes_no_policy(db, owner_db):
    before = owner_db.execute("SELECT array_agg(oid ORDER BY oid) FROM pg_policy").fetchone()
    with owner_db.transaction():
        walls.install(owner_db.cursor())
    assert owner_db.execute("SELECT array_agg(oid ORDER BY oid) FROM pg_policy").fetchone() == before
