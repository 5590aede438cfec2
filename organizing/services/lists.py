"""Verbs of a unit list."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import services
from ip2a.answers import Refused
from organizing.models import Campaign, UnitList, UnitListEntry, Worker
from organizing.rules.campaigns import may_change_list
from organizing.rules.shared import may_work_now, not_in_future
from organizing.services.shared import locked, needs_reason, store


@transaction.atomic
def save_list(unit_list: UnitList, *, by: Any, version: int | None = None, reason: str = "") -> UnitList:
    """A list needs its day and its source: numbers against an undated list say nothing."""
    if unit_list.as_of is None:
        raise Refused("Say for which day the list is true: cards are counted against a dated list only.")
    not_in_future(unit_list.as_of).enforce()
    if unit_list.pk is None:
        may_work_now(by, unit_list.campaign, "add", UnitList).enforce()
    else:
        may_change_list(by, locked(unit_list, "campaign")).enforce()
    return services.save(unit_list, by=by, version=version, reason=reason)


@transaction.atomic
def freeze(unit_list: UnitList, *, reason: str, by: Any) -> UnitList:
    """Keep the list as it is from now on, because it was used."""
    unit_list = locked(unit_list, "campaign")
    may_change_list(by, unit_list).enforce()
    unit_list.frozen_because = needs_reason(reason, "it is kept")[:200]
    unit_list.frozen_at = timezone.now()
    return store(unit_list, ["frozen_at", "frozen_because"], because=unit_list.frozen_because)


@transaction.atomic
def put_on_list(unit_list: UnitList, worker: Worker, *, by: Any) -> UnitListEntry:
    """Add a worker of the same campaign to a list that was not used yet."""
    unit_list = locked(unit_list, "campaign")
    may_change_list(by, unit_list).enforce()
    if worker.campaign_id != unit_list.campaign_id:
        raise Refused(f"{worker} belongs to another campaign, and a worker is in one unit only.")
    entry = UnitListEntry(
        unit_list=unit_list,
        campaign_id=unit_list.campaign_id,
        worker=worker,
        name_on_list=str(worker),
        job_title=worker.job_title,
        shift=worker.shift,
        location=worker.location,
    )
    return store(entry)


def newest_of(campaign: Campaign) -> UnitList | None:
    return UnitList.objects.filter(campaign=campaign).as_of(timezone.localdate()).first()
