"""Backups against a real server: made, proved, brought back, and told when they cannot be."""

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from maintenance.backups import folder, making, owner, restoring, returning, telling, verifying
from maintenance.backups.contents import Contents
from maintenance.backups.errors import CannotBackUp
from maintenance.databases import drop
from maintenance.models import BackupRun, FileFault
from members.factories import MemberFactory

BASE_DIR = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path / "backups"
    return settings.BACKUP_FOLDER


def document(text=b"Dear Rosa, tomorrow.\n"):
    return attach(MemberFactory(), ContentFile(text, "letter.txt"), by=UserFactory(role="staff"))


def left_over(place):
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if ".partial" in path.name)


def databases():
    with owner.setup_connection() as line:
        return {name for (name,) in line.execute("SELECT datname FROM pg_database").fetchall()}


def test_a_backup_is_whole_and_says_what_it_holds(place):
    row = document()
    run = making.make()
    backup = folder.find(run.name)
    content = b"Dear Rosa, tomorrow.\n"
    assert (run.state, run.problem, run.files, run.files_copied, run.files_missing) == ("done", "", 1, 1, 0)
    assert run.row_counts == backup.about()["row_counts"]
    assert (run.row_counts["members_member"], run.row_counts["ip2a_attachment"]) == (1, 1)
    assert list(backup.files()) == [
        {
            "path": row.path,
            "name": "letter.txt",
            "table": "ip2a_attachment",
            "record": row.pk,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "kept": True,
        }
    ]
    assert backup.damage() == []
    assert Contents().place(row.sha256).read_bytes() == content
    assert (
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=backup.path, check=False).returncode == 0
    )
    assert (backup.path.stat().st_mode & 0o777, left_over(place)) == (0o700, [])


def test_a_file_is_copied_once_for_all_backups():
    document()
    making.make()
    again = making.make()
    assert (again.files, again.files_copied, again.files_missing) == (1, 0, 0)


def test_a_lost_file_is_told_and_the_rest_is_kept(capsys):
    kept, lost = document(), document(b"Another one.\n")
    default_storage.delete(lost.path)
    with pytest.raises(SystemExit) as end:
        call_command("backup")
    assert end.value.code == 1
    assert "1 file is lost or not as recorded" in capsys.readouterr().out
    entries = {entry["path"]: entry for entry in folder.all_backups()[0].files()}
    assert (entries[kept.path]["kept"], entries[lost.path]["kept"]) == (True, False)
    assert entries[lost.path]["why"] == "it is not in the store"


def test_a_changed_file_does_not_pass_for_the_kept_one():
    row = document()
    Path(default_storage.path(row.path)).write_bytes(b"Dear Rosa, never....\n")
    run = making.make()
    assert (run.files_missing, Contents().has(row.sha256, row.size)) == (1, False)


def test_verifying_restores_compares_and_looks_through(committed_db):
    """What a killed trial left behind goes with the next one."""
    document()
    run = making.make()
    with owner.setup_connection() as line:
        restoring.create(line, f"{committed_db[:40]}{restoring.MARK}999999")
    found = verifying.verify()
    assert (found.name, found.problems, found.files, found.files_missing) == (run.name, [], 1, 0)
    assert (found.tables, found.rows) == (len(run.row_counts), sum(run.row_counts.values()))
    assert found.audit_entries == run.row_counts["ip2a_auditentry"] > 0
    assert found.checks > 10
    run.refresh_from_db()
    assert (run.verdict, run.verify_problem) == ("good", "")
    assert run.restore_seconds > 0
    assert not [name for name in databases() if name.startswith(committed_db[:40] + restoring.MARK)]
    facts, _, clean = telling.verified(found)
    assert (facts["holds"], facts["rows"], clean) == (True, found.rows, True)


def test_a_damaged_dump_is_named_and_not_restored():
    run = making.make()
    dump = folder.find(run.name).part(folder.DUMP)
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    assert verifying.verify(run.name).problems == ["database.dump has changed since it was made."]
    run.refresh_from_db()
    assert (run.verdict, run.verify_problem) == ("bad", "database.dump has changed since it was made.")


def say_otherwise(run, **changes):
    """As if the backup had been made of another database."""
    backup = folder.find(run.name)
    backup.part(folder.ABOUT).write_text(json.dumps(backup.about() | changes))
    lines = [f"{folder.checksum_of(backup.part(part))}  {part}\n" for part in folder.PARTS]
    backup.part(folder.SUMS).write_text("".join(lines))


def test_rows_and_guards_that_did_not_come_back_are_told(owner_db):
    """The trigger was off when the backup was made; of a house where it was on, the same copy does not hold."""
    owner_db.execute("ALTER TABLE members_member DISABLE TRIGGER ip2a_audit_update")
    try:
        run = making.make()
    finally:
        owner_db.execute("ALTER TABLE members_member ENABLE TRIGGER ip2a_audit_update")
    assert folder.find(run.name).about()["critical"] == {"schema.trigger-disabled": 1}
    say_otherwise(run, row_counts=run.row_counts | {"members_member": 7}, critical={})
    assert verifying.verify(run.name).problems == [
        "members_member: 7 when it was backed up, 0 after restoring.",
        "The check schema.trigger-disabled finds more in the restored copy: 1 trigger is switched off.",
    ]


def test_a_damaged_copy_of_a_file_is_set_aside_and_copied_anew():
    row = document()
    run = making.make()
    Contents().place(row.sha256).write_bytes(b"x" * row.size)
    said = f"The backup's copy of {row.path} is damaged. It was set aside, and the next backup copies it anew."
    assert verifying.verify(run.name).problems == [said]
    assert making.make().files_copied == 1
    assert Contents().place(row.sha256).read_bytes() == b"Dear Rosa, tomorrow.\n"


def test_a_backup_comes_back_with_its_files_after_a_lost_disk(committed_db, capsys, tmp_path):
    """First where not even a database of our name stands, then into one without a table, as a new installation has."""
    row = document()
    run = making.make()
    name = f"{committed_db}_back"
    try:
        with verifying.served_from(name):
            call_command("backup", list=True)
            said = capsys.readouterr().out
            assert (said.split()[0], said.count("Unknown to this database")) == (run.name, 1)
            done = restoring.restore(run.name, into=name, replace=False, files_into=tmp_path / "m", say=making.quiet)
            with owner.connect(name) as line:
                assert owner.count_rows(line) == run.row_counts
            assert (done.before, done.files, done.files_missing) == ("", 1, [])
            assert (tmp_path / "m" / row.path).read_bytes() == b"Dear Rosa, tomorrow.\n"
            with owner.setup_connection() as line:
                drop(line, name)
                restoring.create(line, name)
            call_command("backup", restore=run.name, into=name)
        assert capsys.readouterr().out == f"The database {name} stands.\n"
        assert [one for one in databases() if one.startswith(name)] == [name]
    finally:
        with owner.setup_connection() as line:
            drop(line, name)


def test_lost_and_changed_documents_are_brought_back_and_nothing_is_overwritten(capsys):
    lost, changed, fine, nowhere = (document(f"Dear Rosa {n}.\n".encode()) for n in range(4))
    making.make()
    default_storage.delete(lost.path)
    default_storage.delete(nowhere.path)
    Contents().place(nowhere.sha256).write_bytes(b"damaged as well")
    Path(default_storage.path(changed.path)).write_bytes(b"Dear Rosa X.\n")
    FileFault.objects.create(attachment=changed, fault="changed", seen_at=timezone.now())
    found = returning.bring_back()
    assert (found.looked, found.returned, found.lost) == (4, [lost.path, changed.path], [nowhere.path])
    kept = [Path(default_storage.path(row.path)).read_bytes() for row in (lost, changed, fine)]
    assert kept == [b"Dear Rosa 0.\n", b"Dear Rosa 1.\n", b"Dear Rosa 2.\n"]
    assert [Path(default_storage.path(path)).read_bytes() for path in found.aside] == [b"Dear Rosa X.\n"]
    assert not FileFault.objects.exists()
    with pytest.raises(SystemExit) as left:
        call_command("backup", bring_back=True)
    assert left.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        "0 lost or changed documents are back.",
        f"1 is in no backup here, such as {nowhere.path}.",
    ]


def test_a_standing_database_is_replaced_only_by_force_and_name_and_kept_aside(committed_db):
    run = making.make()
    name = f"{committed_db}_stands"
    with owner.setup_connection() as line:
        restoring.create(line, name)
    with owner.connect(name) as line:
        line.execute("CREATE TABLE mine (id int)")
    try:
        for more in ({}, {"force": True}, {"force": True, "typed": "something"}):
            with pytest.raises(CommandError, match=f"A database {name} stands already") as refused:
                call_command("backup", restore=run.name, into=name, **more)
            assert refused.value.returncode == 2
        call_command("backup", restore=run.name, into=name, force=True, typed=name)
        before = next(one for one in databases() if one.startswith(f"{name}_before_"))
        with owner.connect(name) as line:
            assert owner.count_rows(line) == run.row_counts
        with owner.connect(before) as line:
            assert owner.count_rows(line) == {"mine": 0}
    finally:
        with owner.setup_connection() as line:
            for one in databases():
                if one.startswith(name):
                    drop(line, one)


def test_row_security_never_makes_a_gap(owner_db):
    MemberFactory.create_batch(3)
    owner_db.execute("ALTER TABLE members_member ENABLE ROW LEVEL SECURITY")
    owner_db.execute("CREATE POLICY nobody ON members_member USING (false)")
    try:
        run = making.make()
        assert run.row_counts["members_member"] == 3
        owner_db.execute("ALTER TABLE members_member FORCE ROW LEVEL SECURITY")
        with pytest.raises(CannotBackUp, match="row-level security"):
            making.make()
    finally:
        owner_db.execute("DROP POLICY nobody ON members_member")
        owner_db.execute("ALTER TABLE members_member NO FORCE ROW LEVEL SECURITY")
        owner_db.execute("ALTER TABLE members_member DISABLE ROW LEVEL SECURITY")


def test_a_folder_that_cannot_be_written_is_told_before_any_work(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.BACKUP_FOLDER = tmp_path / "file" / "backups"
    with pytest.raises(CommandError, match="cannot be written .Not a directory., so nothing was backed up") as refused:
        call_command("backup")
    assert (refused.value.returncode, BackupRun.objects.count()) == (2, 0)


def test_without_pg_dump_the_package_is_named(settings, monkeypatch):
    monkeypatch.setattr("maintenance.backups.programs._candidates", lambda name: [])
    with pytest.raises(CannotBackUp, match="The program pg_dump is missing"):
        making.make()
    run = BackupRun.objects.get()
    assert (run.state, "postgresql-client" in run.problem) == ("failed", True)


def test_an_older_pg_dump_is_not_used(tmp_path, monkeypatch):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 11.2'\n")
    old.chmod(0o755)
    monkeypatch.setattr("maintenance.backups.programs._candidates", lambda name: [old])
    with pytest.raises(CannotBackUp, match=r"the newest pg_dump here is of version 11, which cannot read it"):
        making.make()


def test_only_one_runs_at_a_time():
    with owner.held(), pytest.raises(CannotBackUp, match="Another backup, verification or restore is running"):
        making.make()


def command(settings, *arguments, **options):
    environment = os.environ | {"BACKUP_FOLDER": str(settings.BACKUP_FOLDER), "PYTHONPATH": str(BASE_DIR)}
    run = [sys.executable, "-m", "django", "backup", *arguments]
    return subprocess.Popen(run, cwd=BASE_DIR, env=environment, stderr=subprocess.PIPE, text=True, **options)


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_leaves_nothing_half_written(settings, place):
    first = making.make()
    child = command(settings, preexec_fn=small_files)
    said = child.communicate(timeout=60)[1]
    assert (child.returncode, "nothing half-written was kept" in said) == (2, True)
    assert [backup.name for backup in folder.all_backups()] == [first.name]
    assert left_over(place) == []
    run = BackupRun.objects.get(state="failed")
    assert "nothing half-written was kept" in run.problem


def test_after_kill_9_the_next_one_clears_up(settings, place, owner_db, tmp_path):
    """It is caught while it waits for a lock in the middle of the dump."""
    with owner_db.transaction():
        owner_db.execute("LOCK TABLE members_member IN ACCESS EXCLUSIVE MODE")
        child = command(settings)
        end = time.monotonic() + 30
        while not left_over(place) and time.monotonic() < end:
            time.sleep(0.05)
        assert left_over(place) != []
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=20)
    killed = BackupRun.objects.get()
    assert killed.state == "running"
    run = making.make()
    killed.refresh_from_db()
    assert (killed.state, killed.problem, run.state) == ("failed", making.KILLED, "done")
    assert left_over(place) == []
    BackupRun.objects.filter(pk=run.pk).update(state="running", ended_at=None, sha256="", files=9, row_counts={})
    making.clear_leftovers()  # killed when the folder had its name already, or restored from this very backup
    whole = BackupRun.objects.get(pk=run.pk)
    assert (whole.state, whole.sha256, whole.files, whole.row_counts) == ("done", run.sha256, 0, run.row_counts)


def test_a_wrong_password_is_told(settings, tmp_path):
    from ip2a.embedded.postgres import Cluster

    with Cluster(tmp_path / "strict", durable=False) as strict:
        with psycopg.connect(strict.url("superuser"), autocommit=True) as line:
            line.execute("ALTER ROLE ip2a_owner PASSWORD 'right'")
            (strict.folder / "pg_hba.conf").write_text("local all all scram-sha-256\n")
            line.execute("SELECT pg_reload_conf()")
        settings.DATABASE_OWNER_URL = strict.url("owner").replace("ip2a_owner@", "ip2a_owner:wrong@")
        with pytest.raises(CannotBackUp, match="refuses the owner's password, so nothing was backed up"):
            making.make()
    assert BackupRun.objects.count() == 0


def test_the_password_stands_in_no_argument(settings):
    settings.DATABASE_OWNER_URL = "postgres://me:secret%20word@db.internal:5433/ip2a?sslmode=require"
    env = owner.environment("other")
    assert {key: env[key] for key in env if key.startswith("PG")} == {
        "PGHOST": "db.internal",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "secret word",
        "PGSSLMODE": "require",
        "PGDATABASE": "other",
        "PGCONNECT_TIMEOUT": "10",
    }


def test_the_list_and_the_result_are_told_to_programs(capsys):
    call_command("backup", format="json")
    made = json.loads(capsys.readouterr().out)
    call_command("backup", list=True, format="json")
    listed = json.loads(capsys.readouterr().out)
    assert [entry["backup"] for entry in listed["backups"]] == [made["backup"]]
    assert listed["backups"][0]["verdict"] == "Not restored yet"
