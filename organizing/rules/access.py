"""Who opens the compartment, to whom, and for how long."""

from typing import Any

from ip2a import compartments, numbers
from ip2a.answers import YES, Answer, no
from organizing.models import OVERSEE, BreakGlass, Campaign, CampaignAccess
from organizing.models.scope import ROOM

GLASS_HOURS = numbers.declare(
    "organizing.glass-hours",
    4,
    unit="hours",
    about="For how long an officer who opens the organizing compartment sees it: at most 24.",
)
MOST_HOURS = 24
NOT_AN_OFFICER = "Only an officer may do that."


def glass_hours() -> int:
    """What the local has set, within what the database takes."""
    return min(MOST_HOURS, max(1, int(numbers.value(GLASS_HOURS))))


def may_break_glass(user: Any) -> Answer:
    if not user.has_perm(OVERSEE):
        return no(NOT_AN_OFFICER)
    if BreakGlass.objects.open().filter(officer=user.pk).exists():
        return no("The compartment is open to you already. It closes by itself, or when you close it.")
    if ROOM in compartments.open_to(user):
        return no("You are inside the compartment already, by your role.")
    return YES


def may_end_glass(user: Any, glass: BreakGlass) -> Answer:
    if not glass.is_open:
        return no("It is closed already.")
    if glass.officer_id != user.pk and not user.has_perm(OVERSEE):
        return no(NOT_AN_OFFICER)
    return YES


def may_ask(user: Any, campaign: Campaign | None = None) -> Answer:
    """Organizers ask, because only they know which campaign needs whom."""
    if not user.has_perm("organizing.add_campaignaccess") or ROOM not in compartments.open_to(user):
        return no("Only an organizer asks for somebody to be named.")
    if campaign is not None and campaign.status not in Campaign.RUNNING:
        return no("The campaign is over. Nobody is named for it any more.")
    return YES


def may_grant(user: Any, access: CampaignAccess) -> Answer:
    if not user.has_perm(OVERSEE):
        return no("Only an officer names people for a campaign.")
    if access.ended_at is not None:
        return no("This was ended. It has to be asked for anew.")
    if access.granted_at is not None:
        return no("This was granted already.")
    if access.person_id == user.pk:
        return no("Nobody names themselves. Ask another officer.")
    if access.asked_by_id == user.pk:
        return no("You asked for this yourself, so another officer decides.")
    if not access.person.is_active:
        return no("The account of this person is deactivated.")
    return YES


def may_end_access(user: Any, access: CampaignAccess) -> Answer:
    if not user.has_perm("organizing.change_campaignaccess"):
        return no("Only an officer or an organizer ends this.")
    if access.ended_at is not None:
        return no("This was ended already.")
    return YES
