"""A student's way: applying, enrolling, leaving and returning, and how it ends."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from members.models import Member
from training import rules
from training.models import Cohort, Enrollment, Leave, NumberSeries, Student
from training.models.words import CohortStatus, EnrollmentStatus, StudentStatus
from training.rules.students import running_place
from training.services.shared import locked, needs_reason, store

S, E = StudentStatus, EnrollmentStatus
STATE = ["status", "status_on"]
PLACE = ["status", "ended_on", "reason"]


@transaction.atomic
def apply(member: Member, *, by: Any, on: date | None = None, notes: str = "") -> Student:
    """The member applies to the programme and gets a student number."""
    Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    rules.may_apply(by, member).enforce()
    on = on or timezone.localdate()
    student = Student(member=member, student_number=next_number(on.year), applied_on=on, status_on=on, notes=notes)
    store(student, because="Applied")
    student.refresh_from_db()
    return student


def next_number(year: int) -> str:
    """The next of the year. The row stays locked to the end of the transaction, so none is lost when it fails."""
    NumberSeries.objects.get_or_create(year=year)
    series = NumberSeries.objects.select_for_update().get(year=year)
    while True:
        series.last += 1
        if not Student.objects.filter(student_number=str(series)).exists():  # an import may have brought it
            break
    series.save(update_fields=["last"])
    return str(series)


@transaction.atomic
def apply_again(student: Student, *, by: Any, reason: str, on: date | None = None) -> Student:
    """Who was dropped or dismissed applies once more."""
    student, on = locked(student, "member"), on or timezone.localdate()
    rules.may_apply_again(by, student, on).enforce()
    return _become(student, S.APPLICANT, on, needs_reason(reason, "they may apply again"))


@transaction.atomic
def enrol(student: Student, *, cohort: Cohort, by: Any, on: date | None = None) -> Enrollment:
    """Give the student a place. The cohort is locked first, so that two who enrol at once count one by one."""
    cohort, student = locked(cohort), locked(student, "member")
    on = on or max(timezone.localdate(), cohort.start_date)
    rules.may_enrol(by, student, cohort, on).enforce()
    begun = cohort.status == CohortStatus.ACTIVE
    place = Enrollment(student=student, cohort=cohort, enrolled_on=on, status=E.IN_PROGRESS if begun else E.ENROLLED)
    store(place, because=f"Enrolled in {cohort}")
    _become(student, S.ENROLLED, min(on, timezone.localdate()), f"Enrolled in {cohort}")
    return place


@transaction.atomic
def leave(student: Student, *, by: Any, reason: str, on: date | None = None) -> Student:
    """From that day on the student is away; the place is kept."""
    student, on = locked(student, "member"), on or timezone.localdate()
    rules.may_leave(by, student, on).enforce()
    reason = needs_reason(reason, "they leave")
    place = running_place(student)
    if place is not None:
        Leave.objects.create(enrollment=place, first_day=on, reason=reason)
        place.status = E.DEFERRED
        store(place, ["status"], because=reason)
    return _become(student, S.ON_LEAVE, min(on, timezone.localdate()), reason)


@transaction.atomic
def come_back(student: Student, *, by: Any, on: date | None = None) -> Student:
    """The student sits in class again from that day on."""
    student, on = locked(student, "member"), on or timezone.localdate()
    rules.may_come_back(by, student, on).enforce()
    place = running_place(student)
    if place is not None:
        place.leaves.filter(last_day=None).update(last_day=on - timedelta(days=1))
        begun = place.cohort.status == CohortStatus.ACTIVE
        place.status = E.IN_PROGRESS if begun else E.ENROLLED
        store(place, ["status"], because="Returned from leave")
    return _become(student, S.ENROLLED, min(on, timezone.localdate()), "Returned from leave")


@transaction.atomic
def complete(student: Student, *, by: Any, on: date | None = None) -> Student:
    """The student finished the programme on that day."""
    student, on = locked(student, "member"), on or timezone.localdate()
    rules.may_complete(by, student, on).enforce()
    return _end(student, S.COMPLETED, E.COMPLETED, on, "Completed")


@transaction.atomic
def drop(student: Student, *, by: Any, reason: str, on: date | None = None) -> Student:
    """The student leaves for good of their own accord; that day is the last one."""
    student, on = locked(student, "member"), on or timezone.localdate()
    rules.may_drop(by, student, on).enforce()
    return _end(student, S.DROPPED, E.WITHDRAWN, on, needs_reason(reason, "they leave"))


@transaction.atomic
def dismiss(student: Student, *, by: Any, reason: str, on: date | None = None) -> Student:
    """The programme sends the student away; that day is the last one."""
    student, on = locked(student, "member"), on or timezone.localdate()
    rules.may_dismiss(by, student, on).enforce()
    return _end(student, S.DISMISSED, E.DROPPED, on, needs_reason(reason, "they are dismissed"))


def _end(student: Student, to: str, place_to: str, on: date, reason: str) -> Student:
    place = running_place(student)
    if place is not None:
        place.leaves.filter(last_day=None).update(last_day=on)
        if place.status == E.ENROLLED and place_to == E.COMPLETED:  # the cohort was never begun on the pages
            place.status = E.IN_PROGRESS
            store(place, ["status"], because=reason)
        place.status, place.ended_on, place.reason = place_to, on, "" if place_to == E.COMPLETED else reason
        store(place, PLACE, because=reason)
    return _become(student, to, on, reason)


def _become(student: Student, to: str, on: date, reason: str) -> Student:
    student.status, student.status_on = to, max(on, student.applied_on)
    store(student, STATE, because=reason)
    return student
