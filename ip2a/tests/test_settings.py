"""What production refuses, and what is read from where."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ip2a import environment

BASE_DIR = Path(__file__).resolve().parents[2]
SECRET = "a-long-random-text-that-nobody-else-knows-0123456789-ABCDEFGHIJ"
GOOD = {
    "kind": "production",
    "debug": False,
    "secret_key": SECRET,
    "allowed_hosts": ["ip2a.example.org"],
    "database_url": "postgres://ip2a_app@database/ip2a",
}
PRODUCTION = {
    "IP2A_ENV": "production",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "ip2a.example.org",
    "DATABASE_URL": "postgres://ip2a_app@127.0.0.1:1/ip2a",
    "DATABASE_OWNER_URL": "postgres://ip2a_owner@127.0.0.1:1/ip2a",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("kind", ["production", "staging"])
def test_complete_production_may_start(kind):
    assert environment.guard(**GOOD | {"kind": kind}) is None


def test_development_may_start_with_nothing_set():
    nothing = {"secret_key": environment.DEVELOPMENT_SECRET, "allowed_hosts": [], "database_url": ""}
    assert environment.guard(**GOOD | nothing | {"kind": "dev", "debug": True}) is None


@pytest.mark.parametrize("kind", ["production", "staging"])
@pytest.mark.parametrize(
    ("lack", "sentence"),
    [
        (
            {"secret_key": environment.DEVELOPMENT_SECRET},
            "SECRET_KEY is not set. Set it to a long random text: everybody knows the development one.",
        ),
        ({"debug": True}, "DEBUG is on. Remove it: error pages would show members' data to anybody."),
        (
            {"allowed_hosts": []},
            "ALLOWED_HOSTS is not set. Set it to the names this site answers to, for example ip2a.local123.org.",
        ),
        (
            {"allowed_hosts": ["ip2a.example.org", "*"]},
            "ALLOWED_HOSTS contains '*', which is any name at all. Set it to the names this site answers to.",
        ),
        (
            {"secret_key": "short"},
            "SECRET_KEY is too short to be safe (5 characters). Set it to a random text of at least 50.",
        ),
        (
            {"database_url": ""},
            "DATABASE_URL is not set. Set it to the PostgreSQL database that holds the local's records.",
        ),
    ],
)
def test_production_says_what_it_lacks(kind, lack, sentence):
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.guard(**GOOD | {"kind": kind} | lack)
    assert str(refusal.value) == sentence


def test_unknown_kind_is_refused():
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.guard(**GOOD | {"kind": "prod"})
    assert str(refusal.value) == "IP2A_ENV is 'prod'. It must be dev, staging or production."


@pytest.mark.parametrize("command", ["up", "check", "migrate"])
def test_command_without_a_secret_ends_with_one_sentence(command):
    result = manage(command, **PRODUCTION | {"SECRET_KEY": ""})
    assert (result.returncode, result.stdout) == (2, "")
    assert (
        result.stderr == "SECRET_KEY is not set. Set it to a long random text: everybody knows the development one.\n"
    )


def test_production_passes_djangos_own_inspection():
    result = manage("check", "--deploy", "--fail-level=WARNING", **PRODUCTION)
    assert (result.returncode, result.stdout) == (0, "System check identified no issues (0 silenced).\n"), result.stderr


def test_every_variable_that_settings_read_is_explained():
    read = re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z0-9_]+)\"", (BASE_DIR / "ip2a" / "settings.py").read_text())
    explained = re.findall(r"^#?([A-Z0-9_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    internal = {"IP2A_DATABASE_ROLE"}  # set by manage.py for the commands of the owner
    assert sorted(set(read) - internal - set(explained)) == []
