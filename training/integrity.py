"""What can become false about training by time, by an import or by another's hand."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from ip2a.words import format_day
from maintenance.models import Severity
from maintenance.registry import check
from members.models import Member
from training.models import (
    Attendance,
    Certification,
    ClassSession,
    Cohort,
    CohortInstructor,
    Enrollment,
    Leave,
    Presence,
    Student,
    ToolIssued,
)
from training.models.words import RUNNING, CohortStatus, StudentStatus


@check(
    "training.certificate-active-past-expiry",
    on=Certification,
    severity=Severity.WARNING,
    sentence=("1 certificate is active past its expiry.", "{count} certificates are active past their expiry."),
    advice="The nightly task expires them. If this stays, the task does not run: tell your administrator.",
    fact=lambda c: f"expired {format_day(c.expiry_date)}",
)
def certificate_active_past_expiry():
    return Certification.objects.due_to_expire(timezone.localdate()).for_table()


@check(
    "training.student-enrolled-without-place",
    on=Student,
    severity=Severity.WARNING,
    sentence=(
        "1 student is enrolled or on leave without a place in a cohort.",
        "{count} students are enrolled or on leave without a place in a cohort.",
    ),
    advice="Complete or drop the student, or enrol them in a cohort.",
    fact=lambda s: s.get_status_display(),
)
def student_enrolled_without_place():
    places = Enrollment.objects.running().filter(student=OuterRef("pk"))
    return Student.objects.running().filter(~Exists(places))


@check(
    "training.place-of-student-who-left",
    on=Student,
    severity=Severity.WARNING,
    sentence=(
        "1 student who is not enrolled still has a place in a cohort.",
        "{count} students who are not enrolled still have a place in a cohort.",
    ),
    advice="End the place, or correct the student's status.",
    fact=lambda s: s.get_status_display(),
)
def place_of_student_who_left():
    places = Enrollment.objects.running().filter(student=OuterRef("pk"))
    running = [StudentStatus.ENROLLED, StudentStatus.ON_LEAVE]
    return Student.objects.live().exclude(status__in=running).filter(Exists(places))


@check(
    "training.attendance-outside-enrolment",
    on=ClassSession,
    severity=Severity.WARNING,
    sentence=(
        "1 class has attendance of a student who did not belong to it that day.",
        "{count} classes have attendance of students who did not belong to them that day.",
    ),
    advice="Correct the days of the place or of the leave, or take the mark away.",
    fact=lambda s: format_day(s.session_date),
)
def attendance_outside_enrolment():
    day = F("session__session_date")
    away = Leave.objects.filter(enrollment=OuterRef("enrollment"), first_day__lte=OuterRef("session__session_date"))
    away = away.filter(Q(last_day=None) | Q(last_day__gte=OuterRef("session__session_date")))
    outside = Q(enrollment__enrolled_on__gt=day) | Q(enrollment__ended_on__lt=day) | Q(Exists(away))
    return ClassSession.objects.filter(pk__in=Attendance.objects.filter(outside).values("session")).for_table()


@check(
    "training.cohort-over-but-running",
    on=Cohort,
    severity=Severity.INFORMATION,
    sentence=("1 cohort has ended and is not completed.", "{count} cohorts have ended and are not completed."),
    advice="Complete, drop or move its students, then complete the cohort.",
    fact=lambda c: f"ended {format_day(c.end_date)}",
)
def cohort_over_but_running():
    over = Cohort.objects.filter(end_date__lt=timezone.localdate())
    return over.exclude(status__in=[CohortStatus.COMPLETED, CohortStatus.CANCELLED])


@check(
    "training.cohort-without-primary-instructor",
    on=Cohort,
    severity=Severity.INFORMATION,
    sentence=(
        "1 running cohort has no instructor who answers for it.",
        "{count} running cohorts have no instructor who answers for them.",
    ),
    advice="Name one on the cohort's page.",
)
def cohort_without_primary_instructor():
    primary = CohortInstructor.objects.filter(cohort=OuterRef("pk"), is_primary=True)
    return Cohort.objects.filter(status=CohortStatus.ACTIVE).filter(~Exists(primary))


@check(
    "training.cohort-larger-than-location",
    on=Cohort,
    severity=Severity.INFORMATION,
    sentence=(
        "1 cohort has more places than its location holds.",
        "{count} cohorts have more places than their location holds.",
    ),
    advice="Move it to a larger location, or take fewer students.",
    fact=lambda c: f"{c.max_students} places",
)
def cohort_larger_than_location():
    open_ = [CohortStatus.PLANNED, CohortStatus.ENROLLING, CohortStatus.ACTIVE]
    return Cohort.objects.filter(status__in=open_, max_students__gt=F("location__capacity"))


@check(
    "training.tool-not-returned",
    on=ToolIssued,
    severity=Severity.INFORMATION,
    sentence=(
        "1 tool is still out with a student who has no place any more.",
        "{count} tools are still out with students who have no place any more.",
    ),
    advice="Ask for it, then take it back on its page.",
    fact=lambda t: f"issued {format_day(t.issued_on)}",
)
def tool_not_returned():
    places = Enrollment.objects.filter(student=OuterRef("student"), status__in=RUNNING)
    return ToolIssued.objects.out().filter(~Exists(places)).for_table()


@check(
    "training.attendance-added-up-wrong",
    on=Enrollment,
    severity=Severity.CRITICAL,
    sentence=(
        "1 place shows another attendance than its marks say.",
        "{count} places show another attendance than their marks say.",
    ),
    advice="Lists and warnings tell of this attendance. It is added up anew by the repair; nothing else changes.",
    fact=lambda place: f"shown: {place.attended} of {place.counted}",
)
def attendance_added_up_wrong():
    right = Q(attended=F("true_attended"), counted=F("true_counted"))
    return Enrollment.objects.with_true_totals().exclude(right)


@attendance_added_up_wrong.mends
def add_up(place: Enrollment) -> str:
    """Count the marks of one place anew."""
    with transaction.atomic():
        Enrollment.objects.select_for_update(of=("self",)).get(pk=place.pk)
        found = Enrollment.objects.with_true_totals().get(pk=place.pk)
        totals = {"attended": found.true_attended, "counted": found.true_counted}
        Enrollment.objects.filter(pk=place.pk).update(**totals)
    return f"{found}: {found.true_attended} of {found.true_counted} classes attended, as the marks say."


@check(
    "training.presence-added-up-wrong",
    on=ClassSession,
    severity=Severity.CRITICAL,
    sentence=(
        "1 class is counted with another attendance than its marks say.",
        "{count} classes are counted with another attendance than their marks say.",
    ),
    advice="Funder reports count this attendance. It is added up anew by the repair; nothing else changes.",
    fact=lambda session: format_day(session.session_date),
)
def presence_added_up_wrong():
    right = Q(presence__attended=F("true_attended"), presence__counted=F("true_counted"))
    none = Q(presence=None, true_counted=0)
    return ClassSession.objects.with_true_presence().select_related("cohort").exclude(right | none)


@presence_added_up_wrong.mends
def add_up_class(session: ClassSession) -> str:
    """Count the marks of one class anew."""
    with transaction.atomic():
        ClassSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        found = ClassSession.objects.with_true_presence().select_related("cohort").get(pk=session.pk)
        totals = {"attended": found.true_attended, "counted": found.true_counted}
        Presence.objects.update_or_create(session=found, defaults=totals)
    return f"{found}: {found.true_attended} of {found.true_counted} were there, as the marks say."


@check(
    "training.student-deceased",
    on=Student,
    severity=Severity.WARNING,
    sentence=(
        "1 student who is enrolled or on leave has died.",
        "{count} students who are enrolled or on leave have died.",
    ),
    advice="End the student's places, or correct the member's status.",
)
def student_deceased():
    return Student.objects.running().filter(member__status=Member.Status.DECEASED)
