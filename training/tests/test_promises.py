"""What the database itself refuses, whatever road a statement comes by."""

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from ip2a import audit
from ip2a.models import AuditEntry
from members.models import Member
from training import factories
from training.models import Attendance, ClassSession, Cohort, CohortInstructor, Enrollment, Presence, Student, words

DAY = timedelta(days=1)


def refused(constraint, change, *arguments, **values):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(*arguments, **values)
    assert error.value.__cause__.diag.constraint_name == constraint


def change(record, **values):
    type(record).objects.filter(pk=record.pk).update(**values)


def test_a_student_bears_the_members_name_for_search_and_order(db):
    student = factories.StudentFactory(member__last_name="Ångström", member__first_name="Zoë")
    assert (student.name, student.sort_key) == ("Ångström, Zoë", "angstrom, zoe")
    Member.objects.filter(pk=student.member_id).update(last_name="Lima")
    student.refresh_from_db()
    assert str(student) == f"Lima, Zoë ({student.student_number})"
    Student.objects.filter(pk=student.pk).update(name="Somebody else")
    student.refresh_from_db()
    assert student.name == "Lima, Zoë"


def test_no_statement_seats_one_more_than_there_are_places(db):
    cohort = factories.CohortFactory(max_students=2)
    first, _ = factories.EnrollmentFactory.create_batch(2, cohort=cohort)
    refused("enrollment_within_capacity", factories.EnrollmentFactory, cohort=cohort)
    change(first, status="dropped", ended_on=factories.LAST, reason="Moved")
    factories.EnrollmentFactory(cohort=cohort)
    refused("enrollment_within_capacity", change, first, status="in_progress", ended_on=None)


def test_many_rows_in_one_statement_are_counted_too(db):
    cohort = factories.CohortFactory(max_students=2)
    students = factories.StudentFactory.create_batch(3)
    rows = [Enrollment(student=s, cohort=cohort, enrolled_on=factories.FIRST) for s in students]
    refused("enrollment_within_capacity", Enrollment.objects.bulk_create, rows)


def test_a_cohort_does_not_shrink_below_its_students_or_away_from_its_classes(db):
    cohort = factories.EnrollmentFactory().cohort
    factories.EnrollmentFactory(cohort=cohort)
    factories.SessionFactory(cohort=cohort)
    refused("cohort_holds_its_students", change, cohort, max_students=1)
    refused("cohort_holds_its_classes", change, cohort, start_date=date(2026, 1, 8))
    change(cohort, max_students=2, start_date=date(2026, 1, 7))


@pytest.mark.parametrize("day", [factories.FIRST - DAY, factories.LAST + DAY])
def test_a_class_outside_its_cohort_is_refused(db, day):
    cohort = factories.CohortFactory()
    refused("session_within_cohort", factories.SessionFactory, cohort=cohort, session_date=day)
    session = factories.SessionFactory(cohort=cohort)
    refused("session_within_cohort", change, session, session_date=day)


def test_one_instructor_answers_for_a_cohort(db):
    first = factories.teaches()
    other = factories.InstructorFactory()
    refused(
        "cohortinstructor_one_primary",
        CohortInstructor.objects.create,
        cohort=first.cohort,
        instructor=other,
        is_primary=True,
    )
    refused("cohortinstructor_once", CohortInstructor.objects.create, cohort=first.cohort, instructor=first.instructor)
    CohortInstructor.objects.create(cohort=first.cohort, instructor=other)


def test_attendance_is_taken_once(db):
    attendance = factories.AttendanceFactory()
    refused(
        "attendance_once",
        factories.AttendanceFactory,
        session=attendance.session,
        enrollment=attendance.enrollment,
        status="absent",
    )


@pytest.mark.parametrize(
    "values",
    [
        {"status": "dropped", "ended_on": date(2026, 1, 6), "reason": "x"},
        {"enrolled_on": date(2026, 1, 8)},
    ],
)
def test_who_did_not_belong_to_the_class_that_day_has_no_attendance(db, values):
    enrollment = factories.EnrollmentFactory(**values)
    session = factories.SessionFactory(cohort=enrollment.cohort)
    refused("attendance_of_the_enrolled", factories.AttendanceFactory, session=session, enrollment=enrollment)


def test_neither_strangers_nor_those_on_leave_have_attendance_nor_a_cancelled_class(db):
    enrollment = factories.EnrollmentFactory()
    session = factories.SessionFactory(cohort=enrollment.cohort)
    stranger = factories.EnrollmentFactory()
    refused("attendance_of_the_enrolled", factories.AttendanceFactory, session=session, enrollment=stranger)
    leave = enrollment.leaves.create(first_day=date(2026, 1, 6), last_day=date(2026, 1, 7), reason="Ill")
    refused("attendance_of_the_enrolled", factories.AttendanceFactory, session=session, enrollment=enrollment)
    change(leave, last_day=date(2026, 1, 6))
    change(session, is_cancelled=True, cancelled_because="Snow")
    refused("attendance_of_the_enrolled", factories.AttendanceFactory, session=session, enrollment=enrollment)


def test_attendance_and_its_class_stay_where_they_are(db):
    attendance = factories.AttendanceFactory()
    other = factories.EnrollmentFactory(cohort=attendance.enrollment.cohort)
    refused("attendance_stays", change, attendance, enrollment=other)
    refused("session_stays_when_taken", change, attendance.session, session_date=date(2026, 1, 9))


@pytest.mark.parametrize("values", [{"score": 101}, {"score": -1}, {"score": 0, "max_score": 0}])
def test_a_grade_lies_within_its_scale(db, values):
    refused("grade_within_scale", factories.GradeFactory, **values)


def test_a_certificate_cannot_expire_before_it_was_issued(db):
    issued = date(2026, 2, 2)
    for expiry in (issued, issued - DAY):
        refused("certification_expires_after_issue", factories.CertificationFactory, expiry_date=expiry)
    factories.CertificationFactory(expiry_date=issued + DAY)


def test_a_grant_is_not_overspent_unless_somebody_says_why(db):
    grant = factories.GrantFactory(amount=1000)
    expense = factories.ExpenseFactory(grant=grant, amount=900)
    refused("expense_within_grant", factories.ExpenseFactory, grant=grant, amount="100.01")
    refused("expense_within_grant", change, expense, amount=1001)
    refused("expense_over_for_a_reason", factories.ExpenseFactory, grant=grant, amount=200, is_over=True)
    factories.ExpenseFactory(grant=grant, amount=200, is_over=True, over_because="The board agreed")


def test_dates_are_in_order(db):
    refused("cohort_ends_after_start", factories.CohortFactory, end_date=factories.FIRST - DAY)
    refused("enrollment_ends_after_start", factories.EnrollmentFactory, status="completed", ended_on=date(2026, 1, 1))
    refused("grant_ends_after_start", factories.GrantFactory, end_date=date(2025, 12, 31))
    refused("tool_due_after_issue", factories.ToolFactory, due_on=date(2026, 1, 6))
    refused("session_ends_after_start", factories.SessionFactory, ends_at="08:00")


def at_once(*calls):
    """Start every call at the same moment; the names of the constraints that refused, or "done"."""
    start, outcomes = threading.Barrier(len(calls)), []

    def run(call):
        try:
            start.wait(20)
            call()
            outcomes.append("done")
        except IntegrityError as error:
            outcomes.append(error.__cause__.diag.constraint_name)
        except Exception as error:  # whatever else happens must show in the outcomes
            outcomes.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def test_raw_rows_at_once_do_not_make_the_31st_of_30(committed_db):
    cohort = factories.CohortFactory(max_students=30)
    factories.EnrollmentFactory.create_batch(29, cohort=cohort)
    students = factories.StudentFactory.create_batch(4)
    outcomes = at_once(
        *(
            lambda s=student: Enrollment.objects.create(student=s, cohort=cohort, enrolled_on=factories.FIRST)
            for student in students
        )
    )
    assert outcomes == ["done", *["enrollment_within_capacity"] * 3]
    assert cohort.enrollments.count() == 30


def test_raw_expenses_at_once_do_not_overspend(committed_db):
    grant = factories.GrantFactory(amount=1000)
    outcomes = at_once(*[lambda: factories.ExpenseFactory(grant=grant, amount=600)] * 3)
    assert outcomes == ["done", "expense_within_grant", "expense_within_grant"]


def test_nothing_of_a_student_is_deleted_by_the_application(app_db):
    for table in ("cohort", "enrollment", "leave", "classsession", "grade", "certification", "toolissued"):
        with pytest.raises(Exception, match="permission denied"):
            app_db.execute(f"DELETE FROM training_{table}")
    for table in ("interview", "funderreport", "funderreportdemographics"):
        with pytest.raises(Exception, match="permission denied"):
            app_db.execute(f"UPDATE training_{table} SET created_at = now()")


def test_a_student_is_deleted_only_where_an_import_is_taken_back(db):
    student = factories.StudentFactory()
    refused("student_stays", Student.objects.filter(pk=student.pk).delete)
    with audit.batch(audit.next_batch()):
        Student.objects.filter(pk=student.pk).delete()
    assert not Student.objects.exists()


def test_the_models_stand_on_their_tables(db):
    assert [model.objects.count() for model in (Cohort, ClassSession, Attendance)] == [0, 0, 0]


def totals(place):
    return Enrollment.objects.filter(pk=place.pk).values_list("attended", "counted").get()


def presence():
    rows = Presence.objects.filter(counted__gt=0).order_by("session__session_date")
    return [(row.session.session_date.day, row.attended, row.counted) for row in rows.select_related("session")]


def test_attendance_is_added_up_on_the_place_whatever_road_a_mark_comes_by(db):
    place = factories.EnrollmentFactory()
    days = [factories.SessionFactory(cohort=place.cohort, session_date=date(2026, 1, day)) for day in range(5, 10)]
    words = ("present", "late", "early_departure", "absent", "excused")
    marks = [Attendance(session=day, enrollment=place, status=word) for day, word in zip(days, words, strict=True)]
    Attendance.objects.bulk_create(marks)
    assert (totals(place), presence()) == ((3, 4), [(5, 1, 1), (6, 1, 1), (7, 1, 1), (8, 0, 1)])
    Attendance.objects.filter(status__in=["present", "excused"]).update(status="absent")
    assert totals(place) == (2, 5)
    Attendance.objects.filter(status="late").update(status="present")
    assert (totals(place), presence()) == ((2, 5), [(5, 0, 1), (6, 1, 1), (7, 1, 1), (8, 0, 1), (9, 0, 1)])
    Attendance.objects.filter(status="present").delete()
    assert totals(place) == (1, 4)
    Attendance.objects.all().delete()
    assert (totals(place), presence()) == ((0, 0), [])


def test_adding_up_is_no_event_of_the_trail(db):
    place = factories.AttendanceFactory().enrollment
    entries = AuditEntry.objects.filter(table_name="training_enrollment", record_id=place.pk)
    assert list(entries.values_list("action", flat=True)) == ["insert"]


def test_two_who_mark_two_classes_at_once_lose_no_mark(committed_db):
    cohort = factories.CohortFactory()
    places = [factories.EnrollmentFactory(cohort=cohort) for _ in range(4)]
    first, second = (factories.SessionFactory(cohort=cohort, session_date=date(2026, 1, day)) for day in (5, 6))

    def mark(session, order):
        Attendance.objects.bulk_create([Attendance(session=session, enrollment=p, status="present") for p in order])

    outcomes = at_once(lambda: mark(first, places), lambda: mark(second, places[::-1]))
    assert outcomes == ["done", "done"]
    assert ([totals(place) for place in places], presence()) == ([(2, 2)] * 4, [(5, 4, 4), (6, 4, 4)])


ENDED = {"completed": {"ended_on": date(2026, 3, 1)}, "dropped": {"ended_on": date(2026, 3, 1), "reason": "x"}}
ENDED["withdrawn"] = ENDED["dropped"]
MOVING = [
    (factories.StudentFactory, words.NEXT_STUDENT, lambda to: {}),
    (factories.CohortFactory, words.NEXT_COHORT, lambda to: {}),
    (factories.EnrollmentFactory, words.NEXT_ENROLLMENT, lambda to: ENDED.get(to, {"ended_on": None, "reason": ""})),
    (
        factories.CertificationFactory,
        words.NEXT_CERTIFICATION,
        lambda to: {"expiry_date": date(2026, 9, 9), "revoked_because": "x" if to == "revoked" else ""},
    ),
    (
        factories.JatcApplicationFactory,
        words.NEXT_JATC,
        lambda to: {"submitted_on": date(2026, 2, 2), "interview_at": datetime(2026, 3, 1, tzinfo=UTC)},
    ),
]


@pytest.mark.parametrize(("factory", "table", "besides"), MOVING, ids=lambda value: getattr(value, "__name__", ""))
def test_states_move_as_their_table_says_and_no_other_way(db, factory, table, besides):
    went = {}
    for now in table:
        record = factory(status=now, **besides(now))
        went[now] = set()
        for to in table:
            with suppress(IntegrityError), transaction.atomic():
                change(record, status=to, **besides(to))
                went[now].add(to)
                raise IntegrityError  # back to where it was
    assert went == {now: {now, *ways} for now, ways in table.items()}


def test_a_batch_writes_states_as_they_were(db):
    student = factories.StudentFactory(status="dropped")
    refused("student_moves", change, student, status="completed")
    with audit.batch(audit.next_batch()):
        change(student, status="completed")
    refused("student_moves", change, student, status="dropped")
