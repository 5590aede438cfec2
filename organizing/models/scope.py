"""Whose records somebody sees: all of the room, or those of the campaigns they were named for.

The database asks the same question of every statement (``ip2a.walls``); this one makes pages say 404 and not less.
"""

from typing import Any

from django.apps import apps
from django.db import models

from ip2a import compartments
from ip2a.models import Record, RecordQuerySet

ROOM = "organizing"


def campaigns_of(user: Any) -> models.QuerySet:
    """Numbers of the campaigns that an officer opened to this person, today."""
    access = apps.get_model("organizing.campaignaccess").objects  # by name: access stands on this module
    return access.running().filter(person=user.pk).values("campaign") if user.pk else access.none().values("campaign")


class WalledQuerySet(RecordQuerySet):
    """``of_campaign`` is the way to the campaign of a row; "" where nobody outside sees any of them."""

    of_campaign = ""

    def visible_to(self, user: Any):
        if not user.has_perm(f"{ROOM}.view_{self.model._meta.model_name}"):
            return self.none()
        if ROOM in compartments.open_to(user):
            return self
        if not self.of_campaign:
            return self.none()
        return self.filter(**{f"{self.of_campaign}__in": campaigns_of(user)})

    def for_table(self):
        return self


class OfCampaign(WalledQuerySet):
    of_campaign = "campaign"


NAMED = "organizing.named"  # held by nobody's role: lent to those who were named for a campaign
OVERSEE = "organizing.oversee"
CAMPAIGNS = "ANY ((SELECT organizing_campaigns())::bigint[])"
CAMPAIGNS_TO_WORK_IN = "ANY ((SELECT organizing_campaigns_to_work_in())::bigint[])"
OVERSEERS = f"(SELECT ip2a_actor_may('{OVERSEE}'))"


class OrganizingRecord(Record):
    """A record that exists for organizers only. It is never deleted: what was wrong is corrected or closed."""

    compartment = ROOM
    never_deleted = True
    papers_with_change = True

    objects = WalledQuerySet.as_manager()

    class Meta:
        abstract = True


class CampaignRecord(OrganizingRecord):
    """A record of a campaign, seen as well by those who were named for it.

    ``campaign`` stands on every such row, kept by the database from the worker, list or card it belongs to, so that
    the wall needs one look at the row itself.
    """

    campaign = models.ForeignKey("organizing.Campaign", models.PROTECT, related_name="+", editable=False)

    objects = OfCampaign.as_manager()
    also_known_to = (NAMED,)
    wall = f"campaign_id = {CAMPAIGNS}"

    class Meta:
        abstract = True
