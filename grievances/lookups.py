"""What several parts of a case's page need, fetched once for the page and its reader."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
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
from ip2a.models import AuditEntry

MOST_EVENTS = 1000
MOST_CHANGES = 200


def case_file(user: Any, case: Grievance) -> "CaseFile":
    """The file of a case as one reader may see it."""
    found = case.__dict__.setdefault("_case_file", {})
    if user.pk not in found:
        found[user.pk] = CaseFile(user, case)
    return found[user.pk]


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
        rows = CaseEvent.objects.visible_to(self.user).filter(grievance=self.case).select_related("paper")
        events = list(rows.in_order()[:MOST_EVENTS])
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
        rows = Deadline.objects.visible_to(self.user).filter(grievance=self.case)
        return list(rows.select_related("superseded_by__paper").order_by("due_on", "id"))

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
        rows = GrievanceStepRecord.objects.visible_to(self.user).filter(grievance=self.case)
        return list(rows.order_by("step_number"))

    @cached_property
    def grievants(self) -> list[Grievant]:
        return list(Grievant.objects.visible_to(self.user).filter(grievance=self.case).select_related("member"))

    @cached_property
    def requests(self) -> list[InformationRequest]:
        entries = Prefetch("entries", RequestEntry.objects.visible_to(self.user).select_related("paper"))
        rows = InformationRequest.objects.visible_to(self.user).filter(grievance=self.case).prefetch_related(entries)
        return list(rows)

    @cached_property
    def decisions(self) -> list[Decision]:
        notices = Prefetch("notices", Notice.objects.visible_to(self.user).select_related("paper"))
        rows = Decision.objects.visible_to(self.user).filter(grievance=self.case).prefetch_related(notices)
        return list(rows.order_by("decided_on", "id"))

    @cached_property
    def changes(self) -> list[AuditEntry]:
        return list(AuditEntry.objects.visible_to(self.user).about(self.case)[:MOST_CHANGES])
