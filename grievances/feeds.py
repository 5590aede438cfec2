"""A person's cases in the calendar on their phone."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from grievances.models import Deadline, Grievance, GrievanceStepRecord, InformationRequest
from grievances.models.duty import Direction, RequestState
from ip2a import calendars
from ip2a.accounts.absences import answering_for


def cases_of(user: Any) -> QuerySet[Grievance]:
    """Running cases that this person has, or stands in for today."""
    others = answering_for(user, timezone.localdate())
    theirs = Q(assigned_rep=user) | Q(assigned_rep__in=[person.pk for person in others])
    return Grievance.objects.visible_to(user).running().filter(theirs)


@calendars.feed("grievances")
def dates(user: Any) -> Iterator[calendars.Entry]:
    """Limits of both sides, planned meetings and answers to information requests. No name of anybody is in it."""
    cases = list(cases_of(user).values_list("pk", flat=True))
    if cases:
        yield from _limits(cases)
        yield from _meetings(cases)
        yield from _requests(cases)


def _limits(cases: list[int]) -> Iterator[calendars.Entry]:
    rows = Deadline.objects.running().filter(grievance__in=cases, due_on__range=calendars.window())
    for row in rows.select_related("grievance"):
        whose = "ours" if row.is_ours else "the employer's"
        when = {"start": row.due_at, "end": row.due_at} if row.due_at else {"day": row.due_on}
        yield calendars.Entry(
            uid=f"limit-{row.grievance_id}-{row.limit_key}-{row.occurrence}",
            summary=f"{row.grievance}, step {row.step_number}: {row.label} ({whose})",
            description="Runs only if no answer comes." if row.is_expected else "",
            url=row.grievance.get_absolute_url(),
            changed_at=row.updated_at,
            **when,
        )


def _meetings(cases: list[int]) -> Iterator[calendars.Entry]:
    rows = GrievanceStepRecord.objects.filter(grievance__in=cases, meeting_date__range=calendars.window(), outcome="")
    for row in rows.select_related("grievance"):
        yield calendars.Entry(
            uid=f"meeting-{row.pk}",
            summary=f"{row.grievance}, step {row.step_number}: meeting",
            day=row.meeting_date,
            url=row.grievance.get_absolute_url(),
            changed_at=row.updated_at,
        )


def _requests(cases: list[int]) -> Iterator[calendars.Entry]:
    awaited = [RequestState.OPEN, RequestState.PARTLY]
    rows = InformationRequest.objects.filter(grievance__in=cases, state__in=awaited, due_on__range=calendars.window())
    for row in rows.select_related("grievance"):
        whose = "the employer's answer is due" if row.direction == Direction.OURS else "our answer is due"
        yield calendars.Entry(
            uid=f"request-{row.pk}",
            summary=f"{row.grievance}: information request, {whose}",
            day=row.due_on,
            url=row.get_absolute_url(),
            changed_at=row.updated_at,
        )
