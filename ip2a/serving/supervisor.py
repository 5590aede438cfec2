"""One loop: children's lines get a prefix, dead ones are started again, a signal ends them all in order."""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from typing import IO

from ip2a.embedded import CannotStart
from ip2a.serving.services import EmbeddedServer, Program, Service

TICK = 0.25
PATIENCE = 15.0  # for tasks and requests in progress
PREFIX_WIDTH = 8


class Supervisor:
    """Owns the children from the first start to the last line."""

    def __init__(self, out: IO[bytes] | None = None) -> None:
        self.out = out or sys.stdout.buffer
        self.signals = 0
        self.services: list[Service] = []
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[int, bytes] = {}
        self._listen_to_signals()

    # What is said

    def say(self, line: str, name: str = "up") -> None:
        """One line on the terminal; when nobody reads any more, that is a wish to stop."""
        try:
            self.out.write(f"{name:<{PREFIX_WIDTH}} | {line}\n".encode())
            self.out.flush()
        except BrokenPipeError:
            self.signals = max(self.signals, 1)

    # Signals

    def _listen_to_signals(self) -> None:
        self._wake_out, wake_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_in)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)
        self._selector.register(self._wake_out, selectors.EVENT_READ, self._forget_wake)

    def _note_signal(self, number: int, frame: object) -> None:
        self.signals += 1

    def _forget_wake(self) -> None:
        os.read(self._wake_out, 4096)

    # Children

    def keep(self, service: Service) -> None:
        """Keep a service alive; a program is started now, a server has been."""
        if isinstance(service, Program):
            self._start_program(service)
        service.deaths.note_start()
        self.services.append(service)

    def run_step(self, program: Program) -> bool:
        """Run a command to its end, showing what it says; whether it succeeded."""
        self._start_program(program)
        while program.is_alive() and not self.signals:
            self.pump(TICK)
        if program.is_alive():
            self._end([program])
        self.pump(0)
        return program.child is not None and program.child.returncode == 0

    def loop(self) -> None:
        """Until a signal comes, or a service cannot be kept alive."""
        while not self.signals:
            self.pump(TICK)
            for service in self.services:
                self._look_after(service)

    def stop(self) -> None:
        """End the programs; the servers are ended by their owner afterwards."""
        self._end([service for service in self.services if isinstance(service, Program)])
        self.services.clear()

    def watch(self, file: int, callback: Callable[[], None]) -> None:
        self._selector.register(file, selectors.EVENT_READ, callback)

    def forget(self, file: int) -> None:
        self._selector.unregister(file)

    def pump(self, seconds: float) -> None:
        """Pass on what was said, for at most so long."""
        for key, _ in self._selector.select(seconds):
            key.data()
        for service in self.services:
            if isinstance(service, EmbeddedServer):
                for line in service.news():
                    self.say(line, service.name)

    def _start_program(self, program: Program) -> None:
        program.start()
        stream = program.output
        self.watch(stream.fileno(), lambda: self._read(program.name, stream))

    def _read(self, name: str, stream: IO[bytes]) -> None:
        number = stream.fileno()
        try:
            data = os.read(number, 65536)
        except BlockingIOError:
            return
        *lines, rest = (self._unfinished.pop(number, b"") + data).split(b"\n")
        if not data:
            lines = [rest] if rest else []
            self.forget(number)
            stream.close()
        elif rest:
            self._unfinished[number] = rest
        for line in lines:
            self.say(line.decode(errors="replace").rstrip("\r"), name)

    def _look_after(self, service: Service) -> None:
        retry_at = service.deaths.retry_at
        if retry_at is None and not service.is_alive():
            if isinstance(service, Program):
                service.sweep()
            self._note_death(service, service.last_words())
        elif retry_at is not None and time.monotonic() >= retry_at:
            self._start_again(service)

    def _start_again(self, service: Service) -> None:
        service.deaths.note_start()
        if isinstance(service, Program):
            self._start_program(service)
            return
        try:
            service.start()
        except CannotStart as error:
            self._note_death(service, str(error))

    def _note_death(self, service: Service, reason: str) -> None:
        pause = service.deaths.note_death()
        if service.deaths.too_many:
            raise CannotStart(
                f"The {service.name} has ended {service.deaths.rapid} times in a row ({reason}), so it cannot be kept "
                "running; its last lines above say why. Everything else was stopped."
            )
        self.say(f"The {service.name} has ended ({reason}); it starts again in {pause:.2g} s.")

    def _end(self, programs: list[Program]) -> None:
        """Politely, then firmly; a second signal shortens the wait."""
        for number, patience in (
            (signal.SIGTERM, PATIENCE),
            (signal.SIGQUIT, 3.0),
            (signal.SIGKILL, 3.0),
        ):
            for program in programs:
                program.tell(number)
            deadline = time.monotonic() + patience
            seen = self.signals
            while any(p.is_alive() for p in programs) and time.monotonic() < deadline and self.signals == seen:
                self.pump(0.05)
        for program in programs:
            program.sweep()
        self.pump(0)
