"""What several parts of a case's page need, fetched once for the page and its reader."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from grievances import agreements, clock, deadlines, terms
from grievances.daysoff import DaysOff
from grievances.models import (
    CaseEvent,
    Deadline,
    Decision,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    InformationRequest,
    Notice,
    RequestEntry,
)
from grievances.models.case import RUNNING
from ip2a.models import AuditEntry
from ip2a.questions import hand_out, once, question

MOST_EVENTS = 1000
MOST_CHANGES = 200
MOST_CASES = 50


def running_first(rows: QuerySet) -> QuerySet:
    runs = ExpressionWrapper(Q(status__in=RUNNING), output_field=BooleanField())
    return rows.annotate(runs=runs).order_by("-runs", "-filed_date", "-pk")


@question
def _of_member(reader: Any, member: int) -> QuerySet:
    rows = Grievance.objects.visible_to(reader).of_member(member).for_table()
    return running_first(rows)[: MOST_CASES + 1]


@question
def _events(reader: Any, case: int) -> QuerySet:
    rows = CaseEvent.objects.visible_to(reader).filter(grievance=case).select_related("paper")
    return rows.in_order()[:MOST_EVENTS]


@question
def _limits(reader: Any, case: int) -> QuerySet:
    rows = Deadline.objects.visible_to(reader).filter(grievance=case)
    return rows.select_related("superseded_by__paper").order_by("due_on", "id")


@question
def _step_records(reader: Any, case: int) -> QuerySet:
    return GrievanceStepRecord.objects.visible_to(reader).filter(grievance=case).order_by("step_number")


@question
def _grievants(reader: Any, case: int) -> QuerySet:
    return Grievant.objects.visible_to(reader).filter(grievance=case).select_related("member")


@question
def _requests(reader: Any, case: int) -> QuerySet:
    return InformationRequest.objects.visible_to(reader).filter(grievance=case)


@question
def _decisions(reader: Any, case: int) -> QuerySet:
    return Decision.objects.visible_to(reader).filter(grievance=case).order_by("decided_on", "id")


@question
def _entries(reader: Any, requests: list[int]) -> QuerySet:
    return RequestEntry.objects.visible_to(reader).filter(request__pk__among=requests).select_related("paper")


@question
def _notices(reader: Any, decisions: list[int]) -> QuerySet:
    return Notice.objects.visible_to(reader).filter(decision__pk__among=decisions).select_related("paper")


@question
def _changes(reader: Any, table: str, case: int) -> QuerySet:
    return AuditEntry.objects.visible_to(reader).filter(table_name=table, record_id=case)[:MOST_CHANGES]


@once
def cases_of(user: Any, member: Any) -> list[Grievance]:
    """A member's own cases and those of a group, the running ones first; one more than MOST_CASES at most."""
    return _of_member(user, member.pk)


@once
def case_file(user: Any, case: Grievance) -> "CaseFile":
    """The file of a case as one reader may see it."""
    return CaseFile(user, case)


class CaseFile:
    """Events, limits, people and papers of one case. Nothing is fetched before it is asked for, and then once."""

    def __init__(self, user: Any, case: Grievance):
        self.user = user
        self.case = case
        self.today = timezone.localdate()
        self.now = timezone.now()
        self.wrong = ""

    @cached_property
    def procedure(self) -> terms.Procedure:
        return agreements.to_procedure(self.case.agreement_version)

    @cached_property
    def days_off(self) -> DaysOff:
        return agreements.days_off(self.case.agreement_version.agreement)

    @cached_property
    def steps(self) -> dict[int, terms.Step]:
        return {step.number: step for step in self.procedure.steps}

    @cached_property
    def step(self) -> terms.Step:
        return next(step for step in self.procedure.steps if step.key == self.case.current_step)

    @cached_property
    def next_step(self) -> terms.Step | None:
        return self.steps.get(self.step.number + 1)

    @cached_property
    def counts_hours(self) -> bool:
        return any(limit.unit is terms.Unit.HOURS for limit in self.procedure.limits)

    @cached_property
    def events(self) -> list[CaseEvent]:
        events = _events(self.user, self.case.pk)
        mended = {event.corrects_id: event for event in events if event.corrects_id}
        for event in events:
            event.grievance = self.case
            event.mended_by = mended.get(event.pk)
        return events

    @cached_property
    def standing_events(self) -> list[CaseEvent]:
        return [event for event in self.events if event.mended_by is None and not event.is_void]

    @cached_property
    def limits(self) -> list[Deadline]:
        """Every date there is or was, superseded ones too."""
        return _limits(self.user, self.case.pk)

    @cached_property
    def standing_limits(self) -> list[Deadline]:
        return [limit for limit in self.limits if limit.superseded_at is None]

    @cached_property
    def superseded(self) -> dict[tuple[str, int], list[Deadline]]:
        """The dates that no longer hold, by limit, the oldest first."""
        found: dict[tuple[str, int], list[Deadline]] = defaultdict(list)
        for limit in sorted(self.limits, key=lambda limit: limit.pk):
            if limit.superseded_at is not None:
                found[limit.limit_key, limit.occurrence].append(limit)
        return found

    @cached_property
    def computed(self) -> tuple[terms.Deadline, ...]:
        """What the clock says now. A case whose days contradict each other has an empty answer, and ``wrong`` why."""
        zone = self.case.agreement_version.agreement.zone
        self.wrong = ""
        try:
            return clock.compute(self.procedure, self.days_off, deadlines.as_terms(self.events), zone=zone)
        except clock.ClockError as error:
            self.wrong = str(error)  # shown on the page
            return ()

    @cached_property
    def pending(self) -> list[terms.Deadline]:
        """Limits of this step and the next that have not started."""
        if not self.case.is_running:
            return []
        return [d for d in self.computed if d.state is terms.State.PENDING and d.step <= self.step.number + 1]

    @cached_property
    def step_records(self) -> list[GrievanceStepRecord]:
        return _step_records(self.user, self.case.pk)

    @cached_property
    def grievants(self) -> list[Grievant]:
        return _grievants(self.user, self.case.pk)

    @cached_property
    def requests(self) -> list[InformationRequest]:
        found = _requests(self.user, self.case.pk)
        if found:
            hand_out(found, "entries", _entries(self.user, [row.pk for row in found]))
        return found

    @cached_property
    def decisions(self) -> list[Decision]:
        found = _decisions(self.user, self.case.pk)
        if found:
            hand_out(found, "notices", _notices(self.user, [row.pk for row in found]))
        return found

    @cached_property
    def changes(self) -> list[AuditEntry]:
        return _changes(self.user, self.case._meta.db_table, self.case.pk)
