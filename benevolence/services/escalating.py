"""What the clock does about cases that lie too long: it tells, and decides nothing."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from benevolence import mailing
from benevolence.models import ApplicationStory, BenevolenceApplication
from benevolence.services.moving import locked
from ip2a.models import Message

AT_ONCE = 1000  # cases in one run; what is left comes with the next


def escalate(*, on: date | None = None) -> int:
    """Tell of every overdue review and late answer that was not told yet; how many. Safe to run twice and late."""
    on = on or timezone.localdate()
    cases = BenevolenceApplication.objects
    return _tell(_untold_reviews(cases.overdue(on)), cases.overdue(on), mailing.is_overdue, on) + _tell(
        _untold_answers(cases.unanswered(on)), cases.unanswered(on), mailing.is_unanswered, on
    )


def _tell(untold: QuerySet, still: QuerySet, tell: Callable[[BenevolenceApplication, date], None], on: date) -> int:
    """Each case in its own transaction, and only if it still lies there once it is locked."""
    told = 0
    for application in untold.order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            case = locked(application)
            if still.filter(pk=case.pk).exists():
                tell(case, on)
                told += 1
    return told


def _untold_reviews(cases: QuerySet) -> QuerySet:
    story = ApplicationStory.objects.filter(application=OuterRef(OuterRef("pk"))).values("pk")
    mail = Message.objects.filter(about_model=ApplicationStory._meta.label_lower, about_id__in=story)
    return cases.exclude(Exists(mail.filter(key__startswith=_key(mailing.OVERDUE, OuterRef("current_level")))))


def _untold_answers(cases: QuerySet) -> QuerySet:
    mail = Message.objects.filter(about_model=BenevolenceApplication._meta.label_lower, about_id=OuterRef("pk"))
    return cases.exclude(Exists(mail.filter(key__startswith=_key(mailing.ANSWER, Value(mailing.LATE)))))


def _key(kind: str, what: Combinable) -> Concat:
    """How the key of a mail begins that tells it; mailing writes it in the same way."""
    numbers = [Cast(OuterRef(name), CharField()) for name in ("pk", "round")]
    return Concat(Value(f"{kind}:"), numbers[0], Value(":"), numbers[1], Value(":"), what, Value(":"))
