"""What people do all day, as each app says it in ``<app>/journeys.py``; this module knows no app.

A journey is one errand of one person: ``@journey("members.correct", kind="write", roles=["staff"])`` over a function
that is given a ``Visitor``. A landmark is a list on which records of one kind are found before the load begins, so that
journeys need not all begin at the same page: ``landmark("members.member", on="members:member_list", page=…)``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from maintenance.load.visiting import Visitor

Kind = Literal["read", "write", "file"]
Walk = Callable[["Visitor"], None]


@dataclass(frozen=True)
class Journey:
    """``roles`` may walk it; ``weight`` says how often it is chosen among those of its kind."""

    name: str
    walk: Walk
    kind: Kind
    roles: frozenset[str]
    weight: float


@dataclass(frozen=True)
class Landmark:
    """Records of one kind: the list they stand on, their own page, and a role that sees them."""

    name: str
    on: str
    page: str
    role: str


@dataclass(frozen=True)
class Pattern:
    """``share`` of all people work like this; of a hundred errands so many are of each kind."""

    name: str
    label: str
    share: int
    kinds: dict[Kind, int]


PATTERNS = (
    Pattern("reads", "90 % reads", 60, {"read": 90, "write": 10}),
    Pattern("writes", "70 % writes", 10, {"read": 30, "write": 70}),
    Pattern("mixed", "60 % reads, 40 % writes", 20, {"read": 60, "write": 40}),
    Pattern("files", "documents", 10, {"file": 100}),
)
# Of a hundred people at a local's desks, so many are of each role.
STAFFING = {
    "staff": 42,
    "representative": 32,
    "officer": 8,
    "organizer": 8,
    "instructor": 6,
    "administrator": 4,
}
_journeys: dict[str, Journey] = {}
_landmarks: dict[str, Landmark] = {}


def journey(name: str, *, kind: Kind, roles: Sequence[str], weight: float = 1) -> Callable[[Walk], Walk]:
    """Register an errand of people with one of these roles."""

    def register(walk: Walk) -> Walk:
        if name in _journeys:
            raise ValueError(f"Two journeys are named {name}.")
        _journeys[name] = Journey(name, walk, kind, frozenset(roles), weight)
        return walk

    return register


def landmark(name: str, *, on: str, page: str, role: str) -> None:
    """Register where records of one kind are found; whoever has ``role`` looks for them."""
    if name in _landmarks:
        raise ValueError(f"Two landmarks are named {name}.")
    _landmarks[name] = Landmark(name, on, page, role)


def journeys() -> list[Journey]:
    """All of them, always in the same order."""
    autodiscover_modules("journeys")
    return [_journeys[name] for name in sorted(_journeys)]


def landmarks() -> list[Landmark]:
    autodiscover_modules("journeys")
    return [_landmarks[name] for name in sorted(_landmarks)]
