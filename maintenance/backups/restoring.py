"""Bringing a backup back: into a database of another name, and over one that stands only by renaming that one."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.utils import timezone
from psycopg import sql

from maintenance.backups import folder, owner, programs
from maintenance.backups.contents import Contents
from maintenance.backups.errors import CannotBackUp
from maintenance.databases import drop, send_away

Say = Callable[[int, int, str], None]
MARK = "_scratch_"  # what ends with it and a number is nobody's, once its process is gone
LONGEST_NAME = 63
NOT_ITS_FAULT = ("There is no room", "connection to server", "server closed the connection")  # of the backup


class CannotLoad(CannotBackUp):
    """The dump itself does not go back into a database."""


@dataclass(frozen=True)
class Restored:
    """``before`` is the name that the replaced database has now; ``files_missing`` names files without content."""

    database: str
    before: str = ""
    files: int = 0
    files_missing: list[str] = field(default_factory=list)


def load(backup: folder.Backup, database: str, say: Say) -> None:
    """Fill an empty database from the dump, or stop at the first error."""
    with owner.connect(database) as line:
        version = line.info.server_version // 10000
    program = programs.find("pg_restore", max(version, int(backup.about().get("server", version))))
    seen = 0

    def count(said: str) -> None:
        nonlocal seen
        seen += 1
        say(seen, 0, "Restoring the database")

    arguments = ["--exit-on-error", "--no-owner", "--verbose", f"--jobs={min(4, os.cpu_count() or 1)}"]
    arguments += [f"--dbname={database}", str(backup.part(folder.DUMP))]
    try:
        programs.run(program, arguments, owner.environment(database), count)
    except CannotBackUp as error:
        if any(words in str(error) for words in NOT_ITS_FAULT):
            raise
        raise CannotLoad(f"The backup cannot be restored. {error}") from error


def create(line: psycopg.Connection, name: str) -> None:
    if len(name.encode()) > LONGEST_NAME:
        raise CannotBackUp(f"{name} is too long for the name of a database ({LONGEST_NAME} letters at most).")
    try:
        line.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise CannotBackUp(f"The database {name} cannot be made: {str(error).splitlines()[0]}.") from error


def exists(line: psycopg.Connection, name: str) -> bool:
    return line.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def scratch(backup: folder.Backup, say: Say) -> Iterator[str]:
    """The backup as a database of its own, for as long as the block runs. Only under the lock."""
    prefix = owner.database_name()[:40] + MARK
    name = f"{prefix}{os.getpid()}"
    with owner.setup_connection() as line:
        drop_leftovers(line, prefix)
        create(line, name)
        try:
            load(backup, name, say)
            yield name
        finally:
            drop(line, name)


def drop_leftovers(line: psycopg.Connection, prefix: str) -> list[str]:
    """Scratch databases of runs that were killed: nobody else holds the lock, so they are nobody's."""
    rows = line.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]).fetchall()
    names = [name for (name,) in rows if name.removeprefix(prefix).isdigit()]
    for name in names:
        drop(line, name)
    return names


def restore(name: str, *, into: str, replace: bool, files_into: Path | None, say: Say) -> Restored:
    """Bring a backup back. With ``replace`` a database that stands there is renamed, never dropped; one without a
    single table needs no leave."""
    backup = folder.find(name)
    damage = backup.damage()
    if damage:
        raise CannotBackUp(f"{backup.name} is damaged, so nothing was restored: {' '.join(damage)}")
    with owner.held_to_restore() as line:
        stands = exists(line, into)
        is_empty = stands and not _has_tables(into)
        if stands and not replace and not is_empty:
            raise CannotBackUp(
                f"A database {into} stands already, so nothing was restored. Restore into another name; or say --force "
                f"and its name with --typed {into}: it is then renamed, and what it holds now is no longer served."
            )
        before = _replace(line, backup, into, say) if stands else _fill(line, backup, into, say)
        if is_empty:
            drop(line, before)
            before = ""
    count, missing = put_files(backup, files_into, say) if files_into else (0, [])
    return Restored(into, before, count, missing)


def _has_tables(database: str) -> bool:
    with owner.connect(database) as line:
        return bool(line.execute(owner.TABLES).fetchone())


def _fill(line: psycopg.Connection, backup: folder.Backup, into: str, say: Say) -> str:
    """Half a restore would look like a whole one, so it is not left."""
    create(line, into)
    try:
        load(backup, into, say)
    except BaseException:
        drop(line, into)
        raise
    return ""


def _replace(line: psycopg.Connection, backup: folder.Backup, into: str, say: Say) -> str:
    """Beside it first; the names change only when the whole backup is there."""
    stamp = f"{timezone.localtime():%Y%m%d_%H%M%S}"
    beside, before = f"{into}_new_{stamp}", f"{into}_before_{stamp}"
    _fill(line, backup, beside, say)
    try:
        _rename(line, into, before)
        _rename(line, beside, into)
    except psycopg.Error as error:
        raise CannotBackUp(
            f"The backup was restored as {beside}, but {into} is in use and could not be renamed "
            f"({str(error).splitlines()[0]}). Stop IP2A and try again; {beside} may be dropped."
        ) from error
    return before


def _rename(line: psycopg.Connection, old: str, new: str) -> None:
    send_away(line, old)
    line.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def put_files(backup: folder.Backup, target: Path, say: Say) -> tuple[int, list[str]]:
    """Write every file of the backup under ``target``, at the place where the database names it; what lies there as it
    should is left."""
    contents, count, missing = Contents(), 0, []
    for number, entry in enumerate(backup.files(), 1):
        place = (target / entry["path"]).resolve()
        if not place.is_relative_to(target.resolve()):
            raise CannotBackUp(
                f"The backup names a file outside of the folder ({entry['path']}): it was tampered with."
            )
        if not entry["kept"] or not contents.has(entry["sha256"], entry["size"]):
            missing.append(entry["path"])
            continue
        _put(contents.place(entry["sha256"]), place, entry["sha256"])
        count += 1
        say(number, 0, "Writing the files")
    return count, missing


def _put(source: Path, place: Path, checksum: str) -> None:
    try:
        if place.is_file() and folder.checksum_of(place) == checksum:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f"{folder.PARTIAL}{place.name}")
        shutil.copyfile(source, half)
        half.chmod(0o600)
        half.rename(place)
    except OSError as error:
        raise CannotBackUp(
            f"{place} cannot be written ({error.strerror}). The database stands, and not all of its files: make room, "
            "then `manage.py backup --bring-back` brings the rest."
        ) from error
