"""What several parts of a member's page need of this room, fetched once for the page and its reader."""

from typing import Any

from django.db.models import QuerySet

from ip2a.questions import once, question
from members.models import Member
from training.models import Student


@question
def _students(reader: Any, member: int) -> QuerySet:
    return Student.objects.visible_to(reader).filter(member=member)[:1]


@once
def student_of(user: Any, member: Member) -> Student | None:
    """The member as a student, for those who may know of it."""
    return next(iter(_students(user, member.pk)), None)
