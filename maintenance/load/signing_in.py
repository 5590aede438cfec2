"""Signing in as people do, with the form and its token, and staying below the house's own limit on attempts."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from maintenance.load.pages import Page
from maintenance.load.visiting import Session, is_sign_in, moved_to, page_of

MOST_SESSIONS = 20  # one address may sign in 30 times a minute; colleagues of one role share what is beyond
PATIENCE = 75.0  # seconds to wait for that limit
PAUSE = 3.0
Say = Callable[[str], None]


class CannotSignIn(Exception):
    """In words for the person at the terminal."""


class Door:
    """The sign-in page of one house."""

    def __init__(self, new_client: Callable[[], Any], origin: str, headers: dict[str, str], say: Say) -> None:
        self.new_client, self.origin, self.headers, self.say = new_client, origin, headers, say

    def sign_in(self, *, email: str, password: str, role: str) -> Session:
        deadline = time.monotonic() + PATIENCE
        while (session := self._try(email, password, role)) is None:
            if time.monotonic() > deadline:
                raise CannotSignIn("The limit on sign-ins did not let anybody in for a minute. Try again later.")
            self.say("Waiting: the house lets only so many sign in each minute.")
            time.sleep(PAUSE)
        return session

    def _try(self, email: str, password: str, role: str) -> Session | None:
        """None when the limit on attempts asks to come back later."""
        client = self.new_client()
        page = self._ask(client, "GET", reverse("account_login"))
        form = page[0].form()
        body = urlencode(form.filled({"login": email, "password": password})).encode()
        after, target = self._ask(client, "POST", reverse("account_login"), body)
        if after.status == 429:
            return None
        if after.status != 302 or is_sign_in(target):
            raise CannotSignIn(
                f"{email} cannot sign in there ({_why(after)}). A load signs in as the people of the example, which "
                "`manage.py seed` makes: it is not for a house with real data."
            )
        if "/2fa/" in target:
            raise CannotSignIn(f"{email} is asked for a second factor, which a load does not have.")
        return Session(role, _cookies(client))

    def _ask(self, client: Any, method: str, path: str, body: bytes | None = None) -> tuple[Page, str]:
        headers = {**self.headers, "Referer": self.origin + path}
        if cookies := _cookies(client):
            headers["Cookie"] = cookies
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = client.request(method, path, data=body, headers=headers, allow_redirects=False)
        if answer.status_code == 0:
            raise CannotSignIn(f"The server does not answer ({answer.error}).")
        page = page_of(path, answer)
        if method == "GET" and page.status != 200:
            raise CannotSignIn(f"The sign-in page answers {page.status}: is that an IP2A?")
        return page, moved_to(answer)


def _cookies(client: Any) -> str:
    """Also those for https alone: before a server behind a proxy we speak in the proxy's place."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookiejar)


def _why(page: Page) -> str:
    return page.refusal() if page.status == 200 else f"answered {page.status}"
