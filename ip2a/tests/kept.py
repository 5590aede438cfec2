"""The migrated database, kept between runs: the migrations take most of the time of a short run.

Kept is what the migrations alone have made, under a digest of everything they are made of. What follows them (triggers,
walls, roles and what else is done after each migrate) is done anew in every run. Nothing is kept across days, because
partitions and first rows follow the calendar, nor across a restart of the machine, because the tests' servers do not
wait for the disk. CI keeps nothing.
"""

import ast
import contextlib
import datetime
import fcntl
import hashlib
import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ip2a.embedded.postgres import Cluster

BASE_DIR = Path(__file__).resolve().parents[2]
PLACE = BASE_DIR / "var" / "tests"
NEWEST = 2
# What the migrations are run with, though no import leads there: settings name these by a string.
ROOTS = ("manage.py", "ip2a/settings.py", "ip2a/tests/settings.py", "ip2a/tests/kept.py", "ip2a/db/*.py", "*/apps.py")
OURS = {path.parent.name for path in BASE_DIR.glob("*/__init__.py")}
# Other in every run, and of no weight for what migrations make.
PASSING = {"IP2A_TEST_FOLDER", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL", "DJANGO_SETTINGS_MODULE"}


def main() -> None:
    """Apply the migrations to the database that the environment names, and nothing that follows them."""
    import django
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


class Kept:
    """The servers' folder of an earlier run that had the same migrations."""

    def __init__(self) -> None:
        self.folder = PLACE / digest()

    def put_into(self, cluster: Cluster) -> bool:
        """Before the cluster starts for the first time. Whether there was one."""
        try:
            with _locked():
                if not self.folder.is_dir():
                    return False
                os.utime(self.folder)
                shutil.copytree(self.folder, cluster.asked_folder, symlinks=True)
        except OSError:  # the checkout is another's, or the disk is full
            shutil.rmtree(cluster.asked_folder, ignore_errors=True)
            return False
        return True

    def keep(self, cluster: Cluster) -> None:
        """Of a cluster that has been stopped."""
        if cluster.asked_folder.is_symlink():  # it had to be made elsewhere, for another account
            return
        new = self.folder.with_suffix(".new")
        try:
            with _locked():
                for leftover in (new, self.folder):
                    shutil.rmtree(leftover, ignore_errors=True)
                shutil.copytree(cluster.folder, new, symlinks=True)
                new.rename(self.folder)
                for old in sorted(PLACE.glob("*/"), key=os.path.getmtime, reverse=True)[NEWEST:]:
                    shutil.rmtree(old, ignore_errors=True)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest() -> str:
    today = {datetime.date.today(), datetime.datetime.now(datetime.UTC).date()}
    parts = [sys.version, str(BASE_DIR), str(os.getuid()), *sorted(map(str, today))]
    parts += [Path("/proc/sys/kernel/random/boot_id").read_text()]
    parts += sorted(f"{each.name}=={each.version}" for each in importlib.metadata.distributions())
    texts = {str(path): path.read_text() for path in sources()}
    named = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', "".join(texts.values())))
    parts += [f"{name}={os.environ[name]}" for name in sorted((named & set(os.environ)) - PASSING)]
    parts += [f"{path}\n{text}" for path, text in texts.items()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def sources() -> list[Path]:
    """The migrations, the settings, and every module of ours that they import, directly or by another."""
    found = {path for name in ROOTS for path in BASE_DIR.glob(name)}
    waiting = [BASE_DIR / name for name in ROOTS if "*" not in name]
    waiting += [path for ours in OURS for path in (BASE_DIR / ours).glob("**/migrations/*.py")]
    followed: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in followed:
            followed.add(path)
            waiting += imported(path)
    return sorted(found | followed)


def imported(path: Path) -> Iterator[Path]:
    """Imports inside functions count as well."""
    package = path.relative_to(BASE_DIR).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from files_of(tuple(alias.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            yield from files_of(base)
            for alias in node.names:
                yield from files_of((*base, alias.name))


def files_of(module: tuple[str, ...]) -> Iterator[Path]:
    """The module, if it is ours, and the packages it lies in."""
    if module and module[0] in OURS:
        for length in range(1, len(module) + 1):
            stem = BASE_DIR.joinpath(*module[:length])
            yield from (path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file())


if __name__ == "__main__":
    main()
