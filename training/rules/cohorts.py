"""Cohorts, their instructors, their classes, and taking attendance."""

from datetime import date
from typing import Any

from django.utils import timezone

from ip2a.answers import YES, Answer, no
from ip2a.words import format_day
from training.models import ClassSession, Cohort, CohortInstructor, Enrollment, Instructor
from training.models.words import NEXT_COHORT, CohortStatus
from training.rules.shared import may

C = CohortStatus


def may_work_on(user: Any, cohort: Cohort) -> Answer:
    """Whether this person may change the cohort: those who run the programme, and who teaches it."""
    return may(user, "change", Cohort, cohort)


def may_move_cohort(user: Any, cohort: Cohort, to: str) -> Answer:
    answer = may_work_on(user, cohort)
    if not answer:
        return answer
    if to not in NEXT_COHORT[cohort.status]:
        now, then = cohort.get_status_display().lower(), str(C(to).label).lower()
        return no(f"A cohort that is {now} cannot become {then}.")
    running = Enrollment.objects.running().filter(cohort=cohort).count()
    if to in (C.COMPLETED, C.CANCELLED, C.PLANNED) and running:
        who = "1 student still has a place" if running == 1 else f"{running} students still have a place"
        return no(f"{who} in {cohort}. Complete, drop or move them first.")
    if to == C.ACTIVE and cohort.start_date > timezone.localdate():
        return no(f"{cohort} starts on {format_day(cohort.start_date)}. Begin it on that day, or correct the day.")
    return YES


def may_appoint(user: Any, cohort: Cohort, instructor: Instructor | None = None) -> Answer:
    """Whether this person may say who teaches: never an instructor for the own cohort."""
    answer = may(user, "add", CohortInstructor, cohort)
    if not answer:
        return answer
    if instructor is not None and not instructor.is_active:
        return no(f"{instructor} does not teach now. Choose somebody else, or mark them as teaching again.")
    return YES


def may_plan_classes(user: Any, cohort: Cohort, day: date | None = None) -> Answer:
    answer = may(user, "add", ClassSession, cohort)
    if not answer:
        return answer
    if cohort.status in (C.COMPLETED, C.CANCELLED):
        return no(f"{cohort} is {cohort.get_status_display().lower()}: it has no more classes.")
    return YES if day is None else within(cohort, day)


def within(cohort: Cohort, day: date) -> Answer:
    if cohort.start_date <= day <= cohort.end_date:
        return YES
    first, last = format_day(cohort.start_date), format_day(cohort.end_date)
    return no(f"{cohort} runs from {first} to {last}. {format_day(day)} lies outside: choose a day within.")


def may_cancel_class(user: Any, session: ClassSession) -> Answer:
    answer = may(user, "change", ClassSession, session)
    if not answer:
        return answer
    if session.is_cancelled:
        return no("This class is cancelled already.")
    if session.attendances.exists():
        return no("Attendance was taken in this class, so it was held. It cannot be cancelled.")
    return YES


def may_take_attendance(user: Any, session: ClassSession) -> Answer:
    """Whether this person may say who was there: from the day of the class on."""
    if not user.has_perm("training.take_attendance"):
        return no("Your role may not take attendance. The cohort's instructors do.")
    answer = may(user, "add", type(session)._meta.get_field("attendances").related_model, session)
    if not answer:
        return answer
    if session.is_cancelled:
        return no("This class was cancelled, so nobody attended it.")
    if session.session_date > timezone.localdate():
        return no(f"This class is on {format_day(session.session_date)}. Take attendance when it is held.")
    return YES
