"""Damage that a drill plants, one for each written check: an app declares its own in ``<app>/damages.py``.

    @damage("members.current-job-of-deceased")
    def current_job_of_deceased():
        job = MemberEmploymentFactory(member__status="deceased")
        return f"a current job of {job.member}, who has died"

A damage is done as the owner of the tables, inside a transaction that is rolled back, in a copy that is thrown away.
What is derived from the models needs none: ``drill_planting`` finds values that break it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

Plant = Callable[[], str]


@dataclass(frozen=True)
class Damage:
    """``outside``: cannot be done inside a transaction, so ``clean`` takes it away again."""

    plant: Plant
    clean: Callable[[], None] | None = None

    @property
    def outside(self) -> bool:
        return self.clean is not None


_damages: dict[str, Damage] = {}
_undrillable: dict[str, str] = {}


def damage(check: str, *, clean: Callable[[], None] | None = None) -> Callable[[Plant], Plant]:
    def register(function: Plant) -> Plant:
        if check in _damages:
            raise ValueError(f"Two damages are declared for {check}.")
        _damages[check] = Damage(function, clean)
        return function

    return register


def undrillable(check: str, why: str) -> None:
    """No drill can do this damage; the reason is shown."""
    _undrillable[check] = why


def why_undrillable(check: str) -> str:
    return _undrillable.get(check, "")


def damage_for(check: str) -> Damage | None:
    return _damages.get(check)


def named() -> list[str]:
    return sorted(_damages)


def execute(statement: str, params: list | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
