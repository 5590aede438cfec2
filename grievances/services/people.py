"""Members joining and leaving a group case."""

from datetime import date
from typing import Any

from django.db import transaction

from grievances import rules
from grievances.models import Grievance, Grievant
from grievances.services import log
from ip2a import audit, services
from ip2a.answers import Refused


@transaction.atomic
def join(grievance: Grievance, *, member: Any, on: date, by: Any) -> Grievant:
    """A member joins the group."""
    grievance = log.lock(grievance)
    rules.may_join(by, grievance, member=member, on=on, today=log.today()).enforce()
    if member.pk == grievance.member_id:
        raise Refused(f"{member} speaks for the group already.")
    try:
        return services.save(Grievant(grievance=grievance, member=member, joined_on=on), by=by, reason="Joined")
    except services.Taken as taken:
        raise Refused(taken.message) from taken


@transaction.atomic
def leave(grievant: Grievant, *, on: date, by: Any, reason: str) -> Grievant:
    """A member leaves the group; that they belonged to it stays."""
    log.lock(grievant.grievance)
    grievant = Grievant.objects.select_for_update(of=("self",)).get(pk=grievant.pk)
    rules.may_leave(by, grievant, on=on, today=log.today(), reason=reason).enforce()
    grievant.left_on, grievant.reason = on, reason.strip()
    with audit.because(grievant.reason):
        grievant.save(update_fields=["left_on", "reason"])
    return grievant
