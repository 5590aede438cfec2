"""What several rules ask."""

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from ip2a import compartments
from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day
from organizing.models import Campaign, CampaignAccess
from organizing.models.scope import ROOM


def may_work(user: Any, campaign: Campaign, verb: str, model: type[models.Model]) -> Answer:
    """The right to a kind of record, in this campaign. Who was named for a campaign to read it changes nothing."""
    if not has_right(user, verb, model):
        return no(f"Your role may not {verb} {model._meta.verbose_name_plural}. Ask an organizer.")
    if ROOM in compartments.open_to(user):
        return YES
    named = CampaignAccess.objects.running().filter(campaign=campaign, person=user.pk, may_write=True)
    return YES if named.exists() else no("You were named for this campaign to read it, not to change it.")


def may_work_now(user: Any, campaign: Campaign, verb: str, model: type[models.Model]) -> Answer:
    """The same, while the campaign runs."""
    return may_work(user, campaign, verb, model) and is_running(campaign)


def is_running(campaign: Campaign) -> Answer:
    if campaign.status in Campaign.RUNNING:
        return YES
    word = campaign.get_status_display().lower()
    return no(f"The campaign is over ({word}, {format_day(campaign.closed_on)}). Take it up again first.")


def not_in_future(day: date | None) -> Answer:
    if day is not None and day > timezone.localdate():
        return no(f"{format_day(day)} is still to come. Take today or an earlier day.")
    return YES


def first_no(*answers: Answer) -> Answer:
    """The first refusal, or yes."""
    return next((answer for answer in answers if not answer), YES)
