"""The example programme."""

import pytest
from django.core.management import call_command

from training.models import Attendance, Certification, Cohort, Enrollment, Instructor, Location, Student

pytestmark = pytest.mark.django_db


def test_the_quick_programme_is_small_and_whole(capsys):
    call_command("seed", "--quick")
    counts = [m.objects.count() for m in (Instructor, Location, Cohort)]
    assert counts == [6, 4, 4]
    assert 45 <= Student.objects.count() <= 50
    assert Attendance.objects.count() > 300
    assert set(Cohort.objects.values_list("status", flat=True)) >= {"completed", "active"}
    assert Enrollment.objects.filter(status="completed").exists()
    assert Certification.objects.filter(status="active").exists()
    assert Instructor.objects.get(user__email="instructor@ip2a.test").teaches.exists()
