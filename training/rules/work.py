"""Grades, certifications, tools and hours."""

from typing import Any

from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day
from training.models import (
    Certification,
    Cohort,
    Enrollment,
    Grade,
    Instructor,
    InstructorHours,
    Student,
    ToolIssued,
)
from training.models.words import NEXT_CERTIFICATION, CertificationStatus
from training.rules.shared import knows, may


def may_grade(user: Any, enrollment: Enrollment) -> Answer:
    return may(user, "add", Grade, enrollment)


def may_certify(user: Any, student: Student) -> Answer:
    return may(user, "add", Certification, student)


def may_activate(user: Any, certification: Certification) -> Answer:
    return _may_move(user, certification, CertificationStatus.ACTIVE)


def may_revoke(user: Any, certification: Certification) -> Answer:
    return _may_move(user, certification, CertificationStatus.REVOKED)


def _may_move(user: Any, certification: Certification, to: str) -> Answer:
    answer = may(user, "change", Certification, certification)
    if not answer:
        return answer
    if to not in NEXT_CERTIFICATION[certification.status]:
        now, then = certification.get_status_display().lower(), str(CertificationStatus(to).label).lower()
        return no(f"A certificate that is {now} cannot become {then}. Write down the new one instead.")
    return YES


def may_issue(user: Any, student: Student) -> Answer:
    return may(user, "add", ToolIssued, student)


def may_return(user: Any, tool: ToolIssued) -> Answer:
    answer = may(user, "change", ToolIssued, tool)
    if not answer:
        return answer
    if tool.returned_on is not None:
        return no(f"This came back on {format_day(tool.returned_on)} already.")
    return YES


def may_log_hours(user: Any, instructor: Instructor, cohort: Cohort | None = None) -> Answer:
    """The own hours, or anybody's for those who run the programme."""
    if not has_right(user, "add", InstructorHours):
        return no("Your role may not write down instructors' hours.")
    if not knows(user, instructor):
        return no("You write down your own hours only.")
    if cohort is not None and not knows(user, cohort):
        return no("This cohort is not one of yours.")
    return YES
