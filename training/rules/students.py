"""A student's way: applying, enrolling, leaving and returning, and how it ends."""

from datetime import date
from typing import Any

from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day
from members.models import Member
from training.models import Attendance, Cohort, Enrollment, Student
from training.models.words import NEXT_STUDENT, OPEN_COHORTS, StudentStatus
from training.rules.shared import first_no, may, not_in_future

S = StudentStatus


def may_apply(user: Any, member: Member) -> Answer:
    """Whether this member may become an applicant: once."""
    if not has_right(user, "add", Student):
        return no("Your role may not add students. Staff take applications to the programme.")
    if member.is_removed:
        return no(f"{member} was merged into another record. Take that one.")
    found = Student.objects.filter(member=member).first()
    if found is not None:
        return no(f"{member} is a student already, number {found.student_number}. Open that record instead.")
    return YES


def may_apply_again(user: Any, student: Student, on: date) -> Answer:
    return _may_become(user, student, S.APPLICANT, on)


def may_enrol(user: Any, student: Student, cohort: Cohort | None = None, on: date | None = None) -> Answer:
    """Whether the student gets a place, in that cohort from that day when they are given."""
    answer = _may_become(user, student, S.ENROLLED, None)
    if not answer:
        return answer
    if student.status == S.ON_LEAVE:
        return no("This student is on leave and keeps the place. Let them return instead.")
    return YES if cohort is None else _may_sit_in(student, cohort, on)


def _may_sit_in(student: Student, cohort: Cohort, on: date | None) -> Answer:
    if cohort.status not in OPEN_COHORTS:
        return no(f"{cohort} is {cohort.get_status_display().lower()} and takes nobody. Choose one that enrols.")
    if Enrollment.objects.filter(student=student, cohort=cohort).exists():
        return no(f"{student} was enrolled in {cohort} before. Choose another cohort.")
    taken = Enrollment.objects.seated().filter(cohort=cohort).count()
    if taken >= cohort.max_students:
        return no(f"{cohort} is full: {taken} of {cohort.max_students} places are taken. Choose another cohort.")
    if on is not None and on > cohort.end_date:
        return no(f"{cohort} ends on {format_day(cohort.end_date)}. Take that day or an earlier one.")
    if on is not None and on < student.applied_on:
        return no(f"The student applied on {format_day(student.applied_on)}. Take that day or a later one.")
    return YES


def may_leave(user: Any, student: Student, on: date | None = None) -> Answer:
    """Whether the student may go on leave, from that day when one is given."""
    answer = _may_become(user, student, S.ON_LEAVE, None)
    return answer and _nothing_taken_since(student, on)


def may_come_back(user: Any, student: Student, on: date | None = None) -> Answer:
    """Whether a student on leave may return, on that day when one is given."""
    if student.status != S.ON_LEAVE:
        return no("This student is not on leave.")
    answer = _may_become(user, student, S.ENROLLED, None)
    if not answer:
        return answer
    place = running_place(student)
    leave = place and place.leaves.filter(last_day=None).first()
    if on is not None and leave is not None and on <= leave.first_day:
        return no(f"The leave began on {format_day(leave.first_day)}. Type a later day.")
    return YES


def may_complete(user: Any, student: Student, on: date | None = None) -> Answer:
    return _may_end(user, student, S.COMPLETED, on)


def may_drop(user: Any, student: Student, on: date | None = None) -> Answer:
    """Whether the student may leave for good of their own accord."""
    return _may_end(user, student, S.DROPPED, on)


def may_dismiss(user: Any, student: Student, on: date | None = None) -> Answer:
    """Whether the programme may send the student away."""
    return _may_end(user, student, S.DISMISSED, on)


def running_place(student: Student) -> Enrollment | None:
    return student.enrollments.running().select_related("cohort").first()  # type: ignore[attr-defined]


def _may_become(user: Any, student: Student, to: str, on: date | None) -> Answer:
    answer = may(user, "change", Student, student)
    if not answer:
        return answer
    if to not in NEXT_STUDENT[student.status]:
        now, then = student.get_status_display().lower(), str(S(to).label).lower()
        return no(f"A student who is “{now}” cannot become “{then}”.")
    if on is not None and on < student.applied_on:
        return no(f"The student applied on {format_day(student.applied_on)}. Type that day or a later one.")
    return YES if on is None else not_in_future(on)


def _may_end(user: Any, student: Student, to: str, on: date | None) -> Answer:
    answer = _may_become(user, student, to, on)
    if not answer or on is None:
        return answer
    place = running_place(student)
    if place is not None and on < place.enrolled_on:
        return no(f"The student was enrolled on {format_day(place.enrolled_on)}. Type that day or a later one.")
    return first_no(_nothing_taken_after(place, on))


def _nothing_taken_since(student: Student, on: date | None) -> Answer:
    place = running_place(student)
    if on is None or place is None:
        return YES
    if on < place.enrolled_on:
        return no(f"The student was enrolled on {format_day(place.enrolled_on)}. Type that day or a later one.")
    last = _last_taken(place)
    if last is not None and last >= on:
        return no(f"Attendance is taken up to {format_day(last)}. Begin the leave on a later day.")
    return YES


def _nothing_taken_after(place: Enrollment | None, on: date) -> Answer:
    last = _last_taken(place) if place is not None else None
    if last is not None and last > on:
        return no(f"Attendance is taken up to {format_day(last)}. Type that day or a later one.")
    return YES


def _last_taken(place: Enrollment) -> date | None:
    days = Attendance.objects.filter(enrollment=place).order_by("-session__session_date")
    return days.values_list("session__session_date", flat=True).first()
