"""An instructor's classes on their phone. No student is named: a cohort, a course and a place are all it says."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from ip2a import calendars
from training.models import ClassSession


def entry_of(session: ClassSession) -> calendars.Entry:
    what = session.topic or (session.course.title if session.course else "Class")
    day = session.session_date
    return calendars.Entry(
        uid=f"class-{session.pk}",
        summary=f"{session.cohort.code}: {what}",
        description=session.location.name if session.location else "",
        start=timezone.make_aware(datetime.combine(day, session.starts_at)),
        end=timezone.make_aware(datetime.combine(day, session.ends_at)),
        url=session.get_absolute_url(),
        changed_at=session.updated_at,
        cancelled=session.is_cancelled,
    )


@calendars.feed("training")
def classes(user: Any) -> Iterator[calendars.Entry]:
    """Classes that this person teaches, or that belong to a cohort they answer for."""
    first, last = calendars.window()
    mine = Q(instructor__user=user) | Q(cohort__teachers__instructor__user=user, instructor=None)
    rows = ClassSession.objects.visible_to(user).filter(mine, session_date__range=(first, last)).distinct()
    for session in rows.for_table():
        yield entry_of(session)
