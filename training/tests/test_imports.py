"""Students out of a table that somebody keeps."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ip2a.models import ImportBatch, KeptValues
from members.factories import MemberFactory
from members.tests.importing import bring, figures, media, rounds, said  # noqa: F401
from training.factories import CertificationFactory, StudentFactory
from training.models import Demographics, Student

HEAD = "Student number,Member,Status,Applied,Status on\n"


def test_students_arrive_by_their_members_number_and_again_without_doubling(db):
    MemberFactory(member_number="7464416", last_name="Lima", first_name="Rosa")
    rows = HEAD + 'S-1,"Lima, Rosa (7464416)",Enrolled,2026-01-05,2026-02-02\n'
    assert figures(bring("students", rows)) == (1, 1, 0, 0, 0)
    student = Student.objects.get()
    assert (str(student), student.status, student.status_on) == ("Lima, Rosa (S-1)", "enrolled", date(2026, 2, 2))
    assert figures(bring("students", rows)) == (1, 0, 1, 1, 0)  # what is unchanged counts as updated, too
    assert figures(bring("students", rows.replace("Enrolled", "Completed"))) == (1, 0, 1, 0, 0)


def test_a_student_without_a_member_or_with_a_wrong_word_is_refused(db):
    MemberFactory(member_number="7000001")
    outcome = bring(
        "students", HEAD + "S-1,9999999,Enrolled,2026-01-05,2026-01-05\nS-2,7000001,Asleep,2026-01-05,2026-01-05\n"
    )
    assert figures(outcome) == (2, 0, 0, 0, 2)
    assert len(said(outcome)) == 2


def test_what_a_file_says_of_demographics_goes_behind_the_wall(db):
    MemberFactory(member_number="7000001")
    bring("students", "Student number,Member,Applied,Ethnicity\nS-1,7000001,2026-01-05,Asian\n")
    assert Student.objects.count() == 1
    assert Demographics.objects.count() == 0
    assert set(KeptValues.objects.values_list("compartment", flat=True)) == {"demographics"}


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """Ask for something, and let the worker do what was handed to it."""

    def post(browser, url, data=None):
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(url, data or {})
        assert answer.status_code == 302
        return browser.get(answer["Location"]).content.decode()

    return post


def step(name, batch):
    return reverse(f"imports:batch_{name}", args=[batch.pk])


def test_students_go_the_whole_way_over_the_desk_and_back(signed_in, run):
    """Uploaded, read, tried out, imported, taken back: what was added is gone, what was changed is as it was, what
    somebody works with since stays and is named."""
    browser = signed_in("staff")
    for number in ("7000001", "7000002", "7000003"):
        MemberFactory(member_number=number, last_name=f"Lima {number[-1]}", first_name="Rosa")
    known = StudentFactory(member__member_number="7000004", student_number="S-4", status="dropped")
    rows = (
        "Student number,Member,Status,Applied,Status on,Ethnicity\n"
        "S-1,7000001,Enrolled,2026-01-05,2026-02-02,Asian\n"
        "S-2,7000002,Applicant,2026-01-05,2026-01-05,\n"
        "S-3,7000009,Applicant,2026-01-05,2026-01-05,\n"
        "S-5,7000003,Asleep,2026-01-05,2026-01-05,\n"
        "S-4,7000004,Completed,2025-11-03,2026-02-02,\n"
    )
    file = SimpleUploadedFile("students.csv", rows.encode())
    assert browser.post(reverse("imports:batch_create"), {"kind": "students", "file": file}).status_code == 302
    batch = ImportBatch.objects.get()
    tried = run(browser, step("columns", batch))
    assert "5 read = 2 added + 1 updated + 2 refused." in tried
    assert ("Row 4" in tried, "Row 5" in tried, Student.objects.count()) == (True, True, 1)
    done = run(browser, step("start", batch))
    assert "What came of it" in done
    refused = list(csv.DictReader(io.StringIO(browser.get(step("refused", batch)).getvalue().decode("utf-8-sig"))))
    assert [row["Student number"] for row in refused] == ["S-3", "S-5"]
    assert list(Student.objects.order_by("student_number").values_list("student_number", "status")) == [
        *(("S-1", "enrolled"), ("S-2", "applicant"), ("S-4", "completed"))
    ]
    CertificationFactory(student=Student.objects.get(student_number="S-1"))
    back = run(browser, step("undo", batch), {"reason": "Wrong file"})
    assert ("What was taken back" in back, "Lima 1, Rosa (S-1)" in back, "is used by records" in back) == (True,) * 3
    left = Student.objects.order_by("student_number").values_list("student_number", "status")
    assert list(left) == [("S-1", "enrolled"), ("S-4", "dropped")]
    known.refresh_from_db()
    assert known.status_on == date(2025, 11, 3)


def test_who_only_teaches_imports_no_students(signed_in):
    browser = signed_in("instructor")
    file = SimpleUploadedFile("students.csv", HEAD.encode())
    assert browser.post(reverse("imports:batch_create"), {"kind": "students", "file": file}).status_code == 403
    assert ImportBatch.objects.count() == 0
