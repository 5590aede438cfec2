"""Deleting everything: refused without the name, in production and to the wrong role; then really everything."""

import os
import subprocess
import sys
import uuid
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from psycopg import sql

from conftest import TEMPLATE, _cluster, _execute
from maintenance import resetting

BASE_DIR = Path(settings.BASE_DIR)


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


def test_everything_is_gone_and_the_house_is_as_on_its_first_day(django_db_setup, tmp_path):
    name = f"ip2a_{uuid.uuid4().hex[:12]}"
    _execute("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER ip2a_owner")
    try:
        media = tmp_path / "media"
        (media / "2026").mkdir(parents=True)
        (media / "2026" / "letter.pdf").write_bytes(b"letter")
        with psycopg.connect(_cluster().url("owner", name), autocommit=True) as owner:
            owner.execute("INSERT INTO django_session VALUES ('a', 'b', now())")
            before = _counts(owner)
        ended = _reset(name, media, typed=f"{name}\n")
        assert (ended.returncode, ended.stderr.count("will be deleted for good")) == (0, 1), ended.stderr
        assert (list(media.rglob("*")), "1 files are deleted" in ended.stdout) == ([], True)
        with psycopg.connect(_cluster().url("owner", name), autocommit=True) as owner:
            assert _counts(owner) == before | {"django_session": 0}
    finally:
        _execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def _counts(connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relname NOT LIKE 'ip2a\\_auditentry%' AND relname <> 'ip2a_auditentry'"
    ).fetchall()
    return {
        table: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]
        for (table,) in names
    }


def _reset(name: str, media: Path, *, typed: str) -> subprocess.CompletedProcess:
    cluster = _cluster()
    environment = os.environ | {
        "DATABASE_URL": cluster.url("app", name),
        "DATABASE_OWNER_URL": cluster.url("owner", name),
        "DJANGO_SETTINGS_MODULE": "ip2a.settings",
        "IP2A_ENV": "dev",
        "STORAGE_URL": f"file://{media}",
    }
    command = [sys.executable, str(BASE_DIR / "manage.py"), "reset"]
    return subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, check=False)
