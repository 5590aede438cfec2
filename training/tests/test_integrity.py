"""Each check finds what is wrong and leaves the healthy alone."""

from datetime import date

import pytest
from django.utils import timezone

from ip2a import timeline
from ip2a.factories import UserFactory
from maintenance.registry import check_named
from training import factories, services
from training.models import Enrollment, Presence, Student


def found(name):
    return list(check_named(f"training.{name}").find())


@pytest.mark.django_db
def test_a_healthy_programme_has_no_finding():
    today = timezone.localdate()
    cohort = factories.CohortFactory(end_date=today)
    factories.teaches(cohort=cohort)
    place = factories.EnrollmentFactory(cohort=cohort)
    factories.AttendanceFactory(enrollment=place)
    factories.CertificationFactory(student=place.student)
    factories.ToolFactory(student=place.student)
    names = (
        *("certificate-active-past-expiry", "student-enrolled-without-place", "place-of-student-who-left"),
        *("attendance-outside-enrolment", "cohort-over-but-running", "cohort-without-primary-instructor"),
        *("cohort-larger-than-location", "tool-not-returned", "attendance-added-up-wrong"),
        "presence-added-up-wrong",
    )
    assert {name: found(name) for name in names} == dict.fromkeys(names, [])


@pytest.mark.django_db
def test_each_check_finds_its_own():
    location = factories.LocationFactory(capacity=20)
    cohort = factories.CohortFactory(location=location)
    attendance = factories.AttendanceFactory(enrollment__cohort=cohort)
    place = attendance.enrollment
    card = factories.CertificationFactory(expiry_date=date(2026, 3, 3))
    tool = factories.ToolFactory()
    lost = factories.StudentFactory(status="enrolled")
    Enrollment.objects.filter(pk=place.pk).update(enrolled_on=date(2026, 2, 2))
    Student.objects.filter(pk=place.student_id).update(status="dropped")
    assert found("certificate-active-past-expiry") == [card]
    assert found("student-enrolled-without-place") == [lost]
    assert found("place-of-student-who-left") == [place.student]
    assert found("attendance-outside-enrolment") == [attendance.session]
    assert found("cohort-over-but-running") == [cohort]
    assert found("cohort-without-primary-instructor") == [cohort]
    assert found("cohort-larger-than-location") == [cohort]
    assert found("tool-not-returned") == [tool]


@pytest.mark.django_db
def test_an_attendance_that_was_added_up_wrong_is_found_and_added_up_anew():
    right, wrong = factories.AttendanceFactory(status="late").enrollment, factories.AttendanceFactory().enrollment
    Enrollment.objects.filter(pk=wrong.pk).update(attended=3, counted=5)
    check = check_named("training.attendance-added-up-wrong")
    assert (found("attendance-added-up-wrong"), check.is_fixable) == ([wrong], True)
    assert check.mend(wrong) == f"{wrong}: 1 of 1 classes attended, as the marks say."
    assert found("attendance-added-up-wrong") == []
    rows = Enrollment.objects.filter(pk__in=[right.pk, wrong.pk])
    assert list(rows.values_list("attended", "counted")) == [(1, 1), (1, 1)]


@pytest.mark.django_db
def test_a_class_that_was_added_up_wrong_is_found_and_added_up_anew():
    factories.AttendanceFactory(status="late")
    wrong, lost = factories.AttendanceFactory().session, factories.AttendanceFactory(status="absent").session
    Presence.objects.filter(session=wrong).update(counted=5)
    Presence.objects.filter(session=lost).delete()
    check = check_named("training.presence-added-up-wrong")
    assert sorted(s.pk for s in check.find()) == [wrong.pk, lost.pk]
    assert check.mend(wrong) == f"{wrong}: 1 of 1 were there, as the marks say."
    check.mend(lost)
    assert (list(check.find()), str(Presence.objects.get(session=lost))) == ([], "0 of 1")


@pytest.mark.django_db
def test_findings_are_told_only_to_who_sees_every_cohort():
    check = check_named("training.tool-not-returned")
    teacher = factories.teaches().instructor.user
    assert (check.is_visible_to(UserFactory(role="staff")), check.is_visible_to(teacher)) == (True, False)


@pytest.mark.django_db
def test_a_members_timeline_tells_of_training_to_who_may_know():
    staff = UserFactory(role="staff")
    place = factories.EnrollmentFactory(cohort__code="C1")
    services.drop(place.student, by=staff, reason="Moved", on=date(2026, 2, 2))
    member = place.student.member
    told = [event.text for event in timeline.events(staff, member) if event.kind == "training"]
    assert told == ["Withdrawn: C1", "Enrolled in C1", "Applied to the programme"]
    outside = timeline.events(UserFactory(role="organizer"), member)
    assert [event for event in outside if event.kind == "training"] == []
