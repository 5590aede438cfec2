"""The resilience report: what it measures, what it says, and what it compares with."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment, Message
from maintenance import logbook
from maintenance.backups.models import BackupRun
from maintenance.models import ChecksumRound, FileFault, Notice, ResilienceMetric, ResilienceReport, Threshold
from maintenance.resilience import checksums, files, growth, history, indexes, queries, records, reporting, saved
from maintenance.resilience import storage as disks
from maintenance.resilience.parts import Asked, Part
from maintenance.resilience.tasks import nightly_checksums, weekly_resilience
from maintenance.resilience.watching import HotQuery
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_places(settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.LOGS = tmp_path / "logs"
    shutil.rmtree(default_storage.location, ignore_errors=True)


def document(text=b"Dear Rosa.\n"):
    return attach(MemberFactory(), ContentFile(text, "letter.txt"), by=UserFactory(role="staff"))


def said(part: Part) -> list[tuple[str, str]]:
    return [(one.level, one.text) for one in part.says]


def set_to(name, value):
    Threshold.objects.filter(name=name).update(value=value)


def past(name, *values, subject="", every=1):
    """Reports of the days before, the last of them yesterday."""
    for ago, value in zip(range(len(values) * every, 0, -every), values, strict=True):
        at = timezone.now() - timedelta(days=ago)
        report = ResilienceReport.objects.create(started_at=at, ended_at=at, state="done")
        ResilienceMetric.objects.create(report=report, name=name, subject=subject, value=value, at=at)


def test_a_report_keeps_its_words_and_numbers_and_writes_the_log_book(settings):
    report = reporting.make()
    assert [part["key"] for part in report.parts] == [key for key, _, _ in reporting.LOOKS]
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


def test_every_disk_is_measured_once():
    part = disks.storage(Asked())
    assert sorted(m.subject for m in part.measures if m.name == "storage.used") == ["backups", "documents", "logs"]
    assert [row[0] for row in part.rows] == [", ".join(words) for words in disks.disks()]


# -- files


def age(path, hours):
    import os

    then = timezone.now().timestamp() - hours * 3600
    os.utime(default_storage.path(path), (then, then))


def test_files_that_no_record_names_are_told_after_their_grace():
    kept = document()
    for name, hours in (("documents/old", 30), ("documents/young", 1)):
        default_storage.save(name, ContentFile(b"12345"))
        age(name, hours)
    age(kept.path, 30)
    part = files.files(Asked())
    assert [row[:2] for row in part.rows] == [["documents/old", "5 bytes"]]
    assert said(part) == [
        (
            "warn",
            "1 files (5 bytes) are named by no record: left by uploads that were cut off. "
            "They do no harm; delete them by hand when you are sure.",
        )
    ]


def test_the_file_of_a_transaction_that_was_rolled_back_is_found():
    from django.db import transaction

    member, by = MemberFactory(), UserFactory(role="staff")
    with pytest.raises(RuntimeError), transaction.atomic():
        row = attach(member, ContentFile(b"Dear Rosa.\n", "letter.txt"), by=by)
        raise RuntimeError("rolled back")
    age(row.path, 48)
    assert [found[0] for found in files.files(Asked()).rows] == [row.path]


def test_records_without_their_file_are_told():
    lost = document()
    document(b"Another.\n")
    default_storage.delete(lost.path)
    part = files.files(Asked())
    assert part.says[0].text == "1 records name a file that is not in the store. Bring them back from a backup."
    assert part.records == [lost.pk]


def test_recorded_documents_without_a_file_are_no_loss():
    row = document()
    default_storage.delete(row.path)
    Attachment.objects.filter(pk=row.pk).update(storage="recorded", path="recorded/1")
    assert said(files.files(Asked())) == []


def test_without_files_nothing_is_looked_at():
    assert said(files.files(Asked(files=False))) == [("unknown", "The files were not looked at.")]


# -- checksums


def test_a_round_finds_what_is_missing_or_changed_and_forgets_what_is_mended():
    _right, changed, missing = document(), document(b"Another.\n"), document(b"A third.\n")
    Path(default_storage.path(changed.path)).write_bytes(b"Anothxr.\n")
    default_storage.delete(missing.path)
    round_ = checksums.read_all("all")
    assert (round_.read, round_.wrong, round_.ended_at is not None) == (3, 2, True)
    assert dict(FileFault.objects.values_list("attachment", "fault")) == {changed.pk: "changed", missing.pk: "missing"}
    part = checksums.checksums(Asked())
    assert said(part) == [
        ("act", "1 documents are not as they were kept. Bring them back from a backup."),
        ("act", "1 documents are missing from the store. Bring them back from a backup."),
    ]
    Path(default_storage.path(changed.path)).write_bytes(b"Another.\n")
    checksums.read_all("all")
    assert list(FileFault.objects.values_list("attachment", flat=True)) == [missing.pk]


def test_a_round_that_was_killed_goes_on_where_it_was(monkeypatch):
    rows = [document(f"Letter {n}.\n".encode()) for n in range(5)]
    monkeypatch.setattr(checksums, "BATCH", 2)
    seen = []
    read = checksums._read

    def die_at_the_fourth(row):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(row["pk"])
        return read(row)

    monkeypatch.setattr(checksums, "_read", die_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        checksums.read_all("all")
    assert ChecksumRound.objects.values_list("place", "read", "ended_at").get() == (rows[1].pk, 2, None)
    monkeypatch.setattr(checksums, "_read", lambda row: (seen.append(row["pk"]), read(row))[1])
    round_ = checksums.read_all("all")
    assert (round_.read, round_.ended_at is not None, ChecksumRound.objects.count()) == (5, True, 1)
    assert seen[3:] == [row.pk for row in rows[2:]]


def test_a_round_pauses_when_its_time_is_over_and_goes_on_the_next_night():
    document()
    set_to("maintenance.checksum-minutes", 0)
    assert checksums.read_all("all").ended_at is None
    set_to("maintenance.checksum-minutes", 5)
    assert checksums.read_all("all").read == 1


def test_a_sample_reads_its_share():
    rows = [document(f"Letter {n}.\n".encode()) for n in range(8)]
    set_to("maintenance.checksum-sample", 100)
    assert checksums.read_all("sample").read == len(rows)
    set_to("maintenance.checksum-sample", 0)
    assert nightly_checksums() == "0 documents read, 0 wrong."
    assert ChecksumRound.objects.first().read == 0


def test_reading_is_no_faster_than_allowed(monkeypatch):
    slept = []
    monkeypatch.setattr(checksums.time, "sleep", slept.append)
    pace = checksums.Pace(rate=1000, seconds=60)
    pace.spend(2000)
    assert 1.5 < slept[0] <= 2


# -- queries


def test_a_query_outside_its_usual_spread_is_called_slower():
    past("query.ms", *[2.0, 2.2, 1.9, 2.1, 2.0, 2.1], subject="x.list")
    usual = queries.forecast.usual([v for _, v in history.of("query.ms")["x.list"]], 4, 5, queries.FLOOR)
    part = Part("queries", "")
    queries._look(part, HotQuery("x.list", "Slow list", lambda: __import__("time").sleep(0.02)), usual)
    assert len(part.says) == 1
    assert part.says[0].text.startswith("The query “Slow list” takes 2")
    assert "; 2.0 ms are usual and up to 6.0 ms would be." in part.says[0].text
    part = Part("queries", "")
    queries._look(part, HotQuery("x.list", "Quick list", lambda: Member.objects.none()), usual)
    assert said(part) == []


def test_without_a_past_no_query_is_called_slower():
    past("query.ms", 0.001, 0.001, subject="members.member-list")
    assert [one for one in queries.queries(Asked()).says if "takes" in one.text] == []


def test_a_hot_query_cannot_write_and_a_broken_one_is_told():
    part = Part("queries", "")
    queries._look(part, HotQuery("x.bad", "Bad", lambda: Member.objects.all().update(notes="x")), None)
    assert said(part) == [("act", "The query “Bad” cannot be run: cannot execute UPDATE in a read-only transaction")]
    assert MemberFactory().pk  # the transaction around it lives, and writes


# -- tables and records


def test_growth_is_told_by_table_without_what_a_compartment_holds():
    part = growth.growth(Asked())
    told = {m.subject for m in part.measures}
    assert "members_member" in told
    assert told & growth.closed_tables() == set()
    assert "vault_secret" in growth.closed_tables()


def test_growth_has_a_forecast_after_some_days():
    past("database.bytes", 1e6, 2e6, 3e6, 4e6, 5e6, every=7)
    assert growth.growth(Asked()).rows[0][3].startswith("+")


def test_stale_records_are_counted_by_kind(owner_db):
    MemberFactory.create_batch(10)
    set_to("maintenance.stale-days", -1)
    part = records.stale(Asked())
    assert ["Members", 10, "10 (100 %)"] in part.rows


def test_members_with_too_many_jobs_are_counted():
    set_to("members.outlier-jobs", 2)
    member = MemberFactory()
    MemberEmploymentFactory.create_batch(3, member=member)
    part = records.outlying(Asked())
    text = "1 members have more than 2 jobs. Look whether records were doubled or given to the wrong one."
    assert said(part) == [("warn", text)]
    assert [row for row in part.rows if row[1]] == [["1 members have more than 2 jobs.", 1, 3]]


# -- indexes


def test_a_key_without_an_index_is_told(owner_db):
    set_to("maintenance.big-table", 0)
    wrong = [row for row in indexes.indexes(Asked()).rows if row[2] == "Leads elsewhere without an index"]
    assert all(isinstance(row[0], str) for row in wrong)
    owner_db.execute("CREATE TABLE zz_probe (id int PRIMARY KEY, member_id bigint REFERENCES members_member (id))")
    try:
        owner_db.execute("INSERT INTO zz_probe VALUES (1, NULL)")
        owner_db.execute("ANALYZE zz_probe")
        part = indexes.indexes(Asked())
        assert ["member_id", "zz_probe", "Leads elsewhere without an index"] in part.rows
        owner_db.execute("CREATE INDEX zz_probe_member ON zz_probe (member_id)")
        assert "zz_probe" not in {row[1] for row in indexes.indexes(Asked()).rows}
    finally:
        owner_db.execute("DROP TABLE zz_probe")


def test_an_index_that_does_not_hold_is_told(owner_db):
    owner_db.execute("CREATE TABLE zz_probe (id int)")
    owner_db.execute("INSERT INTO zz_probe VALUES (1), (1)")
    try:
        with pytest.raises(Exception, match="could not create unique index"):
            owner_db.execute("CREATE UNIQUE INDEX CONCURRENTLY zz_probe_once ON zz_probe (id)")
        part = indexes.indexes(Asked())
        text = "The index zz_probe_once of zz_probe does not hold. Rebuild it: REINDEX INDEX zz_probe_once."
        assert ("act", text) in said(part)
    finally:
        owner_db.execute("DROP TABLE zz_probe")


def test_unused_indexes_are_told_only_after_long_enough_counting():
    text = "Which indexes nobody uses can be told after 30 days of counting."
    assert ("well", text) in said(indexes.indexes(Asked()))
    past("x", 1, every=40)
    set_to("maintenance.unused-index-size", 0)
    assert "indexes.unused" in {m.name for m in indexes.indexes(Asked()).measures}


def test_wasted_room_is_estimated_where_it_cannot_be_measured(owner_db):
    set_to("maintenance.bloat-size", 0)
    set_to("maintenance.bloat", 50)
    owner_db.execute("CREATE TABLE zz_probe (id int, text text)")
    owner_db.execute("GRANT SELECT ON zz_probe TO ip2a_app")
    try:
        owner_db.execute("INSERT INTO zz_probe SELECT n, repeat('x', 200) FROM generate_series(1, 4000) n")
        owner_db.execute("DELETE FROM zz_probe WHERE id <> 4000")
        owner_db.execute("ANALYZE zz_probe")
        part = indexes.bloat(Asked())
        share = next(m.value for m in part.measures if m.subject == "zz_probe")
        assert share > 90
        assert any(one.text.startswith("zz_probe wastes about 9") for one in part.says)
    finally:
        owner_db.execute("DROP TABLE zz_probe")


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
    assert said == f"{report.over} over a threshold; mailed to 1."
    assert Notice.objects.get(name="resilience").sentence.startswith("There is no good backup.")
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
