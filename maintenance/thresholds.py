"""Numbers that a local may set differently: declared by each app, kept as rows, read by name."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from maintenance.models import Threshold


@dataclass(frozen=True)
class Declared:
    name: str
    default: Decimal
    unit: str
    about: str


_declared: dict[str, Declared] = {}


def declare(name: str, default: int | str | Decimal, *, unit: str = "", about: str) -> str:
    """Say that a number exists, what it means and what it is unless somebody changes it. Returns its name."""
    if name in _declared:
        raise ValueError(f"Two thresholds are named {name}.")
    _declared[name] = Declared(name, Decimal(default), unit, about)
    return name


def values(*names: str) -> dict[str, Decimal]:
    """What the local has set, by name; the default where no row stands."""
    stored = dict(Threshold.objects.filter(name__in=names).values_list("name", "value"))
    return {name: stored.get(name, _declared[name].default) for name in names}


def value(name: str) -> Decimal:
    return values(name)[name]


def sync(**kwargs) -> None:
    """After each migrate: a row for every declared number. What the local has set stays."""
    if Threshold._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to before the thresholds
    for declared in _declared.values():
        about = {"default": declared.default, "unit": declared.unit, "about": declared.about}
        row, added = Threshold.objects.get_or_create(name=declared.name, defaults={**about, "value": declared.default})
        if not added and any(getattr(row, key) != new for key, new in about.items()):
            Threshold.objects.filter(pk=row.pk).update(**about)
