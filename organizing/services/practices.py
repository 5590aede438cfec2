"""Verbs of an unfair labor practice, and the reminders of its six months."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ip2a import post, services
from ip2a.answers import Refused
from ip2a.numbers import value, values
from ip2a.words import format_day
from organizing.models import ChargeStatus, UnfairPractice, Worker
from organizing.rules.campaigns import may_move_practice, may_serve
from organizing.rules.charges import Clock, clock
from organizing.rules.numbers import CHARGE_MONTHS, CHARGE_WARNINGS
from organizing.rules.shared import may_work, not_in_future
from organizing.services.campaigns import organizers
from organizing.services.shared import locked, needs_reason, store

# Nothing of the campaign is in the mail: it says that a day comes near, and the rest stands inside.
REMINDER = post.declare_kind("post.day-comes-near", "Days that come near")
SUBJECT = "A day of yours comes near"
BODY = "A day that you must keep comes near. Sign in: it stands on your home page, with why."
CLOSED = (ChargeStatus.SETTLED, ChargeStatus.DISMISSED, ChargeStatus.WITHDRAWN, ChargeStatus.WON, ChargeStatus.LOST)


@transaction.atomic
def save_practice(practice: UnfairPractice, *, by: Any, version: int | None = None, reason: str = "") -> UnfairPractice:
    may_work(by, practice.campaign, "change" if practice.pk else "add", UnfairPractice).enforce()
    for day in (practice.occurred_on, practice.known_on):
        not_in_future(day).enforce()
    if not practice.campaign.parties.filter(organization=practice.organization_id).exists():
        raise Refused("That employer is not part of the campaign. Choose one of its employers, or add it there first.")
    return services.save(practice, by=by, version=version, reason=reason)


@transaction.atomic
def move(
    practice: UnfairPractice,
    *,
    to: str,
    by: Any,
    on: date | None = None,
    number: str = "",
    reason: str = "",
) -> UnfairPractice:
    """File the charge (day and number), or say what became of it (day and outcome)."""
    practice = locked(practice, "campaign")
    may_move_practice(by, practice, to).enforce()
    on = on or timezone.localdate()
    not_in_future(on).enforce()
    if on < practice.occurred_on:
        raise Refused(f"It happened on {format_day(practice.occurred_on)}. Take that day or a later one.")
    practice.status = to
    if to == ChargeStatus.FILED:
        practice.charge_number = number.strip() or practice.charge_number
        if not practice.charge_number:
            raise Refused("Type the number that the Board gave the charge.")
        practice.filed_on = practice.filed_on or on
        practice.closed_on, practice.outcome = None, ""
    if to in CLOSED or to == ChargeStatus.DROPPED:
        practice.outcome, practice.closed_on = needs_reason(reason, "it ended so")[:300], on
    if to == ChargeStatus.NOTED:
        practice.outcome, practice.closed_on = "", None
    fields = ["status", "charge_number", "filed_on", "closed_on", "outcome"]
    return store(practice, fields, because=reason or practice.get_status_display())


@transaction.atomic
def serve(practice: UnfairPractice, *, on: date, by: Any) -> UnfairPractice:
    """The employer has its copy: only now has the clock stopped."""
    practice = locked(practice, "campaign")
    may_serve(by, practice).enforce()
    not_in_future(on).enforce()
    if practice.filed_on is not None and on < practice.filed_on:
        raise Refused(f"The charge was filed on {format_day(practice.filed_on)}. Take that day or a later one.")
    practice.served_on = on
    return store(practice, ["served_on"], because="Served on the employer")


@transaction.atomic
def name_worker(practice: UnfairPractice, worker: Worker, *, by: Any) -> None:
    """Somebody against whom it was done."""
    practice = locked(practice, "campaign")
    may_work(by, practice.campaign, "change", UnfairPractice).enforce()
    if worker.campaign_id != practice.campaign_id:
        raise Refused(f"{worker} belongs to another campaign.")
    practice.workers.add(worker)


def running() -> Any:
    """Those whose six months still run: not filed, or filed and not served."""
    filed = Q(status__in=[ChargeStatus.FILED, ChargeStatus.COMPLAINT], served_on=None)
    return UnfairPractice.objects.filter(Q(status=ChargeStatus.NOTED) | filed)


def is_running(practice: UnfairPractice) -> bool:
    if practice.status == ChargeStatus.NOTED:
        return True
    return practice.status in (ChargeStatus.FILED, ChargeStatus.COMPLAINT) and practice.served_on is None


def clock_of(practice: UnfairPractice, *, today: date | None = None, months: int | None = None) -> Clock:
    return clock(
        occurred_on=practice.occurred_on,
        known_on=practice.known_on,
        months=months or int(value(CHARGE_MONTHS)),
        today=today or timezone.localdate(),
    )


@transaction.atomic
def remind(*, on: date | None = None) -> int:
    """Tell those inside, once for each of the days ahead. Run late, only the nearest that is due is sent."""
    on = on or timezone.localdate()
    days = sorted(int(number) for number in values(*CHARGE_WARNINGS).values())
    months, sent, everybody = int(value(CHARGE_MONTHS)), 0, None
    inside = set(organizers().values_list("pk", flat=True))
    for practice in running().select_related("campaign__lead").order_by("pk"):
        left = clock_of(practice, today=on, months=months).days_left
        ahead = next((day for day in days if left <= day), None)
        if ahead is None or left < 0:
            continue
        lead = practice.campaign.lead
        if lead is not None and lead.is_active and lead.pk in inside:
            people = [lead]
        else:
            everybody = everybody if everybody is not None else list(organizers())
            people = everybody
        sent += sum(_remind(practice, person, ahead) for person in people)
    return sent


def _remind(practice: UnfairPractice, person: Any, ahead: int) -> bool:
    key = f"{REMINDER}:{practice.pk}:{practice.occurred_on}:{ahead}:user {person.pk}"
    return bool(post.send(to=person, subject=SUBJECT, body=BODY, kind=REMINDER, about=practice, key=key))
