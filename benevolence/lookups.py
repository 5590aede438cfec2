"""What several parts of one application's page need, fetched once for the page and its reader."""

from typing import Any

from benevolence import viewing
from benevolence.models import BenevolenceApplication, LedgerEntry, Submission
from benevolence.viewing import SeenApplication


def seen(user: Any, application: BenevolenceApplication) -> SeenApplication:
    found = application.__dict__.setdefault("_seen", {})
    if user.pk not in found:
        found[user.pk] = viewing.seen_by(application, user)
    return found[user.pk]


def entries(user: Any, application: BenevolenceApplication) -> list[LedgerEntry]:
    """What the books say of this case, the oldest first; nothing for those outside."""
    found = application.__dict__.setdefault("_entries", {})
    if user.pk not in found:
        rows = LedgerEntry.objects.visible_to(user).filter(application=application)
        found[user.pk] = list(rows.select_related("voided_by").order_by("entry_date", "id"))
    return found[user.pk]


def submissions(user: Any, application: BenevolenceApplication) -> list[Submission]:
    """How the case stood each time it was submitted, the oldest first; nothing for those outside."""
    found = application.__dict__.setdefault("_submissions", {})
    if user.pk not in found:
        rows = Submission.objects.visible_to(user).filter(application=application)
        found[user.pk] = list(rows.select_related("policy").order_by("attempt"))
    return found[user.pk]
