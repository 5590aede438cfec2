"""Kinds of long work, registered by the rooms in ``<app>/jobs.py`` (found when the app starts)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """What came of a job. ``text``: a sentence; ``url`` and ``label``: a link to it; ``data``: small facts to keep."""

    text: str = ""
    url: str = ""
    label: str = ""
    data: dict[str, Any] = field(default_factory=dict)


Work = Callable[..., Result | None]


@dataclass(frozen=True)
class Kind:
    key: str
    label: str
    work: Work
    most_attempts: int
    atomic: bool


_kinds: dict[str, Kind] = {}


def job(key: str, *, label: str, most_attempts: int = 3, atomic: bool = True) -> Callable[[Work], Work]:
    """Register ``work(job, progress) -> Result | None`` as a kind of job.

    ``label`` is what the page says ("Building the case file"). With ``atomic`` the work and its result are one
    transaction: whatever kills it leaves nothing behind, and the result is there once. Without, the work may commit as
    it goes and must be safe to begin again. It may begin ``most_attempts`` times.
    """

    def register(work: Work) -> Work:
        _kinds[key] = Kind(key, label, work, most_attempts, atomic)
        return work

    return register


def find(key: str) -> Kind | None:
    """The kind; None when no installed room knows it (any more)."""
    return _kinds.get(key)
