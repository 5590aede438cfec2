"""Who is away: on the home page for those who stand in, and on a person's page."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from ip2a.accounts.absences import stand_ins
from ip2a.models import Absence, User
from ip2a.panels import Panel, panel
from ip2a.questions import question

SHOWN = 10


@question
def _away(reader: Any, day: date) -> Any:
    return Absence.objects.on(day).for_table()


@panel("home", order=5)
def standing_in(request: Any, subject: Any) -> Panel | None:
    """For whom this person stands in today, and that they are away themselves."""
    today, user = timezone.localdate(), request.user
    away = {absence.user_id: absence for absence in _away(user, today)}
    if not away:
        return None
    present = stand_ins(today, away)
    mine = [away[pk] for pk, person in present.items() if person is not None and person.pk == user.pk]
    if not mine and user.pk not in away:
        return None
    context = {"standing_in": mine, "own": away.get(user.pk), "present": present.get(user.pk)}
    actions = [("When I am away", reverse("accounts:absence_list"))]
    return Panel("Away today", "ip2a/accounts/_home_away.html", context, actions=actions)


@panel("ip2a.user", order=40)
def away(request: Any, person: User) -> Panel:
    """Absences of a person, for those who manage accounts."""
    rows = Absence.objects.filter(user=person).live().for_table()[:SHOWN]
    actions = [("Add an absence", reverse("accounts:user_away", args=[person.pk]))] if person.is_active else []
    context = {"rows": rows, "person": person, "today": timezone.localdate()}
    return Panel("Away", "ip2a/accounts/_away.html", context, count=len(rows), actions=actions)
