#!/usr/bin/env python3
"""Verifies a case file (a ZIP made by IP2A) without IP2A, without a network and without installing anything.

    python3 verify_packet.py FILE.zip [--digest HEX]

Exit status 0: everything in the archive is as it was when the case file was built. 1: something differs; each
difference is named. 2: this is no case file, or it cannot be read. ``--digest`` is the digest of the manifest as IP2A
shows it beside the case file: with it the archive is known to be that very one, not another made in its place.

Nothing is unpacked: files are read in parts and forgotten. Needs Python 3.9 or newer and nothing else.
"""

from __future__ import annotations  # it also runs on a Python older than the house's own

import argparse
import hashlib
import json
import re
import sys
import zipfile
import zlib
from typing import Any, BinaryIO, NamedTuple

FORMAT = "ip2a-case-file"
VERSIONS = (1,)
MANIFEST, DIGEST = "manifest.json", "manifest.sha256"
CHUNK = 256 * 1024
MOST_MANIFEST = 32 * 1024 * 1024
MOST_FILES = 50_000
ALWAYS_FINE = 256 * 1024 * 1024  # bytes unpacked, however small the archive
MOST_GROWTH = 100  # times the archive's own size
NOT_A_PATH = re.compile(r"^/|^[A-Za-z]:|\\|\0|(^|/)\.{1,2}(/|$)|//|/$|^$")
UNREADABLE = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


class NotAPacket(Exception):
    """What was given is no case file, or is one that must not be opened."""


class Verdict(NamedTuple):
    """``differences``: empty when all is right. ``remarks``: what the case file itself says is amiss."""

    manifest: dict[str, Any]
    digest: str
    differences: list[str]
    remarks: list[str]


def verify(file: str | BinaryIO, digest: str = "") -> Verdict:
    """Compare an archive with its own manifest. Raises NotAPacket with a sentence for the screen."""
    try:
        archive = zipfile.ZipFile(file)
    except FileNotFoundError:
        raise NotAPacket("There is no such file.") from None
    except UNREADABLE as error:
        raise NotAPacket(f"This is no ZIP archive, or a damaged one ({error}).") from None
    with archive:
        entries = _entries(archive)
        manifest, found = _manifest(archive, entries)
        differences = _digests(archive, entries, found, digest)
        differences += _compare(archive, entries, manifest["files"])
        return Verdict(manifest, found, differences, _remarks(manifest))


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is in the archive, by name. Refuses what could harm or hide."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES:
        raise NotAPacket(f"It holds {len(infos):,} files, more than any case file: it was not opened.")
    for info in infos:
        if NOT_A_PATH.search(info.orig_filename):
            raise NotAPacket(f"It holds a file named {_shown(info.orig_filename)}, which leads out of it: not opened.")
    size = max((info.header_offset + info.compress_size for info in infos), default=0)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > max(ALWAYS_FINE, MOST_GROWTH * size):
        raise NotAPacket(f"It would grow to {unpacked:,} bytes when unpacked, which no case file does: not opened.")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.filename in by_name:
            raise NotAPacket(f"It holds two files named {_shown(info.filename)}: nobody can tell which one counts.")
        by_name[info.filename] = info
    return by_name


def _manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> tuple[dict[str, Any], str]:
    if MANIFEST not in entries:
        raise NotAPacket(f"It is a ZIP archive without {MANIFEST}, so it is no case file.")
    if entries[MANIFEST].file_size > MOST_MANIFEST:
        raise NotAPacket(f"Its {MANIFEST} is larger than that of any case file: it was not opened.")
    try:
        content = archive.read(MANIFEST)
        manifest = json.loads(content)
    except (*UNREADABLE, RecursionError) as error:
        raise NotAPacket(f"Its {MANIFEST} cannot be read ({error}).") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NotAPacket("Its manifest is not that of a case file.")
    if manifest.get("version") not in VERSIONS:
        raise NotAPacket(f"It has version {manifest.get('version')} of the format; get the newer program to verify it.")
    if not _is_list_of_files(manifest.get("files")):
        raise NotAPacket("Its manifest does not list files as that of a case file does.")
    return manifest, hashlib.sha256(content).hexdigest()


def _is_list_of_files(files: Any) -> bool:
    return isinstance(files, list) and all(
        isinstance(row, dict)
        and isinstance(row.get("path"), str)
        and isinstance(row.get("size"), int)
        and isinstance(row.get("sha256"), str)
        for row in files
    )


def _digests(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], found: str, wanted: str) -> list[str]:
    differences = []
    if DIGEST not in entries:
        differences.append(f"{DIGEST} is missing.")
    else:
        measured = _measure(archive, entries[DIGEST], most=1024)
        written = measured.head.split()[:1] if measured.trouble == "" else []
        if written != [found.encode()]:
            differences.append(f"{MANIFEST} differs: its digest is {found}, not the one in {DIGEST}.")
    if wanted and wanted.strip().lower() != found:
        differences.append(
            f"This is not the case file with the digest {wanted.strip().lower()}: this one's is {found}."
        )
    return differences


class Measured(NamedTuple):
    size: int
    sha256: str
    head: bytes
    trouble: str


def _measure(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Measured:
    """Read a file in parts; not further than one byte beyond ``most``."""
    checksum, size, head = hashlib.sha256(), 0, b""
    try:
        with archive.open(info) as file:
            while size <= most:
                chunk = file.read(min(CHUNK, most + 1 - size))
                if not chunk:
                    break
                head = head or chunk[:1024]
                checksum.update(chunk)
                size += len(chunk)
    except UNREADABLE as error:
        return Measured(size, "", b"", str(error) or type(error).__name__)
    return Measured(size, checksum.hexdigest(), head, "")


def _compare(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], files: list[dict[str, Any]]) -> list[str]:
    differences, named = [], {MANIFEST, DIGEST}
    for row in files:
        path = row["path"]
        if path in named:
            differences.append(f"{_shown(path)} is listed twice in the manifest.")
            continue
        named.add(path)
        difference = _difference(archive, entries.get(path), row)
        differences += [f"{_shown(path)} {difference}"] if difference else []
    return differences + [f"{_shown(name)} is not in the manifest." for name in entries if name not in named]


def _difference(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, row: dict[str, Any]) -> str:
    if info is None:
        return "is missing."
    if info.file_size != row["size"]:
        return f"differs: it has {info.file_size:,} bytes, not {row['size']:,}."
    measured = _measure(archive, info, row["size"])
    if measured.trouble:
        return f"cannot be read ({measured.trouble})."
    if measured.size != row["size"]:
        return f"differs: it has not {row['size']:,} bytes."
    if measured.sha256 != row["sha256"]:
        return f"differs: its checksum is {measured.sha256}, not {row['sha256']}."
    return ""


def _remarks(manifest: dict[str, Any]) -> list[str]:
    """Documents that were amiss already when the case file was built: it says so itself."""
    found = manifest.get("documents_amiss")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return [_shown("Document {}, {}: {}".format(*map(row.get, ("number", "name", "what")))) for row in rows]


def _shown(text: str) -> str:
    """What somebody else wrote, fit for a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text[:200])


def report(verdict: Verdict) -> list[str]:
    """The lines to print."""
    manifest, files = verdict.manifest, verdict.manifest["files"]
    size = sum(row["size"] for row in files)
    said = [f"{manifest.get(key)}" for key in ("case", "built_at", "built_by")]
    lines = [_shown("Case file {}, built {} by {}".format(*said)), f"{len(files):,} files, {size:,} bytes"]
    lines += [f"Manifest digest {verdict.digest}"]
    lines += [f"Amiss when it was built: {remark}" for remark in verdict.remarks]
    if verdict.differences:
        return [*lines, *(f"DIFFERS: {difference}" for difference in verdict.differences)]
    return [*lines, "All right: every file is as it was when the case file was built."]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a case file made by IP2A.")
    parser.add_argument("file", help="the ZIP archive")
    parser.add_argument("--digest", default="", help="the digest of the manifest, as IP2A shows it")
    given = parser.parse_args(arguments)
    try:
        verdict = verify(given.file, given.digest)
    except NotAPacket as refusal:
        sys.stderr.write(f"{given.file}: {refusal}\n")
        return 2
    sys.stdout.write("\n".join(report(verdict)) + "\n")
    return 1 if verdict.differences else 0


if __name__ == "__main__":
    sys.exit(main())
