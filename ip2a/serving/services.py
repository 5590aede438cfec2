"""What `up` keeps running: programs it starts, and the embedded servers."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from ip2a.embedded import Broker, Cluster, process

RAPID_SECONDS = 60.0
RAPID_DEATHS = 5
LONGEST_PAUSE = 8.0
ORDINARY = ("] LOG:", "Memory overcommit must be enabled")


class Service(Protocol):
    name: str
    deaths: "Deaths"

    def start(self) -> None: ...
    def is_alive(self) -> bool: ...
    def last_words(self) -> str: ...


@dataclass
class Deaths:
    """How often in a row a service died young, and when it may be tried again."""

    started: float = 0.0
    rapid: int = 0
    retry_at: float | None = None

    def note_start(self) -> None:
        self.started, self.retry_at = time.monotonic(), None

    def note_death(self) -> float:
        """Seconds to wait before the next start."""
        young = time.monotonic() - self.started < RAPID_SECONDS
        self.rapid = self.rapid + 1 if young else 1
        pause = min(0.25 * 2 ** (self.rapid - 1), LONGEST_PAUSE)
        self.retry_at = time.monotonic() + pause
        return pause

    @property
    def too_many(self) -> bool:
        return self.rapid >= RAPID_DEATHS


@dataclass
class Program:
    """A child process whose output comes through a pipe; gunicorn.py and celery.py tie its own children to it."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    folder: Path | None = None
    pass_fds: tuple[int, ...] = ()
    deaths: Deaths = field(default_factory=Deaths)
    child: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.child = process.spawn(
            self.command,
            death_signal=signal.SIGKILL,  # a polite one can be lost while the program is still starting
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=self.folder,
            pass_fds=self.pass_fds,
        )
        os.set_blocking(self.output.fileno(), False)

    @property
    def output(self) -> IO[bytes]:
        assert self.child is not None
        assert self.child.stdout is not None
        return self.child.stdout

    def is_alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def last_words(self) -> str:
        code = self.child.returncode if self.child else None
        return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"

    def tell(self, number: int) -> None:
        if self.child is not None and self.is_alive():
            self.child.send_signal(number)

    def sweep(self) -> None:
        """End what a dead leader left behind: its children share its session."""
        if self.child is not None:
            try:
                os.killpg(self.child.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


@dataclass
class EmbeddedServer:
    """The database or the broker; they write to their own log files."""

    name: str
    server: Cluster | Broker
    deaths: Deaths = field(default_factory=Deaths)

    def start(self) -> None:
        self.server.start(tied=True)

    def is_alive(self) -> bool:
        return self.server.child_lives()

    def last_words(self) -> str:
        return f"see {self.server.log.path}" if self.server.log else "without a word"

    def news(self) -> list[str]:
        """Its warnings and errors since last time; what it says of its ordinary life stays in the file."""
        if self.server.log is None:
            return []
        lines = self.server.log.news().splitlines()
        return [line for line in lines if line.strip() and not any(word in line for word in ORDINARY)]
