"""Cohorts, classes, attendance, grades, certificates, tools and hours."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, Message
from training import factories, rates, rules, services
from training.models import (
    Attendance,
    Certification,
    ClassSession,
    Cohort,
    Enrollment,
    Grade,
    Instructor,
    InstructorHours,
    Student,
    ToolIssued,
)

DAY = timedelta(days=1)


def refused(words, act, *arguments, **values):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **values)
    assert str(refusal.value) == words


@pytest.fixture
def staff(db):
    return UserFactory(role="staff")


@pytest.fixture
def cohort(db):
    return factories.CohortFactory(code="C1")


@pytest.fixture
def teacher(cohort):
    return factories.teaches(cohort=cohort).instructor.user


@pytest.fixture
def stranger(db):
    """An instructor of another cohort."""
    return factories.teaches().instructor.user


@pytest.fixture
def session(cohort):
    return factories.SessionFactory(cohort=cohort)


NOT_YOURS = "does not belong to a cohort of yours."


def test_instructors_see_their_own_cohorts_only(teacher, stranger, cohort, session):
    place = factories.EnrollmentFactory(cohort=cohort)
    factories.AttendanceFactory(session=session, enrollment=place)
    factories.GradeFactory(enrollment=place)
    factories.CertificationFactory(student=place.student)
    factories.ToolFactory(student=place.student)
    factories.CertificationFactory()
    models = (Student, Enrollment, ClassSession, Attendance, Grade, Certification, ToolIssued)
    assert [m.objects.visible_to(teacher).count() for m in models] == [1] * 7
    assert [m.objects.visible_to(stranger).count() for m in models] == [0] * 7
    assert list(Cohort.objects.visible_to(teacher)) == [cohort]
    assert list(Instructor.objects.visible_to(teacher)) == [teacher.instructor]
    assert Student.objects.visible_to(UserFactory(role="officer")).count() == 0


def test_a_cohort_with_two_instructors_is_seen_once(teacher, cohort):
    factories.teaches(cohort=cohort, is_primary=False)
    assert Cohort.objects.visible_to(teacher).count() == 1


@pytest.mark.parametrize(
    ("status", "to", "words"),
    [
        ("planned", "active", "A cohort that is planned cannot become active."),
        ("completed", "active", "A cohort that is completed cannot become active."),
        ("cancelled", "enrolling", "A cohort that is cancelled cannot become enrolling."),
    ],
)
def test_a_cohort_moves_as_its_table_says(staff, status, to, words):
    refused(words, services.move_cohort, factories.CohortFactory(status=status), to=to, by=staff)


def test_beginning_a_cohort_begins_every_place(staff):
    cohort = factories.CohortFactory(status="enrolling")
    place = factories.EnrollmentFactory(cohort=cohort, status="enrolled")
    services.move_cohort(cohort, to="active", by=staff)
    place.refresh_from_db()
    assert place.status == "in_progress"


def test_a_cohort_ends_when_nobody_sits_in_it(staff, cohort):
    place = factories.EnrollmentFactory(cohort=cohort)
    words = "1 student still has a place in C1. Complete, drop or move them first."
    refused(words, services.move_cohort, cohort, to="completed", by=staff)
    services.complete(place.student, by=staff, on=factories.LAST)
    assert services.move_cohort(cohort, to="completed", by=staff).status == "completed"


def test_a_cohort_is_cancelled_for_a_reason_and_not_begun_before_its_day(staff):
    cohort = factories.CohortFactory(status="enrolling", code="C2")
    words = "Say why it is cancelled: the reason stays in the history."
    refused(words, services.move_cohort, cohort, to="cancelled", by=staff)
    ahead = timezone.localdate() + DAY
    later = factories.CohortFactory(status="enrolling", code="C3", start_date=ahead, end_date=ahead)
    with pytest.raises(Refused, match="^C3 starts on .* Begin it on that day, or correct the day.$"):
        services.move_cohort(later, to="active", by=staff)


def test_a_new_primary_instructor_takes_the_place_of_the_old(staff, cohort):
    first, second = factories.InstructorFactory.create_batch(2)
    services.appoint(cohort, instructor=first, by=staff, primary=True)
    services.appoint(cohort, instructor=second, by=staff, primary=True)
    assert dict(cohort.teachers.values_list("instructor", "is_primary")) == {first.pk: False, second.pk: True}
    refused(f"{second} teaches C1 already.", services.appoint, cohort, instructor=second, by=staff, primary=True)
    gone = factories.InstructorFactory(is_active=False)
    words = f"{gone} does not teach now. Choose somebody else, or mark them as teaching again."
    refused(words, services.appoint, cohort, instructor=gone, by=staff)


def test_instructors_appoint_nobody(teacher, cohort):
    words = "Your role may not add instructors of cohorts. Ask an administrator for the right."
    refused(words, services.appoint, cohort, instructor=factories.InstructorFactory(), by=teacher)


def test_a_class_outside_the_cohort_is_refused_with_its_days(teacher, cohort):
    words = "C1 runs from Mon 5 Jan 2026 to Fri 27 Mar 2026. Sun 4 Jan 2026 lies outside: choose a day within."
    days = [date(2026, 1, 7), date(2026, 1, 4)]
    refused(words, services.plan_classes, cohort, days=days, starts_at=time(8), ends_at=time(12), by=teacher)
    assert cohort.sessions.count() == 0


def test_classes_are_planned_for_many_days_at_once(teacher, stranger, cohort):
    days = [date(2026, 1, 7), date(2026, 1, 9)]
    services.plan_classes(cohort, days=days, starts_at=time(8), ends_at=time(12), by=teacher)
    assert list(cohort.sessions.order_by("session_date").values_list("session_date", flat=True)) == days
    words = "9 Jan 2026: The cohort has a class at that time already."
    refused(words, services.plan_classes, cohort, days=days[1:], starts_at=time(8), ends_at=time(12), by=teacher)
    words = f"This cohort {NOT_YOURS}"
    refused(words, services.plan_classes, cohort, days=days, starts_at=time(13), ends_at=time(14), by=stranger)


def test_a_class_is_cancelled_for_a_reason_unless_it_was_held(teacher, session):
    services.cancel_class(session, reason="Snow", by=teacher)
    session.refresh_from_db()
    assert (session.is_cancelled, session.cancelled_because) == (True, "Snow")
    refused("This class is cancelled already.", services.cancel_class, session, reason="x", by=teacher)
    held = factories.AttendanceFactory(enrollment__cohort=session.cohort, session__session_date=date(2026, 1, 9))
    words = "Attendance was taken in this class, so it was held. It cannot be cancelled."
    refused(words, services.cancel_class, held.session, reason="x", by=UserFactory(role="staff"))


def test_attendance_is_taken_changed_and_taken_away_in_one_call(
    teacher, cohort, session, django_assert_max_num_queries
):
    places = factories.EnrollmentFactory.create_batch(3, cohort=cohort)
    marks = {place.pk: status for place, status in zip(places, ("present", "absent", "late"), strict=True)}
    assert services.take_attendance(session, marks=marks, by=teacher) == 3
    assert services.take_attendance(session, marks=marks, by=teacher) == 0
    with django_assert_max_num_queries(16):
        assert services.take_attendance(session, marks={places[0].pk: "excused", places[1].pk: ""}, by=teacher) == 2
    assert dict(session.attendances.values_list("enrollment", "status")) == {
        places[0].pk: "excused",
        places[2].pk: "late",
    }
    session.refresh_from_db()
    assert session.taken_at is not None
    actions = AuditEntry.objects.filter(table_name="training_attendance").values_list("action", flat=True)
    assert len(actions) == 5


@pytest.mark.parametrize("number", [1, 30])
def test_a_whole_class_costs_as_many_statements_as_one(teacher, cohort, session, django_assert_num_queries, number):
    places = factories.EnrollmentFactory.create_batch(number, cohort=cohort)
    services.take_attendance(session, marks={}, by=teacher)
    with django_assert_num_queries(11):
        services.take_attendance(session, marks={place.pk: "present" for place in places}, by=teacher)


def test_attendance_of_who_left_is_refused(teacher, staff, cohort, session):
    place = factories.EnrollmentFactory(cohort=cohort)
    services.drop(place.student, by=staff, reason="Moved", on=date(2026, 1, 6))
    words = "Attendance is taken of those who belong to the class on its day."
    refused(words, services.take_attendance, session, marks={place.pk: "present"}, by=teacher)
    refused(words, services.take_attendance, session, marks={factories.EnrollmentFactory().pk: "present"}, by=staff)
    assert Attendance.objects.count() == 0


def test_attendance_is_nobody_elses_and_not_taken_ahead(teacher, stranger, cohort, session):
    refused(f"This class {NOT_YOURS}", services.take_attendance, session, marks={}, by=stranger)
    ahead = timezone.localdate() + DAY
    later = factories.CohortFactory(end_date=ahead)
    coming = factories.SessionFactory(cohort=later, session_date=ahead)
    with pytest.raises(Refused, match="^This class is on .* Take attendance when it is held.$"):
        services.take_attendance(coming, marks={}, by=UserFactory(role="staff"))
    words = "Mark everybody as present, absent, late, excused or left early."
    refused(words, services.take_attendance, session, marks={1: "asleep"}, by=teacher)
    services.cancel_class(session, reason="Snow", by=teacher)
    words = "This class was cancelled, so nobody attended it."
    refused(words, services.take_attendance, session, marks={}, by=teacher)


def test_a_rate_counts_the_late_as_there_and_the_excused_not_at_all(cohort):
    place = factories.EnrollmentFactory(cohort=cohort)
    for day, status in enumerate(("present", "late", "early_departure", "absent", "excused"), 5):
        session = factories.SessionFactory(cohort=cohort, session_date=date(2026, 1, day))
        factories.AttendanceFactory(session=session, enrollment=place, status=status)
    rate = rates.of_place(Enrollment.objects.get(pk=place.pk))
    assert (rate, rate.percent, rate.words) == (rates.Rate(3, 4), Decimal("75.0"), "75 % of 4")
    assert rates.of_cohorts([cohort.pk]) == {cohort.pk: rates.Rate(3, 4)}
    assert (rate.is_low(Decimal(80), Decimal(4)), rate.is_low(Decimal(80), Decimal(5))) == (True, False)
    assert (rates.Rate().percent, rates.Rate().words) == (None, "")


def test_a_certificate_is_active_once_it_was_issued_and_pending_before(teacher, cohort):
    student = factories.EnrollmentFactory(cohort=cohort).student
    pending = services.save_certification(Certification(student=student, certification_type="cpr"), by=teacher)
    assert pending.status == "pending"
    services.certify(pending, on=date(2026, 2, 2), expires=date(2028, 2, 2), by=teacher)
    pending.refresh_from_db()
    assert (pending.status, pending.expiry_date) == ("active", date(2028, 2, 2))
    words = "A certificate that is active cannot become active. Write down the new one instead."
    refused(words, services.certify, pending, on=date(2026, 2, 3), by=teacher)
    services.revoke(pending, reason="Forged", by=teacher)
    assert Certification.objects.get().status == "revoked"
    words = "A certificate that is revoked cannot become revoked. Write down the new one instead."
    refused(words, services.revoke, pending, reason="x", by=teacher)


def test_certifying_past_the_expiry_is_refused_in_words(teacher, cohort):
    student = factories.EnrollmentFactory(cohort=cohort).student
    pending = factories.CertificationFactory(student=student, status="pending", issued_date=None)
    words = "It would expire before it was issued: check both dates."
    refused(words, services.certify, pending, on=date(2026, 2, 2), expires=date(2026, 2, 1), by=teacher)


def test_a_strangers_students_get_neither_grades_nor_certificates_nor_tools(stranger, cohort):
    place = factories.EnrollmentFactory(cohort=cohort)
    assert rules.may_grade(stranger, place).reason == f"This enrollment {NOT_YOURS}"
    assert rules.may_certify(stranger, place.student).reason == f"This student {NOT_YOURS}"
    assert rules.may_issue(stranger, place.student).reason == f"This student {NOT_YOURS}"


def test_certificates_expire_on_their_day_and_twice_does_nothing(db):
    on = date(2026, 5, 1)
    for offset in (-1, 0, 1):
        factories.CertificationFactory(expiry_date=on + offset * DAY)
    factories.CertificationFactory(expiry_date=None)
    assert (services.expire(on=on), services.expire(on=on)) == (2, 0)
    found = Certification.objects.order_by("pk").values_list("status", flat=True)
    assert list(found) == ["expired", "expired", "active", "active"]
    assert AuditEntry.objects.filter(reason="Its expiry date has come").count() == 2


@pytest.mark.parametrize(("days", "told"), [(61, 0), (60, 1), (30, 1), (7, 1), (1, 1), (0, 0)])
def test_the_instructor_is_reminded_ahead(teacher, cohort, days, told):
    place = factories.EnrollmentFactory(cohort=cohort)
    on = date(2026, 5, 1)
    factories.CertificationFactory(student=place.student, expiry_date=on + days * DAY)
    assert (services.remind_of_expiry(on=on), services.remind_of_expiry(on=on)) == (told, 0)
    assert list(Message.objects.values_list("recipient", flat=True)) == [teacher.pk] * told


def test_each_reminder_comes_once_also_when_the_task_was_late(teacher, cohort):
    place = factories.EnrollmentFactory(cohort=cohort)
    expiry = date(2026, 7, 1)
    factories.CertificationFactory(student=place.student, expiry_date=expiry)
    sent = [services.remind_of_expiry(on=expiry - days * DAY) for days in (60, 59, 31, 29, 12, 7, 6, 1)]
    assert sent == [1, 0, 0, 1, 0, 1, 0, 0]


def test_where_nobody_teaches_the_student_the_staff_are_told(staff, db):
    factories.CertificationFactory(expiry_date=date(2026, 5, 20))
    assert services.remind_of_expiry(on=date(2026, 5, 1)) == 1
    assert Message.objects.get().recipient == staff


def test_a_tool_goes_out_and_comes_back_once(teacher, cohort):
    student = factories.EnrollmentFactory(cohort=cohort).student
    tool = services.issue(ToolIssued(student=student, tool="Drill", issued_on=date(2026, 1, 7)), by=teacher)
    words = "It was issued on Wed 7 Jan 2026, so it cannot have come back before."
    refused(words, services.take_back, tool, by=teacher, on=date(2026, 1, 6))
    services.take_back(tool, by=teacher, on=date(2026, 1, 9), condition="Worn")
    tool.refresh_from_db()
    assert (tool.issued_by, tool.returned_to, tool.condition) == (teacher, teacher, "Worn")
    refused("This came back on Fri 9 Jan 2026 already.", services.take_back, tool, by=teacher)


def test_hours_keep_the_rate_of_their_day(teacher, cohort):
    instructor = teacher.instructor
    hours = InstructorHours(instructor=instructor, cohort=cohort, work_date=date(2026, 1, 7), hours=Decimal("3.5"))
    hours = services.log_hours(hours, by=teacher)
    Instructor.objects.filter(pk=instructor.pk).update(rate=60)
    hours.refresh_from_db()
    assert (hours.rate, hours.amount) == (Decimal("45.00"), Decimal("157.50"))
    other = InstructorHours(instructor=factories.InstructorFactory(), work_date=date(2026, 1, 7), hours=1)
    refused("You write down your own hours only.", services.log_hours, other, by=teacher)


def test_a_grade_is_given_to_the_own_students_not_ahead(teacher, cohort):
    place = factories.EnrollmentFactory(cohort=cohort)
    grade = Grade(enrollment=place, score=Decimal(45), max_score=Decimal(50), graded_on=date(2026, 2, 2))
    assert services.save_grade(grade, by=teacher).percent == Decimal("90.0")
    grade = Grade(enrollment=place, score=1, graded_on=timezone.localdate() + DAY)
    with pytest.raises(Refused, match="is still to come"):
        services.save_grade(grade, by=teacher)
