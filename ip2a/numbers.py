"""Numbers that a local may set differently: declared by each app, kept as rows of maintenance, read by name."""

from dataclasses import dataclass
from decimal import Decimal

from django.apps import apps


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


def values(*names: str) -> dict[str, Decimal]:
    """What the local has set, by name; the default where no row stands."""
    rows = apps.get_model("maintenance.threshold").objects  # by name: the rows stand a floor above
    stored = dict(rows.filter(name__in=names).values_list("name", "value"))
    return {name: stored.get(name, declared[name].default) for name in names}


def value(name: str) -> Decimal:
    return values(name)[name]
