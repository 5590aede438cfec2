"""The pages, as the people who work with them see them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ip2a.models import CompartmentOpening
from members.factories import MemberFactory, OrganizationFactory
from training import factories, services
from training.models import Attendance, Demographics, Enrollment, Expense, FunderReport, Grade, Student

DAY = timedelta(days=1)


@pytest.fixture
def staff(signed_in):
    return signed_in("staff")


@pytest.fixture
def teacher(signed_in):
    """An instructor who teaches ``teacher.cohort``, with one class and three students."""
    client = signed_in("instructor")
    client.cohort = factories.CohortFactory(code="MINE")
    factories.teaches(user=client.user, cohort=client.cohort)
    client.meeting = factories.SessionFactory(cohort=client.cohort)
    client.places = factories.EnrollmentFactory.create_batch(3, cohort=client.cohort)
    return client


def url(name, record=None, **kwargs):
    return reverse(f"training:{name}", kwargs=kwargs | ({"pk": record.pk} if record else {}))


def text(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


LISTS = ("student", "cohort", "classsession", "location", "course", "instructor", "grade", "certification")
LISTS += ("toolissued", "instructorhours", "jatcapplication", "placement", "grant", "expense", "funderreport")


@pytest.fixture
def full(db):
    """Two rows of every kind."""
    for _ in range(2):
        place = factories.AttendanceFactory().enrollment
        factories.teaches(cohort=place.cohort)
        factories.GradeFactory(enrollment=place)
        factories.CertificationFactory(student=place.student)
        factories.ToolFactory(student=place.student)
        factories.HoursFactory(cohort=place.cohort)
        factories.JatcApplicationFactory(student=place.student)
        factories.PlacementFactory()
        factories.ExpenseFactory(grant__target_enrolled=3)
        factories.CourseFactory()
        factories.LocationFactory()


@pytest.mark.parametrize("name", LISTS)
def test_every_list_shows_sorts_and_exports(staff, full, name):
    page = text(staff, url(f"{name}_list"))
    for column in {part.split('"')[0] for part in page.split("?sort=")[1:]}:
        assert staff.get(f"{url(f'{name}_list')}?sort={column}").status_code == 200
    assert staff.get(f"{url(f'{name}_list')}?format=csv").status_code == 200
    assert staff.get(f"{url(f'{name}_list')}?format=xlsx").status_code == 200


@pytest.mark.parametrize(
    "name", ["student", "cohort", "classsession", "grade", "certification", "toolissued", "expense"]
)
def test_a_list_asks_as_often_for_ten_rows_as_for_two(staff, full, name, django_assert_max_num_queries):
    path = url(f"{name}_list")
    text(staff, path)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        text(staff, path)
    for _ in range(8):
        place = factories.AttendanceFactory().enrollment
        factories.GradeFactory(enrollment=place)
        factories.CertificationFactory(student=place.student)
        factories.ToolFactory(student=place.student)
        factories.ExpenseFactory()
    with django_assert_max_num_queries(len(few)):
        text(staff, path)


FILTERS = {
    "student": "q=lima&status=enrolled&cohort=IP2A&applied_from=2025-01-01",
    "cohort": "q=IP2A&status=active&instructor=teacher&started_from=2025-01-01",
    "classsession": "cohort=IP2A&day_from=2025-01-01&taken=no&cancelled=no",
    "location": "q=training&location_type=training_site&active=yes",
    "course": "q=theory&course_type=core&active=yes",
    "instructor": "q=ingrid&active=yes",
    "grade": "q=lima&grade_type=exam&graded_from=2025-01-01",
    "certification": "q=lima&status=active&certification_type=osha_10&issued_from=2025-01-01",
    "toolissued": "q=lima&out=yes&overdue=no&issued_from=2025-01-01",
    "instructorhours": "q=ingrid&day_from=2025-01-01",
    "jatcapplication": "q=lima&status=draft",
    "placement": "q=lima&kind=apprenticeship&started_from=2025-01-01",
    "grant": "q=grant&runs=yes",
    "expense": "q=supply&payment_method=check&over=no&day_from=2025-01-01",
}


@pytest.mark.parametrize(("name", "query"), FILTERS.items())
def test_every_filter_finds_and_lets_go(staff, full, name, query):
    page = text(staff, f"{url(f'{name}_list')}?{query}")
    assert "Nothing found" not in page
    assert "<tbody><tr" in page


def test_an_instructor_sees_nothing_of_other_cohorts(teacher, full):
    page = text(teacher, url("student_list"))
    assert page.count('<th scope="row">') == 3
    other = Student.objects.exclude(enrollments__cohort=teacher.cohort).first()
    assert teacher.get(other.get_absolute_url()).status_code == 404
    assert teacher.get(url("classsession_attendance", factories.SessionFactory())).status_code == 404
    assert "Nothing found" in text(teacher, reverse("search"), q=other.student_number)


def test_the_grid_takes_everybody_at_once_without_javascript(teacher):
    page = text(teacher, url("classsession_attendance", teacher.meeting))
    assert page.count('type="radio"') == 3 * 6
    marks = {f"mark-{place.pk}": mark for place, mark in zip(teacher.places, "pal", strict=True)}
    words = {"p": "present", "a": "absent", "l": "late"}
    answer = teacher.post(
        url("classsession_attendance", teacher.meeting), {key: words[mark] for key, mark in marks.items()}, follow=True
    )
    assert "Saved." in answer.content.decode()
    assert sorted(Attendance.objects.values_list("status", flat=True)) == ["absent", "late", "present"]
    page = text(teacher, url("classsession_attendance", teacher.meeting))
    assert page.count(" checked") == 3


def test_the_grid_saves_one_row_as_one_goes(teacher):
    path, key = url("classsession_attendance", teacher.meeting), f"mark-{teacher.places[0].pk}"
    answer = teacher.post(path, {key: "present"}, headers={"HX-Request": "true"})
    assert answer.content.decode().strip() == "Saved. 1 marked"
    answer = teacher.post(path, {key: "asleep"}, headers={"HX-Request": "true"})
    assert "Mark everybody as present, absent, late, excused or left early." in answer.content.decode()
    answer = teacher.post(path, {key: ""}, headers={"HX-Request": "true"})
    assert answer.content.decode().strip() == "Saved. 0 marked"


def test_who_left_stands_in_no_later_grid(teacher, staff):
    gone = teacher.places[0].student
    services.drop(gone, by=staff.user, reason="Moved", on=date(2026, 1, 6))
    page = text(teacher, url("classsession_attendance", teacher.meeting))
    assert gone.name not in page
    path, key = url("classsession_attendance", teacher.meeting), f"mark-{teacher.places[0].pk}"
    answer = teacher.post(path, {key: "present"}, headers={"HX-Request": "true"})
    assert "Attendance is taken of those who belong to the class on its day." in answer.content.decode()


def test_home_tells_an_instructor_what_to_take_and_who_is_rarely_there(teacher):
    today = timezone.localdate()
    cohort = factories.CohortFactory(start_date=today - 30 * DAY, end_date=today)
    factories.teaches(user=teacher.user, cohort=cohort)
    place = factories.EnrollmentFactory(cohort=cohort, enrolled_on=today - 30 * DAY)
    for day in range(4):
        session = factories.SessionFactory(cohort=cohort, session_date=today - (day + 2) * DAY)
        factories.AttendanceFactory(session=session, enrollment=place, status="absent" if day else "present")
    factories.CertificationFactory(student=place.student, expiry_date=today + 10 * DAY)
    page = text(teacher, "/")
    for words in ("Attendance to take", "Attendance below 80 %", "25 % of 4", "Certificates that expire soon"):
        assert words in page


def test_staff_take_an_application_and_enrol_from_the_pages(staff):
    member, cohort = MemberFactory(), factories.CohortFactory(code="C1", end_date=timezone.localdate() + 30 * DAY)
    answer = staff.post(
        url("student_create"), {"member": member.pk, "member_q": str(member), "applied_on": "2026-01-05"}, follow=True
    )
    student = Student.objects.get(member=member)
    assert f"{student} is an applicant now." in answer.content.decode()
    given = {"cohort": cohort.pk, "cohort_q": "C1", "on": "2026-01-12"}
    answer = staff.post(url("student_enrol", student), given, follow=True)
    assert "has a place now." in answer.content.decode()
    assert Enrollment.objects.get().enrolled_on == date(2026, 1, 12)
    page = text(staff, student.get_absolute_url())
    assert "C1" in page
    assert "C1" in text(staff, member.get_absolute_url())


def test_a_refusal_stands_on_the_page_and_loses_nothing(staff):
    full = factories.CohortFactory(code="FULL", max_students=1)
    factories.EnrollmentFactory(cohort=full)
    student = factories.StudentFactory()
    answer = staff.post(url("student_enrol", student), {"cohort": full.pk, "cohort_q": "FULL", "on": "2026-01-12"})
    assert answer.status_code == 422
    assert "FULL is full: 1 of 1 places are taken. Choose another cohort." in answer.content.decode()


def test_classes_are_planned_from_the_page(teacher):
    given = {"first_day": "2026-01-12", "last_day": "2026-01-23", "weekdays": ["0", "2"]}
    given |= {"starts_at": "08:00", "ends_at": "12:00", "course_q": "", "instructor_q": ""}
    answer = teacher.post(url("cohort_plan", teacher.cohort), given, follow=True)
    assert "4 classes were planned." in answer.content.decode()
    answer = teacher.post(
        url("cohort_plan", teacher.cohort), given | {"first_day": "2026-03-28", "last_day": "2026-04-30"}
    )
    assert "lies outside: choose a day within." in answer.content.decode()


def test_a_class_outside_the_cohort_is_refused_on_the_form(teacher):
    given = {"cohort": teacher.cohort.pk, "cohort_q": "MINE", "session_date": "2026-04-30"}
    answer = teacher.post(url("classsession_create"), given | {"starts_at": "08:00", "ends_at": "12:00"})
    assert (answer.status_code, "lies outside: choose a day within." in answer.content.decode()) == (422, True)


def test_a_grade_goes_to_the_running_place(teacher):
    student = teacher.places[0].student
    given = {"student": student.pk, "student_q": str(student), "grade_type": "exam", "score": "91", "max_score": "100"}
    answer = teacher.post(url("grade_create"), given | {"graded_on": "2026-02-02"}, follow=True)
    assert answer.status_code == 200
    assert Grade.objects.get().enrollment == teacher.places[0]
    answer = teacher.post(url("grade_create"), given | {"graded_on": "2026-02-02", "score": "101"})
    assert "The score must lie between nought and the most that can be had." in answer.content.decode()


def test_a_certificate_that_expires_before_it_was_issued_is_refused_on_the_form(teacher):
    student = teacher.places[0].student
    given = {"student": student.pk, "student_q": str(student), "certification_type": "cpr"}
    given |= {"issued_date": "2026-02-02", "expiry_date": "2026-02-01"}
    answer = teacher.post(url("certification_create"), given)
    assert "It would expire before it was issued: check both dates." in answer.content.decode()


def test_demographics_are_written_inside_and_exist_for_nobody_else(staff, teacher, signed_in):
    student = teacher.places[0].student
    path = reverse("training:demographics_update", args=[student.pk])
    text(staff, path)
    given = {
        "gender": "woman",
        "ancestry": ["asian", "white"],
        "told_on": "2026-01-05",
        "veteran": "",
        "disability": "",
    }
    assert staff.post(path, given).status_code == 302
    found = Demographics.objects.get()
    assert (found.gender, found.ancestry) == ("woman", ["asian", "white"])
    text(staff, path)
    assert CompartmentOpening.objects.get().record_id == found.pk
    for role in ("administrator", "instructor", "representative", "officer"):
        assert signed_in(role).get(path).status_code == 404
    assert "emographics" not in text(teacher, student.get_absolute_url())
    assert "Demographics" in text(staff, student.get_absolute_url())


def test_the_calendar_file_names_no_student(teacher):
    content = text(teacher, url("cohort_calendar", teacher.cohort))
    assert (content.startswith("BEGIN:VCALENDAR"), content.count("BEGIN:VEVENT")) == (True, 1)
    assert "Lima" not in content


def test_an_instructors_own_calendar_has_the_classes(teacher):
    from training.feeds import classes

    today = timezone.localdate()
    cohort = factories.CohortFactory(code="NOW", start_date=today, end_date=today)
    factories.teaches(user=teacher.user, cohort=cohort)
    factories.SessionFactory(cohort=cohort, session_date=today, topic="Ohm's law")
    factories.SessionFactory(cohort=factories.CohortFactory(start_date=today, end_date=today), session_date=today)
    assert [entry.summary for entry in classes(teacher.user)] == ["NOW: Ohm's law"]


@pytest.fixture
def report(staff, db):
    place = factories.EnrollmentFactory(cohort__code="PAID")
    grant = factories.GrantFactory(target_enrolled=10, name="DOL")
    grant.cohorts.add(place.cohort)
    given = {"first": "2026-01-01", "last": "2026-03-31", "note": "First"}
    answer = staff.post(url("grant_report", grant), given, follow=True)
    assert "The report is frozen." in answer.content.decode()
    return FunderReport.objects.get()


def test_a_frozen_report_reopens_with_the_same_numbers_and_tells_the_difference(staff, report):
    page = text(staff, report.get_absolute_url())
    assert "Counted again today, every number is the same." in page
    factories.ExpenseFactory(grant=report.grant, amount=75)
    page = text(staff, report.get_absolute_url())
    assert "The report stays as it was." in page
    assert "Spent in these days" in page
    assert FunderReport.objects.get().numbers["totals"]["spent"] == 0


def test_a_report_is_taken_out_as_workbook_and_on_paper(staff, report):
    assert staff.get(f"{report.get_absolute_url()}?format=xlsx").content[:2] == b"PK"
    paper = staff.get(f"{report.get_absolute_url()}?format=pdf")
    assert paper.status_code == 200
    assert paper.content[:4] == b"%PDF" or b"DOL" in paper.content


def test_who_is_outside_sees_the_report_without_demographics(staff, signed_in, report):
    assert "Demographics" in text(staff, report.get_absolute_url())
    assert "Demographics" not in text(signed_in("administrator"), report.get_absolute_url())


def test_a_receipt_is_on_paper(staff):
    assert staff.get(url("toolissued_receipt", factories.ToolFactory())).status_code == 200


def test_an_expense_beyond_the_grant_asks_why(staff):
    grant = factories.GrantFactory(amount=100, name="DOL")
    given = {"grant": grant.pk, "grant_q": "DOL", "expense_date": "2026-02-02", "amount": "150", "payee": "Supply"}
    given |= {"payment_method": "check"}
    answer = staff.post(url("expense_create"), given)
    assert "DOL has $100.00 left, and this is $150.00." in answer.content.decode()
    staff.post(url("expense_create"), given | {"over_because": "Agreed"})
    expense = Expense.objects.get()
    assert "Beyond the grant" in text(staff, expense.get_absolute_url())
    staff.post(url("expense_remove", expense), {"reason": "Twice"})
    staff.post(url("expense_restore", expense))
    expense.refresh_from_db()
    assert not expense.is_removed


def test_grants_keep_their_cohorts(staff):
    cohort = factories.CohortFactory()
    given = {"name": "DOL", "funder": "Labor", "start_date": "2026-01-01", "end_date": "2026-12-31", "amount": "100"}
    staff.post(url("grant_create"), given | {"cohorts": [cohort.pk]})
    grant = cohort.grants.get()
    staff.post(url("grant_update", grant), given | {"version": grant.version, "cohorts": []})
    assert grant.cohorts.count() == 0


def test_a_jatc_application_goes_its_way_by_the_pages(staff, signed_in):
    application = factories.JatcApplicationFactory(jatc=OrganizationFactory(name="Sound JATC", org_type="jatc"))
    staff.post(url("jatcapplication_submit", application), {"on": "2026-04-01"})
    staff.post(url("jatcapplication_schedule", application), {"at": "2026-04-14T10:00"})
    signed_in("representative").post(
        url("jatcapplication_interview", application), {"on": "2026-04-14", "score": "88", "comments": "Sure hands"}
    )
    staff.post(reverse("training:jatcapplication_decide", args=[application.pk, "accepted"]), {"reason": ""})
    application.refresh_from_db()
    assert application.status == "accepted"
    assert "88" in text(staff, url("jatcapplication_ranks"))


@pytest.mark.parametrize("name", [name for name in LISTS if name != "funderreport"])
def test_every_form_opens_for_adding_and_changing(staff, full, name):
    from django.apps import apps

    record = apps.get_model("training", name).objects.first()
    for page in (url(f"{name}_create"), url(f"{name}_detail", record), url(f"{name}_update", record)):
        text(staff, page)
