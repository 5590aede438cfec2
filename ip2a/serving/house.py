"""The whole of it: servers, preparation, web, worker and beat, from start to end."""

import errno
import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections

from ip2a.embedded import CannotStart, Servers, place
from ip2a.roles import ROLES
from ip2a.serving.prepare import Preparation
from ip2a.serving.services import EmbeddedServer, Program
from ip2a.serving.supervisor import Supervisor

WAIT_FOR_OTHERS = 0.5
# Run as root, Celery warns of it at length; it runs no code but ours.
CELERY = ("-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "--app", "ip2a")
WORKER_OPTIONS = (
    "--pool=prefork",
    "--concurrency=2",
    "--hostname=ip2a@%h",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
)
BEAT_OPTIONS = ("--pidfile=",)


class House:
    """`up`: owns the servers and keeps the programs running until a signal comes."""

    def __init__(self, *, host: str, port: int, seed: bool) -> None:
        self.began = time.monotonic()
        self.host, self.port, self.seed = host, port, seed
        self.folder = Path(settings.BASE_DIR)
        self.servers = Servers(self.folder)
        self.var = Path(settings.VAR_DIR)
        self.environment = child_environment()
        if not settings.IS_PRODUCTION:  # there ALLOWED_HOSTS says where people find this house
            self.environment.setdefault("SITE_URL", self.address)  # where links in mails lead

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def run(self) -> None:
        place.make_folder(self.var)
        with the_only_one(self.var / "up.lock", f"{self.address}/"):
            self.socket = listen(self.host, self.port)
            self.supervisor = Supervisor()
            try:
                self._start_servers()
                Preparation(self.supervisor, self.environment).run(seed=self.seed)
                self._start_programs()
                self.supervisor.loop()
                self.supervisor.say("Stopping.")
            finally:
                with self.servers.closing():
                    self.supervisor.stop()
                    self.servers.disown()
            self.supervisor.say("Stopped. All data is kept.")

    def _start_servers(self) -> None:
        waiting = False
        while self.servers.wanted and not self.supervisor.signals and not self.servers.own():
            if not waiting:
                self.supervisor.say("Another command uses the database here; waiting for it to finish.")
            waiting = True
            self.supervisor.pump(WAIT_FOR_OTHERS)
        for name, server in (
            ("database", self.servers.cluster),
            ("broker", self.servers.broker),
        ):
            if server is not None and not self.supervisor.signals:
                self.supervisor.keep(EmbeddedServer(name, server))

    def _start_programs(self) -> None:
        if self.supervisor.signals:
            return
        python = [sys.executable, "-m"]
        number = self.socket.fileno()
        web = [
            *python,
            "gunicorn",
            "--config",
            "python:ip2a.gunicorn",
            "--bind",
            f"fd://{number}",
            "ip2a.wsgi",
        ]
        self.supervisor.keep(Program("web", web, self.environment, self.folder, (number,)))
        Greeting(self).await_answer()

    def start_background(self) -> None:
        """The worker and the clock; after the pages answer, as nobody waits for them."""
        schedule = f"--schedule={settings.CELERY_BEAT_SCHEDULE_FILENAME}"
        for name, options in (("worker", WORKER_OPTIONS), ("beat", (*BEAT_OPTIONS, schedule))):
            command = [sys.executable, *CELERY, name, "--loglevel=WARNING", *options]
            self.supervisor.keep(Program(name, command, self.environment, self.folder))


class Greeting:
    """Asks the web server once whether it lives; its answer is the moment to tell people the address."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.connection = socket.socket(house.socket.family)

    def await_answer(self) -> None:
        host = next(
            (name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))),
            "localhost",
        )
        self.connection.connect(self.house.socket.getsockname())
        self.connection.sendall(f"GET /healthz HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        self.house.supervisor.watch(self.connection.fileno(), self._answered)

    def _answered(self) -> None:
        self.house.supervisor.forget(self.connection.fileno())
        answer = self.connection.recv(64)
        self.connection.close()
        if not answer:  # the server died with our question; ask the next one
            self.connection = socket.socket(self.house.socket.family)
            self.await_answer()
            return
        self._say()
        self.house.start_background()

    def _say(self) -> None:
        say, seconds = self.house.supervisor.say, time.monotonic() - self.house.began
        say(f"IP2A answers at {self.house.address}/ (ready in {seconds:.1f} s). Ctrl-C stops it.")
        for line in demo_logins():
            say(line)


def demo_logins() -> list[str]:
    """One line for each role's example login; only where the data is made up."""
    if settings.IP2A_ENV != "dev":
        return []
    addresses = {f"{role.name}@ip2a.test": role for role in ROLES}
    found = get_user_model()._base_manager.filter(email__in=addresses, is_active=True)
    logins = {email: addresses[email] for email in found.values_list("email", flat=True)}
    connections.close_all()
    if not logins:
        return []
    width = max(map(len, logins))
    lines = [f"  {email:<{width}}  local-demo-{role.name}" for email, role in addresses.items() if email in logins]
    return [
        "Sign in as one of these (example data, unless you changed the password):",
        *lines,
    ]


def child_environment() -> dict[str, str]:
    """Children serve as they would in production; DEBUG=1 before the command asks for error pages with details."""
    environment = dict(os.environ)
    environment.pop("IP2A_COMMAND", None)
    environment.setdefault("DEBUG", "false")
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def listen(host: str, port: int) -> socket.socket:
    """The address is taken here and handed to the web server, so that nobody waits for a taken port."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotStart(_why_not(host, port, error)) from None
    listener.listen(1024)
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} is for root alone; choose one above 1023, for example: make run PORT=8000"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program, so IP2A cannot answer there; "
            f"stop that program or choose another port: make run PORT={port + 1}"
        )
    return f"IP2A cannot answer at {host}:{port} ({error.strerror}); choose another host or port."


@contextmanager
def the_only_one(path: Path, address: str) -> Iterator[None]:
    """One `up` for each repository: the second is told where the first answers."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            where = file.read().strip() or "it is starting"
            raise CannotStart(f"IP2A already runs from this folder ({where}); stop that one first.") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, {address}")
        file.flush()
        yield
