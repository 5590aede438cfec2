"""Verbs of a campaign: open, correct, move along, add and end its employers."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import services
from ip2a.answers import Refused
from ip2a.models import User
from members.models import Organization
from organizing.models import Campaign, CampaignEmployer, UnitList
from organizing.rules.campaigns import may_move
from organizing.rules.shared import may_work, not_in_future
from organizing.services.shared import locked, needs_reason, store

ENDS = (Campaign.Status.WON, Campaign.Status.LOST, Campaign.Status.ENDED)


def organizers() -> Any:
    """People who may enter the compartment: who leads, who is assigned, who is reminded."""
    return (
        User.objects.filter(
            is_active=True,
            groups__permissions__codename="enter_organizing",
            groups__permissions__content_type__app_label="ip2a",
        )
        .distinct()
        .order_by("last_name", "first_name", "pk")
    )


@transaction.atomic
def save_campaign(
    campaign: Campaign, *, by: Any, version: int | None = None, reason: str = "", employer: Organization | None = None
) -> Campaign:
    """Open or correct a campaign; a new one may begin with an employer."""
    not_in_future(campaign.opened_on).enforce()
    if campaign.pk:
        may_work(by, campaign, "change", Campaign).enforce()
    saved = services.save(campaign, by=by, version=version, reason=reason)
    if employer is not None:
        CampaignEmployer.objects.create(campaign=saved, organization=employer)
    return saved


@transaction.atomic
def move(campaign: Campaign, *, to: str, by: Any, on: date | None = None, reason: str = "") -> Campaign:
    """Along its states. An end and a new beginning need a reason; filing keeps the newest list as it is."""
    campaign = locked(campaign)
    may_move(by, campaign, to).enforce()
    on = on or timezone.localdate()
    not_in_future(on).enforce()
    ending, was_over = to in ENDS, campaign.status in ENDS
    if ending or was_over:
        reason = needs_reason(reason, "the campaign ends" if ending else "the campaign is taken up again")
    if ending and on < campaign.opened_on:
        raise Refused("It closes before it opened: check the day.")
    campaign.status, campaign.closed_on = to, on if ending else None
    store(campaign, ["status", "closed_on"], because=reason)
    if to == Campaign.Status.FILED:
        newest = UnitList.objects.filter(campaign=campaign, frozen_at=None).order_by("-as_of", "-pk").first()
        if newest is not None:
            newest.frozen_at, newest.frozen_because = timezone.now(), "Counted against for the petition"
            store(newest, ["frozen_at", "frozen_because"])
    return campaign


@transaction.atomic
def add_employer(campaign: Campaign, *, organization: Organization, by: Any) -> CampaignEmployer:
    campaign = locked(campaign)
    may_work(by, campaign, "change", Campaign).enforce()
    return store(CampaignEmployer(campaign=campaign, organization=organization))
