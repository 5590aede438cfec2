"""Deleting everything is refused without the name, in production and to the wrong role; else nothing stays."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from maintenance import resetting
from maintenance.damaging import execute
from maintenance.drill_place import _renamed, scratch
from members.factories import MemberFactory
from members.models import Member


def test_the_wrong_name_deletes_nothing(db):
    with pytest.raises(resetting.CannotReset, match="Nothing was deleted"):
        resetting.refuse_unless_named("ip2a-of-somebody-else")


def test_the_application_s_own_role_deletes_nothing(db):
    with pytest.raises(CommandError, match="only the owner") as refused:
        call_command("reset", "whatever", stdout=StringIO())
    assert refused.value.returncode == 2


def test_production_refuses_without_force(db, settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="--force"):
        call_command("reset", "whatever", stdout=StringIO())


URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")
AFTER = """
import os
os.environ |= {"DJANGO_SETTINGS_MODULE": "ip2a.tests.settings", "IP2A_DATABASE_ROLE": "owner"}
import django
django.setup()
from django.core.management.sql import emit_post_migrate_signal
emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
"""
BY_MIGRATIONS = (
    "benevolence_fund",
    "benevolence_policy",
    "benevolence_policylevel",
    "benevolence_policyreasoncap",
    "grievances_subject",
)
UNTOLD = "django_migrations"  # written by migrating itself, with the audit trail
COLUMNS = """
SELECT relname, array_remove(array_agg(CASE WHEN atttypid <> 'timestamptz'::regtype THEN attname END), NULL)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped GROUP BY relname
"""

# Copies of a drill belong to the whole cluster: files that make them take turns.
pytestmark = pytest.mark.xdist_group("copies-of-a-drill")


def rows() -> dict[str, list[str]]:
    """Every table with all its rows: what they say, but neither numbers, which depend on the order, nor when."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        found = {}
        for table, columns in cursor.fetchall():
            if table == UNTOLD or table.startswith("ip2a_auditentry"):
                continue
            told = ", ".join(f'"{name}"' for name in columns if name != "id" and not name.endswith("_id"))
            cursor.execute(
                f"SELECT coalesce(array_agg(t::text ORDER BY t::text), '{{}}') FROM (SELECT {told} FROM \"{table}\") t"
            )
            (found[table],) = cursor.fetchone()
        return found


@pytest.fixture
def copy(committed_db):
    """As the owner, in a copy that nobody else uses."""
    with scratch(template="ip2a_template"):
        yield connection.settings_dict["NAME"]


def tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        return cursor.fetchone()[0]


def test_a_database_in_use_is_left_as_it_is(copy, app_db, monkeypatch):
    """Somebody's open transaction holds a table; what was dropped by then is there again."""
    monkeypatch.setattr(resetting, "PATIENCE", "50ms")
    MemberFactory()
    before = tables()
    other = connection.copy()
    try:
        with other.cursor() as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM members_member")
            with pytest.raises(CommandError, match="the database is in use") as refused:
                call_command("reset", copy, stdout=StringIO())
    finally:
        other.close()
    assert (refused.value.returncode, tables(), Member.objects.count()) == (2, before, 1)


def test_files_go_with_their_folders(tmp_path, monkeypatch):
    store = FileSystemStorage(location=tmp_path / "media")
    monkeypatch.setattr(resetting, "default_storage", store)
    assert resetting.delete_files() == 0
    for name in ("2026/1/card.pdf", "2026/2/card.pdf", "logo.svg"):
        store.save(name, ContentFile(b"x"))
    kept = tmp_path / "elsewhere.txt"
    kept.write_text("kept")
    (tmp_path / "media" / "link").symlink_to(kept)
    assert resetting.delete_files() == 4
    assert (list((tmp_path / "media").iterdir()), kept.read_text()) == ([], "kept")


def test_everything_is_dropped(copy):
    """Making it anew is what every test database began with, and takes too long to be done once more."""
    MemberFactory()
    assert tables() > 100
    resetting.refuse_unless_owner()
    resetting.drop_everything()
    assert tables() == 0
    resetting.refuse_unless_owner()  # the new schema is the owner's as well: it can be migrated


def test_a_process_that_has_loaded_no_page_leaves_the_rows_of_the_first_day(copy):
    """Rows that are made after migrating are declared all over the house, and a command needs few of its modules."""
    first_day = rows()
    made = [table for table, found in first_day.items() if found and table not in BY_MIGRATIONS]
    assert {"maintenance_threshold", "ip2a_notificationchannel", "auth_permission", "auth_group"} <= set(made)
    with transaction.atomic():
        for statement in (
            "ALTER TABLE {} DISABLE TRIGGER USER",
            "DELETE FROM {}",
            "SET CONSTRAINTS ALL IMMEDIATE",
            "ALTER TABLE {} ENABLE TRIGGER USER",
        ):
            for table in made:
                execute(statement.format(table))
    connection.close()
    environment = {**os.environ, **{url: _renamed(os.environ[url], copy) for url in URLS}}
    done = subprocess.run([sys.executable, "-c", AFTER], env=environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert rows() == first_day
