"""Ctrl-C under load: what was measured is told; before there is anything, or pressed twice, it ends at once."""

import io
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from maintenance.load import running
from maintenance.load.target import Target
from maintenance.load.watching import Watch

# It tells what it measured when it is interrupted, as the generator does; {told} is what it says before.
CHILD = """
import json, signal, sys
def tell(*about):
    print(json.dumps({{"result": {{"seconds": 7}}}}), flush=True)
    sys.exit()
sys.stdin.readline()
signal.signal(signal.SIGINT, {heed})
for line in {told}:
    print(json.dumps(line), flush=True)
signal.pause()
"""


@pytest.fixture(autouse=True)
def heeded() -> Iterator:
    """Also where the tests were started by something that lets them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def listen() -> Iterator:
    """``listen(told, heed, say)``: what `load` makes of such a child."""
    children = []

    def start(told: list[dict], heed: str, say) -> dict:
        code = CHILD.format(told=told, heed=heed)
        pipe = subprocess.PIPE
        child = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True)
        children.append(child)
        return running._listen(child, {}, say, Watch(None))

    yield start
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


def press(told: dict) -> None:
    signal.raise_signal(signal.SIGINT)


def test_while_it_measures_it_ends_early_and_tells(listen):
    assert listen([{"seconds": 1.0}], "tell", press) == {"seconds": 7}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_before_it_measures_it_ends_at_once(listen):
    with pytest.raises(KeyboardInterrupt):
        listen([{"stage": "Signing in, 0 of 5"}], "tell", press)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_pressed_twice_it_ends_although_nothing_is_told(listen):
    pressed = []

    def twice(told: dict) -> None:
        pressed.append(told)
        press(told)

    with pytest.raises(KeyboardInterrupt):
        listen([{"seconds": 1.0}, {"seconds": 1.5}], "signal.SIG_IGN", twice)
    assert [told["seconds"] for told in pressed] == [1.0, 1.5]


def test_the_command_says_so_in_one_sentence(db, monkeypatch):
    def interrupted(asked):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "run", interrupted)
    with pytest.raises(CommandError) as ended:
        call_command("load", stdout=io.StringIO(), stderr=io.StringIO())
    assert (str(ended.value), ended.value.returncode) == ("Stopped before there was anything to tell.", 2)


def test_in_production_addresses_are_those_of_the_proxy_and_who_needs_a_second_factor_stays_away(settings):
    settings.MFA_REQUIRED_ROLES = ["administrator", "officer", "organizer"]
    headers = {"Host": "ip2a.local123.org", "X-Forwarded-Proto": "https"}
    own = Target("http://127.0.0.1:1", "started", headers)
    assert own.origin == "https://ip2a.local123.org"
    assert {login.role for login in running.logins(own)} == {"instructor", "representative", "staff"}
    given = Target("http://127.0.0.1:1", "given")
    assert given.origin == "http://127.0.0.1:1"
    assert "officer" in {login.role for login in running.logins(given)}
