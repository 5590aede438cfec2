"""Where the embedded servers keep things: data, sockets, logs, locks."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ip2a.embedded import process
from ip2a.embedded.errors import CannotStart

LEAST_FREE_BYTES = 64 * 1024 * 1024
LARGEST_LOG_BYTES = 5 * 1024 * 1024
LONGEST_SOCKET_PATH = 100
PATIENCE = 1.0  # seconds without a word


def fixed(folder: Path) -> Path:
    """One spelling for one place, from wherever it is named; the folder itself may be a link and stays one."""
    return folder.parent.resolve() / folder.name


def socket_folder(data: Path) -> Path:
    """A short folder that follows from the data folder: a socket's path may not exceed 107 bytes."""
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    base = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
    return base / f"ip2a-{os.getuid()}-{name}"


def make_socket_folder(folder: Path, owner: int | None = None) -> None:
    """Create it readable by its owner alone; refuse one that somebody else put there."""
    if len(os.fsencode(folder)) + len("/.s.PGSQL.5432") > LONGEST_SOCKET_PATH:
        raise CannotStart(f"The folder for temporary files is too long a path ({folder}); set TMPDIR to a shorter one.")
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), owner):
            raise CannotStart(
                f"{folder} belongs to somebody else, so it cannot hold the servers' sockets; remove it and start again."
            ) from None
    if owner is not None:
        os.chown(folder, owner, owner)
    folder.chmod(0o700)


def remove_socket_folder(folder: Path) -> None:
    """Tidy up after a server; what another has put there meanwhile stays."""
    with contextlib.suppress(FileNotFoundError):
        if not any(folder.iterdir()):
            folder.rmdir()


def make_folder(folder: Path) -> None:
    """Create a folder for data, and say plainly when the disk will not have it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except PermissionError:
        raise CannotStart(f"You may not write to {folder}, so there is no place for the data; make it yours.") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(folder) from None
        raise
    if free < LEAST_FREE_BYTES:
        raise disk_full(folder)


def disk_full(folder: Path) -> CannotStart:
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free // (1024 * 1024)
    return CannotStart(
        f"The disk that holds {folder} is full ({free} MB free), so the servers cannot write; "
        "make room for at least 500 MB and start again."
    )


@contextmanager
def locked(path: Path, waiting: Callable[[], object] | None = None) -> Iterator[None]:
    """Only one process at a time between here and the end of the block; the kernel lets go when it dies.

    ``waiting`` is called when that takes longer than a moment."""
    with path.open("a") as file:
        if waiting is not None and not process.wait_until(lambda: _is_free(file), PATIENCE):
            waiting()
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_free(file: IO[str]) -> bool:
    """Taken at once, if so."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Log:
    """A server's log file; `news()` is what was written since this object was made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        self._position = path.stat().st_size

    def news(self) -> str:
        with self.path.open("rb") as file:
            file.seek(self._position)
            text = file.read()
        self._position += len(text)
        return text.decode(errors="replace")
