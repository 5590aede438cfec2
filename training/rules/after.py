"""Applying to a JATC, interviews, placement and follow-up."""

from datetime import date
from typing import Any

from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day
from members.models import Organization
from training.models import FollowUp, Interview, JatcApplication, Placement, Student
from training.models.words import NEXT_JATC, JatcStatus, StudentStatus
from training.rules.shared import may, not_in_future

J = JatcStatus


def may_move_application(user: Any, application: JatcApplication, to: str) -> Answer:
    answer = may(user, "change", JatcApplication, application)
    if not answer:
        return answer
    if to not in NEXT_JATC[application.status]:
        now, then = application.get_status_display().lower(), str(J(to).label).lower()
        return no(f"An application that is “{now}” cannot become “{then}”.")
    return YES


def may_submit(user: Any, application: JatcApplication) -> Answer:
    answer = may_move_application(user, application, J.SUBMITTED)
    if not answer:
        return answer
    if application.jatc.org_type != Organization.Type.JATC:
        return no(f"{application.jatc} is not a JATC. Choose one, or correct the organization's type.")
    return YES


def may_schedule(user: Any, application: JatcApplication) -> Answer:
    return may_move_application(user, application, J.INTERVIEW_SCHEDULED)


def may_interview(user: Any, application: JatcApplication) -> Answer:
    """Whether this person may score: never somebody who reads what students told of themselves."""
    if not has_right(user, "add", Interview):
        return no("Your role may not score interviews.")
    if user.has_perm("ip2a.enter_demographics"):
        return no("You may read student demographics, so you do not interview. Ask a colleague.")
    if application.student.member.user_id == user.pk:
        return no("Nobody interviews themselves.")
    if application.status not in (J.INTERVIEW_SCHEDULED, J.INTERVIEWED):
        return no("Scores are written down once an interview is scheduled and until it is decided.")
    if application.interviews.filter(interviewer=user).exists():
        return no("You scored this application already. A score stays as it is.")
    return YES


def may_decide(user: Any, application: JatcApplication, to: str) -> Answer:
    """Accepted, waitlisted or rejected; an acceptance needs a score."""
    answer = may_move_application(user, application, to)
    if not answer:
        return answer
    if to == J.ACCEPTED and not application.interviews.exists():
        return no("Nobody has scored an interview yet. Write down a score first.")
    return YES


def may_place(user: Any, student: Student) -> Answer:
    answer = may(user, "add", Placement, student)
    if not answer:
        return answer
    if student.status == StudentStatus.APPLICANT:
        return no("This student has not begun yet, so there is no placement to write down.")
    return YES


def may_follow_up(user: Any, follow_up: FollowUp, on: date | None = None) -> Answer:
    answer = may(user, "change", FollowUp, follow_up)
    if not answer:
        return answer
    if follow_up.done_on is not None:
        return no(f"This was asked on {format_day(follow_up.done_on)} already.")
    if on is not None and on < follow_up.placement.start_date:
        return no(f"The placement began on {format_day(follow_up.placement.start_date)}. Type a later day.")
    return YES if on is None else not_in_future(on)
