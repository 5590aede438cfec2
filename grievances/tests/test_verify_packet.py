"""The program that verifies case files: from bin/, without IP2A; and as a command."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from grievances.packet.archive import Archive
from grievances.tests import packing
from grievances.tests.packing import SCRIPT, built, kept, told_case, verifier
from ip2a.factories import UserFactory

GOOD = "All right: every file is as it was when the case file was built."


@pytest.fixture
def packet(tmp_path) -> Path:
    """A small case file, made by the writer of the real ones."""
    path = tmp_path / "case.zip"
    with path.open("wb") as file, Archive(file, at=timezone.now()) as archive:
        archive.add("documents/001 scan.pdf", [b"%PDF-" + bytes(5000)], media_type="application/pdf", document=1)
        archive.add("documents/002 note.txt", [b"Dear Rosa.\n"], document=2)
        archive.finish({"case": "GR-2026-0001", "built_at": "2026-03-02", "built_by": "Avery", "documents_amiss": []})
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """The script alone: a copy in an empty folder, without site packages, without this house on its path."""
    command = [sys.executable, "-I", "-S", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def script(tmp_path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return Path(shutil.copy(SCRIPT, tmp_path / "elsewhere"))


def rewritten(path: Path, change) -> Path:
    """The archive with its entries as ``change(name, content)`` gives them: None leaves one out."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def differences(path: Path, digest: str = "") -> list[str]:
    return verifier().verify(str(path), digest).differences


def refusal(path) -> str:
    module = verifier()
    with pytest.raises(module.NotAPacket) as refused:
        module.verify(str(path))
    return str(refused.value)


def test_an_untouched_case_file_is_all_right_anywhere(packet, script):
    status, said, trouble = run(script, packet)
    assert (status, trouble) == (0, "")
    lines = said.splitlines()
    assert lines[0] == "Case file GR-2026-0001, built 2026-03-02 by Avery"
    assert lines[1] == "2 files, 5,016 bytes"
    assert lines[-1] == GOOD


def test_a_real_case_file_passes_script_and_command(db, tmp_path, script, django_capture_on_commit_callbacks, capsys):
    rep = UserFactory(role="representative")
    grievance = told_case(rep)
    with django_capture_on_commit_callbacks(execute=True):
        job = built(grievance, rep)
    job.refresh_from_db()
    path = tmp_path / "real.zip"
    path.write_bytes(packing.content_of(kept(grievance)))
    assert run(script, path, "--digest", job.result["digest"])[0] == 0
    with pytest.raises(SystemExit) as left:
        call_command("verify_packet", str(path), digest=job.result["digest"])
    assert (left.value.code, GOOD in capsys.readouterr().out) == (0, True)
    with pytest.raises(SystemExit) as left:
        call_command("verify_packet", str(path), digest="0" * 64)
    assert left.value.code == 1


def test_one_changed_byte_is_named(packet, script):
    changed = rewritten(packet, lambda name, content: content.replace(b"Rosa", b"Rose"))
    status, said, _ = run(script, changed)
    assert status == 1
    assert "DIFFERS: documents/002 note.txt differs: its checksum is " in said
    assert GOOD not in said


def test_a_damaged_archive_is_named_file_by_file(packet):
    content = bytearray(packet.read_bytes())
    content[2000] ^= 255
    packet.write_bytes(content)
    [difference] = differences(packet)
    assert difference.startswith("documents/001 scan.pdf cannot be read (Bad CRC-32")


def test_what_is_missing_added_or_longer_is_named(packet):
    missing = rewritten(packet, lambda name, content: None if "note" in name else content)
    assert differences(missing) == ["documents/002 note.txt is missing."]
    longer = rewritten(packet, lambda name, content: content + b"!" if "note" in name else content)
    assert differences(longer) == ["documents/002 note.txt differs: it has 12 bytes, not 11."]
    with zipfile.ZipFile(packet, "a") as archive:
        archive.writestr("documents/003 more.txt", "More.")
    assert differences(packet) == ["documents/003 more.txt is not in the manifest."]


def test_a_changed_manifest_does_not_match_its_digest(packet):
    changed = rewritten(packet, lambda name, content: content.replace(b"Avery", b"Avary"))
    [difference] = differences(changed)
    assert difference.startswith("manifest.json differs: its digest is ")


def test_another_archive_in_its_place_is_told_by_the_digest(packet):
    manifest = verifier().verify(str(packet)).digest
    assert differences(packet, manifest.upper()) == []
    [difference] = differences(packet, "0" * 64)
    assert difference.startswith(f"This is not the case file with the digest {'0' * 64}")


def test_what_was_amiss_when_it_was_built_is_told_and_is_no_difference(tmp_path):
    path = tmp_path / "amiss.zip"
    amiss = [{"number": 3, "name": "old.pdf", "what": "The file is missing in the store."}]
    with path.open("wb") as file, Archive(file, at=timezone.now()) as archive:
        archive.finish({"case": "GR-1", "documents_amiss": amiss})
    verdict = verifier().verify(str(path))
    assert (verdict.differences, verdict.remarks) == ([], ["Document 3, old.pdf: The file is missing in the store."])


def test_what_is_no_case_file_is_refused_with_status_2(tmp_path, script):
    nothing, text, other = tmp_path / "nothing.zip", tmp_path / "text.zip", tmp_path / "other.zip"
    text.write_text("Dear Rosa.")
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "Hello.")
    said = [run(script, path) for path in (nothing, text, other)]
    assert [status for status, _, _ in said] == [2, 2, 2]
    assert [trouble.partition(": ")[2] for _, _, trouble in said] == [
        "There is no such file.\n",
        "This is no ZIP archive, or a damaged one (File is not a zip file).\n",
        "It is a ZIP archive without manifest.json, so it is no case file.\n",
    ]


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/passwd", "C:/evil.txt", "a\\..\\evil.txt", "a//b", "a/./b", "evil\0.txt", "folder/"]
)
def test_paths_that_lead_out_of_it_are_refused(packet, name):
    with zipfile.ZipFile(packet, "a") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = info.orig_filename = name
        archive.writestr(info, "Evil.")
    assert "which leads out of it" in refusal(packet)


def test_an_archive_that_would_grow_without_end_is_refused_unread(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("big", "w") as big:
        for _ in range(300):
            big.write(bytes(1024 * 1024))
    assert "when unpacked, which no case file does" in refusal(path)


def test_two_files_of_one_name_are_refused(packet):
    with zipfile.ZipFile(packet, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("documents/002 note.txt", "Another.")
    assert "nobody can tell which one counts" in refusal(packet)


@pytest.mark.parametrize(
    ("manifest", "because"),
    [
        ("[1", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "not that of a case file"),
        ('{"format": "other"}', "not that of a case file"),
        ('{"format": "ip2a-case-file", "version": 2, "files": []}', "get the newer program"),
        ('{"format": "ip2a-case-file", "version": 1, "files": [{"path": 1}]}', "does not list files"),
    ],
)
def test_a_manifest_that_is_none_is_refused(packet, manifest, because):
    changed = rewritten(packet, lambda name, content: manifest if name == "manifest.json" else content)
    assert because in refusal(changed)


def test_what_others_wrote_does_not_reach_the_terminal_as_commands(tmp_path):
    module, out = verifier(), io.BytesIO()
    evil = {"format": "ip2a-case-file", "version": 1, "files": [], "case": "\x1b[2Jevil"}
    evil["documents_amiss"] = [{"name": "\x1b[2J", "what": "\ud800"}]
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", json.dumps(evil))
    lines = module.report(module.verify(out))
    assert [line for line in lines if "\x1b" in line or "\ud800" in line] == []


def test_a_file_listed_twice_is_named(packet):
    def twice(name, content):
        if name != "manifest.json":
            return content
        manifest = json.loads(content)
        manifest["files"] *= 2
        return json.dumps(manifest)

    assert "documents/001 scan.pdf is listed twice in the manifest." in differences(rewritten(packet, twice))
