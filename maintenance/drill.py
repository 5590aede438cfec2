"""Proof that the checks find, and the mends mend: every known damage is planted in a copy, found, mended, undone.

Each damage is planted by the owner of the tables and taken away by a rollback; what looks and mends has the rights of
the application's role, as every night. ``run`` says of each what became of it.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import Error, connection, transaction
from django.test import override_settings
from django.utils.module_loading import autodiscover_modules

from ip2a.answers import Refused
from ip2a.compartments import of_model, system
from maintenance import doctor, drill_planting, registry, seeding
from maintenance.damaging import Damage, damage_for, execute, why_undrillable
from maintenance.drill_place import as_application, scratch
from maintenance.drill_planting import CannotPlant
from maintenance.healing import Healed, heal
from maintenance.healing_undo import FOR_GOOD, undo
from maintenance.mending import mend_of
from maintenance.mending_schema import executing
from maintenance.models import Finding
from maintenance.models_healing import Road
from maintenance.registry import Check

logger = logging.getLogger(__name__)
MENDED, REPORTED, UNDRILLED = "mended", "reported", "not drilled"


@dataclass
class Outcome:
    """What became of one damage. ``verdict`` is "ok", "missed" or "not drilled", ``why`` says more."""

    check: Check
    kind: str
    planted: str = ""
    found: int = 0
    done: str = ""
    undone: str = ""
    verdict: str = "ok"
    why: str = ""

    def miss(self, why: str) -> "Outcome":
        self.verdict, self.why = "missed", why
        return self


class _RollBack(Exception):
    """Ends a damage: everything since it was planted is as if it had never been."""


@contextmanager
def _thrown_away() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _RollBack
    except _RollBack:
        pass


def kind_of(check: Check) -> str:
    return str(check.fault or check.kind)


def run(
    only: list[str] | None = None, *, template: str = "", seeded: bool = True, progress: Callable | None = None
) -> list[Outcome]:
    """Break a copy in every way that the checks know. ``seeded``: with an example in it, if the copy holds nobody."""
    autodiscover_modules("damages")
    checks = registry.choose(only)
    say = progress or (lambda stage, done, total: None)
    place = scratch(template=template, say=lambda words: say(words, 0, 0))
    with tempfile.TemporaryDirectory(prefix="ip2a-drill-") as folder, _store_in(folder), place:
        return list(_all(checks, seeded, say))


@contextmanager
def _store_in(folder: str) -> Iterator[None]:
    """Files that an example or a damage makes are no files of the house."""
    from django.conf import settings  # what is overridden must be read when it is

    default = {"BACKEND": "ip2a.attachments.store.DiskStore", "OPTIONS": {"location": folder}}
    with override_settings(STORAGES={**settings.STORAGES, "default": default}):
        yield


def _all(checks: Sequence[Check], seeded: bool, say: Callable) -> Iterator[Outcome]:
    inside = [c for c in checks if not ((known := damage_for(c.name)) and known.outside)]
    outside = [c for c in checks if c not in inside]
    with _thrown_away():
        if seeded and not Finding.objects.exists() and not _has_people():
            say("Making an example", 0, 0)
            seeding.sow(size="quick", number=1, force=True)
            execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
            execute("SET CONSTRAINTS ALL DEFERRED")
        before = {seen.check.name: seen.count for seen in doctor.survey(list(inside))}
        for number, check in enumerate(inside, 1):
            say(check.name, number, len(checks))
            yield _drilled(check, before[check.name])
    for number, check in enumerate(outside, len(inside) + 1):
        say(check.name, number, len(checks))
        yield _drilled_outside(check)


def _has_people() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ip2a_user")
        return cursor.fetchone()[0] > 0


def _drilled(check: Check, before: int) -> Outcome:
    outcome = Outcome(check, kind_of(check))
    try:
        with _thrown_away():
            _plant(outcome)
            execute("SET CONSTRAINTS ALL IMMEDIATE")
            with _role_for(check), system("organizing", "drill"), executing(_as_owner):
                _see(outcome, before)
    except CannotPlant as error:
        outcome.verdict, outcome.why = UNDRILLED, str(error)
    except (Error, Refused) as error:
        logger.info("The drill of %s stopped", check.name, exc_info=True)
        outcome.miss(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    return outcome


def _role_for(check: Check) -> AbstractContextManager:
    """The application's, but for tables behind a wall: what nobody inside has opened, only their owner sees."""
    declaring = check.model._meta.auto_created or check.model
    return nullcontext() if of_model(declaring) else as_application()


def _plant(outcome: Outcome) -> None:
    known: Damage | None = damage_for(outcome.check.name)
    if known is not None:
        outcome.planted = known.plant()
    elif why := why_undrillable(outcome.check.name):
        raise CannotPlant(why)
    elif drill_planting.can_plant(outcome.check):
        outcome.planted = drill_planting.plant(outcome.check)
    else:
        raise CannotPlant("no damage is declared for it")


def _as_owner(statement: str) -> None:
    """In the copy, and inside its transaction; there an index cannot be rebuilt beside its users."""
    execute("RESET ROLE")
    execute(statement.replace(" CONCURRENTLY", ""))
    from django.conf import settings  # see _store_in

    execute(f"SET LOCAL ROLE {connection.ops.quote_name(settings.APP_ROLE_NAME)}")


def _see(outcome: Outcome, before: int) -> None:
    """Found? Mended, or left for a person? Taken back exactly?"""
    check = outcome.check
    seen = doctor.look(check)
    outcome.found = seen.count
    if seen.trouble:
        outcome.miss(f"the check could not run: {seen.trouble}")
    elif seen.count <= before:
        outcome.miss("it was not found")
    elif mend_of(check) is None:
        outcome.done = REPORTED
    else:
        _mend(outcome)


def _mend(outcome: Outcome) -> None:
    planted = _fingerprint(outcome.check)
    healed = heal([outcome.check.name], road=Road.DRILL, many=True, again=True)
    if not healed.repaired:
        _not_mended(outcome, healed)
        return
    outcome.done = MENDED
    if next(s for s in healed.after if s.check.name == outcome.check.name).count >= outcome.found:
        outcome.miss("it was mended, and is found all the same")
    if outcome.check.tell is not None:
        outcome.undone = "stays so"
        return
    undone = undo(healed.run, by=None, road=Road.DRILL)
    if undone.left_alone and {one.reason for one in undone.left_alone} == {FOR_GOOD}:
        outcome.undone, outcome.why = "stays so", f"It {FOR_GOOD}."
        return
    outcome.undone = f"{undone.restored} of {healed.repaired}"
    if undone.left_alone:
        outcome.miss(f"not taken back: {undone.left_alone[0]}")
    elif _fingerprint(outcome.check) != planted:
        outcome.miss("what was taken back is not what was there before")


def _not_mended(outcome: Outcome, healed: Healed) -> None:
    """A mend that leaves what it found says why, or finds that it is for a person."""
    step = next((s for s in healed.steps if s.check.name == outcome.check.name), None)
    outcome.done = REPORTED
    if step is None or "could not run" in step.message:
        outcome.miss(step.message if step else "it was not reported")
    else:
        outcome.why = step.message


def _fingerprint(check: Check) -> Any:
    """Every row of the table, but for what the database keeps itself about the last change."""
    if check.tell is not None:
        return None
    table = connection.ops.quote_name(check.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(hashtextextended((to_jsonb(t) - ARRAY['version', 'updated_at'])::text, 0)"  # noqa: S608
            f"::numeric), 0) FROM {table} t"
        )
        return cursor.fetchone()


def _drilled_outside(check: Check) -> Outcome:
    """A damage that no transaction can hold: it is cleaned away by its own hand."""
    outcome, known = Outcome(check, kind_of(check)), damage_for(check.name)
    before = doctor.look(check).count
    try:
        outcome.planted = known.plant()
        _see(outcome, before)
    except CannotPlant as error:
        outcome.verdict, outcome.why = UNDRILLED, str(error)
    except Error as error:
        outcome.miss(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    finally:
        known.clean()
    return outcome


def lines(outcomes: list[Outcome]) -> Iterator[str]:
    """The table: damages of one kind and one fate together, what went wrong one by one."""
    heads = {"planted": 9, "found": 8, "mended": 8, "reported": 10, "undone": 8, "missed": 8, UNDRILLED: 13}
    yield f"{'kind':12}" + "".join(f"{name:>{width}}" for name, width in heads.items())
    for kind in sorted({o.kind for o in outcomes}):
        mine = [o for o in outcomes if o.kind == kind]
        yield _line(kind, mine)
    yield _line("all", outcomes)
    for outcome in outcomes:
        if outcome.verdict != "ok":
            yield f"{outcome.verdict}: {outcome.check.name}: {outcome.why}"


def _line(kind: str, mine: list[Outcome]) -> str:
    def count(test: Callable[[Outcome], bool]) -> int:
        return sum(1 for outcome in mine if test(outcome))

    return (
        f"{kind:12}{count(lambda o: bool(o.planted)):>9,}{count(lambda o: o.found > 0):>8,}"
        f"{count(lambda o: o.done == MENDED):>8,}{count(lambda o: o.done == REPORTED):>10,}"
        f"{count(lambda o: bool(o.undone)):>8,}{count(lambda o: o.verdict == 'missed'):>8,}"
        f"{count(lambda o: o.verdict == UNDRILLED):>13,}"
    )


def as_json(outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "damages": [
            {
                "check": o.check.name,
                "kind": o.kind,
                "planted": o.planted,
                "found": o.found,
                "done": o.done,
                "undone": o.undone,
                "verdict": o.verdict,
                "why": o.why,
            }
            for o in outcomes
        ],
        "missed": [o.check.name for o in outcomes if o.verdict == "missed"],
        "not_drilled": [o.check.name for o in outcomes if o.verdict == UNDRILLED],
    }
