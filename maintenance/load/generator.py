"""The process in which locust plays the people. It is started by ``running`` and never imported by it.

It reads what to do as JSON from its input, and writes JSON lines: how far it is, and at the end what it measured.
Importing locust replaces Python's sockets and threads, which is why this is a process of its own.
"""

import locust  # isort: skip - it must come first, it patches what the others import

import gc
import json
import logging
import signal
import sys
import time
import types
from typing import Any

import django
import gevent
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment

from maintenance.load import connections, registry, scouting
from maintenance.load.crowd import Account, Crowd, Life
from maintenance.load.scouting import CannotScout
from maintenance.load.signing_in import CannotSignIn, Door
from maintenance.load.visiting import Session, Shared, Visitor

SPAWN_RATE = 400  # people who come in each second, so that none of them waits for the others' making
ANSWER_SECONDS = 60.0


def say(**told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class Load:
    """One load from sign-in to figures."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked, self.url, self.users = asked, asked["url"], asked["users"]
        self.shared = Shared(
            mark=asked["mark"],
            agent=asked["agent"],
            think=asked["think"],
            origin=asked["origin"],
            headers=asked.get("headers", {}),
        )
        self.landmarks = registry.landmarks()
        accounts = [Account(**account) for account in asked["accounts"]]
        self.crowd = Crowd(self.users, accounts, registry.journeys())
        self.environment = Environment(host=self.url, user_classes=[_person_class(self)], catch_exceptions=True)
        self.come = 0
        self.stop_at = float("inf")

    def new_client(self) -> FastHttpSession:
        return FastHttpSession(
            self.url,
            request_event=self.environment.events.request,
            user=None,
            network_timeout=ANSWER_SECONDS,
            connection_timeout=ANSWER_SECONDS,
        )

    def run(self) -> dict[str, Any]:
        self._sign_in()
        self._scout()
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 20, 50)
        runner = self.environment.create_local_runner()
        runner.start(self.users, spawn_rate=SPAWN_RATE)
        try:
            return self._measure(runner)
        finally:
            with gevent.Timeout(5, False):
                runner.quit()

    def _sign_in(self) -> None:
        headers = {**self.shared.headers, "User-Agent": self.shared.agent}
        door = Door(self.new_client, self.shared.origin, headers, lambda text: say(stage=text))
        wanted = self.crowd.sign_ins()
        self.sessions: list[Session] = []
        for account in wanted:
            say(stage=f"Signing in, {len(self.sessions)} of {len(wanted)}")
            self.sessions.append(door.sign_in(email=account.email, password=account.password, role=account.role))

    def _scout(self) -> None:
        say(stage="Looking where the records are")
        client = self.new_client()
        client.client.cookiejar = None
        scouting.find_all(client, self.sessions, self.landmarks, self.shared, self.users)

    def _measure(self, runner: Any) -> dict[str, Any]:
        while runner.user_count < self.users and not self._is_stopped():
            say(stage=f"{runner.user_count} of {self.users} people are in")
            gevent.sleep(0.5)
        settled = time.monotonic() + self.asked["settle"]
        while time.monotonic() < settled and not self._is_stopped():
            say(stage=f"All {self.users} people are in; measuring in {settled - time.monotonic():.0f} s")
            gevent.sleep(0.5)
        self.shared.figures.begin()
        began = time.monotonic()
        while (gone := time.monotonic() - began) < self.asked["duration"] and not self._is_stopped():
            gevent.sleep(min(0.5, self.asked["duration"] - gone))
            self._say_how_far(time.monotonic() - began)
        seconds = time.monotonic() - began
        told = self.shared.figures.told(seconds, self.crowd.counts())
        return {"seconds": round(seconds, 1), "stopped": self._is_stopped(), "sessions": len(self.sessions), **told}

    def _is_stopped(self) -> bool:
        return time.monotonic() > self.stop_at

    def _say_how_far(self, seconds: float) -> None:
        every = self.shared.figures.all
        count = len(every.times)
        say(
            seconds=round(seconds, 1),
            operations=count,
            rate=round(count / seconds, 1) if seconds else 0,
            average_ms=round(sum(every.times) / count, 1) if count else None,
            failed=every.failed,
        )


def _person_class(load: Load) -> type:
    """One locust user, whose task is a person's next errand."""

    class Person(locust.FastHttpUser):
        network_timeout = connection_timeout = ANSWER_SECONDS
        wait_time = locust.constant(0)

        def on_start(self) -> None:
            number, load.come = load.come, load.come + 1
            pattern, _ = load.crowd.people[number % load.users]
            session = load.crowd.session_of(number % load.users, load.sessions)
            self.client.client.cookiejar = None  # cookies are sent by hand, which costs a tenth
            self.client.client.redirect_response_codes = frozenset()  # type: ignore[misc]
            visitor = Visitor(self.client, session, load.shared, pattern.name, gevent.sleep)
            self.life = Life(visitor, pattern, load.crowd.journeys)
            gevent.sleep(visitor.chance.uniform(0, load.shared.think))

        @locust.task
        def go(self) -> None:
            self.life.errand()

    return Person


def main() -> int:
    asked = json.loads(sys.stdin.readline())
    try:
        connections.allow(asked["users"])
        django.setup()
        logging.getLogger("locust").setLevel(logging.ERROR)  # it warns of many people at once, which are wanted
        load = Load(asked)

        def stop(number: int, frame: types.FrameType | None) -> None:
            load.stop_at = 0.0

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        say(result=load.run())
    except (connections.TooMany, CannotScout, CannotSignIn) as error:
        say(cannot=str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
