"""An instructor of another cohort at every address of the room; and what nobody who interviews or teaches learns."""

import pytest
from django.urls import reverse

from ip2a.factories import UserFactory
from training import factories, urls
from training.models import Attendance, Demographics
from training.tests.behind import RECORDS

SHARED = {"location", "course"}  # where classes are held and what is taught is no secret of a cohort
KINDS = {
    "student": "student",
    "demographics": "student",
    "cohort": "cohort",
    "classsession": "class",
    "location": "location",
    "course": "course",
    "instructor": "instructor",
    "grade": "grade",
    "certification": "certificate",
    "toolissued": "tool",
    "instructorhours": "hours",
    "jatcapplication": "jatc application",
    "placement": "placement",
    "followup": "follow-up",
    "grant": "grant",
    "expense": "expense",
    "funderreport": "funder report",
}
TO = {"cohort_move": "completed", "jatcapplication_decide": "accepted"}


def addresses_of_records():
    """(name, the kind of its record) of every address that names a record."""
    return [(path.name, path.name.split("_")[0]) for path in urls.urlpatterns if "<int:pk>" in str(path.pattern)]


@pytest.fixture
def stranger(signed_in):
    client = signed_in("instructor")
    factories.teaches(user=client.user)
    return client


def test_every_address_of_another_cohort_is_closed(stranger):
    records = {kind: RECORDS[label]() for kind, label in KINDS.items()}
    open_ = {}
    for name, kind in addresses_of_records():
        more = {"to": TO[name]} if name in TO else {}
        path = reverse(f"training:{name}", kwargs={"pk": records[kind].pk, **more})
        for method in (stranger.get, stranger.post):
            status = method(path).status_code
            if status not in (403, 404, 405):
                open_[name] = status
    assert open_ == {f"{kind}_{page}": 200 for kind in SHARED for page in ("detail", "history")}


def test_lists_exports_and_search_tell_nothing_of_another_cohort(stranger):
    cohort = factories.CohortFactory(code="FOREIGN-1")
    place = factories.EnrollmentFactory(cohort=cohort, student__student_number="S-FOREIGN")
    factories.AttendanceFactory(enrollment=place)
    factories.GradeFactory(enrollment=place)
    factories.CertificationFactory(student=place.student)
    factories.ToolFactory(student=place.student)
    lists = [path.name for path in urls.urlpatterns if path.name.endswith("_list")]
    told = {}
    for name in lists:
        for query in ("", "?format=csv"):
            answer = stranger.get(reverse(f"training:{name}") + query)
            if b"FOREIGN" in answer.getvalue():
                told[name] = query
    for path in ("/", "/search/?q=FOREIGN", f"/training/cohorts/?q={cohort.code}"):
        if f"/{cohort.pk}/" in stranger.get(path).content.decode().replace("FOREIGN-1", ""):
            told[path] = "link"
    assert (len(lists), told) == (15, {})


def test_nobody_marks_a_class_of_another_cohort(stranger):
    session = factories.SessionFactory()
    place = factories.EnrollmentFactory(cohort=session.cohort)
    path = reverse("training:classsession_attendance", args=[session.pk])
    assert stranger.post(path, {f"mark-{place.pk}": "present"}).status_code == 404
    own = factories.SessionFactory(cohort=stranger.user.instructor.teaches.get().cohort)
    path = reverse("training:classsession_attendance", args=[own.pk])
    answer = stranger.post(path, {f"mark-{place.pk}": "present"}, follow=True)
    assert "Attendance is taken of those who belong to the class on its day." in answer.content.decode()
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("role", ["representative", "instructor"])
def test_whoever_interviews_or_teaches_learns_nothing_of_demographics(signed_in, role):
    """Neither on the pages of a student and of a report nor in exports and histories."""
    client = signed_in(role)
    teacher = factories.teaches(user=client.user) if role == "instructor" else factories.teaches()
    student = factories.EnrollmentFactory(cohort=teacher.cohort).student
    application = factories.JatcApplicationFactory(student=student)
    factories.DemographicsFactory(student=student, gender="non_binary", ancestry=["pacific"], disability="yes")
    pages = [
        student.get_absolute_url(),
        reverse("training:student_history", args=[student.pk]),
        reverse("training:demographics_update", args=[student.pk]),
        reverse("training:student_list") + "?format=csv",
        application.get_absolute_url(),
        student.member.get_absolute_url(),
        f"/audit/?table=training_demographics&record={student.pk}",
        "/search/?q=pacific",
    ]
    for page in pages:
        told = client.get(page).getvalue().decode()
        words = ("Non-binary", "non_binary", "Pacific Islander", "isability", "emographics")
        found = [word for word in words if word in told and "No page of a compartment" not in told]
        assert (page, found) == (page, [])
    assert Demographics.objects.visible_to(client.user).count() == 0


def test_another_role_beside_it_does_not_open_demographics(db):
    """Who reads demographics by one role and interviews by another reads none of them."""
    user = UserFactory(role="staff")
    factories.DemographicsFactory()
    assert Demographics.objects.visible_to(user).count() == 1
    factories.teaches(user=user)
    assert Demographics.objects.visible_to(type(user).objects.get(pk=user.pk)).count() == 0
