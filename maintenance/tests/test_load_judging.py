"""What counts as the right answer, what is reported of it, and what is never put under load."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ip2a.seeds import DEMO_LOGINS, make_logins
from maintenance.load import connections, crowd, goals, registry, running, signing_in, target, telling, watching
from maintenance.load.figures import Figures
from maintenance.load.pages import Page
from maintenance.load.signing_in import Door
from maintenance.load.visiting import Astray, Found, Session, Shared, Visitor

PAGE = b"<html><main><h1>%s</h1></main></html>"
FORM = (
    b'<main><form method="post" action=""><input type="hidden" name="version" value="3"><input name="phone" value="1">'
    b'<input type="checkbox" name="is_primary" value="on"><select name="status"><option value="active"></option>'
    b'<option value="retired" selected></option></select><textarea name="notes">\nA &amp; B</textarea>'
    b'<input type="file" name="paper"></form></main></html>'
)
LANDS = "members:member_detail"


class Answer:
    def __init__(self, status: int, body: bytes = b"", location: str | None = None) -> None:
        self.status_code, self.content, self.headers = status, body, {"location": location}
        self.error = ConnectionRefusedError() if status == 0 else None


class Script:
    """A server that gives these answers in turn."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.sent = list(answers), b""

    def request(self, method: str, url: str, *, data: bytes = b"", **options: Any) -> Answer:
        self.sent += data or b""
        return self.answers.pop(0)


def visitor(*answers: Answer) -> Visitor:
    made = Visitor(Script(*answers), Session("staff", ""), Shared("Load 1", "load", 0), "reads", lambda seconds: None)
    made.shared.figures.begin()
    return made


def told(one: Visitor) -> tuple[int, list[str], int]:
    """Operations, the reasons of those that failed, and conflicts."""
    report = one.shared.figures.told(1, [])
    return report["operations"], [failure["reason"] for failure in report["failures"]], report["conflicts"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(200, PAGE % b"Lima, Rosa (7)"), None),
        (Answer(200, PAGE % b"Somebody else"), "not the right page"),
        (Answer(200, b"<html><main><h1>Lima, Rosa (7)"), "not the whole page"),
        (Answer(200, PAGE % b'<input name="login">'), "not the whole page"),
        (Answer(302, location="/account/login/?next=/members/7/"), "sent to the sign-in page"),
        (Answer(500, PAGE % b"Lima, Rosa (7)"), "answered 500"),
        (Answer(404), "answered 404"),
        (Answer(503), "answered 503: not available at the moment"),
        (Answer(0), "no answer (ConnectionRefusedError)"),
    ],
)
def test_only_the_right_page_is_a_success(answer, reason):
    one = visitor(answer)
    if reason is None:
        one.open(LANDS, 7, shows="Lima, Rosa (7)")
    else:
        with pytest.raises(Astray, match=reason.partition("(")[0]):
            one.open(LANDS, 7, shows="Lima, Rosa (7)")
    assert told(one) == (1, [reason] if reason else [], 0)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(409), ([], 1)),
        (Answer(302, location="/account/login/"), (["sent to the sign-in page"], 0)),
        (Answer(302, location="/members/"), (["sent to /members/ instead"], 0)),
        (Answer(403), (["answered 403"], 0)),
        (
            Answer(422, b'<main><div id="errors"><ul><li><a>Phone</a>: Too long.</li></ul></div></main>'),
            (["refused: Phone : Too long."], 0),
        ),
    ],
)
def test_what_is_not_saved_is_no_success_and_a_conflict_is_counted_by_itself(answer, outcome):
    one = visitor(answer)
    with pytest.raises(Astray):
        one.save(Page("/members/7/edit/", 200, FORM), lands=LANDS, phone="2")
    assert told(one) == (1, *outcome)


def test_a_form_is_sent_as_a_browser_would_with_what_was_typed():
    one = visitor(Answer(302, location="/members/7/#jobs"), Answer(200, PAGE % b"Saved"))
    one.save(Page("/members/7/edit/", 200, FORM), lands=LANDS, phone="2 3")
    assert one.client.sent == b"version=3&phone=2+3&status=retired&notes=A+%26+B"
    assert told(one) == (2, [], 0)


def test_a_journey_that_breaks_is_a_failure_and_the_person_goes_on():
    def walk(somebody: Visitor) -> None:
        somebody.open("home").form()

    one = visitor(Answer(200, PAGE % b"Home"))
    trip = registry.Journey("ip2a.trip", walk, "read", frozenset(["staff"]), 1)
    crowd.Life(one, registry.Pattern("reads", "reads", 1, {"read": 1}), [trip]).errand()
    assert told(one) == (2, ["the journey broke: NoForm: / has no form."], 0)


def test_every_pattern_is_somebody_s_work_and_every_role_is_at_a_desk():
    accounts = [crowd.Account(login.email, login.role, login.password) for login in DEMO_LOGINS]
    people = crowd.Crowd(400, accounts, registry.journeys())
    assert [(name, round(count / 4)) for name, _, count in people.counts()] == [
        ("reads", 60),
        ("writes", 10),
        ("mixed", 20),
        ("files", 10),
    ]
    assert {role for _, role in people.people} == set(registry.STAFFING)
    assert len(people.sign_ins()) == 21  # the first twenty, and whoever is alone in a role


def figures() -> Figures:
    made = Figures()
    made.began = time.perf_counter() - 1
    for number in range(100):
        outcome = ("failed", "answered 500", "GET /") if number == 99 else ("ok", "", "")
        made.note(
            pattern="reads",
            page="home",
            kind="read",
            began=time.perf_counter() - number / 1000,
            outcome=outcome[0],
            reason=outcome[1],
            example=outcome[2],
        )
    made.note(pattern="reads", page="home", kind="read", began=made.began - 1, outcome="failed")  # before the measuring
    return made


def test_a_report_has_the_documented_shape_and_names_what_failed():
    made = figures()
    result = {"seconds": 10.0, "stopped": False, "sessions": 2, **made.told(10.0, [("reads", "90 % reads", 2)])}
    result["processes"] = None
    asked = running.Asked(users=2, duration=10, think=1)
    report = running.reported(asked, target.Target("http://127.0.0.1:1", "given"), "20261129-1", result)
    assert list(json.loads(json.dumps(report))) == [
        *("run", "url", "server", "users", "think_seconds", "seconds", "stopped", "sessions", "mark", "operations"),
        *("operations_per_second", "success_percent", "failed", "conflicts", "average_ms", "median_ms", "p95_ms"),
        *("p99_ms", "reads", "writes", "patterns", "pages", "failures", "processes", "goals", "met"),
    ]
    failure = {"reason": "answered 500", "page": "home", "count": 1, "example": "GET /"}
    assert (report["operations"], report["success_percent"], report["failures"]) == (100, 99.0, [failure])
    assert report["goals"][0] == {"goal": "every answer is right", "measured": "99 %", "met": False}
    assert report["met"] is False
    assert "       1  home: answered 500  (such as GET /)" in list(telling.lines(report))


def test_many_people_have_other_goals():
    words = [[goal.words for goal in goals.goals_for(users)] for users in (50, 200, 4000)]
    assert words == [
        ["every answer is right", "95 of 100 answers under 150 ms"],
        ["every answer is right", "95 of 100 answers under 400 ms"],
        ["over 99 % of the answers are right", "on average under 500 ms", "over 200 operations a second"],
    ]


def sleeper() -> subprocess.Popen:
    """A process that looks like the web server from outside, with one of the same below it."""
    child = "import time; print('up', flush=True); time.sleep(60)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}, 'ip2a.wsgi'])"
    started = subprocess.Popen([sys.executable, "-c", code, "ip2a.wsgi"], stdout=subprocess.PIPE)
    assert started.stdout.readline() == b"up\n"
    return started


def test_a_process_of_the_server_that_ends_and_memory_that_grows_are_told():
    server = sleeper()
    watch = watching.Watch(server.pid)
    try:
        watch.look(now=True)
        both = watching.web_processes(server.pid)
        assert (len(both), server.pid in both) == (2, True)
        os.kill(next(pid for pid in both if pid != server.pid), signal.SIGKILL)
        server.wait(30)
    finally:
        server.kill()
    watch.look(now=True)
    told = watch.told()
    assert (told["processes"], told["ended"], told["last_mb"]) == (2, 2, 0)
    assert told["first_mb"] == told["most_mb"] > 5
    assert watching.Watch(None).told() is None
    result = {"users": 4000, "success_percent": 99.5, "operations": 9, "average_ms": 80.0, "operations_per_second": 210}
    grown = {"processes": 3, "ended": 0, "first_mb": 200.0, "last_mb": 221.0, "most_mb": 230.0}
    judged = goals.judged(result | {"processes": grown})
    assert [goal["met"] for goal in judged] == [True, True, True, True, False]
    assert judged[-1]["measured"] == "from 200 to 221 MB, at most 230"


# -- what is refused


def refusal(*words: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as refused:
        call_command("load", *words, stdout=io.StringIO(), stderr=io.StringIO())
    return str(refused.value), refused.value.returncode


def test_production_is_refused_without_force(db, settings):
    settings.IS_PRODUCTION, settings.IP2A_ENV = True, "production"
    assert refusal() == (
        "This is production: a load writes into its records and slows everybody down. If that is really wanted, say so "
        "with --force.",
        2,
    )


def test_another_machine_is_refused_unless_it_is_named(db):
    assert refusal("--url", "http://192.0.2.7:8000") == (
        "192.0.2.7 is not this machine, and a load on somebody else's server is an attack on it. If it is yours, say "
        "so with --allow-host 192.0.2.7.",
        2,
    )
    target.refuse_elsewhere("http://192.0.2.7:8000", "192.0.2.7")
    target.refuse_elsewhere(f"http://{socket.gethostname()}:8000", "")
    target.refuse_elsewhere("http://[::1]:8000", "")
    assert refusal("--url", "127.0.0.1:8000")[1] == 2
    assert (
        refusal("--url", "http://no-such-machine.invalid/")[0] == "There is no machine called no-such-machine.invalid."
    )


def test_a_house_with_real_people_is_refused(db, django_user_model):
    assert refusal()[0].startswith("Nobody of the example signs in here, so this may be a house with real data")
    make_logins()
    django_user_model.objects.create(email="rosa@local123.org")
    assert refusal()[0].startswith("1 person signs in here beside those of the example: what a load writes would")
    target.refuse_real_data(force=True)


@pytest.mark.parametrize("words", [["--users", "0"], ["--users", "many"], ["--think", "-1"], ["--duration", "long"]])
def test_amounts_that_cannot_be_are_one_sentence(words):
    sentence, status = refusal(*words)
    assert ("is no number of" in sentence, status) == (True, 1)


def test_more_people_than_connections_are_one_sentence():
    with pytest.raises(connections.TooMany, match="people need .* open connections, and this system allows a process"):
        connections.allow(10**9)


def test_a_record_is_looked_for_by_its_first_word():
    one = visitor()
    one.shared.found["members.member"] = [Found(7, "Lima, Rosa (7)")]
    assert one.word("members.member") == "Lima"
    with pytest.raises(Astray, match="there is no members.job"):
        one.some("members.job")


@pytest.mark.parametrize("patience", [60.0, 0.0])
def test_the_limit_on_sign_ins_is_waited_for_but_not_for_ever(monkeypatch, patience):
    monkeypatch.setattr(signing_in, "PAUSE", 0.0)
    monkeypatch.setattr(signing_in, "PATIENCE", patience)
    later = [Answer(200, FORM), Answer(429)] * 2
    script, said = Script(*later, Answer(200, FORM), Answer(302, location="/")), []
    script.cookiejar = ()
    door = Door(lambda: script, "", {}, said.append)
    if patience:
        door.sign_in(email="staff@ip2a.test", password="local-demo-staff", role="staff")
        assert said == ["Waiting: the house lets only so many sign in each minute."] * 2
        return
    with pytest.raises(signing_in.CannotSignIn, match="did not let anybody in for a minute"):
        door.sign_in(email="staff@ip2a.test", password="local-demo-staff", role="staff")


def test_who_signs_in_before_a_server_behind_a_proxy_speaks_in_the_proxy_s_place():
    class Browser:
        cookiejar = (SimpleNamespace(name="csrftoken", value="x", secure=True),)
        answers, sent = [Answer(200, FORM), Answer(302, location="/")], []

        def request(self, method: str, url: str, *, headers: dict[str, str], **options: Any) -> Answer:
            self.sent.append((method, headers["Referer"], headers["Cookie"]))
            return self.answers.pop(0)

    door = Door(Browser, "https://ip2a.local123.org", {"X-Forwarded-Proto": "https"}, lambda text: None)
    session = door.sign_in(email="staff@ip2a.test", password="local-demo-staff", role="staff")
    assert session == Session("staff", "csrftoken=x")
    page = "https://ip2a.local123.org/account/login/"
    assert Browser.sent == [("GET", page, "csrftoken=x"), ("POST", page, "csrftoken=x")]
