"""Making a backup: everything as of one moment, written aside, and given its name only when it is whole."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import Error as DatabaseError
from django.utils import timezone

from maintenance.backups import faults, folder, offsite, owner, programs, rotation
from maintenance.backups.contents import Contents, Unreadable
from maintenance.backups.errors import CannotBackUp
from maintenance.backups.models import BackupRun, BackupState
from maintenance.backups.stored import Named, named_files

logger = logging.getLogger(__name__)
Say = Callable[[int, int, str], None]
KILLED = "It was cut off in the middle (the machine or its program ended). Nothing half-written was kept."


def quiet(done: int, total: int, text: str) -> None:
    """Nobody watches."""


def make(*, by: Any = None, say: Say = quiet) -> BackupRun:
    """One backup, then the second copy and the rotation. Raises CannotBackUp; the run then says why, too."""
    folder.ready()
    with owner.held() as line:
        clear_leftovers()
        run = BackupRun.objects.create(name=_free_name(timezone.localtime()), started_by=by, started_at=timezone.now())
        partial = folder.begin(run.name)
        try:
            facts = _write(partial, line.info.server_version // 10000, run.name, say)
            folder.finish(partial, run.name)
        except BaseException as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise _failed(run, error) from error
        _save(run, state=BackupState.DONE, ended_at=timezone.now(), **facts)
        _afterwards(run, say)
    return run


def clear_leftovers() -> None:
    """What a killed run left: half a backup, half a file, and a run that still says it is being made."""
    folder.clear_leftovers()
    Contents().clear_leftovers()
    whole = {backup.name: backup for backup in folder.all_backups()}
    for run in BackupRun.objects.filter(state=BackupState.RUNNING):
        if run.name in whole:
            _adopt(run, whole[run.name])
            continue
        logger.error("Backup %s was cut off in the middle.", run.name)
        _save(run, state=BackupState.FAILED, ended_at=timezone.now(), problem=KILLED)
    rotation.note_missing()


def _adopt(run: BackupRun, backup: folder.Backup) -> None:
    """It is whole and its row does not know it yet: killed between the two, or the row came back from this backup."""
    about = backup.about()
    names = ("bytes", "row_counts", "files", "files_bytes", "files_copied", "files_missing")
    facts = {name: about[name] for name in names if name in about}
    made_at = datetime.fromtimestamp(backup.part(folder.SUMS).stat().st_mtime, UTC)
    checksum = folder.checksum_of(backup.part(folder.DUMP))
    _save(run, state=BackupState.DONE, ended_at=max(made_at, run.started_at), sha256=checksum, **facts)


def _free_name(now: datetime) -> str:
    """Where a clock went back, the same second comes twice."""
    plain = f"ip2a-{now:%Y%m%d-%H%M%S}"
    taken = set(BackupRun.objects.filter(name__startswith=plain).values_list("name", flat=True))
    taken |= {backup.name for backup in folder.all_backups()}
    return next(name for name in (plain, *(f"{plain}-{n}" for n in range(2, 10_000))) if name not in taken)


def _write(partial: Path, version: int, name: str, say: Say) -> dict[str, Any]:
    program = programs.find("pg_dump", version)
    say(0, 0, "Looking through the data")
    critical, made_at = faults.counts(), timezone.now()
    with owner.connect() as reader:
        reader.isolation_level, reader.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        counts = owner.count_rows(reader)
        row = reader.execute("SELECT pg_export_snapshot()").fetchone()
        _dump(program, partial, row[0] if row else "", len(counts), say)
        named = partial / "named"
        with named.open("w", encoding="utf-8") as lines:
            folder.write_lines(lines, (asdict(one) for one in named_files(reader)))
    files = _keep_files(partial, named, say)
    named.unlink()
    facts = {"bytes": (partial / folder.DUMP).stat().st_size, "row_counts": counts, **files}
    about = {
        "made_at": made_at.isoformat(),
        "name": name,
        "database": owner.database_name(),
        "server": version,
        "critical": critical,
        **facts,
    }
    with (partial / folder.ABOUT).open("w") as file:
        folder.write_lines(file, [about])
    return {**facts, "sha256": folder.checksum_of(partial / folder.DUMP)}


def _dump(program: Path, partial: Path, snapshot: str, tables: int, say: Say) -> None:
    """In the very moment in which the rows were counted; the owner's own settings cannot narrow it."""
    seen = 0

    def count(line: str) -> None:
        nonlocal seen
        if "dumping contents of table" in line:
            seen += 1
            say(seen, max(tables, seen), "Copying the database")

    arguments = ["--format=custom", f"--snapshot={snapshot}", f"--file={partial / folder.DUMP}", "--verbose"]
    programs.run(program, arguments, owner.environment(owner.database_name()), count)


def _keep_files(partial: Path, named: Path, say: Say) -> dict[str, int]:
    """Write the manifest, copying each file that is not there from an earlier backup."""
    contents = Contents()
    counted = {"files": 0, "files_bytes": 0, "files_copied": 0, "files_missing": 0}
    with named.open(encoding="utf-8") as given, (partial / folder.FILES).open("w", encoding="utf-8") as manifest:
        total = sum(1 for _ in given)
        given.seek(0)
        for number, entry in enumerate(folder.read_lines(given), 1):
            folder.write_lines(manifest, [_keep(contents, Named(**entry), counted)])
            say(number, total, "Copying the files")
    return counted


def _keep(contents: Contents, named: Named, counted: dict[str, int]) -> dict[str, Any]:
    entry = asdict(named) | {"kept": True}
    counted["files"] += 1
    if not contents.has(named.sha256, named.size):
        try:
            entry["sha256"], entry["size"] = contents.take(named)
            counted["files_copied"] += 1
        except Unreadable as error:
            counted["files_missing"] += 1
            return entry | {"kept": False, "why": str(error)}
    counted["files_bytes"] += entry["size"] or 0
    return entry


def _afterwards(run: BackupRun, say: Say) -> None:
    """What may fail without taking the backup with it: it is said, and tried again with the next one."""
    try:
        gone = rotation.rotate()
    except (OSError, CannotBackUp) as error:
        logger.exception("Old backups could not be taken away")
        gone = []
        _save(run, problem=f"Old backups could not be taken away: {error}"[:1000])
    if offsite.is_wanted():
        for unsent in BackupRun.objects.filter(state=BackupState.DONE, sent_at=None).order_by("started_at"):
            if not _send(unsent, gone, say):
                break
        run.refresh_from_db()


def _send(run: BackupRun, gone: list[str], say: Say) -> bool:
    try:
        offsite.send(folder.find(run.name), gone, say)
    except (offsite.CannotSend, CannotBackUp) as error:
        logger.error("Backup %s could not be copied to the second place: %s", run.name, error)
        _save(run, send_problem=str(error)[:1000])
        return False
    _save(run, sent_at=timezone.now(), send_problem="")
    return True


def _failed(run: BackupRun, error: BaseException) -> BaseException:
    """Close the run with the reason. Ctrl-C stays Ctrl-C."""
    words = _words(error)
    logger.error("Backup %s failed: %s", run.name, words)
    try:
        _save(run, state=BackupState.FAILED, ended_at=timezone.now(), problem=words[:1000])
    except DatabaseError:
        logger.exception("The failure could not be written down; the next backup does it")
    known = isinstance(error, (CannotBackUp, OSError, psycopg.Error))
    return CannotBackUp(words) if known else error


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return (
            f"The backup folder {folder.root()} could not be written ({error.strerror or error}), so the backup was "
            "stopped and nothing half-written was kept. Make room, or make it writable."
        )
    if isinstance(error, CannotBackUp):
        return str(error)
    if isinstance(error, psycopg.Error):
        return f"The database stopped the backup: {str(error).strip()}"
    return f"It was stopped: {type(error).__name__} {error}".strip()


def _save(run: BackupRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))
