"""What the room reckons anew is kept in quarantine, with every row that was touched, and can be taken back."""

import pytest

from maintenance.healing import heal
from maintenance.healing_undo import undo
from maintenance.models import QuarantineRow
from training import factories
from training.models import Enrollment, Presence

pytestmark = pytest.mark.django_db


def test_an_attendance_is_added_up_anew_and_the_wrong_sum_can_come_back():
    wrong = factories.AttendanceFactory().enrollment
    Enrollment.objects.filter(pk=wrong.pk).update(attended=3, counted=5)
    healed = heal(["training.attendance-added-up-wrong"])
    assert (healed.repaired, healed.left) == (1, [])
    (row,) = QuarantineRow.objects.filter(table_name="training_enrollment")
    assert {name: (before, after) for name, before, after in row.differences()} == {
        "attended": (3, 1),
        "counted": (5, 1),
    }
    assert undo(healed.run, by=None).left_alone == []
    assert list(Enrollment.objects.filter(pk=wrong.pk).values_list("attended", "counted")) == [(3, 5)]


def test_a_class_without_its_sum_gets_one():
    lost = factories.AttendanceFactory(status="absent").session
    Presence.objects.filter(session=lost).delete()
    assert heal(["training.presence-added-up-wrong"]).repaired == 1
    assert str(Presence.objects.get(session=lost)) == "0 of 1"
