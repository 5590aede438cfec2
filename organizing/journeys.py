"""What organizers do all day."""

from maintenance.load.registry import journey, landmark
from maintenance.load.visiting import Visitor

ORGANIZER = ["organizer"]
ACTIVITY, CAMPAIGN = "organizing.activity", "organizing.campaign"

landmark(ACTIVITY, on="organizing:saltingactivity_list", page="organizing:saltingactivity_detail", role="organizer")
landmark(CAMPAIGN, on="organizing:campaign_list", page="organizing:campaign_detail", role="organizer")


@journey("organizing.activities", kind="read", roles=ORGANIZER, weight=4)
def read_activities(visitor: Visitor) -> None:
    visitor.open("organizing:saltingactivity_list")
    visitor.open("organizing:saltingactivity_detail", visitor.some(ACTIVITY).key)


@journey("organizing.campaign", kind="read", roles=ORGANIZER, weight=3)
def see_how_a_campaign_stands(visitor: Visitor) -> None:
    campaign = visitor.some(CAMPAIGN)
    visitor.open("organizing:campaign_detail", campaign.key, shows=campaign.label)
    visitor.open("organizing:campaign_chart", campaign.key)


@journey("organizing.correct", kind="write", roles=ORGANIZER)
def correct_an_activity(visitor: Visitor) -> None:
    """A note that was forgotten."""
    activity = visitor.some(ACTIVITY)
    page = visitor.open("organizing:saltingactivity_update", activity.key)
    visitor.save(page, lands="organizing:saltingactivity_detail", notes=visitor.mark, reason=visitor.mark)
