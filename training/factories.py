"""The least valid records of the training room, for seeds and tests."""

from datetime import date, time
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from ip2a.factories import UserFactory
from members.factories import MemberFactory
from training.models import (
    Attendance,
    Certification,
    ClassSession,
    Cohort,
    CohortInstructor,
    Course,
    Demographics,
    Enrollment,
    Expense,
    Grade,
    Grant,
    Instructor,
    InstructorHours,
    JatcApplication,
    Location,
    Placement,
    Student,
    ToolIssued,
)

FIRST = date(2026, 1, 5)
LAST = date(2026, 3, 27)


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    name = factory.Sequence(lambda n: f"Training center {n}")


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"EL-{100 + n}")
    title = "Electrical theory"


class InstructorFactory(DjangoModelFactory):
    class Meta:
        model = Instructor

    first_name = "Ingrid"
    last_name = factory.Sequence(lambda n: f"Teacher {n}")
    rate = Decimal(45)


class CohortFactory(DjangoModelFactory):
    class Meta:
        model = Cohort

    code = factory.Sequence(lambda n: f"IP2A-2026-C{n}")
    status = "active"
    start_date = FIRST
    end_date = LAST
    max_students = 30


class StudentFactory(DjangoModelFactory):
    class Meta:
        model = Student
        skip_postgeneration_save = True

    member = factory.SubFactory(MemberFactory)
    student_number = factory.Sequence(lambda n: f"S-{n:05}")
    applied_on = date(2025, 11, 3)
    status_on = date(2025, 11, 3)

    @factory.post_generation
    def named(student, create, given, **kwargs):
        if create:
            student.refresh_from_db()  # the database fills in the name


class EnrollmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrollment

    student = factory.SubFactory(StudentFactory, status="enrolled", status_on=FIRST)
    cohort = factory.SubFactory(CohortFactory)
    status = "in_progress"
    enrolled_on = FIRST


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = ClassSession

    cohort = factory.SubFactory(CohortFactory)
    session_date = date(2026, 1, 7)
    starts_at = time(8)
    ends_at = time(12)


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    enrollment = factory.SubFactory(EnrollmentFactory)
    session = factory.LazyAttribute(lambda a: SessionFactory(cohort=a.enrollment.cohort))
    status = "present"


class GradeFactory(DjangoModelFactory):
    class Meta:
        model = Grade

    enrollment = factory.SubFactory(EnrollmentFactory)
    score = Decimal(80)
    graded_on = date(2026, 2, 2)


class CertificationFactory(DjangoModelFactory):
    class Meta:
        model = Certification

    student = factory.SubFactory(StudentFactory)
    certification_type = "osha_10"
    status = "active"
    issued_date = date(2026, 2, 2)


class ToolFactory(DjangoModelFactory):
    class Meta:
        model = ToolIssued

    student = factory.SubFactory(StudentFactory)
    tool = "Multimeter"
    issued_on = date(2026, 1, 7)
    issued_by = factory.LazyFunction(lambda: UserFactory(role="staff"))


class HoursFactory(DjangoModelFactory):
    class Meta:
        model = InstructorHours

    instructor = factory.SubFactory(InstructorFactory)
    work_date = date(2026, 1, 7)
    hours = Decimal(4)
    rate_type = "hourly"
    rate = Decimal(45)


class JatcApplicationFactory(DjangoModelFactory):
    class Meta:
        model = JatcApplication

    student = factory.SubFactory(StudentFactory)
    jatc = factory.SubFactory("members.factories.OrganizationFactory", org_type="jatc")


class PlacementFactory(DjangoModelFactory):
    class Meta:
        model = Placement

    student = factory.SubFactory(StudentFactory, status="completed")
    employer = factory.SubFactory("members.factories.OrganizationFactory")
    start_date = date(2026, 4, 6)


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = Grant

    name = factory.Sequence(lambda n: f"Grant {n}")
    funder = "Department of Labor"
    start_date = date(2026, 1, 1)
    end_date = date(2026, 12, 31)
    amount = Decimal(10_000)


class ExpenseFactory(DjangoModelFactory):
    class Meta:
        model = Expense

    grant = factory.SubFactory(GrantFactory)
    expense_date = date(2026, 2, 2)
    amount = Decimal(100)
    payee = "Tool supply"


class DemographicsFactory(DjangoModelFactory):
    class Meta:
        model = Demographics

    student = factory.SubFactory(StudentFactory)


def teaches(user=None, cohort=None, *, is_primary: bool = True) -> CohortInstructor:
    """An instructor with a login who teaches a cohort."""
    user = user or UserFactory(role="instructor")
    found = Instructor.objects.filter(user=user).first() or InstructorFactory(user=user)
    return CohortInstructor.objects.create(cohort=cohort or CohortFactory(), instructor=found, is_primary=is_primary)
