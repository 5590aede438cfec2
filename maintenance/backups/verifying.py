"""Proving a backup: it is really restored, counted, and looked through. One that was never restored is a hope."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from ip2a.compartments import system
from maintenance import doctor
from maintenance.backups import faults, folder, making, owner, restoring
from maintenance.backups.contents import Contents
from maintenance.backups.errors import CannotBackUp
from maintenance.backups.models import BackupRun, BackupState, Verdict
from maintenance.registry import all_checks

logger = logging.getLogger(__name__)
Say = Callable[[int, int, str], None]
TOLD = 20


@dataclass
class Verified:
    """What came of it. ``problems`` are sentences; without any the backup holds."""

    name: str
    problems: list[str] = field(default_factory=list)
    tables: int = 0
    rows: int = 0
    audit_entries: int = 0
    checks: int = 0
    files: int = 0
    files_bytes: int = 0
    files_missing: int = 0
    restore_seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"holds": self.holds}


def verify(name: str = "", *, with_files: bool = True, say: Say = making.quiet) -> Verified:
    """Restore a backup (the newest, unless named) into a scratch database, and compare it with what it says."""
    with owner.held():
        _tidy()
        backup = folder.find(name) if name else _newest()
        found = Verified(backup.name, backup.damage())
        if found.holds:
            _restore(backup, found, say)
        if with_files and found.holds:
            _check_files(backup, found, say)
        _remember(found)
    return found


def _tidy() -> None:
    """What a killed run left stands in nobody's way here: a folder that may only be read can be proved as well."""
    try:
        making.clear_leftovers()
    except OSError as error:
        logger.warning("What a killed backup left could not be taken away: %s", error)


def _newest() -> folder.Backup:
    backups = folder.all_backups()
    if not backups:
        raise CannotBackUp(f"There is no backup in {folder.root()} to verify. Make one: `manage.py backup`.")
    return backups[0]


def _restore(backup: folder.Backup, found: Verified, say: Say) -> None:
    """A backup that cannot be restored is a bad backup; a server that lets us make no database is no verdict."""
    began = time.monotonic()
    try:
        with restoring.scratch(backup, say) as database:
            found.restore_seconds = round(time.monotonic() - began, 2)
            _compare(backup, database, found)
            say(0, 0, "Looking through the restored data")
            _examine(backup, database, found)
    except restoring.CannotLoad as error:
        found.problems.append(str(error))


def _compare(backup: folder.Backup, database: str, found: Verified) -> None:
    said: dict[str, int] = backup.about()["row_counts"]
    with owner.connect(database) as line:
        counts = owner.count_rows(line)
    found.tables, found.rows = len(counts), sum(counts.values())
    found.audit_entries = counts.get("ip2a_auditentry", 0)
    for table in sorted(set(said) | set(counts)):
        if said.get(table) != counts.get(table):
            wanted, there = (f"{c[table]:,}" if table in c else "no table" for c in (said, counts))
            found.problems.append(f"{table}: {wanted} when it was backed up, {there} after restoring.")


def _examine(backup: folder.Backup, database: str, found: Verified) -> None:
    """The checks, on the restored copy; not those of files, which are the same for both. Only what the copy has and the
    original had not speaks against the backup."""
    checks = [check for check in all_checks() if not check.files]
    with served_from(database), system("organizing", "proving a backup"), transaction.atomic():
        seen = doctor.survey(checks)
        found.problems += faults.told(seen, backup.about().get("critical"))
    found.checks = len(seen)


@contextmanager
def served_from(database: str) -> Iterator[None]:
    """Django's own connection of this thread leads to another database for the length of the block."""
    usual, other = connections["default"], connection.copy()
    other.settings_dict = {**other.settings_dict, "NAME": database, "CONN_MAX_AGE": 0}
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = usual
        other.close()


def _check_files(backup: folder.Backup, found: Verified, say: Say) -> None:
    """Every content once, whatever number of files has it."""
    contents, seen, wrong = Contents(), set(), 0
    for number, entry in enumerate(backup.files(), 1):
        found.files += 1
        if not entry["kept"]:
            found.files_missing += 1
        elif entry["sha256"] not in seen:
            seen.add(entry["sha256"])
            found.files_bytes += entry["size"]
            trouble = _trouble(contents, entry)
            wrong += bool(trouble)
            if trouble and wrong <= TOLD:
                found.problems.append(trouble)
        say(number, 0, "Reading the files")
    if wrong > TOLD:
        found.problems.append(f"{wrong - TOLD:,} more files of the backup are missing or damaged.")


def _trouble(contents: Contents, entry: dict[str, Any]) -> str:
    place = contents.place(entry["sha256"])
    try:
        if place.stat().st_size == entry["size"] and folder.checksum_of(place) == entry["sha256"]:
            return ""
        place.rename(place.with_name(f"{place.name}.damaged"))  # so that the next backup copies it anew
        return f"The backup's copy of {entry['path']} is damaged. It was set aside, and the next backup copies it anew."
    except FileNotFoundError:
        return f"The backup's copy of {entry['path']} is missing."
    except OSError as error:
        return f"The backup's copy of {entry['path']} cannot be read ({error.strerror})."


def _remember(found: Verified) -> None:
    run = BackupRun.objects.filter(name=found.name, state=BackupState.DONE).first()
    if not found.holds:
        logger.error("Backup %s does not hold: %s", found.name, found.problems[0])
    if run is None:
        return  # made by another house, or before this database was restored
    run.verdict = Verdict.GOOD if found.holds else Verdict.BAD
    run.verified_at, run.verify_problem = timezone.now(), "\n".join(found.problems)[:5000]
    run.restore_seconds = found.restore_seconds or None
    run.save(update_fields=["verdict", "verified_at", "verify_problem", "restore_seconds"])
