"""Processes that live no longer than the one that started them, and what is known about others. Linux only."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def dies_with_parent(death_signal: int, parent: int | None = None) -> Callable[[], None]:
    """For preexec_fn: the kernel sends `death_signal` when the starting thread ends, even by kill -9."""
    parent = os.getpid() if parent is None else parent

    def tie() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the tie was made
            os._exit(0)

    return tie


def spawn(command: Sequence[str | Path], *, death_signal: int | None, **options: Any) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, so that Ctrl-C reaches only the parent; it is told to end in order."""
    tie = None if death_signal is None else dies_with_parent(death_signal)
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=tie,  # noqa: PLW1509 - one prctl, nothing that could wait for another thread
        **options,
    )


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended but was never collected (a zombie) does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def works_in(pid: int, folder: Path) -> bool:
    """Whether that process has `folder` as its working directory: a server and not a later owner of its number."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def any_works_in(folder: Path) -> bool:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return any(works_in(pid, folder) and is_alive(pid) for pid in pids)


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def end(pid: int, *, polite: int = signal.SIGTERM, seconds: float = 20, child: Any = None) -> None:
    """Ask the process to end; insist after `seconds`."""

    def gone() -> bool:
        if child is not None:
            child.poll()
        return not is_alive(pid)

    for how, patience in ((polite, seconds), (signal.SIGQUIT, 3), (signal.SIGKILL, 3)):
        if gone():
            return
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        if wait_until(gone, patience):
            return
