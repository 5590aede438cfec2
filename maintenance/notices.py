"""What somebody should know: raised while it is so, ended when it is over. Who is told is for ``notifying``."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from maintenance.models_watching import Notice


@transaction.atomic
def raise_notice(
    name: str,
    *,
    priority: str,
    sentence: str,
    advice: str = "",
    path: str = "",
    count: int = 0,
    anew: bool = False,
) -> Notice:
    """Say that something is so; said again it is brought up to date. ``anew``: it happened once more, so it is told
    once more."""
    now = timezone.now()
    values: dict[str, Any] = {"priority": priority, "sentence": sentence[:500], "advice": advice[:500]}
    values |= {"path": path, "count": count}
    row, added = Notice.objects.select_for_update().get_or_create(name=name, defaults={**values, "since": now})
    if added:
        return row
    if row.ended_at is not None or anew:
        values["since"] = now
    for key, value in (values | {"ended_at": None}).items():
        setattr(row, key, value)
    row.save()
    return row


def end(*names: str) -> int:
    """It is over; nobody is told of it any more."""
    return Notice.objects.open().filter(name__in=names).update(ended_at=timezone.now())
