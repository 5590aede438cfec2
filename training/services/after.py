"""Applying to a JATC, interviews, placement and follow-up."""

from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import audit, services
from ip2a.answers import Refused
from ip2a.numbers import values
from training import rules
from training.models import FollowUp, Interview, JatcApplication, Placement
from training.models.words import JatcStatus
from training.rates import FOLLOW_UP_MONTHS
from training.rules.shared import not_in_future
from training.services.shared import locked, needs_reason, store

J = JatcStatus
DECISIONS = (J.ACCEPTED, J.REJECTED, J.WAITLISTED)


@transaction.atomic
def submit(application: JatcApplication, *, by: Any, on: date | None = None) -> JatcApplication:
    application, on = locked(application, "jatc"), on or timezone.localdate()
    rules.may_submit(by, application).enforce()
    not_in_future(on).enforce()
    application.status, application.submitted_on = J.SUBMITTED, on
    store(application, ["status", "submitted_on"], because="Submitted")
    return application


@transaction.atomic
def take_up(application: JatcApplication, *, by: Any) -> JatcApplication:
    """The committee looks at it."""
    application = locked(application)
    rules.may_move_application(by, application, J.UNDER_REVIEW).enforce()
    application.status, application.interview_at = J.UNDER_REVIEW, None
    store(application, ["status", "interview_at"], because="Under review")
    return application


@transaction.atomic
def schedule(application: JatcApplication, *, at: datetime, by: Any) -> JatcApplication:
    """An interview is agreed on."""
    application = locked(application)
    rules.may_schedule(by, application).enforce()
    if application.submitted_on and timezone.localdate(at) < application.submitted_on:
        raise Refused("The interview would lie before the application. Check the day.")
    application.status, application.interview_at = J.INTERVIEW_SCHEDULED, at
    store(application, ["status", "interview_at"], because="Interview scheduled")
    return application


@transaction.atomic
def interview(
    application: JatcApplication, *, score: Decimal, by: Any, on: date | None = None, comments: str = ""
) -> Interview:
    """One interviewer's score of 100; the first one makes the application interviewed. It stays as it is."""
    application, on = locked(application, "student__member"), on or timezone.localdate()
    rules.may_interview(by, application).enforce()
    not_in_future(on).enforce()
    given = Interview(application=application, interviewer=by, interviewer_name=by.get_full_name(), held_on=on)
    given.score, given.comments = score, comments.strip()
    store(given, because="Interviewed")
    if application.status == J.INTERVIEW_SCHEDULED:
        application.status = J.INTERVIEWED
        store(application, ["status"], because="Interviewed")
    return given


@transaction.atomic
def decide(
    application: JatcApplication, *, to: str, by: Any, reason: str = "", on: date | None = None
) -> JatcApplication:
    """Accepted, waitlisted or rejected; a rejection has its reason."""
    application, on = locked(application), on or timezone.localdate()
    rules.may_decide(by, application, to).enforce()
    not_in_future(on).enforce()
    if to == J.REJECTED:
        reason = needs_reason(reason, "it was rejected")
    application.status, application.decided_on = to, on
    store(application, ["status", "decided_on"], because=reason)
    return application


@transaction.atomic
def withdraw(application: JatcApplication, *, reason: str, by: Any) -> JatcApplication:
    application = locked(application)
    rules.may_move_application(by, application, J.WITHDRAWN).enforce()
    application.status = J.WITHDRAWN
    store(application, ["status"], because=needs_reason(reason, "it is withdrawn"))
    return application


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@transaction.atomic
def place(placement: Placement, *, by: Any, version: int | None = None, reason: str = "") -> Placement:
    """Write down where a student went; when to ask again is set down with it."""
    if placement.pk is None:
        rules.may_place(by, placement.student).enforce()
    not_in_future(placement.start_date).enforce()
    stored = services.save(placement, by=by, version=version, reason=reason)
    with audit.because("Follow-up of a placement"):
        _plan_follow_ups(stored)
    return stored  # type: ignore[return-value]


def _plan_follow_ups(placement: Placement) -> None:
    """One row for each time; those not asked yet follow a corrected first day."""
    for months in sorted(int(number) for number in values(*FOLLOW_UP_MONTHS).values()):
        due = months_after(placement.start_date, months)
        found, added = FollowUp.objects.get_or_create(placement=placement, months=months, defaults={"due_on": due})
        if not added and found.done_on is None and found.due_on != due:
            found.due_on = due
            found.save(update_fields=["due_on"])


@transaction.atomic
def follow_up(
    asked: FollowUp, *, outcome: str, by: Any, on: date | None = None, wage: Decimal | None = None, notes: str = ""
) -> FollowUp:
    """What the student said when asked again."""
    asked, on = locked(asked, "placement"), on or timezone.localdate()
    rules.may_follow_up(by, asked, on).enforce()
    asked.done_on, asked.outcome, asked.wage, asked.notes = on, outcome, wage, notes.strip()
    store(asked, ["done_on", "outcome", "wage", "notes"], because=f"Asked after {asked.months} months")
    return asked
