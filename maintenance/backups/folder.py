"""Backups on the disk: a folder each, whole or not there, with checksums that anybody can check."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from maintenance.backups.errors import CannotBackUp

DUMP, FILES, ABOUT, SUMS = "database.dump", "files.jsonl", "about.json", "SHA256SUMS"
PARTS = (DUMP, FILES, ABOUT)
PARTIAL = ".partial-"
CHUNK = 1024 * 1024
_LINE = re.compile(r"^([0-9a-f]{64})  (\S+)$")


@dataclass(frozen=True)
class Backup:
    """One whole backup on the disk."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def part(self, name: str) -> Path:
        return self.path / name

    def about(self) -> dict[str, Any]:
        """What it says of itself; raises CannotBackUp when that cannot be read."""
        try:
            return json.loads(self.part(ABOUT).read_text())
        except (OSError, ValueError) as error:
            raise CannotBackUp(
                f"{self.part(ABOUT)} cannot be read ({error}), so this backup cannot be used."
            ) from error

    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.about()["made_at"])

    def files(self) -> Iterator[dict[str, Any]]:
        """The manifest's lines: path, name, size, sha256, and whether the content was kept."""
        try:
            with self.part(FILES).open(encoding="utf-8") as lines:
                yield from read_lines(lines)
        except (OSError, ValueError) as error:
            raise CannotBackUp(f"{self.part(FILES)} cannot be read ({error}).") from error

    def bytes(self) -> int:
        return sum(self.part(name).stat().st_size for name in PARTS if self.part(name).is_file())

    def damage(self) -> list[str]:
        """What is not as it was when it was made, in sentences."""
        try:
            lines = self.part(SUMS).read_text().splitlines()
        except OSError as error:
            return [f"{SUMS} cannot be read ({error.strerror})."]
        sums = {match[2]: match[1] for line in lines if (match := _LINE.match(line))}
        found = [f"{name} is not in {SUMS}." for name in PARTS if name not in sums]
        for name, checksum in sums.items():
            try:
                if checksum_of(self.part(name)) != checksum:
                    found.append(f"{name} has changed since it was made.")
            except OSError as error:
                found.append(f"{name} cannot be read ({error.strerror}).")
        return found


def root() -> Path:
    return Path(settings.BACKUP_FOLDER)


def ready() -> Path:
    """The folder of all backups, there and writable; raises CannotBackUp before any work."""
    place = root()
    probe = place / f".write-test-{os.getpid()}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise CannotBackUp(
            f"The backup folder {place} cannot be written ({error.strerror or error}), so nothing was backed up. "
            "Make it writable, or name another one in BACKUP_FOLDER."
        ) from error
    return place


def find(name: str) -> Backup:
    """By its name, its folder or a file in it."""
    given = Path(name)
    for path in (root() / name, given, given.parent):
        if (path / ABOUT).is_file():
            return Backup(path.resolve())
    raise CannotBackUp(f"There is no backup {name}. `manage.py backup --list` tells which there are.")


def all_backups() -> list[Backup]:
    """Whole ones, the newest name first."""
    place = root()
    entries = sorted(place.iterdir(), reverse=True) if place.is_dir() else []
    return [Backup(entry) for entry in entries if not entry.name.startswith(".") and (entry / ABOUT).is_file()]


def begin(name: str) -> Path:
    partial = root() / f"{PARTIAL}{name}"
    partial.mkdir(mode=0o700)
    return partial


def finish(partial: Path, name: str) -> Backup:
    """Checksums, everything down to the disk, and only then its real name."""
    lines = [f"{checksum_of(partial / part)}  {part}\n" for part in PARTS]
    with (partial / SUMS).open("w") as sums:
        sums.writelines(lines)
    for part in (*PARTS, SUMS):
        (partial / part).chmod(0o600)
        sync(partial / part)
    sync(partial)
    whole = partial.with_name(name)
    partial.rename(whole)
    sync(whole.parent)
    return Backup(whole)


def clear_leftovers() -> list[str]:
    """Take away what a killed run left half-written. Only under the lock: a running one would look the same."""
    left = sorted(root().glob(f"{PARTIAL}*"))
    for entry in left:
        shutil.rmtree(entry)
    return [entry.name.removeprefix(PARTIAL) for entry in left]


def remove(backup: Backup) -> None:
    """First it stops being a backup, then it goes: killed between the two, the rest is a leftover."""
    gone = backup.path.with_name(f"{PARTIAL}{backup.name}")
    backup.path.rename(gone)
    shutil.rmtree(gone)


def write_lines(file: IO[str], entries: Iterable[dict[str, Any]]) -> None:
    for entry in entries:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_lines(file: IO[str]) -> Iterator[dict[str, Any]]:
    for line in file:
        yield json.loads(line)


def checksum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Down to the disk, for a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
