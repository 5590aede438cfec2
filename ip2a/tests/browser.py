"""Fixtures of the browser tests: the real web server, and Debian's Chromium looking at it; without a window and what
belongs to one, where that is there (it opens a page three times as fast).

Without a Chromium these tests are skipped with one line; under CI that is a failure (``.ci/run`` installs it).
"""

import os
import shutil

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from ip2a.tests.web import Web

# Playwright drives its browser from an event loop in the test's own thread; Django would refuse to query beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
FRAME = {"exclude": [[".side"], [".bar"]]}  # for axe: not once more what stands around every page
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def web_server(django_db_setup):
    """gunicorn as in production, on this worker's database; gives its address."""
    web = Web(WEB_WORKERS="1").start()
    yield web.url
    web.stop()


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
        self._knows_frame = False
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

    def amiss(self, *, ours: bool = True) -> list[str]:
        """What is wrong with the page that stands there: what the browser complained of since it was asked last; and
        unless the layout is Django's own, what not everybody can read or reach (axe), and what does not fit."""
        found, self.complaints = self.complaints, []
        if ours:
            found += self._unreadable()
            found += [f"{self.overflow} px too wide"] if self.overflow > 0 else []
        return found

    def _unreadable(self) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        where = FRAME if self._knows_frame else {"include": [["html"]]}
        answer = self.page.evaluate("where => axe.run(where, {resultTypes: ['violations']})", where)
        self._knows_frame = True
        return [
            f"{rule['id']}: {rule['help']} ({node['html'][:120]})"
            for rule in answer["violations"]
            for node in rule["nodes"][:3]
        ]

    def walk(self, pages: dict[str, str]) -> dict[str, list[str]]:
        """What is amiss on these pages, by their names; nothing is said of those in order."""
        found = {}
        self.page.add_init_script(AXE_SCRIPT)  # handed over once, and not for each page
        for name, path in pages.items():
            status = self.goto(path).status
            wrong = [] if status == 200 else [f"status {status}"]
            if wrong := wrong + self.amiss(ours=not path.startswith("/admin/")):
                found[name] = wrong
        return found


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
