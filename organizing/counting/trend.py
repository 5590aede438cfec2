"""How a campaign went, week by week."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from organizing.models import Campaign

WEEKS = 16

# Of each worker the newest assessment of that day or earlier, and whether a card was signed by then.
BY_WEEK = """
SELECT week::date,
  (SELECT count(DISTINCT worker_id) FROM organizing_authorizationcard
   WHERE campaign_id = %(campaign)s AND voided_at IS NULL AND has_signature AND signed_on <= week),
  (SELECT count(*) FROM (
     SELECT DISTINCT ON (worker_id) value FROM organizing_assessment
     WHERE campaign_id = %(campaign)s AND "on" <= week ORDER BY worker_id, "on" DESC, id DESC) a WHERE value IN (1, 2)),
  (SELECT count(*) FROM organizing_contactnote
   WHERE campaign_id = %(campaign)s AND was_reached AND "on" <= week AND "on" > week - interval '7 days')
FROM unnest(%(weeks)s::date[]) week ORDER BY week
"""


@dataclass(frozen=True)
class Week:
    """What stood at the end of a week: signers so far, supporters by their newest assessment, conversations in it."""

    day: date
    signed: int
    supporters: int
    conversations: int


def weeks(campaign: Campaign, on: date | None = None) -> list[Week]:
    """The last weeks up to today, or up to the day it closed; not before it opened."""
    last = campaign.closed_on or on or timezone.localdate()
    days = [last - timedelta(weeks=back) for back in range(WEEKS)]
    days = [day for day in days if day >= campaign.opened_on] or [last]
    with connection.cursor() as cursor:
        cursor.execute(BY_WEEK, {"campaign": campaign.pk, "weeks": sorted(days)})
        return [Week(*row) for row in cursor.fetchall()]
