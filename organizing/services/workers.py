"""Verbs of a worker: add, correct, assess, note a conversation, leave and return."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ip2a import services
from ip2a.answers import Refused
from organizing.models import Assessment, Campaign, ContactNote, Worker, WorkerStanding
from organizing.rules.campaigns import may_change_worker
from organizing.rules.shared import may_work_now, not_in_future
from organizing.services.shared import locked, needs_reason, store

AT_ONCE = timedelta(hours=24)


@transaction.atomic
def save_worker(worker: Worker, *, by: Any, version: int | None = None, reason: str = "") -> Worker:
    """Add or correct a worker. Nobody is in two units: who works in another running campaign is refused."""
    verb = "change" if worker.pk else "add"
    may_work_now(by, worker.campaign, verb, Worker).enforce()
    other = in_another_unit(worker, by)
    if other is not None:
        raise Refused(
            f"{other} is a worker of the campaign “{other.campaign}” already, and a worker is in one unit only. Say "
            "there that the worker left, or that it is somebody else (another number, another telephone)."
        )
    return services.save(worker, by=by, version=version, reason=reason)


def in_another_unit(worker: Worker, user: Any) -> Worker | None:
    """The same person in another running campaign: the same member, number at the employer, or name and telephone."""
    same = Q(member=worker.member_id) if worker.member_id else Q(pk=None)
    if worker.employer_number and worker.organization_id:
        same |= Q(organization=worker.organization_id, employer_number__iexact=worker.employer_number)
    digits = "".join(filter(str.isdigit, worker.phone))
    if len(digits) >= 7:
        same |= Q(
            last_name__iexact=worker.last_name, first_name__iexact=worker.first_name, search_text__contains=digits
        )
    rows = Worker.objects.visible_to(user).here().filter(campaign__status__in=Campaign.RUNNING)
    return rows.filter(same).exclude(campaign=worker.campaign_id).select_related("campaign").first()


@dataclass(frozen=True)
class Assessed:
    """The new assessment, and what others said since the page was opened or within a day."""

    assessment: Assessment
    others: list[Assessment]

    @property
    def words(self) -> str:
        said = [f"{other.by} said “{other.get_value_display()}”" for other in self.others]
        if not said:
            return ""
        return f"{' and '.join(said)} shortly before. Both are kept in the history, and yours is shown."


@transaction.atomic
def assess(
    worker: Worker, *, value: int, by: Any, on: date | None = None, note: str = "", seen: int | None = None
) -> Assessed:
    """Say how a worker stands. Rows are only added; of two at once both stay, and each is told of the other's."""
    worker = locked(worker, "campaign")
    may_work_now(by, worker.campaign, "add", Assessment).enforce()
    on = on or timezone.localdate()
    not_in_future(on).enforce()
    if value not in WorkerStanding.values:
        raise Refused("Choose one of the five words from strong supporter to opposed.")
    if worker.left_on is not None:
        raise Refused(f"{worker} has left the unit. Say that the worker is back first.")
    recent = worker.assessments.exclude(by=by).select_related("by").order_by("-pk")
    recent = recent.filter(pk__gt=seen) if seen is not None else recent.filter(created_at__gt=timezone.now() - AT_ONCE)
    others = list(recent[:3])
    made = Assessment(worker=worker, campaign_id=worker.campaign_id, value=value, on=on, by=by, note=note[:500])
    return Assessed(store(made), others)


@transaction.atomic
def note_contact(
    worker: Worker,
    *,
    by: Any,
    kind: str,
    on: date | None = None,
    was_reached: bool = True,
    note: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
) -> ContactNote:
    """Write down a conversation or the attempt. Its next step becomes the worker's; without one the old one is done."""
    worker = locked(worker, "campaign")
    may_work_now(by, worker.campaign, "add", ContactNote).enforce()
    on = on or timezone.localdate()
    not_in_future(on).enforce()
    if next_step_on is not None and not next_step.strip():
        raise Refused("Say what is to be done on that day.")
    said = {"next_step": next_step.strip(), "next_step_on": next_step_on}
    made = ContactNote(
        worker=worker,
        campaign_id=worker.campaign_id,
        by=by,
        kind=kind,
        on=on,
        was_reached=was_reached,
        note=note,
        **said,
    )
    store(made)
    if was_reached or next_step.strip():
        worker.next_step, worker.next_step_on = said["next_step"], next_step_on
        if worker.organizer_id is None:
            worker.organizer = by
        store(worker, ["next_step", "next_step_on", "organizer"], because="After a conversation")
    return made


@transaction.atomic
def assign(workers: list[Worker], *, organizer: Any, by: Any) -> int:
    """Give workers of one campaign to an organizer, or to nobody."""
    given = list(
        Worker.objects.select_for_update(of=("self",))
        .select_related("campaign")
        .filter(pk__in=[worker.pk for worker in workers])
        .order_by("pk")
    )
    for campaign in {worker.campaign for worker in given}:
        may_work_now(by, campaign, "change", Worker).enforce()
    changed = [worker for worker in given if worker.organizer_id != (organizer.pk if organizer else None)]
    Worker.objects.filter(pk__in=[worker.pk for worker in changed]).update(organizer=organizer)
    return len(changed)


@transaction.atomic
def leave(worker: Worker, *, because: str, by: Any, on: date | None = None, reason: str = "") -> Worker:
    """The worker is no longer in the unit. Lists, cards and history stay."""
    worker = locked(worker, "campaign")
    may_change_worker(by, worker).enforce()
    on = on or timezone.localdate()
    not_in_future(on).enforce()
    if worker.left_on is not None:
        raise Refused(f"{worker} has left the unit already.")
    worker.left_on, worker.left_because = on, because
    return store(worker, ["left_on", "left_because"], because=reason)


@transaction.atomic
def come_back(worker: Worker, *, reason: str, by: Any) -> Worker:
    worker = locked(worker, "campaign")
    may_change_worker(by, worker).enforce()
    if worker.left_on is None:
        raise Refused(f"{worker} has not left the unit.")
    worker.left_on, worker.left_because = None, ""
    return store(worker, ["left_on", "left_because"], because=needs_reason(reason, "the worker is back"))
