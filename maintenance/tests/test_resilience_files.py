"""Files and their checksums in the resilience report."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment
from maintenance.models import ChecksumRound, FileFault
from maintenance.resilience import checksums, files
from maintenance.resilience.parts import Asked
from maintenance.resilience.tasks import nightly_checksums
from maintenance.tests.resilience import document, own_places, said, set_to
from members.factories import MemberFactory

__all__ = ["own_places"]
pytestmark = pytest.mark.django_db


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
            "1 file (5 bytes) no record names: left by uploads that were cut off. "
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
    assert part.says[0].text == f"1 record names a file that is not in the store. {files.RETURN}"
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
        ("act", f"1 document is not as it was kept. {files.RETURN}"),
        ("act", f"1 document is missing from the store. {files.RETURN}"),
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
