import json
import os
import resource
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from maintenance import doctor, logbook, registry
from maintenance.models import Threshold

BASE_DIR = Path(__file__).resolve().parents[2]


@pytest.fixture
def logs(settings, tmp_path):
    settings.LOGS = tmp_path / "logs"
    return settings.LOGS


def lines_of(folder: Path) -> list[dict]:
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def test_a_line_is_json_in_the_file_of_the_day(logs):
    assert logbook.write("auto_heal", {"run": 12, "paid": Decimal("1.50"), "on": date(2026, 3, 1), "said": "a\nb é"})
    path = logs / "auto_heal" / f"{timezone.localdate():%Y-%m-%d}.jsonl"
    (line,) = lines_of(logs / "auto_heal")
    assert path.read_text(encoding="utf-8").count("\n") == 1
    assert {key: line[key] for key in ("run", "paid", "on", "said")} == {
        "run": 12,
        "paid": "1.50",
        "on": "2026-03-01",
        "said": "a\nb é",
    }
    assert list(line)[0] == "at"
    assert path.stat().st_mode & 0o007 == 0


def test_an_unknown_log_book_is_a_mistake_of_the_caller(logs):
    with pytest.raises(ValueError, match="There is no log book 'elsewhere'"):
        logbook.write("elsewhere", {})


def test_half_a_character_is_written_all_the_same(logs):
    assert logbook.write("auto_heal", {"name": "\udcff"})
    assert len(lines_of(logs / "auto_heal")) == 1


def test_lines_of_several_processes_stay_whole(logs):
    code = (
        "import django; django.setup()\n"
        "from django.test import override_settings\n"
        "from maintenance import logbook\n"
        f"with override_settings(LOGS={str(logs)!r}):\n"
        "    for n in range(200): logbook.write('auto_heal', {'n': n, 'long': 'x' * 9000})\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", code], cwd=BASE_DIR) for _ in range(3)]
    assert [child.wait(timeout=60) for child in children] == [0, 0, 0]
    lines = lines_of(logs / "auto_heal")
    assert sorted(line["n"] for line in lines) == sorted(list(range(200)) * 3)


def test_a_line_cut_off_by_a_kill_does_not_spoil_the_next(logs):
    logbook.write("auto_heal", {"n": 1})
    (path,) = (logs / "auto_heal").iterdir()
    with path.open("a") as file:
        file.write('{"n": 2, "cut')
    assert logbook.write("auto_heal", {"n": 3})
    assert [line["n"] for line in logbook.read("auto_heal", since=timezone.localdate())] == [1, 3]


def test_a_full_disk_leaves_no_half_line(logs, caplog):
    logbook.write("auto_heal", {"n": 1})
    (path,) = (logs / "auto_heal").iterdir()
    before = path.read_bytes()
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, was[1]))
    try:
        assert logbook.write("auto_heal", {"n": 2, "long": "x" * 500}) is False
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
    assert path.read_bytes() == before
    assert "the disk is full" in caplog.text
    assert logbook.write("auto_heal", {"n": 3})


def test_a_folder_that_cannot_be_written_is_told_and_does_not_raise(settings, tmp_path, caplog):
    settings.LOGS = tmp_path / "file"
    settings.LOGS.write_text("in the way")
    assert logbook.write("auto_heal", {"n": 1}) is False
    assert "cannot be written" in caplog.text
    assert logbook.trouble() == [
        f"The log book {settings.LOGS / kind} cannot be written: {settings.LOGS} is no folder"
        for kind in ("auto_heal", "admin_notifications", "resilience_metrics")
    ]


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_a_finding(logs):
    check = registry.check_named("maintenance.log-book-not-written")
    assert doctor.look(check).count == 0
    logs.write_text("a file, no folder")
    seen = doctor.look(check)
    assert (seen.count, check.say(seen.count)) == (3, "3 log books cannot be written.")
    assert seen.things == logbook.trouble()


def test_asking_for_trouble_writes_nothing(logs):
    assert logbook.trouble() == []
    assert not logs.exists()


def test_a_link_in_place_of_the_file_is_not_followed(logs, tmp_path):
    target = tmp_path / "target"
    target.write_text("")
    (logs / "auto_heal").mkdir(parents=True)
    os.symlink(target, logs / "auto_heal" / f"{timezone.localdate():%Y-%m-%d}.jsonl")
    assert logbook.write("auto_heal", {"n": 1}) is False
    assert target.read_text() == ""


@pytest.mark.django_db
def test_files_older_than_the_local_keeps_them_go_and_others_stay(logs):
    Threshold.objects.filter(name=logbook.DAYS_KEPT).update(value=10)
    today = timezone.localdate()
    folder = logs / "auto_heal"
    folder.mkdir(parents=True)
    for days in (0, 10, 11, 400):
        (folder / f"{today - timedelta(days=days):%Y-%m-%d}.jsonl").write_text("{}\n")
    (folder / "notes.txt").write_text("mine")
    assert logbook.prune() == 2
    kept = {f"{today - timedelta(days=days):%Y-%m-%d}.jsonl" for days in (0, 10)}
    assert {path.name for path in folder.iterdir()} == kept | {"notes.txt"}
