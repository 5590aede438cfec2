"""What must be true before the pages can be served, each step skipped when it already is."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import get_commands
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from ip2a.embedded import CannotStart
from ip2a.serving.services import Program
from ip2a.serving.supervisor import Supervisor

COLLECT_OPTIONS = ("--no-input", "--clear", "--verbosity=0")
SEEDED_MODEL = ("members", "Member")  # a local without members is empty


class Preparation:
    """Migrations, static files and seed, by commands of their own so that each has its own rights."""

    def __init__(self, supervisor: Supervisor, environment: dict[str, str]) -> None:
        self.supervisor = supervisor
        self.environment = environment

    def run(self, *, seed: bool) -> None:
        try:
            self._migrate()
            self._collect_static()
            if seed and self._is_empty():
                self._step("seed", "This local is empty: making up an example.")
        finally:
            connections.close_all()

    def _migrate(self) -> None:
        """Also when only the code changed: rights and triggers are set after each migrate."""
        mark = _digest([str(settings.DATABASES["default"]), *_fingerprints(_python_files())])
        stamp = stamp_of("migrated")
        if stamp.is_current(mark) and not _missing_migrations():
            return
        self._step(
            "migrate",
            "Bringing the database up to date.",
            "--no-input",
            "--verbosity=0",
        )
        stamp.write(mark)

    def _collect_static(self) -> None:
        if self.environment.get("DEBUG", "").lower() in ("1", "true", "on", "yes"):
            return  # served from where they lie
        stamp, mark = static_stamp()
        if stamp.is_current(mark) and Path(settings.STATIC_ROOT).is_dir():
            return
        self._step("collectstatic", "Collecting the static files.", *COLLECT_OPTIONS)
        stamp.write(mark)

    def _is_empty(self) -> bool:
        if settings.IP2A_ENV != "dev" or "seed" not in get_commands():
            return False
        return not apps.get_model(*SEEDED_MODEL)._base_manager.exists()

    def _step(self, command: str, why: str, *options: str) -> None:
        if self.supervisor.signals:
            return
        self.supervisor.say(why)
        program = Program(command, manage(command, *options), self.environment, Path(settings.BASE_DIR))
        if not self.supervisor.run_step(program) and not self.supervisor.signals:
            raise CannotStart(
                f"`manage.py {command}` failed ({program.last_words()}), so nothing is served; its own words are above."
            )


class Stamp:
    """Remembers for which state of things a step was last done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_current(self, mark: str) -> bool:
        return self.path.is_file() and self.path.read_text() == mark

    def write(self, mark: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(mark)


def stamp_of(name: str) -> Stamp:
    return Stamp(Path(settings.VAR_DIR) / "stamps" / name)


def static_stamp() -> tuple[Stamp, str]:
    """What remembers for which files they were collected, and the mark of those there are now."""
    way = settings.STORAGES["staticfiles"]["BACKEND"]
    return stamp_of("static"), _digest([str(settings.STATIC_ROOT), way, *_fingerprints(_static_files())])


def manage(command: str, *options: str) -> list[str]:
    return [
        sys.executable,
        str(Path(settings.BASE_DIR) / "manage.py"),
        command,
        *options,
    ]


def _missing_migrations() -> bool:
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _python_files() -> Iterator[Path]:
    for app in apps.get_app_configs():
        folder = Path(app.path)
        if folder.is_relative_to(settings.BASE_DIR) and ".venv" not in folder.parts:
            yield from folder.rglob("*.py")
    yield Path(settings.BASE_DIR) / "requirements.lock"


def _static_files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in finder.list(None):
            yield Path(storage.path(name))


def _fingerprints(files: Iterator[Path]) -> list[str]:
    found = ((path, path.stat()) for path in files)
    return sorted(f"{path}:{about.st_mtime_ns}:{about.st_size}" for path, about in found)


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
