"""Making up a believable local: what a seeder is, and running all of them in order of need.

Each app says in ``<app>/seeds.py`` what it makes up; this module knows no app. The same number gives the same data on
any day: every seeder has its own source of chance, drawn from the number and its own name, and time ends on the day
that was asked for, whatever day it is. Seen from that day, no check finds anything.
"""

import gc
import random
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from inspect import isgeneratorfunction
from itertools import groupby
from typing import Any, Literal

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from ip2a import audit
from ip2a.compartments import system
from maintenance import copying

SIZES = ("quick", "normal", "stress")
Size = Literal["quick", "normal", "stress"]
LAST_DAY = date(2026, 10, 30)  # nothing that is made up happens later, where no other day is given
EARLIEST = date(2022, 1, 1)  # made-up agreements and offices begin some years before the last day
SWEPT_AFTER = 50_000  # new objects
Say = Callable[[str], None]


class CannotSeed(Exception):
    """Why nothing was made up, in words for the person at the terminal."""


@dataclass
class Seed:
    """What a seeder is given: how much, by which chance, until when; ``say`` tells a terminal how far it is.

    ``scale`` multiplies the amounts of a stress seed. ``with_files``: documents get their bytes, too. ``handed`` is
    what one seeder leaves for a later one; ``regrets`` are called when nothing comes of it all.
    """

    size: Size
    number: int
    name: str
    say: Say = lambda text: None
    today: date = LAST_DAY
    scale: float = 1.0
    with_files: bool = False
    handed: dict[str, Any] = field(default_factory=dict)
    regrets: ExitStack = field(default_factory=ExitStack)
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


Make = Callable[[Seed], None | Generator[None, None, None]]


@dataclass(frozen=True)
class Seeder:
    """``models`` are labels of what it makes. It adds nothing where any of them has rows, unless it ``tops_up``.

    ``make`` may be a generator: what it asks the database it asks before its one ``yield``. Several of them that follow
    each other all ask first; then each goes on while the rows of those before it are still being stored.
    """

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


def last_day(text: str) -> date:
    """The day on which an example ends: today, unless another is asked for."""
    try:
        day = date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        day = date.min
    if text and not EARLIEST <= day <= timezone.localdate():
        raise CannotSeed(
            f"An example ends on a day from {EARLIEST} to today, and {text} is none: write --until "
            f"{timezone.localdate()}, or leave it out."
        )
    return day


def refuse_in_production(force: bool) -> None:
    if settings.IS_PRODUCTION and not force:
        raise CannotSeed(
            f"This is {settings.IP2A_ENV}: people and sign-ins would be made up among real ones. "
            "If that is really wanted, say so with --force."
        )


def sow(
    *,
    size: Size = "normal",
    number: int = 1,
    scale: float = 1.0,
    with_files: bool = False,
    force: bool = False,
    until: date = LAST_DAY,
    say: Say = lambda text: None,
) -> list[Made]:
    """Make up a local as it stands on the day ``until``, all or nothing. Where records already stand nothing is added.

    A stress seed wants an empty database: it is one transaction, so when it is killed the database is as before.
    """
    refuse_in_production(force)
    with ExitStack() as regrets:
        shared: dict[str, Any] = {"scale": scale, "with_files": with_files, "handed": {}, "regrets": regrets}
        seeds = [(one, Seed(size, number, one.name, say, until, **shared)) for one in in_order()]
        with _seldom_swept(), transaction.atomic():
            made = _sow(size, seeds)
        regrets.pop_all()  # it is done, and there is nothing to regret
    return made


@contextmanager
def _seldom_swept() -> Iterator[None]:
    """Records by the ten thousand are made and kept: looking for circles among them as often as Python does by itself
    takes a tenth of its time, and there are few."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SWEPT_AFTER, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _sow(size: Size, seeds: list[tuple[Seeder, Seed]]) -> list[Made]:
    if size == "stress":
        _refuse_beside_others()
        copying.check_references_at_once()
    made: list[Made] = []
    with (
        audit.acting(command="seed", reason="Made up as an example"),
        system("organizing", "an example"),
        copying.ahead() if size == "stress" else nullcontext(),
    ):
        for asks_first, some in groupby(seeds, key=lambda pair: isgeneratorfunction(pair[0].make)):
            for together in [list(some)] if asks_first else [[one] for one in some]:
                made += _run(together)
    return made


def _refuse_beside_others() -> None:
    for one in in_order():
        for model in [] if one.tops_up else map(apps.get_model, one.models):
            if count := model._base_manager.count():
                raise CannotSeed(
                    f"There are {count:,} {model._meta.verbose_name_plural} in this database already, and a stress "
                    "seed fills an empty one only: empty this one with `manage.py reset`, or use another."
                )


def _run(together: list[tuple[Seeder, Seed]]) -> list[Made]:
    """Some seeders that ask before any of them makes up the rest, or a single one."""
    makes = {one.name: [apps.get_model(label) for label in one.models] for one, _ in together}
    before = {name: _counts(models_) for name, models_ in makes.items()}
    wanted = [pair for pair in together if pair[0].tops_up or not any(before[pair[0].name])]
    _make(wanted)
    copying.catch_up(lambda rows: together[0][1].say(f"{rows:,} rows on their way to the database"))
    if wanted and wanted[0][1].size == "stress":  # or the next one asks tables that the planner believes to be empty
        copying.refresh_statistics(model for one, _ in wanted for model in makes[one.name])
    return [
        Made(str(model._meta.verbose_name_plural), now - was, now)
        for name, models_ in makes.items()
        for model, was, now in zip(models_, before[name], _counts(models_), strict=True)
    ]


def _make(wanted: list[tuple[Seeder, Seed]]) -> None:
    halves: list[Iterator[None]] = []
    for one, seed in wanted:
        half = one.make(seed)
        if half is not None:
            next(half)
            halves.append(half)
    for half in halves:
        for _ in half:
            raise RuntimeError("A seeder asks once and then makes up the rest: it yields once.")


def _counts(models_: Iterable[type[models.Model]]) -> list[int]:
    return [model._base_manager.count() for model in models_]
