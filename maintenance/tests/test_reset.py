"""Deleting everything is refused without the name, in production and to the wrong role; else nothing stays."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection

from maintenance import resetting
from maintenance.drill_place import scratch
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
