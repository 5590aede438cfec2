"""What the training room tells of a member's life: applying, places, certificates, placements."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from ip2a.questions import question
from ip2a.timeline import Event, tells
from members.models import Member
from training import lookups
from training.models import Certification, Enrollment, Placement


@question
def _places(reader: Any, student: int) -> QuerySet:
    return Enrollment.objects.visible_to(reader).filter(student=student).select_related("cohort")


@question
def _cards(reader: Any, student: int) -> QuerySet:
    return Certification.objects.visible_to(reader).filter(student=student).exclude(issued_date=None)


@question
def _placements(reader: Any, student: int) -> QuerySet:
    return Placement.objects.visible_to(reader).filter(student=student).select_related("employer")


@tells("members.member")
def training(user: Any, member: Member) -> Iterator[Event]:
    student = lookups.student_of(user, member)
    if student is None:
        return
    url = student.get_absolute_url()
    yield Event(student.applied_on, "training", "Applied to the programme", url=url, icon="training")
    for place in _places(user, student.pk):
        yield Event(place.enrolled_on, "training", f"Enrolled in {place.cohort}", url=url, icon="training")
        if place.ended_on:
            how = f"{place.get_status_display()}: {place.cohort}"
            yield Event(place.ended_on, "training", how, details=place.reason, url=url, icon="training")
    for card in _cards(user, student.pk):
        yield Event(card.issued_date, "training", f"Earned {card.words}", url=card.get_absolute_url(), icon="document")
    for placement in _placements(user, student.pk):
        where = f" at {placement.employer.name}" if placement.employer else ""
        words = f"{placement.get_kind_display()}{where}"
        yield Event(placement.start_date, "training", words, url=placement.get_absolute_url(), icon="job")
