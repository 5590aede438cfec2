import inspect
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from ip2a.db import base
from ip2a.tests import kept


@pytest.mark.django_db
def test_every_migration_and_what_runs_it_is_in_the_digest():
    migrations = MigrationLoader(connection).disk_migrations.values()
    files = {Path(inspect.getfile(each)) for each in [*map(type, migrations), base.DatabaseWrapper, kept.Kept]}
    assert {file for file in files if "site-packages" not in file.parts} - set(kept.sources()) == set()


def test_a_changed_migration_or_day_or_setting_is_another_digest(monkeypatch, tmp_path):
    before = kept.digest()
    assert kept.digest() == before
    monkeypatch.setenv("TIME_ZONE", "America/Nowhere")
    assert kept.digest() != before
    monkeypatch.undo()
    assert kept.digest() == before
    migration = next(path for path in kept.sources() if path.parent.name == "migrations")
    changed = tmp_path / migration.name
    changed.write_text(f"{migration.read_text()}# and one word more\n")
    sources = [changed if path == migration else path for path in kept.sources()]
    monkeypatch.setattr(kept, "sources", lambda: sources)
    assert kept.digest() != before


@pytest.mark.parametrize(
    "words",
    ["import members.careers", "from members import careers", "def f():\n    from members.careers import anything"],
)
def test_an_import_is_followed_however_it_is_written(words, monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "BASE_DIR", tmp_path)
    (tmp_path / "members").mkdir()
    for name in ("__init__", "careers", "other"):
        (tmp_path / "members" / f"{name}.py").write_text("")
    asking = tmp_path / "members" / "asking.py"
    asking.write_text(words)
    assert set(kept.imported(asking)) == {tmp_path / "members" / name for name in ("__init__.py", "careers.py")}


def test_relative_imports_are_followed(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "BASE_DIR", tmp_path)
    (tmp_path / "members").mkdir()
    for name in ("__init__", "careers"):
        (tmp_path / "members" / f"{name}.py").write_text("")
    asking = tmp_path / "members" / "asking.py"
    asking.write_text("from . import careers")
    assert tmp_path / "members" / "careers.py" in set(kept.imported(asking))
