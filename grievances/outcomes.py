"""How cases ended and how far they came, as reports count them and as their lists filter by it."""

import re

from django.db import models
from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf, Trim

from grievances.models import CaseEvent, CurrentStep, EventKind, Status
from grievances.models.case import RUNNING


class Ending(models.TextChoices):
    """What became of a case. A closed one counts as what it was before it was closed."""

    RUNNING = "running", "Still running"
    SETTLED = "settled", "Settled"
    WITHDRAWN = "withdrawn", "Withdrawn"
    AWARD = "award", "Award or ruling"
    CLOSED = "closed", "Closed otherwise"


ENDING_OF = {EventKind.SETTLED: Ending.SETTLED, EventKind.WITHDRAWN: Ending.WITHDRAWN, EventKind.DECIDED: Ending.AWARD}
ARRIVALS = (EventKind.ADVANCED, EventKind.REFERRED)
REACHED = [step for step in CurrentStep.choices if step[0] != CurrentStep.STEP_1]
# What stands behind the article itself: "Art. 9 §4" and "Art. 9, Section 4" are both about Art. 9.
PARAGRAPH = r"\s*(§|,|;|\(|\ysec|\ypara).*$"


def ending() -> Case:
    """How a case ended. Only a closed case asks its events; nothing closes a settlement or a withdrawal but itself."""
    return Case(
        When(status__in=RUNNING, then=Value(Ending.RUNNING)),
        When(status=Status.SETTLED, then=Value(Ending.SETTLED)),
        When(status=Status.WITHDRAWN, then=Value(Ending.WITHDRAWN)),
        When(settlement_amount__isnull=False, then=Value(Ending.SETTLED)),
        default=Coalesce(Subquery(_ended_by()), Value(Ending.CLOSED)),
        output_field=CharField(),
    )


def _ended_by() -> QuerySet:
    """What the last of the events that decide about a case made of it; reopening takes it back."""
    kinds = [*ENDING_OF, EventKind.REOPENED]
    events = still_standing(CaseEvent.objects.filter(grievance=OuterRef("pk"), kind__in=kinds))
    known = [When(kind=kind, then=Value(end)) for kind, end in ENDING_OF.items()]
    named = Case(*known, default=Value(Ending.CLOSED), output_field=CharField())
    return events.order_by("-happened_on", "-id").annotate(ended=named).values("ended")[:1]


def still_standing(events: QuerySet) -> QuerySet:
    """As ``standing()``, for all cases at once: the few corrected events are gathered first."""
    corrected = CaseEvent.objects.order_by().filter(corrects__isnull=False)
    return events.filter(is_void=False).exclude(pk__in=corrected.values("corrects"))


def article_of(text: str) -> str:
    """The article without its paragraph, as ``article`` has it; a paragraph alone stays as it is."""
    bare = re.sub(PARAGRAPH.replace(r"\y", r"\b"), "", text, flags=re.IGNORECASE | re.DOTALL)
    return bare.strip(" ") or text


def article() -> Coalesce:
    """The article without its paragraph, in the database's words."""
    given = (F("contract_article"), Value(PARAGRAPH), Value(""), Value("i"))
    bare = Trim(Func(*given, function="regexp_replace", output_field=CharField()))
    return Coalesce(NullIf(bare, Value("")), F("contract_article"), output_field=CharField())


def reached(step: str) -> Exists:
    """Whether a case ever came to a step after its first, by the events that stand."""
    return Exists(still_standing(CaseEvent.objects.filter(arrived_at(step), grievance=OuterRef("pk"))))


def arrived_at(step: str) -> Q:
    if step == CurrentStep.ARBITRATION:
        return Q(kind=EventKind.REFERRED)
    return Q(kind=EventKind.ADVANCED, step_number=int(step.removeprefix("step_")))
