"""What several parts of one application's page need, fetched once for the page and its reader."""

from typing import Any

from django.db.models import QuerySet

from benevolence import viewing
from benevolence.models import BenevolenceApplication, LedgerEntry, Submission
from benevolence.viewing import SeenApplication
from ip2a.questions import once, question
from members.models import Member


@question
def _of_member(reader: Any, member: int) -> QuerySet:
    rows = viewing.by_name(BenevolenceApplication.objects.visible_to(reader), reader)
    return rows.filter(member=member).order_by("-application_date", "-id")


@once
def of_member(user: Any, member: Member) -> list[BenevolenceApplication]:
    """The member's cases, the newest first; none whose names are hidden from the reader."""
    return _of_member(user, member.pk)


@once
def seen(user: Any, application: BenevolenceApplication) -> SeenApplication:
    return viewing.seen_by(application, user)


@once
def entries(user: Any, application: BenevolenceApplication) -> list[LedgerEntry]:
    """What the books say of this case, the oldest first; nothing for those outside."""
    rows = LedgerEntry.objects.visible_to(user).filter(application=application)
    return list(rows.select_related("voided_by").order_by("entry_date", "id"))


@once
def submissions(user: Any, application: BenevolenceApplication) -> list[Submission]:
    """How the case stood each time it was submitted, the oldest first; nothing for those outside."""
    rows = Submission.objects.visible_to(user).filter(application=application)
    return list(rows.select_related("policy").order_by("attempt"))
