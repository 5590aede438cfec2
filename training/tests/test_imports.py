"""Students out of a table that somebody keeps."""

from datetime import date

from ip2a.models import KeptValues
from members.factories import MemberFactory
from members.tests.importing import bring, figures, media, said  # noqa: F401
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
