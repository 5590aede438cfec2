"""Before the load: where the records are that people will look for."""

import re
from html import unescape
from typing import Any

from django.urls import reverse

from maintenance.load import pages
from maintenance.load.pages import Page
from maintenance.load.registry import Landmark
from maintenance.load.visiting import Found, Session, Shared, page_of, trouble

FEWEST_PAGES, MOST_PAGES = 4, 200
PEOPLE_A_PAGE = 20  # the more people, the more of the records are known to them
TITLE = re.compile(r'<th scope="row">.*?</th>', re.S)
LAST = re.compile(r'href="[^"]*[?&](?:amp;)?page=(\d+)"')


class CannotScout(Exception):
    """In words for the person at the terminal."""


def find_all(client: Any, sessions: list[Session], landmarks: list[Landmark], shared: Shared, users: int) -> None:
    """Fill ``shared.found``, from pages spread over the whole list."""
    most = max(FEWEST_PAGES, min(MOST_PAGES, users // PEOPLE_A_PAGE))
    for mark in landmarks:
        session = next((session for session in sessions if session.role == mark.role), None)
        if session is not None:
            shared.found[mark.name] = _find(client, session, mark, shared, most)


def _find(client: Any, session: Session, mark: Landmark, shared: Shared, most: int) -> list[Found]:
    headers = {**shared.headers, "User-Agent": shared.agent, "Cookie": session.cookies}

    def read(number: int) -> Page:
        path = reverse(mark.on) + f"?page={number}"
        answer = client.request("GET", path, headers=headers)
        wrong = trouble(answer)
        if wrong:
            raise CannotScout(f"The list {path} cannot be read before the load begins: {wrong}.")
        return page_of(path, answer)

    first = read(1)
    last = max([int(number) for number in LAST.findall(first.main)], default=1)
    found = rows_of(first, mark.page)
    for number in spread(last, most):
        found += rows_of(read(number), mark.page)
    return list({one.key: one for one in found}.values())


def spread(last: int, most: int) -> list[int]:
    """At most so many of the pages 2 to ``last``, evenly."""
    step = max(1, -(-last // most))
    return list(range(1 + step, last + 1, step))


def rows_of(page: Page, name: str) -> list[Found]:
    found = []
    for row in page.rows():
        keys = pages.keys_in(row, name)
        title = TITLE.search(row)
        if keys and title:
            found.append(Found(keys[0], unescape(pages.TAG.sub("", title[0])).strip()))
    return found
