"""Fixtures of the browser tests: the real web server, and Debian's Chromium looking at it.

Without a Chromium these tests are skipped with one line; under CI that is a failure (``.ci/run`` installs it).
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

# Playwright drives its browser from an event loop in the test's own thread; Django would refuse to query beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
BASE_DIR = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
READY_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=1) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture(scope="session")
def web_server(django_db_setup):
    """gunicorn as in production, on this worker's database; gives its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "gunicorn", "ip2a.wsgi", "-c", str(BASE_DIR / "ip2a" / "gunicorn.py")]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"], cwd=BASE_DIR, env=os.environ | {"WEB_WORKERS": "1"}
    )
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            pytest.fail("The web server did not start.")
        time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if CHROMIUM is None:
        message = "No chromium on this machine: `apt-get install chromium` to run the browser tests."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


class Visitor:
    """A browser page of a signed-in person that remembers every complaint: console errors, CSP, failed requests."""

    def __init__(self, page, url: str):
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("requestfailed", lambda request: self._note(f"{request.url} failed: {request.failure}"))

    def _note(self, complaint: str) -> None:
        if "net::ERR_ABORTED" not in complaint:
            self.complaints.append(f"{self.page.url}: {complaint}")

    def goto(self, path: str):
        return self.page.goto(f"{self.url}{path}", wait_until="load")

    @property
    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def visit(web_server, committed_db, context):
    """A page of somebody with a role (``visit("staff")``), of a person, or of nobody (``visit(None)``)."""
    from django.conf import settings
    from django.test import Client

    from ip2a.factories import UserFactory

    def open_for(role, width: int = 1280, scheme: str = "light") -> Visitor:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_default_timeout(10_000)
        if role is not None:
            client = Client()
            client.force_login(UserFactory(role=role) if isinstance(role, str) else role)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": web_server}])
        return Visitor(page, web_server)

    return open_for
