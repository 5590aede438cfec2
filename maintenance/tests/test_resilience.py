"""The resilience report: what it keeps, compares and tells; disks, backups, the command and the mail."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ip2a.factories import UserFactory
from ip2a.models import Message
from maintenance import logbook
from maintenance.backups.models import BackupRun
from maintenance.models import Notice, ResilienceMetric, ResilienceReport
from maintenance.resilience import history, replicas, reporting, saved
from maintenance.resilience import storage as disks
from maintenance.resilience.parts import Asked, Part
from maintenance.resilience.tasks import weekly_resilience
from maintenance.tests.resilience import own_places, said

__all__ = ["own_places"]
pytestmark = pytest.mark.django_db


def test_a_report_keeps_its_words_and_numbers_and_writes_the_log_book(settings):
    report = reporting.make()
    without_copies = [key for key, _, _ in reporting.LOOKS if key != replicas.KEY]  # there are none here
    assert [part["key"] for part in report.parts] == without_copies
    assert (report.state, report.over) == ("done", len(reporting.over(report)))
    wrong = [line["text"] for part in report.parts for line in part["says"] if "could not be measured" in line["text"]]
    assert wrong == []
    assert report.metrics.filter(name="growth.rows", subject="members_member").count() == 1
    (line,) = logbook.read(logbook.RESILIENCE, since=timezone.localdate())
    assert (line["report"], line["over"]) == (report.pk, report.over)
    assert line["metrics"]["checksums.wrong"] == 0


def test_a_part_that_breaks_says_so_and_the_others_go_on(monkeypatch):
    def broken(asked):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(reporting, "LOOKS", (("x", "Broken", broken), ("backups", "Backups", saved.backups)))
    report = reporting.make()
    assert report.parts[0]["says"] == [
        {"level": "warn", "text": "This could not be measured: ZeroDivisionError: by nought"}
    ]
    assert report.parts[1]["title"] == "Backups"


def test_a_report_that_was_cut_off_is_closed_and_its_numbers_do_not_count():
    cut = ResilienceReport.objects.create(started_at=timezone.now())
    ResilienceMetric.objects.create(report=cut, name="growth.rows", subject="x", value=5, at=timezone.now())
    reporting.make(Asked(files=False))
    cut.refresh_from_db()
    assert cut.state == "failed"
    assert "x" not in history.of("growth.rows")


# -- disks


def test_a_disk_near_full_is_told_and_at_the_second_limit_at_once():
    part = Part("storage", "")
    numbers = {"maintenance.storage-warn": 80, "maintenance.storage-act": 90, "maintenance.storage-fills-within": 60}
    numbers["maintenance.forecast-points"] = 5
    disks._look(part, "documents", 79, 100, [], numbers)
    disks._look(part, "documents", 80, 100, [], numbers)
    disks._look(part, "documents", 91, 100, [], numbers)
    assert said(part) == [
        ("warn", "The disk of documents is 80 % full: 20 bytes are left. Make room."),
        ("act", "The disk of documents is 91 % full: 9 bytes are left. Make room."),
    ]


def test_the_day_a_disk_fills_is_told_with_how_sure_that_is():
    now = timezone.localtime()
    points = [(now - timedelta(days=ago), 500.0 - ago) for ago in range(29, -1, -1)]
    part = Part("storage", "")
    numbers = {"maintenance.storage-warn": 80, "maintenance.storage-act": 90, "maintenance.storage-fills-within": 60}
    row = disks._look(part, "documents", 500, 540, points, {**numbers, "maintenance.forecast-points": 5} | {
        "maintenance.storage-warn": 95, "maintenance.storage-act": 99,
    })  # fmt: skip
    assert part.says[0].text.startswith("The disk of documents will be full around ")
    assert row[-1].startswith("fairly sure: between ")
    assert row[-1].endswith("30 days measured over 29, the line tells 100 %")


def test_every_disk_is_measured_once(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    part = disks.storage(Asked())
    assert sorted(m.subject for m in part.measures if m.name == "storage.used") == ["backups", "documents", "logs"]
    assert [row[0] for row in part.rows] == [", ".join(words) for words in disks.disks()]


# -- backups


def backup(hours, tmp_path, **values):
    at = timezone.now() - timedelta(hours=hours)
    run = BackupRun.objects.create(name=f"b{hours}", started_at=at, ended_at=at, **{"state": "done", **values})
    place = tmp_path / "backups" / run.name
    place.mkdir(parents=True, exist_ok=True)
    (place / "about.json").write_text(json.dumps({"made_at": at.isoformat()}))
    return run


def test_without_a_good_backup_somebody_must_act(tmp_path):
    texts = [text for level, text in said(saved.backups(Asked())) if level == "act"]
    assert texts == ["There is no good backup. Make one: Upkeep, Backups, Back up now."]
    backup(100, tmp_path)
    assert said(saved.backups(Asked()))[0] == (
        "act",
        "The last good backup is 4 days old (48 hours are allowed). Make one now.",
    )


def test_a_fresh_backup_that_was_restored_is_well(tmp_path):
    backup(5, tmp_path, verdict="good", verified_at=timezone.now(), restore_seconds=12.34)
    ((level, text),) = said(saved.backups(Asked()))
    assert (level, text.startswith("Last restored on trial on "), text.endswith(", in 12.3 s.")) == ("well", True, True)


def test_a_failed_or_bad_backup_is_told(tmp_path):
    backup(5, tmp_path, verdict="bad", verified_at=timezone.now(), verify_problem="database.dump has changed.")
    backup(1, tmp_path, state="failed", problem="The disk is full.")
    texts = [text for level, text in said(saved.backups(Asked())) if level == "act"]
    assert texts == [
        "There is no good backup. Make one: Upkeep, Backups, Back up now.",
        "Backup b5 does not hold: database.dump has changed.",
        "The last backup failed: The disk is full.",
    ]


# -- the command, the mail


def test_the_weekly_report_is_mailed_once_to_those_who_may_see_it(settings):
    administrator = UserFactory(role="administrator")
    UserFactory(role="staff")
    said = weekly_resilience()
    report = ResilienceReport.objects.get()
    assert said == f"{report.over} over a threshold; mailed to 1 person."
    assert Notice.objects.get(name="resilience:backups").sentence.startswith("There is no good backup.")
    mail = Message.objects.get(kind="maintenance.resilience")
    assert mail.recipient == administrator
    assert mail.subject == f"Resilience report: {report.over} things over a threshold"
    assert "- ACT NOW: Backups: There is no good backup." in mail.body
    reporting.mail(report)
    assert Message.objects.filter(kind="maintenance.resilience").count() == 1


def test_the_command_exports_what_it_measured(tmp_path, capsys):
    target = tmp_path / "report.json"
    with pytest.raises(SystemExit) as end:
        call_command("resilience", export=str(target), no_files=True)
    report = ResilienceReport.objects.get()
    facts = json.loads(target.read_text())
    assert end.value.code == 1
    assert (facts["report"], facts["over"], facts["parts"]) == (report.pk, report.over, report.parts)
    assert len(facts["metrics"]) == report.metrics.count()
    assert "There is no good backup." in capsys.readouterr().out


@pytest.mark.parametrize("place", ["nowhere/report.json", "."])
def test_an_export_that_cannot_be_written_is_told_before_any_work(tmp_path, place):
    with pytest.raises(CommandError) as refused:
        call_command("resilience", export=str(tmp_path / place))
    assert (refused.value.returncode, ResilienceReport.objects.count()) == (2, 0)
