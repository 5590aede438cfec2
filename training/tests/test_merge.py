"""Two records of one member, both of them students, become one and two again."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members import merging
from members.tests.test_merge import document, merged, state
from training import factories, services
from training.models import Demographics, Enrollment, Student


@pytest.fixture
def staff(db):
    return UserFactory(role="staff")


def student(**values):
    made = factories.StudentFactory(**values)
    return made, made.member


def fresh(record):
    return type(record).objects.get(pk=record.pk)


def refusal(survivor, loser, by) -> str:
    with pytest.raises(Refused) as refused:
        merged(survivor, loser, by)
    return str(refused.value)


def test_one_student_stays_with_all_that_both_have_and_the_merge_can_be_taken_back(staff):
    stays, rosa = student(applied_on=date(2025, 11, 3))
    gone, twin = student(applied_on=date(2025, 10, 1), status="enrolled", status_on=date(2026, 1, 5), notes="Second")
    place = factories.EnrollmentFactory(student=gone)
    mark = factories.AttendanceFactory(enrollment=place)
    rows = [
        *(gone, stays, place, mark, factories.GradeFactory(enrollment=place)),
        *(factories.CertificationFactory(student=gone), factories.ToolFactory(student=gone)),
        *(factories.JatcApplicationFactory(student=gone), factories.PlacementFactory(student=gone)),
        *(factories.DemographicsFactory(student=gone, gender="woman"), document(gone)),
    ]
    before = state(*rows, rosa, twin)
    done = merged(rosa, twin, staff)
    moved = [fresh(row).student_id for row in rows if hasattr(row, "student_id")]
    assert (moved, fresh(rows[-1]).object_id) == ([stays.pk] * 6, stays.pk)
    kept = fresh(stays)
    assert (kept.member, kept.status, kept.status_on) == (rosa, "enrolled", date(2026, 1, 5))
    assert (kept.applied_on, kept.notes, kept.student_number) == (date(2025, 10, 1), "Second", stays.student_number)
    assert (fresh(gone).member, fresh(gone).merged_into, fresh(gone).is_removed) == (twin, stays, True)
    assert list(Student.objects.live()) == [stays]
    assert merging.take_back(done, by=staff, reason="Two people after all").left_alone == []
    assert state(*rows, rosa, twin) == before


def test_the_one_who_is_a_student_stays_one(staff):
    gone, twin = student()
    rosa = factories.MemberFactory(last_name="Okafor", first_name="Ada")
    merged(rosa, twin, staff)
    assert (fresh(gone).member, fresh(gone).name, fresh(gone).is_removed) == (rosa, "Okafor, Ada", False)


@pytest.mark.parametrize(
    ("mine", "other", "stands"),
    [
        (("completed", date(2025, 12, 1)), ("applicant", date(2026, 2, 2)), "applicant"),
        (("completed", date(2026, 2, 2)), ("dropped", date(2025, 12, 1)), "completed"),
        (("on_leave", date(2025, 12, 1)), ("dismissed", date(2026, 2, 2)), "on_leave"),
    ],
)
def test_who_sits_in_class_does_otherwise_what_was_said_last_stands(staff, mine, other, stands):
    stays, rosa = student(status=mine[0], status_on=mine[1])
    _, twin = student(status=other[0], status_on=other[1])
    merged(rosa, twin, staff)
    assert fresh(stays).status == stands


def test_what_was_told_last_of_oneself_stands_and_nobody_outside_learns_of_it(staff):
    stays, rosa = student()
    gone, twin = student()
    factories.DemographicsFactory(student=stays, gender="man", told_on=date(2026, 1, 1))
    factories.DemographicsFactory(student=gone, gender="woman", veteran="yes", told_on=date(2026, 2, 2))
    done = merged(rosa, twin, staff)
    told = Demographics.objects.order_by("pk").values_list("student", "gender", "veteran", "told_on")
    assert list(told) == [
        (stays.pk, "woman", "yes", date(2026, 2, 2)),
        (gone.pk, "woman", "yes", date(2026, 2, 2)),
    ]
    merging.take_back(done, by=staff)
    assert list(told.values_list("student", "gender")) == [(stays.pk, "man"), (gone.pk, "woman")]


def test_places_in_one_cohort_and_two_running_places_are_refused(staff):
    (stays, rosa), (gone, twin) = student(status="enrolled"), student(status="enrolled")
    cohort = factories.CohortFactory(code="Q1")
    factories.EnrollmentFactory(student=stays, cohort=cohort)
    left = factories.EnrollmentFactory(
        student=gone, cohort=cohort, status="withdrawn", ended_on=date(2026, 2, 2), reason="Moved"
    )
    both = f"{gone} and {stays}"
    assert refusal(rosa, twin, staff) == (
        f"{both} both have a place in Q1, and a student has only one. "
        "Look at both lists of attendance: these two cannot be merged while both places stand."
    )
    Enrollment.objects.filter(pk=left.pk).update(cohort=factories.CohortFactory(code="Q2"))
    factories.EnrollmentFactory(student=gone, cohort__code="Q3")
    assert refusal(rosa, twin, staff) == (
        f"{both} have places in Q3 and Q1, and nobody sits in two. End one, then merge."
    )
    assert (fresh(gone).is_removed, fresh(twin).is_removed) == (False, False)


def test_two_open_applications_and_two_placements_of_a_day_are_refused(staff):
    (stays, rosa), (gone, twin) = student(status="completed"), student(status="completed")
    mine = factories.JatcApplicationFactory(student=stays, jatc__name="Akron JATC")
    other = factories.JatcApplicationFactory(student=gone, jatc=mine.jatc)
    both = f"{gone} and {stays} both"
    assert refusal(rosa, twin, staff) == f"{both} apply to Akron JATC. Withdraw one application, then merge."
    services.withdraw(other, by=staff, reason="Twice")
    for one in (stays, gone):
        factories.PlacementFactory(student=one)
    assert refusal(rosa, twin, staff) == (
        f"{both} have a placement from Mon 6 Apr 2026. Correct one of the days, then merge."
    )


def test_who_may_not_know_of_students_is_not_told_of_them(db):
    organizers = Group.objects.get(name="organizer")
    organizers.permissions.add(Permission.objects.get(codename="change_member"))
    by = UserFactory(role="organizer")
    (stays, rosa), (gone, twin) = student(status="enrolled"), student(status="enrolled")
    for one in (stays, gone):
        factories.EnrollmentFactory(student=one)
    assert refusal(rosa, twin, by) == (
        "These two cannot be merged as they stand. Ask an administrator to look at them."
    )


def test_the_old_students_page_leads_to_the_one_that_stands(signed_in):
    client = signed_in("staff")
    (stays, rosa), (gone, twin) = student(), student()
    merged(rosa, twin, client.user)
    answer = client.get(gone.get_absolute_url())
    assert (answer.status_code, answer.url) == (302, stays.get_absolute_url())
    assert f"{gone} was merged into this student." in client.get(answer.url).content.decode()
    listed = client.get("/training/students/").content.decode()
    assert (stays.student_number in listed, gone.student_number in listed) == (True, False)
    with pytest.raises(Refused, match="was merged into another record"):
        services.enrol(gone, cohort=factories.CohortFactory(), by=client.user)
