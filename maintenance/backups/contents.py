"""The contents of the files, each once, under its checksum: an unchanged file is copied once for all backups.

They are copies and no hard links: a link would be the same bytes on the same disk, and what damages the one would
damage the other.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ip2a.attachments import store
from maintenance.backups import folder
from maintenance.backups.stored import Named

UNKNOWN_SIZE = 1 << 40
GIVE_UP_AFTER = 20  # tries in a row that the store did not answer: the next hundred thousand would take days


class Unreadable(Exception):
    """A file could not be read, or is not what its row says; the text says which."""


class Contents:
    """``<BACKUP_FOLDER>/files``."""

    def __init__(self) -> None:
        self.root = folder.root() / "files"
        self._silent = 0

    def place(self, checksum: str) -> Path:
        return self.root / checksum[:2] / checksum

    def has(self, checksum: str | None, size: int | None) -> bool:
        if not checksum:
            return False
        try:
            found = self.place(checksum).stat().st_size
        except OSError:
            return False
        return size is None or found == size

    def take(self, named: Named) -> tuple[str, int]:
        """Copy a file out of the store; its checksum and size. Nothing half-copied keeps its name."""
        if self._silent >= GIVE_UP_AFTER:
            raise Unreadable("the file store does not answer")
        self.root.mkdir(mode=0o700, exist_ok=True)
        half = self.root / f"{folder.PARTIAL}{os.getpid()}"
        try:
            checksum, size = self._copy(named, half)
            place = self.place(checksum)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            half.rename(place)
        finally:
            half.unlink(missing_ok=True)
        return checksum, size

    def _copy(self, named: Named, half: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with half.open("wb") as copy:
            half.chmod(0o600)
            for chunk in self._read(named):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if (named.size, named.sha256) not in ((None, None), (size, digest.hexdigest())):
            raise Unreadable("it is not the file that was kept: size or checksum differ")
        return digest.hexdigest(), size

    def _read(self, named: Named) -> Iterator[bytes]:
        try:
            yield from store.part(named.path, 0, UNKNOWN_SIZE if named.size is None else named.size + 1)
        except store.Missing as error:
            raise Unreadable("it is not in the store") from error
        except (store.StoreUnavailable, OSError) as error:
            self._silent += 1
            raise Unreadable(f"the store did not give it ({error})") from error
        self._silent = 0

    def clear_leftovers(self) -> None:
        if self.root.is_dir():
            for entry in self.root.glob(f"{folder.PARTIAL}*"):
                entry.unlink()

    def drop_unnamed(self, backups: list[folder.Backup]) -> int:
        """Take away contents that no backup names any more. An unreadable manifest means that nothing is taken away."""
        named = {line["sha256"] for backup in backups for line in backup.files() if line["kept"]}
        dropped = 0
        for entry in self.root.glob("??/*") if self.root.is_dir() else ():
            if entry.name not in named:
                entry.unlink()
                dropped += 1
        return dropped
