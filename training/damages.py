"""Damage to students, places and classes, for the drill (``maintenance.damaging``)."""

from datetime import date

from maintenance.damaging import change, damage, lose
from members.models import Member
from training.factories import (
    AttendanceFactory,
    CertificationFactory,
    CohortFactory,
    EnrollmentFactory,
    LocationFactory,
    StudentFactory,
    ToolFactory,
)
from training.models import ClassSession, Enrollment, Presence

LONG_AGO = date(2001, 2, 3)


@damage("training.certificate-active-past-expiry")
def certificate_active_past_expiry():
    card = CertificationFactory(issued_date=LONG_AGO)
    return f"{change(card, expiry_date=date(2002, 2, 3))}, which expired in 2002"


@damage("training.student-enrolled-without-place")
def student_enrolled_without_place():
    return f"{change(StudentFactory(), status='enrolled')} without a place"


@damage("training.place-of-student-who-left")
def place_of_student_who_left():
    return f"{change(EnrollmentFactory().student, status='dropped')}, who dropped out and has a place"


@damage("training.attendance-outside-enrolment")
def attendance_outside_enrolment():
    mark = AttendanceFactory()
    change(mark.session, session_date=date(2025, 12, 30))
    return f"{mark}, before the place began"


@damage("training.cohort-over-but-running")
def cohort_over_but_running():
    return f"{change(CohortFactory(), start_date=LONG_AGO, end_date=date(2001, 5, 6))}, which ended in 2001"


@damage("training.cohort-without-primary-instructor")
def cohort_without_primary_instructor():
    return f"{CohortFactory()} without an instructor"


@damage("training.cohort-larger-than-location")
def cohort_larger_than_location():
    return f"{CohortFactory(location=LocationFactory(capacity=1))} in a room for one"


@damage("training.tool-not-returned")
def tool_not_returned():
    return f"{ToolFactory()} with a student who has no place"


@damage("training.attendance-added-up-wrong")
def attendance_added_up_wrong():
    place = AttendanceFactory().enrollment
    return f"{change(Enrollment.objects.get(pk=place.pk), attended=0, counted=7)}: 0 of 7"


@damage("training.presence-added-up-wrong")
def presence_added_up_wrong():
    session = ClassSession.objects.get(pk=AttendanceFactory().session_id)
    for row in Presence.objects.filter(session=session):
        lose(row)
    return f"{session}, whose marks are not counted"


@damage("training.student-deceased")
def student_deceased():
    student = EnrollmentFactory().student
    change(student.member, status=Member.Status.DECEASED)
    return f"{student}, who has died"
