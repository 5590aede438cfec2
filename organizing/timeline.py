"""What organizing tells of a member's and an employer's life: to those inside, and to nobody else."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from ip2a.questions import question
from ip2a.timeline import Event, tells
from members.models import Member, Organization
from organizing.models import EmployerScore, SaltingActivity, SaltingAgreement

KIND = "organizing"
MOST = 200


@question
def _activities_of(reader: Any, member: int) -> QuerySet:
    return SaltingActivity.objects.visible_to(reader).live().filter(member=member).for_table()[:MOST]


@question
def _activities_at(reader: Any, organization: int) -> QuerySet:
    return SaltingActivity.objects.visible_to(reader).live().filter(organization=organization).for_table()[:MOST]


@question
def _agreements_of(reader: Any, member: int) -> QuerySet:
    return SaltingAgreement.objects.visible_to(reader).filter(member=member).for_table()[:MOST]


@question
def _agreements_at(reader: Any, organization: int) -> QuerySet:
    return SaltingAgreement.objects.visible_to(reader).filter(organization=organization).for_table()[:MOST]


@question
def _scores_of(reader: Any, organization: int) -> QuerySet:
    return EmployerScore.objects.visible_to(reader).filter(organization=organization).for_table()[:MOST]


@tells("members.member")
def of_member(user: Any, member: Member) -> Iterator[Event]:
    """What a salt or organizer did, and under which agreements."""
    for row in _activities_of(user, member.pk):
        yield _activity(row)
    for row in _agreements_of(user, member.pk):
        yield from _agreement(row, str(row.organization))


@tells("members.organization")
def of_employer(user: Any, organization: Organization) -> Iterator[Event]:
    """What was done there, who works there as a salt, and how the employer stood."""
    for row in _activities_at(user, organization.pk):
        yield _activity(row, str(row.member))
    for row in _agreements_at(user, organization.pk):
        yield from _agreement(row, str(row.member))
    for row in _scores_of(user, organization.pk):
        who = str(row.by) if row.by else row.source
        yield Event(row.on, KIND, f"Stands: {row.get_score_display()}", who=who, details=row.why, icon="building")


def _activity(row: SaltingActivity, who: str = "") -> Event:
    text = f"{row}: {row.get_outcome_display().lower()}"
    url = row.get_absolute_url()
    return Event(row.activity_date, KIND, text, who=who, details=row.description, url=url, icon="organizing")


def _agreement(row: SaltingAgreement, other: str) -> Iterator[Event]:
    url = row.get_absolute_url()
    yield Event(row.starts_on, KIND, f"Salting agreement began: {other}", url=url, icon="document")
    if row.ended_on:
        text = f"Salting agreement ended: {other}"
        yield Event(row.ended_on, KIND, text, details=row.ended_because, url=url, icon="document")
