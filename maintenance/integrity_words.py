"""What a look at all data found: as a table for people, and as JSON for machines (docs/operations.md, "Checks")."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from ip2a.compartments import of_model
from ip2a.words import counted
from maintenance.doctor import Seen
from maintenance.mending import mend_of
from maintenance.models import Severity
from maintenance.registry import Check, Fault, Kind

NAMED = 3
TROUBLES = 10
ORDER = {severity: place for place, severity in enumerate(Severity.values)}


def left(seen: list[Seen]) -> list[Seen]:
    """What somebody has to do something about. Mere information is nothing to be done."""
    return [one for one in seen if one.trouble or (one.count and one.check.severity != Severity.INFORMATION)]


def as_json(seen: list[Seen], seconds: float) -> dict[str, Any]:
    """The stable shape, the same as of a round of repair; ``run`` is None, because nothing was mended."""
    return {
        "run": None,
        "checks": len(seen),
        "findings": [_finding(one) for one in _in_order(seen)],
        "repaired": 0,
        "left": sum(one.count for one in left(seen)),
        "could_not_run": [one.check.name for one in seen if one.trouble],
        "notified": 0,
        "seconds": round(seconds, 3),
    }


def _finding(seen: Seen) -> dict[str, Any]:
    return {
        "name": seen.check.name,
        "severity": str(seen.check.severity),
        "count": seen.count,
        "fixable": seen.fixable,
        "repaired": 0,
        "examples": seen.examples or seen.things,
        "sentence": seen.trouble or seen.check.say(seen.count),
    }


def _in_order(seen: list[Seen]) -> list[Seen]:
    """The gravest and most numerous first."""
    found = [one for one in seen if one.is_open]
    return sorted(found, key=lambda s: (not s.trouble, ORDER[s.check.severity], -s.count, s.check.name))


def lines(seen: list[Seen], seconds: float) -> Iterator[str]:
    found = _in_order(seen)
    troubled = [one for one in found if one.trouble]
    for one in found:
        if not one.trouble:
            yield f"{Severity(one.check.severity).label:<12} {one.check.say(one.count)}"
            yield from (f"{'':13}{line}" for line in _more(one))
    for one in troubled[:TROUBLES]:
        yield f"{'Not run':<12} {one.check.name}: {one.trouble.splitlines()[0]}"
    if len(troubled) > TROUBLES:
        yield f"{'':13}and {len(troubled) - TROUBLES:,} more checks could not run."
    yield from _sum(seen, found, seconds)


def _more(seen: Seen) -> Iterator[str]:
    shown = seen.things[:NAMED] or _names(seen.check.model, seen.examples[:NAMED])
    if shown:
        yield f"{'Such as ' if seen.count > len(shown) else ''}{'; '.join(shown)}"
    yield f"{seen.check.name}. {_what_to_do(seen)}"


def _what_to_do(seen: Seen) -> str:
    """How much of it a repair mends, and what is for a person."""
    mend = mend_of(seen.check)
    if mend is None or not (seen.fixable or seen.withheld or seen.remark):
        return seen.check.advice
    if seen.fixable >= seen.count:
        return f"Can be mended: {mend.says}"
    part = [f"{seen.fixable:,} can be mended: {mend.says}"] if seen.fixable else []
    # Of rows that share what only one may have, one stays as it is.
    is_all = seen.withheld >= seen.count or seen.check.fault is Fault.UNIQUE
    rest = [] if is_all else [f"The rest is for a person: {seen.check.advice}"]
    return " ".join([*part, *filter(None, [seen.remark]), *rest])


def _names(model: type[Model], keys: list[int]) -> list[str]:
    """What is in a compartment has no name here: whoever looks after the machine is not inside."""
    if of_model(model) or "compartment" in {field.name for field in model._meta.local_fields}:
        return [f"number {key}" for key in keys]
    rows = model._default_manager.filter(pk__in=keys)
    found = {record.pk: str(record) for record in (rows.for_table() if hasattr(rows, "for_table") else rows)}
    return [f"{found[key]} (number {key})" for key in keys if key in found]


def _sum(seen: list[Seen], found: list[Seen], seconds: float) -> Iterator[str]:
    if found:
        yield ""
    fixable, withheld = sum(one.fixable for one in found), sum(one.withheld for one in found)
    words = f"{counted(len(seen), '1 check', '{count} checks')} in {seconds:.1f} s: "
    if not found:
        yield f"{words}all is well."
        return
    yield f"{words}{len(found):,} found something, {len(left(seen)):,} of them for somebody to act on."
    if fixable:
        yield f"{fixable:,} can be mended: integrity --repair. What was mended can be taken back."
    if withheld:
        yield f"{withheld:,} more only when you say so, with auto_heal --many or --again; each finding says why."


def statements(checks: list[Check]) -> Iterator[str]:
    """What puts the database itself right, as a script for its owner, who reads it first."""
    for check in checks:
        for thing in check.tell() if check.kind is Kind.SCHEMA and check.tell else []:
            yield f"-- {check.name}: {' '.join(thing.text.split())}"
            is_sql = thing.cure and not thing.cure.startswith("manage.py")
            yield f"{thing.cure.rstrip(';')};" if is_sql else f"-- {thing.cure or check.advice}"


def listing(checks: list[Check]) -> list[dict[str, Any]]:
    return [
        {
            "name": check.name,
            "app": check.app,
            "kind": str(check.kind),
            "severity": str(check.severity),
            "fixable": mend_of(check) is not None,
            "files": check.files,
            "sentence": check.say(2),
        }
        for check in checks
    ]
