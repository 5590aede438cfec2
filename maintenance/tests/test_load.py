"""The whole turn on a real server with real sign-ins, and every journey walked to its end. Seeded once."""

import io
import re
from itertools import cycle
from typing import Any

from django.core.management import call_command
from django.test import Client

from ip2a.models import AuditEntry, User
from ip2a.seeds import DEMO_LOGINS
from maintenance.load import registry, scouting
from maintenance.load.visiting import Session, Shared, Visitor
from members.models import Member

AGENT = "IP2A load tests"
WRITTEN = {
    "grievances_caseevent",
    "grievances_grievance",
    "ip2a_attachment",
    "members_member",
    "members_memberemployment",
    "members_organizationcontact",
    "organizing_saltingactivity",
    "training_attendance",
    "training_student",
}


class Answered:
    """An answer of Django's as locust's client gives one."""

    def __init__(self, answer: Any) -> None:
        self.status_code, self.headers = answer.status_code, {"location": answer.headers.get("Location")}
        self.content = b"".join(answer.streaming_content) if answer.streaming else answer.content


class Browser:
    """Asks the application itself; tokens against forgery are checked as a server checks them."""

    def __init__(self, user: User) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(user)

    def request(self, method: str, url: str, *, headers: dict[str, str], data: bytes = b"", **options: Any) -> Answered:
        kind = headers.get("Content-Type", "")
        sent = {key: value for key, value in headers.items() if key not in ("Cookie", "Content-Type")}
        return Answered(self.client.generic(method, url, data, content_type=kind, headers=sent))


def run(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_house_is_filled_looked_through_mended_and_put_under_load(committed_db, settings, tmp_path):
    settings.VAR_DIR = tmp_path  # no `up` runs from there
    status, said = run("all", "--quick", "--duration", "2")
    assert re.findall(r"^== .*\((\w+)\)$", said, re.M) == ["seed", "integrity", "auto_heal", "load"]
    assert Member.objects.count() == 50
    assert re.search(r"^[1-9]\d* operations \(\d+ asked, \d+ sent\), 0 failed, \d+ told", said, re.M), said
    assert "met      every answer is right: 100 %" in said
    # How fast it was is this machine's affair.
    assert status == int("NOT MET" in said)
    every_journey_ends_well_and_marks_what_it_wrote()


def every_journey_ends_well_and_marks_what_it_wrote():
    shared = Shared(mark="Load tests", agent=AGENT, think=0)
    browsers = {login.role: Browser(User.objects.get(email=login.email)) for login in DEMO_LOGINS}
    for mark in registry.landmarks():
        scouting.find_all(browsers[mark.role], [Session(mark.role, "")], [mark], shared, users=10)
    assert [name for name, found in shared.found.items() if not found] == []
    shared.figures.begin()
    turns = {names: cycle(sorted(names)) for names in {journey.roles for journey in registry.journeys()}}
    for journey in registry.journeys():
        role = next(turns[journey.roles])
        journey.walk(Visitor(browsers[role], Session(role, ""), shared, "reads", lambda seconds: None))
    told = shared.figures.told(1, [])
    assert (told["failures"], told["conflicts"]) == ([], 0)
    written = AuditEntry.objects.filter(user_agent=AGENT).values_list("table_name", flat=True)
    assert set(written) >= WRITTEN
