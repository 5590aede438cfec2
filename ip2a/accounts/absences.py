"""Who is away, who stands in, and the verbs of absences.

Asked for one person: ``stand_in`` and ``answering_for``; asked for many on one day: ``stand_ins``, with one query.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from ip2a import audit, post, services
from ip2a.accounts.rules import may_keep_absences
from ip2a.answers import Refused
from ip2a.models import Absence, User
from ip2a.post.outbox import link
from ip2a.words import format_day

KIND = post.declare_kind("accounts.stand_in", "Standing in")


def stand_ins(on: date, absences: dict[int, Absence] | None = None) -> dict[int, User | None]:
    """For everybody who is away on that day (by number): who stands in, or None when nobody is there.

    ``absences`` by person spares the query of those who have them already.
    """
    rows = Absence.objects.on(on).select_related("stand_in") if absences is None else absences.values()
    away = {absence.user_id: absence.stand_in for absence in rows}
    return {pk: _present(pk, away) for pk in away}


def _present(pk: int, away: dict[int, User]) -> User | None:
    """Along the chain of stand-ins, each asked once: the first who is there."""
    asked = {pk}
    person = away[pk]
    while person.pk in away and person.pk not in asked:
        asked.add(person.pk)
        person = away[person.pk]
    return person if person.pk not in asked and person.is_active else None


def stand_in(user: User, on: date) -> User | None:
    """Who stands in for this person on that day; None when the person is not away, or nobody is there."""
    return stand_ins(on).get(user.pk)


def answering_for(user: User, on: date) -> list[User]:
    """For whom this person stands in on that day, through others who are away, too; by name."""
    numbers = [pk for pk, person in stand_ins(on).items() if person is not None and person.pk == user.pk]
    return list(User.objects.filter(pk__in=numbers)) if numbers else []


@transaction.atomic
def save(absence: Absence, *, by: Any, version: int | None = None, reason: str = "") -> Absence:
    """Add or change an absence, and tell the stand-in. Days that overlap another absence are refused (Taken)."""
    may_keep_absences(by, absence.user).enforce()
    if absence.pk:
        current = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
        _still_there(current)
        if version is not None and current.version != version:
            raise services.Conflict(current)
    if not absence.stand_in.is_active:
        raise Refused(f"The account of {absence.stand_in} is deactivated. Choose somebody else.")
    absence = services.write(absence, reason=reason)
    _tell(absence, by=by)
    return absence


def _still_there(absence: Absence) -> None:
    if absence.is_removed:
        raise Refused("This absence was taken back. Enter it anew if it is to count.")


@transaction.atomic
def end(absence: Absence, *, by: Any, on: date | None = None) -> Absence:
    """The person is back on that day (today). What had not begun is taken back."""
    on = on or timezone.localdate()
    absence = Absence.objects.select_for_update(of=("self",)).for_table().get(pk=absence.pk)
    may_keep_absences(by, absence.user).enforce()
    _still_there(absence)
    if absence.last_day is not None and absence.last_day < on:
        raise Refused(f"This absence ended on {format_day(absence.last_day)}.")
    with audit.because("Back" if absence.first_day < on else "Taken back"):
        if absence.first_day < on:
            absence.last_day = on - timedelta(days=1)
            absence.save(update_fields=["last_day"])
        else:
            absence.deleted_at = timezone.now()
            absence.save(update_fields=["deleted_at"])
    return absence


def _tell(absence: Absence, *, by: Any) -> None:
    if by is not None and by.pk == absence.stand_in_id:
        return
    note = f"\n\n{absence.note}" if absence.note else ""
    post.send(
        to=absence.stand_in,
        subject=f"You stand in for {absence.user}: {absence.days}",
        body=f"While {absence.user} is away, reminders that would go to them reach you, too.{note}\n\n"
        f"{link(reverse('accounts:absence_list'))}",
        kind=KIND,
        key=f"{KIND}:{absence.pk}:{absence.version}",
    )
