"""One load from the command to the report: the server, the process that plays the people, and what it tells."""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from ip2a.embedded import process
from ip2a.seeds import DEMO_LOGINS, Login
from maintenance.load import goals
from maintenance.load.interrupting import heeding
from maintenance.load.target import (
    CannotLoad,
    Target,
    refuse_elsewhere,
    refuse_in_production,
    refuse_real_data,
    running_here,
    server,
)
from maintenance.load.watching import Watch

LONGEST_SETTLING = 30.0  # seconds in which people come in before anything is counted
Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Asked:
    """``think``: seconds between two clicks on average; ``duration``: seconds that are measured."""

    users: int
    duration: float
    think: float
    url: str | None = None
    allow_host: str = ""
    force: bool = False
    say: Say = lambda told: None


def run(asked: Asked) -> dict[str, Any]:
    """The report; raises CannotLoad. What was written stays, and is recognized by its mark."""
    refuse_in_production(asked.force)
    if asked.url:
        refuse_elsewhere(asked.url, asked.allow_host)
    here = running_here()
    if asked.url is None or (here is not None and asked.url.rstrip("/") == here[1]):
        refuse_real_data(asked.force)
    connection.close()  # nothing here needs it while others work hard
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    with server(asked.url) as target:
        watch = Watch(target.pid)
        result = _generate(asked, target, name, watch)
        watch.look(now=True)
    result["processes"] = watch.told()
    return reported(asked, target, name, result)


def reported(asked: Asked, target: Target, name: str, result: dict[str, Any]) -> dict[str, Any]:
    """In the order in which it is documented."""
    report = {
        "run": name,
        "url": target.url,
        "server": target.how,
        "users": asked.users,
        "think_seconds": asked.think,
        "seconds": result.pop("seconds"),
        "stopped": result.pop("stopped"),
        "sessions": result.pop("sessions"),
        "mark": mark_of(name),
        **result,
    }
    report["goals"] = goals.judged(report)
    report["met"] = all(goal["met"] for goal in report["goals"])
    return report


def logins(target: Target) -> list[Login]:
    """Who signs in: where roles must have a second factor, which a load has not, the others."""
    must = [] if target.how == "given" else settings.MFA_REQUIRED_ROLES
    return [login for login in DEMO_LOGINS if login.role not in must]


def mark_of(name: str) -> str:
    return f"Load {name}"


def _generate(asked: Asked, target: Target, name: str, watch: Watch) -> dict[str, Any]:
    """Start the process that plays the people, pass on how far it is, and give what it measured."""
    order = {
        "url": target.url,
        "origin": target.origin,
        "users": asked.users,
        "think": asked.think,
        "duration": asked.duration,
        "settle": min(max(asked.think, 1.0), LONGEST_SETTLING),
        "mark": mark_of(name),
        "agent": f"IP2A load {name}",
        "headers": target.headers,
        "accounts": [{"email": one.email, "role": one.role, "password": one.password} for one in logins(target)],
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "maintenance.load.generator"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches this process, which decides what it means
        preexec_fn=process.dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one prctl
    )
    try:
        return _listen(child, order, asked.say, watch)
    finally:
        process.end(child.pid, polite=signal.SIGKILL, child=child)  # it has told what it knew, and keeps nothing


def _listen(child: "subprocess.Popen[str]", order: dict[str, Any], say: Say, watch: Watch) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(order) + "\n")
    child.stdin.close()
    with heeding(child) as interrupt:
        for line in child.stdout:
            told = json.loads(line)
            if "cannot" in told:
                raise CannotLoad(told["cannot"])
            if "result" in told:
                return told["result"]
            if "seconds" in told:
                interrupt.is_measuring = True
                watch.look()
            say(told)
    raise CannotLoad(f"The process that plays the people ended early (status {child.wait()}).")
