"""The web server's processes while they are under load: whether each still lives, and whether they grow."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVERY = 2.0  # seconds between two looks; each makes the kernel count pages
WEB = b"ip2a.wsgi"


@dataclass
class Watch:
    """``pid``: the process that started the server, itself or the one above it; None where it is not known."""

    pid: int | None
    first: dict[int, float] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)
    most: float = 0.0
    _next: float = 0.0

    def look(self, *, now: bool = False) -> None:
        if self.pid is None or (time.monotonic() < self._next and not now):
            return
        self._next = time.monotonic() + EVERY
        self.last = {pid: megabytes(pid) for pid in web_processes(self.pid)}
        self.first = self.first or self.last
        self.most = max(self.most, sum(self.last.values()))

    def told(self) -> dict[str, Any] | None:
        """Memory in MB, what processes share counted once; ``ended``: how many of the first are gone at the end."""
        if not self.first:
            return None
        return {
            "processes": len(self.first),
            "ended": len(self.first.keys() - self.last.keys()),
            "first_mb": round(sum(self.first.values()), 1),
            "last_mb": round(sum(self.last.values()), 1),
            "most_mb": round(self.most, 1),
        }


def web_processes(pid: int) -> list[int]:
    """That process and those below it which serve pages."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        todo += _children(one)
        if WEB in _read(f"/proc/{one}/cmdline"):
            found.append(one)
    return found


def megabytes(pid: int) -> float:
    """Its proportional share (Pss): a page of memory that three processes share counts a third for each."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        found += map(int, _read(f"{task}/children").split())
    return found


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile, which is what is looked for
        return b""
