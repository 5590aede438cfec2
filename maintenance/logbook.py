"""JSON lines for machines and for the day when the database is not there: one folder for each kind, one file a day.

``logbook.write(logbook.AUTO_HEAL, {"run": 12, "left": 3})`` appends one line to ``logs/auto_heal/2026-03-01.jsonl``.
What goes wrong here never ends what is being written about: ``write`` says False, the log says why, and ``trouble()``
tells whoever looks. Lines hold counts, names of checks and numbers of records, never anybody's name.
"""

import fcntl
import json
import logging
import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from ip2a import numbers

logger = logging.getLogger(__name__)
AUTO_HEAL = "auto_heal"
NOTIFICATIONS = "admin_notifications"
RESILIENCE = "resilience_metrics"
KINDS = (AUTO_HEAL, NOTIFICATIONS, RESILIENCE)
DAY_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.jsonl")
NOT_WRITTEN = "The log book {} cannot be written: {}"
NEWEST_READ = 1_000_000  # bytes of one file that a reader takes

DAYS_KEPT = numbers.declare(
    "maintenance.logbook-days",
    90,
    unit="days",
    about="How long the daily files in the logs folder are kept.",
)


def folder_of(kind: str) -> Path:
    if kind not in KINDS:
        raise ValueError(f"There is no log book {kind!r}; there are {', '.join(KINDS)}.")
    return Path(settings.LOGS) / kind


def write(kind: str, record: dict[str, Any]) -> bool:
    """Append one line, whole or not at all, also beside other processes. False when the folder cannot be written."""
    folder, now = folder_of(kind), timezone.localtime()
    said = {"at": now.isoformat(timespec="milliseconds"), **record}
    line = json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _append(folder / f"{now:%Y-%m-%d}.jsonl", line)
    except OSError as error:
        logger.error(NOT_WRITTEN.format(folder, error.strerror or error))
        return False
    return True


def _append(path: Path, line: bytes) -> None:
    """One write at the end of the file. The lock is for a full disk: what it cut short is taken back."""
    number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o640)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        size = os.fstat(number).st_size
        if size and os.pread(number, 1, size - 1) != b"\n":
            line = b"\n" + line  # somebody was killed in the middle of a line: this one begins on its own
        written = os.write(number, line)
        if written != len(line):
            os.ftruncate(number, size)
            raise OSError(None, "the disk is full")
    finally:
        os.close(number)


def trouble() -> list[str]:
    """For each log book that cannot be written, why not; nothing is written by asking."""
    return [why for kind in KINDS if (why := _why_not(folder_of(kind)))]


def _why_not(folder: Path) -> str:
    """A folder that is not there yet is judged by the nearest one above it that is."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        return NOT_WRITTEN.format(folder, f"{place} is no folder")
    if not os.access(place, os.W_OK | os.X_OK):
        return NOT_WRITTEN.format(folder, f"{place} may not be written by this account")
    return ""


def read(kind: str, *, since: date) -> Iterator[dict[str, Any]]:
    """The lines from that day on, the oldest first. A line that was cut off by a kill is passed over."""
    for day, path in _files(kind):
        if day < since:
            continue
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - NEWEST_READ))
            lines = file.read().splitlines()
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                logger.warning("A line of %s is not whole and was passed over.", path)


def prune(today: date | None = None) -> int:
    """Remove the files of days longer ago than the local keeps them; returns how many. Other files are left alone."""
    oldest = (today or timezone.localdate()) - timedelta(days=int(numbers.value(DAYS_KEPT)))
    gone = 0
    for kind in KINDS:
        for day, path in _files(kind):
            if day < oldest:
                gone += _remove(path)
    return gone


def _files(kind: str) -> list[tuple[date, Path]]:
    folder = folder_of(kind)
    if not folder.is_dir():
        return []
    named = ((DAY_FILE.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((date.fromisoformat(match[1]), path) for match, path in named if match)


def _remove(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        logger.error("%s cannot be removed: %s", path, error.strerror or error)
        return False
    return True
