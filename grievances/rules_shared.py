"""What most rules of a case ask."""

from datetime import date
from typing import Any

from grievances.models import Grievance, Status
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day


def may_pursue(user: Any) -> Answer:
    if not user.has_perm("grievances.pursue_grievance"):
        return no("Only representatives may work on a grievance. You can read it.")
    return YES


def may_move(grievance: Grievance, to: str) -> Answer:
    """Whether the table of legal moves has this one."""
    if to not in Grievance.NEXT[Status(grievance.status)]:
        was, wanted = grievance.get_status_display().lower(), Status(to).label.lower()
        return no(f"{grievance} is {was}: it cannot become {wanted} from there.")
    return YES


def must_run(grievance: Grievance) -> Answer:
    if grievance.is_running:
        return YES
    return no(
        f"{grievance} is {grievance.get_status_display().lower()} since {format_day(grievance.resolution_date)}. "
        "Reopen it first, with the reason."
    )


def must_be_filed(grievance: Grievance) -> Answer:
    return YES if grievance.is_filed else no(f"{grievance}: file it first.")


def not_in_future(day: date, today: date, what: str) -> Answer:
    if day > today:
        return no(f"{what} lies in the future ({format_day(day)}). Write it down when it has happened.")
    return YES


def not_before_filing(grievance: Grievance, on: date) -> Answer:
    if grievance.filed_date is not None and on < grievance.filed_date:
        return no(f"It lies before the filing on {format_day(grievance.filed_date)}: check the date.")
    return YES


def first_no(*answers: Answer) -> Answer:
    """The first refusal, or yes."""
    return next((answer for answer in answers if not answer), YES)
