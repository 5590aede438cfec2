"""Numbers that a local may set differently: declared by each app, kept as rows of maintenance, read by name."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps

from ip2a.questions import NOBODY, question


@dataclass(frozen=True)
class Declared:
    name: str
    default: Decimal
    unit: str
    about: str


declared: dict[str, Declared] = {}


def declare(name: str, default: int | str | Decimal, *, unit: str = "", about: str) -> str:
    """Say that a number exists, what it means and what it is unless somebody changes it. Returns its name."""
    if name in declared:
        raise ValueError(f"Two thresholds are named {name}.")
    declared[name] = Declared(name, Decimal(default), unit, about)
    return name


@question
def _stored(reader: Any) -> Any:
    """All of them: there are not many, and the question is always the same."""
    return apps.get_model("maintenance.threshold").objects.values_list("name", "value")  # they stand a floor above


def values(*names: str) -> dict[str, Decimal]:
    """What the local has set, by name; the default where no row stands."""
    stored: dict[str, Decimal] = dict(_stored(NOBODY))
    return {name: stored.get(name, declared[name].default) for name in names}


def value(name: str) -> Decimal:
    return values(name)[name]
