"""Real web processes on this run's broker and this test's database, and people who ask them over HTTP."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ip2a.tests.worker import until

BASE_DIR = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Web:
    """gunicorn as in production: a port of its own, ``environment`` over that of the tests."""

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | environment
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> "Web":
        command = [sys.executable, "-m", "gunicorn", "ip2a.wsgi", "-c", str(BASE_DIR / "ip2a" / "gunicorn.py")]
        command += ["--bind", f"127.0.0.1:{self.port}"]
        self.child = child = subprocess.Popen(command, cwd=BASE_DIR, env=self.environment)
        until(lambda: child.poll() is not None or self._answers(), READY_SECONDS)
        if child.poll() is not None or not self._answers():
            self.stop()
            pytest.fail("The web server did not start.")
        return self

    def stop(self) -> None:
        if self.child is not None:
            self.child.terminate()
            self.child.wait(timeout=30)
            self.child = None

    def _answers(self) -> bool:
        try:
            return Visit(self).get("/healthz").status == 200
        except OSError:
            return False


class Page:
    """One answer: its status, its headers, and its text."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers = answer.status, answer.headers
        self.text = answer.read().decode()

    @property
    def words(self) -> str:
        """As a person reads it."""
        reader = _Words()
        reader.feed(self.text)
        return " ".join(" ".join(reader.found).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


class Visit:
    """A browser's cookies. ``at`` goes on at another process with the same ones."""

    def __init__(self, web: Web, cookies: dict[str, str] | None = None) -> None:
        self.web = web
        self.cookies: dict[str, str] = {} if cookies is None else cookies

    def at(self, web: Web) -> "Visit":
        return Visit(web, self.cookies)

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Page:
        """As a form that was read before: the token that its page gave goes along."""
        token = self.cookies.get("csrftoken", "")
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}))

    def _ask(self, method: str, path: str, body: str | None = None) -> Page:
        line = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
            return Page(answer)
        finally:
            line.close()


@pytest.fixture
def webs(committed_db) -> Iterator[Callable[..., Web]]:
    """``webs(WEB_WORKERS="1")`` starts one more; all end with the test."""
    made: list[Web] = []

    def start(**environment: str) -> Web:
        made.append(Web(**environment))
        return made[-1].start()

    yield start
    for web in made:
        web.stop()
