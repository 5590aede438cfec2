"""Who may do what with a campaign, its workers, cards and charges."""

from typing import Any

from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from organizing.models import (
    AuthorizationCard,
    Campaign,
    CardCustody,
    UnfairPractice,
    UnitList,
    Worker,
)
from organizing.rules.shared import is_running, may_work, may_work_now

MOVES = {
    "planned": "Back to planned",
    "active": "Start",
    "filed": "Petition filed",
    "won": "Won",
    "lost": "Lost",
    "ended": "End without a vote",
}


def may_move(user: Any, campaign: Campaign, to: str) -> Answer:
    """Along the table of legal moves; the end of a campaign needs nothing but its reason."""
    answer = may_work(user, campaign, "change", Campaign)
    if not answer:
        return answer
    if to not in Campaign.NEXT[Campaign.Status(campaign.status)]:
        word = Campaign.Status(to).label.lower()
        return no(f"The campaign is {campaign.get_status_display().lower()} and cannot become “{word}” from there.")
    if to == Campaign.Status.ACTIVE and not campaign.parties.filter(ended_on=None).exists():
        return no("The campaign has no employer yet. Add one under Edit first.")
    if to == Campaign.Status.FILED and not campaign.unit_lists.exists():
        return no("There is no unit list yet, so nobody can say how many signed. Add a dated list first.")
    return YES


def may_change_list(user: Any, unit_list: UnitList) -> Answer:
    answer = may_work_now(user, unit_list.campaign, "change", UnitList)
    if answer and unit_list.frozen_at is not None:
        return no(f"The list was used ({unit_list.frozen_because}), so it stays as it is. Add another list.")
    return answer


def may_change_worker(user: Any, worker: Worker) -> Answer:
    return may_work_now(user, worker.campaign, "change", Worker)


def may_void(user: Any, card: AuthorizationCard) -> Answer:
    if card.voided_at is not None:
        return no("This card is void already.")
    return may_work(user, card.campaign, "change", AuthorizationCard)


def may_change_card(user: Any, card: AuthorizationCard) -> Answer:
    if card.voided_at is not None:
        return no("This card is void, so it stays as it is.")
    return may_work_now(user, card.campaign, "change", AuthorizationCard)


def may_hand_over(user: Any, card: AuthorizationCard) -> Answer:
    return may_work(user, card.campaign, "add", CardCustody)


def may_move_practice(user: Any, practice: UnfairPractice, to: str) -> Answer:
    answer = may_work(user, practice.campaign, "change", UnfairPractice)
    if answer and to not in UnfairPractice.NEXT[UnfairPractice.Status(practice.status)]:
        word = UnfairPractice.Status(to).label.lower()
        return no(f"This is “{practice.get_status_display().lower()}” and cannot become “{word}” from there.")
    return answer


def may_serve(user: Any, practice: UnfairPractice) -> Answer:
    answer = may_work(user, practice.campaign, "change", UnfairPractice)
    if answer and (practice.filed_on is None or practice.served_on is not None):
        return no(
            "A charge that was not filed yet cannot be served." if practice.filed_on is None else "It was served."
        )
    return answer


def may_import(user: Any, unit_list: UnitList) -> Answer:
    answer = may_change_list(user, unit_list)
    return answer if not answer or has_right(user, "add", Worker) else no("Your role may not add workers.")


__all__ = ["MOVES", "is_running", "may_move", "may_work", "may_work_now"]
