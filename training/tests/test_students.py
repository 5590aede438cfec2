"""A student's way: each yes, each no with its words, and what it leaves behind."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberFactory
from training import factories, services
from training.models import Enrollment, Leave, Student
from training.tests.test_promises import at_once as raw_at_once

TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def staff(db):
    return UserFactory(role="staff")


@pytest.fixture
def cohort(db):
    return factories.CohortFactory(code="IP2A-2026-Q1", max_students=2)


def refused(words, act, *arguments, **values):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **values)
    assert str(refusal.value) == words


def seated(cohort, **fields):
    return factories.EnrollmentFactory(cohort=cohort, **fields)


def state(student):
    student.refresh_from_db()
    return student.status, list(student.enrollments.order_by("pk").values_list("status", "ended_on", "reason"))


def test_a_member_applies_once_and_gets_the_next_number(staff):
    member = MemberFactory(last_name="Lima", first_name="Rosa")
    student = services.apply(member, by=staff, on=date(2026, 1, 3))
    assert (str(student), student.status) == ("Lima, Rosa (ST-2026-0001)", "applicant")
    words = f"{member} is a student already, number ST-2026-0001. Open that record instead."
    refused(words, services.apply, member, by=staff)
    assert services.apply(MemberFactory(), by=staff, on=date(2026, 2, 1)).student_number == "ST-2026-0002"


def test_a_number_that_an_import_brought_is_not_given_again(staff):
    factories.StudentFactory(student_number="ST-2026-0001")
    assert services.apply(MemberFactory(), by=staff, on=date(2026, 2, 1)).student_number == "ST-2026-0002"


def test_only_who_adds_students_takes_applications(db):
    words = "Your role may not add students. Staff take applications to the programme."
    refused(words, services.apply, MemberFactory(), by=UserFactory(role="instructor"))


def test_an_applicant_is_enrolled_and_a_running_cohort_begins_at_once(staff, cohort):
    student = factories.StudentFactory()
    place = services.enrol(student, cohort=cohort, by=staff, on=date(2026, 1, 12))
    assert (place.status, state(student)) == ("in_progress", ("enrolled", [("in_progress", None, "")]))
    entry = AuditEntry.objects.filter(table_name="training_enrollment").first()
    assert entry.reason == "Enrolled in IP2A-2026-Q1"


def test_nobody_is_enrolled_twice_or_where_nobody_is_taken(staff, cohort):
    sitting = seated(cohort).student
    words = "A student who is “enrolled” cannot become “enrolled”."
    refused(words, services.enrol, sitting, cohort=cohort, by=staff)
    closed = factories.CohortFactory(code="OLD", status="completed")
    words = "OLD is completed and takes nobody. Choose one that enrols."
    refused(words, services.enrol, factories.StudentFactory(), cohort=closed, by=staff)
    back = seated(cohort, status="withdrawn", ended_on=date(2026, 2, 2), reason="Moved").student
    services.drop(back, by=staff, reason="Moved", on=date(2026, 2, 3))
    services.apply_again(back, by=staff, reason="Is back")
    words = f"{back} was enrolled in IP2A-2026-Q1 before. Choose another cohort."
    refused(words, services.enrol, back, cohort=cohort, by=staff)


def test_a_full_cohort_says_so(staff, cohort):
    seated(cohort)
    seated(cohort, status="deferred")
    words = "IP2A-2026-Q1 is full: 2 of 2 places are taken. Choose another cohort."
    refused(words, services.enrol, factories.StudentFactory(), cohort=cohort, by=staff)


def test_the_day_of_enrolling_lies_in_the_cohort_and_after_the_application(staff, cohort):
    student = factories.StudentFactory()
    words = "IP2A-2026-Q1 ends on Fri 27 Mar 2026. Take that day or an earlier one."
    refused(words, services.enrol, student, cohort=cohort, by=staff, on=factories.LAST + DAY)
    words = "The student applied on Mon 3 Nov 2025. Take that day or a later one."
    refused(words, services.enrol, student, cohort=cohort, by=staff, on=date(2025, 11, 2))


def test_instructors_do_not_enrol(cohort):
    teacher = factories.teaches(cohort=cohort).instructor.user
    words = "Your role may not change students. Ask an administrator for the right."
    refused(words, services.enrol, factories.StudentFactory(), cohort=cohort, by=teacher)


def test_two_at_once_do_not_enrol_the_31st_of_30(committed_db):
    staff, cohort = UserFactory(role="staff"), factories.CohortFactory(code="C", max_students=30)
    factories.EnrollmentFactory.create_batch(29, cohort=cohort)
    students = factories.StudentFactory.create_batch(4)
    on = date(2026, 1, 12)
    outcomes = raw_at_once(*(lambda s=s: services.enrol(s, cohort=cohort, by=staff, on=on) for s in students))
    full = "Refused: C is full: 30 of 30 places are taken. Choose another cohort."
    assert outcomes == [*[full] * 3, "done"]
    assert Enrollment.objects.seated().filter(cohort=cohort).count() == 30
    assert Student.objects.filter(status="enrolled").count() == 30


def test_numbers_given_at_once_are_never_the_same(committed_db):
    staff, members = UserFactory(role="staff"), MemberFactory.create_batch(6)
    assert raw_at_once(*(lambda m=m: services.apply(m, by=staff) for m in members)) == ["done"] * 6
    numbers = sorted(Student.objects.values_list("student_number", flat=True))
    assert [number[-4:] for number in numbers] == [f"{n:04}" for n in range(1, 7)]


def test_a_leave_keeps_the_place_and_ends_with_the_return(staff, cohort):
    student = seated(cohort).student
    services.leave(student, by=staff, reason="A new child", on=date(2026, 2, 2))
    assert state(student) == ("on_leave", [("deferred", None, "")])
    seated(cohort)
    words = "IP2A-2026-Q1 is full: 2 of 2 places are taken. Choose another cohort."
    refused(words, services.enrol, factories.StudentFactory(), cohort=cohort, by=staff)
    words = "The leave began on Mon 2 Feb 2026. Type a later day."
    refused(words, services.come_back, student, by=staff, on=date(2026, 2, 2))
    services.come_back(student, by=staff, on=date(2026, 2, 16))
    assert state(student) == ("enrolled", [("in_progress", None, "")])
    assert list(Leave.objects.values_list("first_day", "last_day", "reason")) == [
        (date(2026, 2, 2), date(2026, 2, 15), "A new child")
    ]
    refused("This student is not on leave.", services.come_back, student, by=staff)


def test_a_leave_has_a_reason_and_does_not_cover_classes_that_were_taken(staff, cohort):
    attendance = factories.AttendanceFactory(enrollment=seated(cohort))
    student = attendance.enrollment.student
    words = "Say why they leave: the reason stays in the history."
    refused(words, services.leave, student, by=staff, reason=" ", on=date(2026, 2, 2))
    words = "Attendance is taken up to Wed 7 Jan 2026. Begin the leave on a later day."
    refused(words, services.leave, student, by=staff, reason="Ill", on=date(2026, 1, 7))


@pytest.mark.parametrize(
    ("act", "reason", "becomes", "place"),
    [
        (services.complete, None, "completed", "completed"),
        (services.drop, "Moved away", "dropped", "withdrawn"),
        (services.dismiss, "Did not come", "dismissed", "dropped"),
    ],
)
def test_it_ends_with_a_day_and_a_reason(staff, cohort, act, reason, becomes, place):
    student = seated(cohort).student
    given = {"reason": reason} if reason else {}
    act(student, by=staff, on=date(2026, 3, 20), **given)
    assert state(student) == (becomes, [(place, date(2026, 3, 20), reason or "")])
    if reason:
        assert AuditEntry.objects.filter(table_name="training_student").first().reason == reason


@pytest.mark.parametrize(("act", "what"), [(services.drop, "they leave"), (services.dismiss, "they are dismissed")])
def test_leaving_for_good_needs_a_reason(staff, cohort, act, what):
    student = seated(cohort).student
    refused(f"Say why {what}: the reason stays in the history.", act, student, by=staff, reason="")


def test_nobody_left_before_the_last_class_that_was_taken(staff, cohort):
    student = factories.AttendanceFactory(enrollment=seated(cohort)).enrollment.student
    words = "Attendance is taken up to Wed 7 Jan 2026. Type that day or a later one."
    refused(words, services.drop, student, by=staff, reason="x", on=date(2026, 1, 6))
    words = f"{_words(TODAY() + DAY)} is still to come. Take today or an earlier day."
    refused(words, services.drop, student, by=staff, reason="x", on=TODAY() + DAY)
    services.drop(student, by=staff, reason="x", on=date(2026, 1, 7))


def _words(day):
    from ip2a.words import format_day

    return format_day(day)


def test_who_completed_is_neither_dropped_nor_dismissed(staff):
    student = factories.StudentFactory(status="completed")
    for act, word in ((services.drop, "dropped"), (services.dismiss, "dismissed")):
        words = f"A student who is “completed” cannot become “{word}”."
        refused(words, act, student, by=staff, reason="x")


def test_who_was_dismissed_may_apply_again_for_a_reason(staff, cohort):
    student = factories.StudentFactory(status="dismissed")
    words = "A student who is “dismissed” cannot become “enrolled”."
    refused(words, services.enrol, student, cohort=cohort, by=staff)
    services.apply_again(student, by=staff, reason="A year has passed")
    services.enrol(student, cohort=cohort, by=staff, on=date(2026, 1, 12))
    assert state(student)[0] == "enrolled"
