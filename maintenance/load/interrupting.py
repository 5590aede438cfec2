"""Ctrl-C under load: while people are measured it ends the load early, and what was measured is told."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Before anything is measured, and the second time, Ctrl-C ends the command as it always does."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self.child, self.is_measuring, self.was_asked = child, False, False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.was_asked or not self.is_measuring:
            raise KeyboardInterrupt
        self.was_asked = True
        self.child.send_signal(signal.SIGINT)


@contextmanager
def heeding(child: "subprocess.Popen[str]") -> Iterator[Interrupt]:
    """``child`` plays the people, and tells what it has when it is interrupted itself."""
    interrupt = Interrupt(child)
    if threading.current_thread() is not threading.main_thread():  # signals are for the main thread
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
