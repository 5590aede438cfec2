"""Cohorts, their instructors, their classes, and taking attendance."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ip2a import audit, services
from ip2a.answers import Refused
from training import rules
from training.models import Attendance, ClassSession, Cohort, CohortInstructor, Course, Enrollment, Instructor
from training.models.words import AttendanceStatus, CohortStatus, EnrollmentStatus
from training.rules.cohorts import within
from training.services.shared import in_words, locked, needs_reason, store


@transaction.atomic
def save_cohort(cohort: Cohort, *, by: Any, version: int | None = None, reason: str = "") -> Cohort:
    """Add or change the facts of a cohort; the database holds its places and its classes."""
    if cohort.pk:
        rules.may_work_on(by, locked(cohort)).enforce()
    try:
        with transaction.atomic():
            return services.save(cohort, by=by, version=version, reason=reason)
    except IntegrityError as error:
        raise in_words(Cohort, error) from error


@transaction.atomic
def move_cohort(cohort: Cohort, *, to: str, by: Any, reason: str = "") -> Cohort:
    """Open, begin, complete or cancel. Beginning puts every waiting place in progress."""
    cohort = locked(cohort)
    rules.may_move_cohort(by, cohort, to).enforce()
    if to == CohortStatus.CANCELLED:
        reason = needs_reason(reason, "it is cancelled")
    cohort.status = to
    store(cohort, ["status"], because=reason)
    if to == CohortStatus.ACTIVE:
        waiting = Enrollment.objects.filter(cohort=cohort, status=EnrollmentStatus.ENROLLED)
        with audit.because(f"{cohort} began"):
            waiting.update(status=EnrollmentStatus.IN_PROGRESS)
    return cohort


@transaction.atomic
def appoint(cohort: Cohort, *, instructor: Instructor, by: Any, primary: bool = False) -> CohortInstructor:
    """This instructor teaches the cohort; as the primary one, whoever was no longer is."""
    cohort = locked(cohort)
    rules.may_appoint(by, cohort, instructor).enforce()
    if primary:
        cohort.teachers.filter(is_primary=True).exclude(instructor=instructor).update(is_primary=False)  # type: ignore[attr-defined]
    found = CohortInstructor.objects.filter(cohort=cohort, instructor=instructor).first()
    if found is None:
        found = CohortInstructor(cohort=cohort, instructor=instructor)
    elif found.is_primary == primary:
        raise Refused(f"{instructor} teaches {cohort} already.")
    found.is_primary = primary
    store(found, because="Answers for the cohort" if primary else "Teaches the cohort")
    return found


@transaction.atomic
def plan_classes(
    cohort: Cohort,
    *,
    days: list[date],
    starts_at: time,
    ends_at: time,
    by: Any,
    course: Course | None = None,
    instructor: Instructor | None = None,
    topic: str = "",
) -> list[ClassSession]:
    """A class on each of these days, at the same time; all or none."""
    cohort = locked(cohort)
    rules.may_plan_classes(by, cohort).enforce()
    if not days:
        raise Refused("No day of the week falls within these dates. Choose other days.")
    made = []
    for day in days:
        within(cohort, day).enforce()
        session = ClassSession(cohort=cohort, session_date=day, starts_at=starts_at, ends_at=ends_at, topic=topic)
        session.course, session.instructor, session.location = course, instructor, cohort.location
        try:
            made.append(store(session, because="Planned"))
        except Refused as refusal:
            raise Refused(f"{day:%-d %b %Y}: {refusal}") from refusal
    return made  # type: ignore[return-value]


@transaction.atomic
def save_class(session: ClassSession, *, by: Any, version: int | None = None, reason: str = "") -> ClassSession:
    """Add or change a class."""
    rules.may_plan_classes(by, session.cohort, session.session_date).enforce()
    try:
        with transaction.atomic():
            return services.save(session, by=by, version=version, reason=reason)
    except IntegrityError as error:
        raise in_words(ClassSession, error) from error


@transaction.atomic
def cancel_class(session: ClassSession, *, reason: str, by: Any) -> ClassSession:
    """The class is not held."""
    session = locked(session, "cohort")
    rules.may_cancel_class(by, session).enforce()
    session.is_cancelled, session.cancelled_because = True, needs_reason(reason, "it is cancelled")
    store(session, ["is_cancelled", "cancelled_because"], because=session.cancelled_because)
    return session


@transaction.atomic
def take_attendance(session: ClassSession, *, marks: Mapping[int, str], by: Any) -> int:
    """Write down who was there: status by enrolment, "" takes a mark away. Returns how many marks changed.

    The class is locked, so that two who mark at once do not lose each other's marks; what was marked before and is
    not named stays.
    """
    session = locked(session, "cohort")
    rules.may_take_attendance(by, session).enforce()
    unknown = {mark for mark in marks.values() if mark} - set(AttendanceStatus.values)
    if unknown:
        raise Refused("Mark everybody as present, absent, late, excused or left early.")
    there = {row.enrollment_id: row for row in session.attendances.filter(enrollment__in=marks)}
    new = [Attendance(session=session, enrollment_id=pk, status=s) for pk, s in marks.items() if s and pk not in there]
    moved = [row for pk, row in there.items() if marks[pk] and row.status != marks[pk]]
    gone = [row.pk for pk, row in there.items() if not marks[pk]]
    _write(session, new, moved, {row.pk: marks[row.enrollment_id] for row in moved}, gone)
    if session.taken_at is None and (new or moved):
        session.taken_at = timezone.now()
        store(session, ["taken_at"])
    return len(new) + len(moved) + len(gone)


def _write(session: ClassSession, new: list, moved: list, marks: dict[int, str], gone: list[int]) -> None:
    for row in moved:
        row.status = marks[row.pk]
    try:
        with transaction.atomic():
            Attendance.objects.bulk_create(new)
            Attendance.objects.bulk_update(moved, ["status"])
            if gone:
                session.attendances.filter(pk__in=gone).delete()  # type: ignore[attr-defined]
    except IntegrityError as error:
        raise in_words(Attendance, error) from error
