"""Making up a believable local: what a seeder is, and running all of them in order of need.

Each app says in ``<app>/seeds.py`` what it makes up; this module knows no app. The same number gives the same data on
any day: every seeder has its own source of chance, drawn from the number and its own name, and time ends on
``LAST_DAY`` instead of today.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import autodiscover_modules

from ip2a import audit
from ip2a.compartments import system
from maintenance import copying

SIZES = ("quick", "normal", "stress")
Size = Literal["quick", "normal", "stress"]
LAST_DAY = date(2026, 10, 30)  # nothing that is made up happens later
Say = Callable[[str], None]


class CannotSeed(Exception):
    """Why nothing was made up, in words for the person at the terminal."""


@dataclass
class Seed:
    """What a seeder is given: how much, by which chance, until when; ``say`` tells a terminal how far it is.

    ``scale`` multiplies the amounts of a stress seed. ``with_files``: documents get their bytes, too.
    """

    size: Size
    number: int
    name: str
    say: Say = lambda text: None
    today: date = LAST_DAY
    scale: float = 1.0
    with_files: bool = False
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.number}/{self.name}")  # noqa: S311 must repeat, guards nothing

    def day_between(self, first: date, last: date) -> date:
        """Any day from ``first`` to ``last``; ``first`` when they are the wrong way round."""
        return first + timedelta(days=self.chance.randint(0, max(0, (last - first).days)))

    def weighted(self, choices: dict) -> object:
        """One key, as often as its weight says."""
        return self.chance.choices(list(choices), weights=list(choices.values()))[0]

    def scaled(self, amount: int) -> int:
        """So many of them at this scale; at least one."""
        return max(1, round(amount * self.scale))

    def create(self, records: Sequence[models.Model]) -> None:
        """Store new records of one model."""
        if not records:
            return
        for stored in copying.create(records):
            self._tell(type(records[0]), stored)

    def fill(self, model: type[models.Model], names: Sequence[str], rows: Iterable[copying.Row]) -> None:
        """Store rows of values without making a record of each: where there are hundreds of thousands."""
        for stored in copying.copy_rows(model, names, rows):
            self._tell(model, stored)

    def _tell(self, model: type[models.Model], stored: int) -> None:
        self.say(f"{stored:,} {model._meta.verbose_name_plural}")


Make = Callable[[Seed], None]


@dataclass(frozen=True)
class Seeder:
    """``models`` are labels of what it makes. It adds nothing where any of them has rows, unless it ``tops_up``."""

    name: str
    make: Make
    models: tuple[str, ...]
    needs: tuple[str, ...]
    tops_up: bool


@dataclass(frozen=True)
class Made:
    """One line of the table at the end."""

    what: str
    added: int
    total: int


_seeders: dict[str, Seeder] = {}


def seeder(
    name: str, *, makes: Sequence[str], needs: Sequence[str] = (), tops_up: bool = False
) -> Callable[[Make], Make]:
    """Register a function that makes up records of some models, after the seeders it needs."""

    def register(function: Make) -> Make:
        if name in _seeders:
            raise ValueError(f"Two seeders are named {name}.")
        _seeders[name] = Seeder(name, function, tuple(makes), tuple(needs), tops_up)
        return function

    return register


def in_order() -> list[Seeder]:
    """All seeders, each after those it needs; the order is always the same."""
    autodiscover_modules("seeds")
    unknown = {need for s in _seeders.values() for need in s.needs} - set(_seeders)
    if unknown:
        raise CannotSeed(f"A seeder needs {', '.join(sorted(unknown))}, which no app has.")
    graph = {name: _seeders[name].needs for name in sorted(_seeders)}
    try:
        return [_seeders[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise CannotSeed(f"Seeders need each other in a circle: {' > '.join(error.args[1])}.") from error


def refuse_in_production(force: bool) -> None:
    if settings.IS_PRODUCTION and not force:
        raise CannotSeed(
            f"This is {settings.IP2A_ENV}: people and sign-ins would be made up among real ones. "
            "If that is really wanted, say so with --force."
        )


@transaction.atomic
def sow(
    *,
    size: Size = "normal",
    number: int = 1,
    scale: float = 1.0,
    with_files: bool = False,
    force: bool = False,
    say: Say = lambda text: None,
) -> list[Made]:
    """Make up a local, all or nothing. Where records already stand nothing is added to them.

    A stress seed wants an empty database: it is one transaction, so when it is killed the database is as before.
    """
    refuse_in_production(force)
    if size == "stress":
        _refuse_beside_others()
        copying.check_references_at_once()
    made: list[Made] = []
    with audit.acting(command="seed", reason="Made up as an example"), system("organizing", "an example"):
        for one in in_order():
            made += _run(one, Seed(size, number, one.name, say, scale=scale, with_files=with_files))
    return made


def _refuse_beside_others() -> None:
    for one in in_order():
        for model in [] if one.tops_up else map(apps.get_model, one.models):
            if count := model._base_manager.count():
                raise CannotSeed(
                    f"There are {count:,} {model._meta.verbose_name_plural} in this database already, and a stress "
                    "seed fills an empty one only: empty this one with `manage.py reset`, or use another."
                )


def _run(one: Seeder, seed: Seed) -> list[Made]:
    makes = [apps.get_model(label) for label in one.models]
    before = [model._base_manager.count() for model in makes]
    if one.tops_up or not any(before):
        one.make(seed)
        if seed.size == "stress":  # or the next one asks tables that the planner believes to be empty
            copying.refresh_statistics(makes)
    after = [model._base_manager.count() for model in makes]
    return [
        Made(str(model._meta.verbose_name_plural), now - was, now)
        for model, was, now in zip(makes, before, after, strict=True)
    ]
