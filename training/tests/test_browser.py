"""The pages of training in a real browser: the grid by keyboard and thumb, and every page quiet and readable."""

from datetime import date

import pytest
from playwright.sync_api import expect

from ip2a.factories import UserFactory
from training import factories, services
from training.models import Attendance


@pytest.fixture
def room(committed_db):
    cohort = factories.CohortFactory(code="IP2A-2026-Q1")
    session = factories.SessionFactory(cohort=cohort)
    names = ("Ångström-Featherstonehaugh", "Lima", "Okafor")
    places = [factories.EnrollmentFactory(cohort=cohort, student__member__last_name=name) for name in names]
    place = factories.AttendanceFactory().enrollment
    grant = factories.GrantFactory(target_enrolled=10)
    grant.cohorts.add(place.cohort)
    staff = UserFactory(role="staff")
    report = services.freeze(grant, first=date(2026, 1, 1), last=date(2026, 3, 31), by=staff)
    card = factories.CertificationFactory(student=place.student)
    factories.GradeFactory(enrollment=place)
    factories.ToolFactory(student=place.student)
    factories.ExpenseFactory(grant=grant)
    return {
        "session": session,
        "places": places,
        "pages": {
            "students": "/training/students/",
            "student": f"/training/students/{place.student_id}/",
            "enrol": f"/training/students/{factories.StudentFactory().pk}/enrol/",
            "demographics": f"/training/students/{place.student_id}/demographics/",
            "cohorts": "/training/cohorts/",
            "cohort": f"/training/cohorts/{cohort.pk}/",
            "plan classes": f"/training/cohorts/{cohort.pk}/plan/",
            "classes": "/training/classes/",
            "class": f"/training/classes/{session.pk}/",
            "attendance": f"/training/classes/{session.pk}/attendance/",
            "grades": "/training/grades/",
            "certificates": "/training/certificates/",
            "certificate": f"/training/certificates/{card.pk}/",
            "add a certificate": "/training/certificates/add/",
            "tools": "/training/tools/",
            "instructors": "/training/instructors/",
            "ranks": "/training/jatc-applications/ranks/",
            "grant": f"/training/grants/{grant.pk}/",
            "add a grant": "/training/grants/add/",
            "report": f"/training/funder-reports/{report.pk}/",
        },
    }


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_every_page_is_quiet_readable_and_fits(visit, room, width, scheme):
    assert visit("staff", width, scheme).walk(room["pages"]) == {}


def test_a_class_is_marked_by_the_keyboard_alone_and_saved_as_one_goes(visit, room):
    visitor = visit("staff")
    page = visitor.page
    visitor.goto(room["pages"]["attendance"])
    page.locator("#marks input").first.focus()
    page.keyboard.press("p")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.keyboard.press("l")
    expect(page.locator("#saved")).to_contain_text("Saved. 3 marked")
    marks = Attendance.objects.filter(session=room["session"]).order_by("enrollment__student__sort_key")
    assert list(marks.values_list("status", flat=True)) == ["present", "absent", "late"]
    page.reload()
    assert page.locator("#marks input:checked").count() == 3
    assert visitor.complaints == []


def test_a_thumb_marks_on_a_phone(visit, room):
    visitor = visit("staff", 360, "light")
    page = visitor.page
    visitor.goto(room["pages"]["attendance"])
    page.locator("#marks label", has_text="Present").first.click()
    expect(page.locator("#saved")).to_contain_text("Saved. 1 marked")
    box = page.locator("#marks label").first.bounding_box()
    assert (box["width"] >= 44, box["height"] >= 44) == (True, True)
