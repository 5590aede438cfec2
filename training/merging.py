"""Two records of one member become one, and so do their students: what both have must be possible for one."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.merging import move_within, settles
from ip2a.words import format_day
from training.models import Demographics, Enrollment, JatcApplication, Placement, Student
from training.models.words import RUNNING, StudentStatus

ANSWERS = ("gender", "ancestry", "veteran", "disability", "told_on")
OVER = ("rejected", "withdrawn")


@settles("training.student", "member")
def one_student(rows: QuerySet, loser: Any, survivor: Any) -> list[int] | None:
    """The survivor's student takes in the other one, which stays behind with the record that goes."""
    both = Student.objects.select_for_update(of=("self",)).filter(member__in=[loser.pk, survivor.pk]).order_by("pk")
    found = {student.member_id: student for student in both}
    gone, stays = found.get(loser.pk), found.get(survivor.pk)
    if gone is None or stays is None:
        return None
    takes_state = _standing(gone) > _standing(stays)
    move_within(gone, stays)
    _take_in(gone, stays, takes_state)
    gone.merged_into, gone.deleted_at = stays, timezone.now()
    gone.save(update_fields=["merged_into", "deleted_at"])
    return [gone.pk]


def _standing(student: Student) -> tuple[Any, ...]:
    """Of two states the greater one is true: who sits in class does; otherwise what was said last."""
    sits = Enrollment.objects.running().filter(student=student).exists()
    return sits, student.status in (StudentStatus.ENROLLED, StudentStatus.ON_LEAVE), student.status_on


def _take_in(gone: Student, stays: Student, takes_state: bool) -> None:
    if takes_state:
        stays.status, stays.status_on = gone.status, gone.status_on
    stays.applied_on = min(stays.applied_on, gone.applied_on)
    stays.notes = "\n\n".join(filter(None, [stays.notes.strip(), gone.notes.strip()]))
    stays.save(update_fields=["status", "status_on", "applied_on", "notes"])


@settles("training.enrollment", "student")
def one_place_in_a_cohort(rows: QuerySet, gone: Any, stays: Any) -> None:
    there = Enrollment.objects.filter(student=stays.pk)
    twice = rows.filter(cohort__in=there.values("cohort")).select_related("cohort").first()
    if twice is not None:
        raise Refused(
            f"{gone} and {stays} both have a place in {twice.cohort}, and a student has only one. "
            "Look at both lists of attendance: these two cannot be merged while both places stand."
        )
    places = [row.select_related("cohort").filter(status__in=RUNNING).first() for row in (rows, there)]
    where = " and ".join(str(place.cohort) for place in places if place is not None)
    if all(places):
        raise Refused(f"{gone} and {stays} have places in {where}, and nobody sits in two. End one, then merge.")


@settles("training.jatcapplication", "student")
def one_open_application(rows: QuerySet, gone: Any, stays: Any) -> None:
    open_ = JatcApplication.objects.filter(~Q(status__in=OVER))
    mine = open_.filter(student=stays.pk)
    twice = rows.exclude(status__in=OVER).filter(jatc__in=mine.values("jatc")).select_related("jatc").first()
    if twice is not None:
        raise Refused(f"{gone} and {stays} both apply to {twice.jatc.name}. Withdraw one application, then merge.")


@settles("training.placement", "student")
def one_placement_a_day(rows: QuerySet, gone: Any, stays: Any) -> None:
    mine = Placement.objects.filter(student=stays.pk)
    twice = rows.filter(start_date__in=mine.values("start_date")).first()
    if twice is not None:
        day = format_day(twice.start_date)
        raise Refused(f"{gone} and {stays} both have a placement from {day}. Correct one of the days, then merge.")


@settles("training.demographics", "student")
def last_told(rows: QuerySet, gone: Any, stays: Any) -> list[int] | None:
    """What the person told last stands; the other answers stay with the record that goes."""
    mine, other = Demographics.objects.filter(student=stays.pk).first(), rows.first()
    if mine is None or other is None:
        return None
    if other.told_on > mine.told_on:
        for name in ANSWERS:
            setattr(mine, name, getattr(other, name))
        mine.save(update_fields=list(ANSWERS))
    return [other.pk]
