"""Who keeps a record while something breaks: people who save and note the answer, and one who looks all the time.

They speak plain HTTP over connections of their own, so that nothing is tried twice behind their backs.
"""

import http.client
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

TOKEN = "x" * 32  # against forgery: the same in the cookie and in the form
PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """``status`` 0: the connection broke or was refused, and ``said`` is how."""

    asked_at: float
    answered_at: float
    status: int
    location: str = ""
    retry_after: str = ""
    said: str = ""

    @property
    def is_outage(self) -> bool:
        """The house's own page that asks to come back."""
        return self.status == 503 and bool(self.retry_after)


class Person:
    """Somebody who is signed in already."""

    def __init__(self, url: str, role: str) -> None:
        self.host = urlsplit(url).netloc
        self.headers = {"Cookie": f"{_session(role)}; csrftoken={TOKEN}"}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        line, asked_at = http.client.HTTPConnection(self.host, timeout=PATIENCE), time.monotonic()
        try:
            line.request(method, path, body, {**self.headers, **headers})
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return Answer(asked_at, time.monotonic(), 0, said=type(error).__name__)
        finally:
            line.close()
        location, retry_after = (answer.headers.get(name, "") for name in ("Location", "Retry-After"))
        return Answer(asked_at, time.monotonic(), answer.status, location, retry_after)


def _session(role: str) -> str:
    from django.conf import settings  # only in a house
    from django.test import Client

    from ip2a.models import User

    client = Client()
    client.force_login(User.objects.get(email=f"{role}@ip2a.test"))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@dataclass
class Record:
    """What writers were told. ``saved``: member numbers of those the house said it had saved, each with its key."""

    saved: dict[str, int] = field(default_factory=dict)
    failed: list[tuple[str, Answer]] = field(default_factory=list)

    @property
    def failed_percent(self) -> float:
        return 100 * len(self.failed) / max(len(self.saved) + len(self.failed), 1)

    def lost(self) -> list[str]:
        """Saved by the house's own word, and not there under that key."""
        found = _keys(list(self.saved))
        return [number for number, key in self.saved.items() if found.get(number) != key]

    def saved_unsaid(self) -> list[str]:
        """There, although nobody was told so: cut off between the commit and the answer."""
        return list(_keys([number for number, _ in self.failed]))


def _keys(numbers: list[str]) -> dict[str, int]:
    from django.db import connections

    from members.models import Member

    connections.close_all()  # of a server that may have ended since
    return dict(Member.objects.filter(member_number__in=numbers).values_list("member_number", "pk"))


class Witnesses:
    """``with Witnesses(url, mark=7) as seen``: four people add members, and one opens a list every 50 ms."""

    def __init__(self, url: str, *, mark: int, writers: int = 4) -> None:
        self.record, self.looks = Record(), list[Answer]()
        self._over = threading.Event()
        staff = Person(url, "staff")
        self._threads = [threading.Thread(target=self._look, args=[staff])]
        self._threads += [threading.Thread(target=self._write, args=[staff, f"{mark}{n}"]) for n in range(writers)]

    def __enter__(self) -> "Witnesses":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _look(self, person: Person) -> None:
        while not self._over.wait(0.05):
            self.looks.append(person.get("/members/"))

    def _write(self, person: Person, mark: str) -> None:
        count = 0
        while not self._over.wait(0.15):
            count += 1
            number = f"{mark}{count:05}"
            answer = person.post("/members/add/", {**NEW, "member_number": number, "last_name": f"Fault{number}"})
            parts = answer.location.strip("/").split("/")
            if answer.status == 302 and parts[0] == "members" and parts[1].isdigit():
                self.record.saved[number] = int(parts[1])
            else:
                self.record.failed.append((number, answer))

    def wrong(self) -> list[Answer]:
        """Looks that got neither the page nor the page that asks to come back."""
        return [look for look in self.looks if look.status != 200 and not look.is_outage]

    def outage_seconds(self, since: float, until: float = float("inf")) -> float:
        """From the first look that found no page to the answer of the first that found one again."""
        looks = [look for look in self.looks if since <= look.asked_at and look.answered_at < until]
        bad = [look.asked_at for look in looks if look.status != 200]
        if not bad:
            return 0.0
        good = [look.answered_at for look in looks if look.status == 200 and look.asked_at > max(bad)]
        return (good[0] if good else float("inf")) - min(bad)

    def first_page_after(self, moment: float) -> float:
        """Seconds from that moment to the next page."""
        return min(look.answered_at for look in self.looks if look.asked_at >= moment and look.status == 200) - moment


NEW = {"first_name": "Ann", "status": "active", "classification": "journeyman"}
