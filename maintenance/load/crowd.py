"""Who the people of a load are: how each works, in which role, with whose sign-in, and what they do next."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from maintenance.load.registry import PATTERNS, STAFFING, Journey, Pattern
from maintenance.load.signing_in import MOST_SESSIONS
from maintenance.load.visiting import Astray, Session, Visitor

GOLDEN, SILVER = 0.6180339887, 0.4142135624  # steps that spread any number of people evenly over the shares


@dataclass(frozen=True)
class Account:
    """A sign-in of the example."""

    email: str
    role: str
    password: str


class Crowd:
    """``accounts``: those who can sign in. The same number of people is always the same people."""

    def __init__(self, users: int, accounts: Sequence[Account], journeys: Sequence[Journey]) -> None:
        self.users, self.journeys = users, list(journeys)
        self.accounts = {role: [a for a in accounts if a.role == role] for role in STAFFING}
        self.people = [self._person(number) for number in range(users)]

    def _person(self, number: int) -> tuple[Pattern, str]:
        pattern = _by_share(PATTERNS, [p.share for p in PATTERNS], (number * GOLDEN + 0.1) % 1)
        roles = [role for role in STAFFING if self.accounts[role] and self._suits(role, pattern)]
        if not roles:
            raise ValueError(f"Nobody who signs in can work like “{pattern.label}”.")
        return pattern, _by_share(roles, [STAFFING[role] for role in roles], (number * SILVER + 0.3) % 1)

    def _suits(self, role: str, pattern: Pattern) -> bool:
        return all(any(j.kind == kind and role in j.roles for j in self.journeys) for kind in pattern.kinds)

    def counts(self) -> list[tuple[str, str, int]]:
        return [(p.name, p.label, sum(1 for pattern, _ in self.people if pattern is p)) for p in PATTERNS]

    def sign_ins(self) -> list[Account]:
        """One for each of the first people, and one for each role that comes later."""
        wanted = [role for _, role in self.people[:MOST_SESSIONS]]
        wanted += sorted({role for _, role in self.people} - set(wanted))
        turns = dict.fromkeys(STAFFING, 0)
        chosen = []
        for role in wanted:
            mine = self.accounts[role]
            chosen.append(mine[turns[role] % len(mine)])
            turns[role] += 1
        return chosen

    def session_of(self, number: int, sessions: Sequence[Session]) -> Session:
        """The first have their own; colleagues of one role share the rest in turn."""
        role = self.people[number][1]
        if number < MOST_SESSIONS and number < len(sessions):
            return sessions[number]
        shared = [session for session in sessions if session.role == role]
        return shared[number % len(shared)]


class Life:
    """One person's errands, one after the other."""

    def __init__(self, visitor: Visitor, pattern: Pattern, journeys: Sequence[Journey]) -> None:
        self.visitor, self.pattern = visitor, pattern
        mine = [journey for journey in journeys if visitor.session.role in journey.roles]
        self.choices = {kind: [j for j in mine if j.kind == kind] for kind in pattern.kinds}

    def errand(self) -> None:
        """A journey that goes astray is counted where it did; the person turns to something else."""
        chance = self.visitor.chance
        kind = chance.choices(list(self.pattern.kinds), weights=list(self.pattern.kinds.values()))[0]
        journey = _weighted(chance, self.choices[kind])
        began = time.perf_counter()
        try:
            journey.walk(self.visitor)
        except Astray:
            self.visitor.think()
        except Exception as error:  # a page that is not as the journey knows it is a failure like any other
            self.visitor.broke(journey.name, began, error)
            self.visitor.think()


def _weighted(chance: random.Random, journeys: list[Journey]) -> Journey:
    return chance.choices(journeys, weights=[journey.weight for journey in journeys])[0]


def _by_share(choices: Sequence, shares: Sequence[int], where: float):
    reach = where * sum(shares)
    for choice, share in zip(choices, shares, strict=True):
        reach -= share
        if reach < 0:
            return choice
    return choices[-1]
