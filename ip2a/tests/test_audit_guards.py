"""Nobody changes the trail: not the application's role by any statement, not the owner by a plain one."""

import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from ip2a.models import AuditEntry
from ip2a.tasks import make_audit_partitions

FORGED = (
    "INSERT INTO {} (table_name, record_id, action, actor_name, user_agent, path, command, reason, compartment) "
    "VALUES ('members_member', 1, 'delete', 'Somebody else', '', '', '', '', '')"
)


@pytest.fixture
def part(app_db):
    """The partition that takes what is written now."""
    return f"ip2a_auditentry_{datetime.now(UTC):%Y_%m}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET actor_name = 'Somebody else'",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "TRUNCATE {} CASCADE",
        FORGED,
        "COPY {} (table_name) FROM STDIN",
        "MERGE INTO {} e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
        "SELECT * FROM {} FOR UPDATE",
        "DROP TABLE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} DISABLE TRIGGER ip2a_append_only",
        "ALTER TABLE {} RENAME TO gone",
        "ALTER TABLE {} OWNER TO ip2a_app",
        "CREATE RULE nothing AS ON INSERT TO {} DO INSTEAD NOTHING",
        "CREATE TRIGGER swallow BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION ip2a_touch()",
    ],
)
@pytest.mark.parametrize("target", ["ip2a_auditentry", "part"])
def test_the_application_cannot_touch_the_trail_or_a_partition(app_db, part, statement, target):
    table = part if target == "part" else target
    before = app_db.execute("SELECT count(*), max(id) FROM ip2a_auditentry").fetchone()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement.format(table))
    assert app_db.execute("SELECT count(*), max(id) FROM ip2a_auditentry").fetchone() == before


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE members_organization DISABLE TRIGGER ip2a_audit_update",
        "ALTER TABLE members_organization DISABLE TRIGGER USER",
        "DROP TRIGGER ip2a_audit_insert ON members_organization",
        "TRUNCATE members_organization CASCADE",
        "SET session_replication_role = replica",
        "DROP FUNCTION ip2a_audit_rows() CASCADE",
        "CREATE OR REPLACE FUNCTION ip2a_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION ip2a_audit_change() SET search_path = pg_temp",
        "ALTER TABLE ip2a_auditentry DETACH PARTITION ip2a_auditentry_other",
        "SELECT ip2a_guard_audit_part('members_organization')",
        "SELECT setval('ip2a_auditentry_id_seq', 1)",
        "CREATE TABLE public.ip2a_auditentry_2099_01 (id int)",
        "SET ROLE ip2a_owner",
        "SET SESSION AUTHORIZATION ip2a_owner",
    ],
)
def test_the_application_cannot_switch_the_trail_off(app_db, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement)


def test_a_temporary_table_of_the_same_name_swallows_nothing(app_db, committed_db):
    app_db.execute("CREATE TEMPORARY TABLE ip2a_auditentry (LIKE public.ip2a_auditentry)")
    app_db.execute(
        "INSERT INTO members_organization (name, org_type, address, city, state, zip_code, phone, email, website, "
        "is_signatory, notes) VALUES ('Acme', 'employer', '', '', '', '', '', '', '', false, '')"
    )
    assert app_db.execute("SELECT count(*) FROM pg_temp.ip2a_auditentry").fetchone() == (0,)
    assert [e.new["name"] for e in AuditEntry.objects.filter(table_name="members_organization")] == ["Acme"]


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "DELETE FROM {} WHERE false", "TRUNCATE {}"]
)
@pytest.mark.parametrize("target", ["ip2a_auditentry", "part", "ip2a_auditentry_other"])
def test_the_owners_plain_statement_is_refused_by_the_trigger(owner_db, part, statement, target):
    table = part if target == "part" else target
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="can be neither changed nor deleted"):
        owner_db.execute(statement.format(table))


def test_openings_of_compartments_are_append_only_too(app_db):
    for statement in ("UPDATE {} SET user_name = 'x'", "DELETE FROM {}", "TRUNCATE {}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_db.execute(statement.format("ip2a_compartmentopening"))


def parts(connection_):
    return {
        name
        for (name,) in connection_.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ip2a_auditentry'::regclass"
        )
    }


@pytest.mark.django_db
def test_the_task_makes_the_coming_months_and_then_finds_nothing_to_do():
    with connection.cursor() as cursor:
        before = parts(cursor)
        made = make_audit_partitions.delay(6).get()
        assert (made, len(parts(cursor) - before)) == (3, 3)
        assert make_audit_partitions.delay(6).get() == 0
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'ip2a_append_only' AND NOT tgisinternal")
        assert cursor.fetchone()[0] >= 8


INTO_THE_PAST = (
    "INSERT INTO ip2a_auditentry (at, table_name, record_id, action, actor_name, user_agent, path, command, reason, "
    "compartment, new) SELECT moment, 'members_member', n, 'insert', '', '', '', '', 'kept', '', '{\"a\": 1}' FROM "
    "unnest(%s::timestamptz[]) WITH ORDINALITY AS t(moment, n)"
)
MOMENTS = ["2019-05-31 23:59:59.999999+00", "2019-06-01 00:00:00+00", "2019-06-30 23:59:59+00", "2031-01-15 12:00+00"]


def test_entries_of_a_month_without_a_partition_are_kept_and_moved_later(owner_db, app_db):
    """In a transaction that is taken back: partitions of other months stay out of the other tests."""
    owner_db.autocommit = False
    owner_db.execute(INTO_THE_PAST, [MOMENTS])
    columns = "tableoid::regclass::text, record_id, reason, new::text"
    where = f"SELECT {columns} FROM ip2a_auditentry WHERE reason = 'kept' ORDER BY at"
    assert {row[0] for row in owner_db.execute(where)} == {"ip2a_auditentry_other"}
    assert owner_db.execute("SELECT ip2a_make_audit_partitions(0)").fetchone() == (3,)
    assert owner_db.execute(where).fetchall() == [
        ("ip2a_auditentry_2019_05", 1, "kept", '{"a": 1}'),
        ("ip2a_auditentry_2019_06", 2, "kept", '{"a": 1}'),
        ("ip2a_auditentry_2019_06", 3, "kept", '{"a": 1}'),
        ("ip2a_auditentry_2031_01", 4, "kept", '{"a": 1}'),
    ]
    assert owner_db.execute("SELECT count(*) FROM ip2a_auditentry_other").fetchone() == (0,)
    assert owner_db.execute("SELECT to_regclass('ip2a_auditentry_moving')").fetchone() == (None,)
    guarded = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'ip2a_append_only'"
    assert {"ip2a_auditentry_other", "ip2a_auditentry_2019_05"} <= {name for (name,) in owner_db.execute(guarded)}
    assert owner_db.execute("SELECT ip2a_make_audit_partitions(0)").fetchone() == (0,)
    owner_db.rollback()


def test_the_application_may_have_partitions_made_but_gets_no_right_to_them(app_db, django_db_setup):
    app_db.autocommit = False
    app_db.execute("SELECT ip2a_make_audit_partitions(8)")
    newest = max(name for name in parts(app_db) if name != "ip2a_auditentry_other")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(f"SELECT * FROM {newest}")
    app_db.rollback()


@pytest.mark.parametrize("ahead", [-1, 37])
def test_a_senseless_number_of_partitions_is_refused(app_db, ahead):
    with pytest.raises(psycopg.errors.RaiseException, match="0 to 36 months"):
        app_db.execute("SELECT ip2a_make_audit_partitions(%s)", [ahead])


def test_a_shell_names_itself(committed_db):
    code = "from members.models import Organization; Organization.objects.create(name='From the shell')"
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "shell", "--no-imports", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    entry = AuditEntry.objects.get(table_name="members_organization")
    assert (entry.command, entry.actor_id, entry.new["name"]) == ("shell", None, "From the shell")
