"""One person at a desk: opens pages, types, saves, and looks whether what came is what was asked for."""

import hashlib
import json
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from django.urls import reverse

from maintenance.load import pages
from maintenance.load.figures import CONFLICT, FAILED, OK, Figures
from maintenance.load.pages import Page

TYPING = (0.15, 0.5)  # seconds between two questions of a type-ahead
REMEMBERED = 5000
BOUNDARY = "ip2a-load-9f8b3c"
HTMX = {"HX-Request": "true"}


class Astray(Exception):
    """The journey cannot go on; why is counted already."""


class Client(Protocol):
    """What locust's FastHttpSession does here."""

    def request(self, method: str, url: str, **options: Any) -> Any: ...


@dataclass
class Session:
    """One sign-in: the cookies that a browser would send."""

    role: str
    cookies: str


@dataclass(frozen=True)
class Found:
    """A record that was seen on a list."""

    key: int
    label: str


@dataclass
class Shared:
    """What all people of one load have in common."""

    mark: str
    agent: str
    think: float
    origin: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    found: dict[str, list[Found]] = field(default_factory=dict)
    kept: dict[str, deque[Any]] = field(default_factory=dict)


class Visitor:
    """What a journey is given. Every page is followed by the time a person needs to look at it."""

    def __init__(
        self, client: Client, session: Session, shared: Shared, pattern: str, pause: Callable[[float], None]
    ) -> None:
        self.client, self.session, self.shared, self.pattern = client, session, shared, pattern
        self.pause = pause
        self.chance = random.Random()  # noqa: S311 - guards nothing
        self.headers = {**shared.headers, "User-Agent": shared.agent, "Cookie": session.cookies}

    @property
    def mark(self) -> str:
        """Words by which everybody recognizes what a load wrote."""
        return self.shared.mark

    def think(self) -> None:
        """The pause between two clicks, half as long to half as long again."""
        self.pause(self.shared.think * self.chance.uniform(0.5, 1.5))

    # finding records

    def some(self, landmark: str) -> Found:
        """Any record of the kind; a person knows whom they look for."""
        found = self.shared.found.get(landmark)
        if not found:
            raise Astray(f"there is no {landmark}")
        return self.chance.choice(found)

    def word(self, landmark: str) -> str:
        """What somebody types to find one of them: the first word of its name."""
        return self.some(landmark).label.replace(",", " ").split()[0]

    def keep(self, what: str, value: Any) -> None:
        """Remember for anybody's later journeys."""
        self.shared.kept.setdefault(what, deque(maxlen=REMEMBERED)).append(value)

    def kept(self, what: str) -> Any:
        found = self.shared.kept.get(what)
        return self.chance.choice(found) if found else None

    # asking

    def open(self, name: str, *args: Any, shows: str = "", **query: Any) -> Page:
        """A whole page. ``shows`` is text that stands on the right one."""
        page = self._get(name, args, query, {}, lambda page: not_a_page(page) or lacks(page, shows))
        self.think()
        return page

    def part(self, name: str, *args: Any, **query: Any) -> Page:
        """What htmx asks for while somebody types or picks a filter."""
        return self._get(name, args, query, HTMX, not_a_part, suffix=" (part)")

    def type_ahead(self, word: str, ask: Callable[[str], Any]) -> Any:
        """Ask after three letters and after the whole word, as quickly as people type."""
        typed = [word[:3], word] if len(word) > 3 else [word]
        answer = None
        for text in typed:
            self.pause(self.chance.uniform(*TYPING))
            answer = ask(text)
        self.think()
        return answer

    def pick(self, label: str, word: str) -> list[dict[str, Any]]:
        """Type into a picker and read the matches."""

        def ask(text: str) -> list[dict[str, Any]]:
            page = self._get("pick", [label], {"q": text}, {"Accept": "application/json"}, not_json)
            return json.loads(page.body)["results"]

        return self.type_ahead(word, ask)

    def download(self, name: str, *args: Any, sha256: str) -> None:
        """A file, which must be the one that was sent."""

        def judge(page: Page) -> str:
            return "" if hashlib.sha256(page.body).hexdigest() == sha256 else "not the file that was uploaded"

        self._get(name, args, {}, {}, judge)
        self.think()

    def save(self, page: Page, *, lands: str, **typed: Any) -> Page:
        """Send the page's form with these fields typed anew; ``lands`` is the page that follows."""
        form = page.form()
        pairs = form.filled({name: str(value) for name, value in typed.items()})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send(page, form.action, urlencode(pairs).encode(), headers, lands)

    def upload(self, page: Page, *, lands: str, file: tuple[str, bytes], **typed: Any) -> Page:
        """As ``save``, with one file in the field ``files``."""
        form = page.form()
        pairs = form.filled({name: str(value) for name, value in typed.items()})
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self._send(page, form.action, multipart(pairs, "files", *file), headers, lands)

    def broke(self, journey: str, began: float, error: Exception) -> None:
        reason = f"the journey broke: {type(error).__name__}: {error}"[:200]
        self._note(journey, "read", began, FAILED, reason, f"journey {journey}")

    # the wire

    def _get(
        self,
        name: str,
        args: Any,
        query: dict[str, Any],
        headers: dict[str, str],
        judge: Callable[[Page], str],
        suffix: str = "",
    ) -> Page:
        path = reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")
        began = time.perf_counter()
        answer = self.client.request("GET", path, name=name, headers={**self.headers, **headers})
        target = moved_to(answer)
        if answer.status_code == 302 and not is_sign_in(target):  # such as a search with one hit
            answer = self.client.request("GET", target, name=name, headers={**self.headers, **headers})
        page = page_of(path, answer)
        self._judge(name + suffix, "read", began, trouble(answer) or judge(page), f"GET {path}")
        return page

    def _send(self, page: Page, action: str, body: bytes, headers: dict[str, str], lands: str) -> Page:
        name = f"{lands} (save)"
        self.think()  # somebody fills in the form
        began = time.perf_counter()
        path = action or page.path
        answer = self.client.request(
            "POST",
            path,
            name=name,
            data=body,
            headers={**self.headers, **headers, "Referer": self.shared.origin + page.path},
        )
        after = page_of(path, answer)
        if answer.status_code == 409:
            self._note(name, "write", began, CONFLICT)
            raise Astray("somebody was faster")
        target = moved_to(answer)
        reason = not_saved(answer, after, target, lands)
        self._judge(name, "write", began, reason, f"POST {path}")
        shown = self._landed(target, lands)
        self.think()
        return shown

    def _landed(self, target: str, name: str) -> Page:
        """The page that a browser goes to after saving."""
        path = target.partition("#")[0]
        began = time.perf_counter()
        answer = self.client.request("GET", path, name=name, headers=self.headers)
        page = page_of(path, answer)
        self._judge(name, "read", began, trouble(answer) or not_a_page(page), f"GET {path}")
        return page

    def _judge(self, page: str, kind: str, began: float, reason: str, example: str) -> None:
        outcome = FAILED if reason else OK
        self._note(page, kind, began, outcome, reason, example)
        if reason:
            raise Astray(reason)

    def _note(self, page: str, kind: str, began: float, outcome: str, reason: str = "", example: str = "") -> None:
        self.shared.figures.note(
            pattern=self.pattern, page=page, kind=kind, began=began, outcome=outcome, reason=reason, example=example
        )


def page_of(path: str, answer: Any) -> Page:
    return Page(path, answer.status_code, answer.content or b"")


def moved_to(answer: Any) -> str:
    """The path of a redirect; nothing when it is none."""
    if answer.status_code not in (301, 302, 303):
        return ""
    parts = urlsplit(answer.headers.get("location") or "")
    return parts.path + (f"?{parts.query}" if parts.query else "")


def is_sign_in(path: str) -> bool:
    return path.startswith(pages.SIGN_IN)


def trouble(answer: Any) -> str:
    """What is wrong with an answer that should be a page; nothing when it is one."""
    if is_sign_in(moved_to(answer)):
        return "sent to the sign-in page"
    if answer.status_code == 0:
        return f"no answer ({type(getattr(answer, 'error', None)).__name__})"
    if answer.status_code == 503:
        return "answered 503: not available at the moment"
    if answer.status_code != 200:
        return f"answered {answer.status_code}"
    return ""


def not_a_page(page: Page) -> str:
    whole = b"<main" in page.body and page.body.rstrip().endswith(b"</html>")
    if whole and b'name="login"' not in page.body:
        return ""
    return "not the whole page"


def lacks(page: Page, text: str) -> str:
    return "" if not text or escape(text).replace("&#x27;", "&#39;").encode() in page.body else "not the right page"


def not_a_part(page: Page) -> str:
    return "" if b"results" in page.body and b"<html" not in page.body else "not the part that was asked for"


def not_json(page: Page) -> str:
    return "" if page.body.startswith(b'{"results"') else "not a list of matches"


def not_saved(answer: Any, page: Page, target: str, lands: str) -> str:
    """Why a form was not saved: only being sent to the record's page is a success."""
    if is_sign_in(target):
        return "sent to the sign-in page"
    if answer.status_code in (200, 422):
        return f"refused: {page.refusal()}"
    if not target:
        return trouble(answer)
    return "" if pages.keys_in(target, lands) else f"sent to {target} instead"


def multipart(pairs: list[tuple[str, str]], name: str, file_name: str, content: bytes) -> bytes:
    """A form with one file, in the order of the page: the file comes before what closes the form."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
    parts = [head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"]
    parts += [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in pairs
    ]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
