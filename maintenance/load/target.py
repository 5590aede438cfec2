"""Which server is put under load, and whether that may be."""

import fcntl
import ipaddress
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model

from ip2a.embedded import process
from ip2a.seeds import DEMO_LOGINS
from ip2a.serving.house import child_environment, listen
from ip2a.serving.prepare import COLLECT_OPTIONS, manage, static_stamp

START_SECONDS = 60
RUNNING = re.compile(r"process (\d+), (http://\S+?)/?$")


class CannotLoad(Exception):
    """Why nothing was put under load, in words for the person at the terminal."""


@dataclass(frozen=True)
class Target:
    """``how``: given, up (the server that runs from this folder) or started (for this load alone).

    ``pid``: the server's process or the one above it, where it is known.
    """

    url: str
    how: str
    headers: dict[str, str] = field(default_factory=dict)
    pid: int | None = None

    @property
    def origin(self) -> str:
        """What the address of a page begins with in a browser."""
        host = self.headers.get("Host")
        return f"{self.headers['X-Forwarded-Proto']}://{host}" if host else self.url


def refuse_in_production(force: bool) -> None:
    if settings.IS_PRODUCTION and not force:
        raise CannotLoad(
            f"This is {settings.IP2A_ENV}: a load writes into its records and slows everybody down. If that is really "
            "wanted, say so with --force."
        )


def refuse_elsewhere(url: str, allowed: str) -> None:
    """Only this machine, unless the other one is named: a load looks like an attack."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotLoad(f"{url} is no address of a server. Give it as http://127.0.0.1:8000.")
    if parts.hostname != allowed and not is_here(parts.hostname):
        raise CannotLoad(
            f"{parts.hostname} is not this machine, and a load on somebody else's server is an attack on it. If it is "
            f"yours, say so with --allow-host {parts.hostname}."
        )


def is_here(host: str) -> bool:
    """Whether each address of that name is one of this machine."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        raise CannotLoad(f"There is no machine called {host}.") from None
    return all(_is_own(str(address)) for address in found)


def _is_own(address: str) -> bool:
    """Loopback, or an address that a socket here can take."""
    if ipaddress.ip_address(address.partition("%")[0]).is_loopback:
        return True
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def refuse_real_data(force: bool) -> None:
    """A load writes among the records of an example, never among those of a local."""
    people = get_user_model()._base_manager.filter(is_active=True)
    examples = [login.email for login in DEMO_LOGINS]
    if not people.filter(email__in=examples).exists():
        raise CannotLoad(
            "Nobody of the example signs in here, so this may be a house with real data, into which a load would "
            "write. Make an example of an empty one with `manage.py seed`, or use another database."
        )
    others = people.exclude(email__in=examples).exclude(email__endswith="@ip2a.test").count()
    if others and not force:
        raise CannotLoad(
            f"{others:,} {'person signs' if others == 1 else 'people sign'} in here beside those of the example: "
            "what a load writes would stand among their records. If that is really wanted, say so with --force."
        )


def running_here() -> tuple[int, str] | None:
    """The process and the address of the `up` that answers from this folder."""
    path = Path(settings.VAR_DIR) / "up.lock"
    with suppress(FileNotFoundError), path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            said = RUNNING.match(file.read().strip())
            return (int(said[1]), said[2]) if said else None
    return None


@contextmanager
def server(url: str | None) -> Iterator[Target]:
    """The given one, the one that runs, or one of our own, which is ended by its process number."""
    if url:
        yield Target(url.rstrip("/"), "given")
    elif (running := running_here()) is not None:
        yield Target(running[1], "up", _as_proxy(), running[0])
    else:
        with _own_server() as target:
            yield target


def _as_proxy() -> dict[str, str]:
    """In production the pages are served behind a proxy, which says for which name and that it was asked safely."""
    if not settings.IS_PRODUCTION:
        return {}
    return {"Host": settings.ALLOWED_HOSTS[0].lstrip("."), "X-Forwarded-Proto": "https"}


@contextmanager
def _own_server() -> Iterator[Target]:
    """gunicorn as `up` starts it, on a free port of the loopback address."""
    environment = child_environment()
    _collect_static(environment)
    listener = listen("127.0.0.1", 0)
    number, port = listener.fileno(), listener.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:ip2a.gunicorn", "--bind", f"fd://{number}"]
    with log_file().open("wb") as log:
        child = process.spawn(
            [*command, "ip2a.wsgi"],
            death_signal=signal.SIGKILL,
            env=environment,
            cwd=settings.BASE_DIR,
            pass_fds=(number,),
            stdout=log,
            stderr=log,
        )
    try:
        target = Target(f"http://127.0.0.1:{port}", "started", _as_proxy(), child.pid)
        _wait_for(child, target)
        yield target
    finally:
        process.end(child.pid, child=child)
        listener.close()


def _collect_static(environment: dict[str, str]) -> None:
    stamp, mark = static_stamp()
    if stamp.is_current(mark) and Path(settings.STATIC_ROOT).is_dir():
        return
    command = manage("collectstatic", *COLLECT_OPTIONS)
    collected = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if collected.returncode:
        raise CannotLoad(f"The static files cannot be collected: {collected.stderr.strip()[-300:]}")
    stamp.write(mark)


def log_file() -> Path:
    """What the server of the last load said."""
    return Path(settings.VAR_DIR) / "load.log"


def _wait_for(child: "subprocess.Popen[bytes]", target: Target) -> None:
    """Its first answer is the sign that it serves."""
    deadline = time.monotonic() + START_SECONDS
    parts = urlsplit(target.url)
    question = f"GET /healthz HTTP/1.0\r\nHost: {target.headers.get('Host', parts.hostname)}\r\n\r\n"
    while time.monotonic() < deadline and child.poll() is None:
        with suppress(OSError), socket.create_connection((parts.hostname, parts.port), timeout=START_SECONDS) as wire:
            wire.sendall(question.encode())
            if wire.recv(64):
                return
    raise CannotLoad(f"The web server does not start; its own words are in {log_file()}.")
