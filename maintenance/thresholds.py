"""Numbers that a local may set differently: declared by each app (``ip2a.numbers``), kept here as rows."""

from importlib import import_module

from django.conf import settings
from django.db import connection

from ip2a import numbers
from ip2a.numbers import declare, value, values
from maintenance.models import Threshold

__all__ = ["declare", "sync", "value", "values"]


def sync(**kwargs) -> None:
    """After each migrate: a row for every declared number. What the local has set stays."""
    if Threshold._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to before the thresholds
    import_module(settings.ROOT_URLCONF)  # pages declare numbers as well, and no command needs them otherwise
    for declared in numbers.declared.values():
        about = {"default": declared.default, "unit": declared.unit, "about": declared.about}
        row, added = Threshold.objects.get_or_create(name=declared.name, defaults={**about, "value": declared.default})
        if not added and any(getattr(row, key) != new for key, new in about.items()):
            Threshold.objects.filter(pk=row.pk).update(**about)
