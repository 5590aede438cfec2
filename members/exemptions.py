"""Who is not sent to work, and until when.

A day is all that is ever shown. Who entered it, and why, is known to that person alone, and the trail names nobody:
among the reasons is work that must stay unknown, and then every exemption has to look the same.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from ip2a import audit, services
from ip2a.answers import YES, Answer, no
from ip2a.questions import question
from ip2a.rules import has_right
from members.models import Exemption, Member


def days_of(members: Iterable[Member]) -> dict[int, date]:
    """The day until which each is exempt; those who are not are left out."""
    running = Exemption.objects.running().filter(member__in=members).order_by()
    return dict(running.values_list("member").annotate(until=Max("until_day")))


def until(member: Member, user: Any) -> date | None:
    """The day until which a member is exempt, for those whose work it is to know."""
    if not has_right(user, "view", Exemption):
        return None
    today = timezone.localdate()
    return max((day for (day,) in _running(user, member.pk, today)), default=None)


@question
def _running(reader: Any, member: int, today: date) -> QuerySet:
    return Exemption.objects.running(today).filter(member=member).order_by().values_list("until_day")


def may_exempt(user: Any, member: Member) -> Answer:
    if not has_right(user, "add", Exemption):
        return no("Your role may not exempt members. Ask an administrator for the right.")
    if member.is_removed:
        return no("This member was merged into another. Open that one.")
    return YES


def may_end(user: Any, exemption: Exemption) -> Answer:
    if exemption.entered_by_id != user.pk:
        return no("Only the person who entered an exemption can end it.")
    if exemption.ended_on is not None or exemption.until_day < timezone.localdate():
        return no("This exemption is over already.")
    return YES


@transaction.atomic
def exempt(member: Member, *, until: date, by: Any, note: str = "") -> Exemption:
    """The member is not sent to work from today until that day, it included."""
    may_exempt(by, member).enforce()
    row = Exemption(member=member, until_day=until, entered_by=by, note=note.strip())
    if row.until_day < row.from_day:
        no("That day is over. Type today or a later day.").enforce()
    with audit.unnamed("exemptions"):
        services.write(row)
    return row


@transaction.atomic
def end(exemption: Exemption, *, by: Any) -> Exemption:
    """The member can be sent to work again from today."""
    row = Exemption.objects.select_for_update(of=("self",)).get(pk=exemption.pk)
    may_end(by, row).enforce()
    row.ended_on = timezone.localdate()
    with audit.unnamed("exemptions"):
        row.save(update_fields=["ended_on"])
    return row
