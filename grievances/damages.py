"""Damage to cases, their clock and their people, for the drill (``maintenance.damaging``)."""

from datetime import UTC, date, datetime

from django.db.models import F
from django.utils import timezone

from grievances.factories import FILED, INCIDENT, case
from grievances.models import (
    CaseEvent,
    CaseNumbers,
    CaseType,
    Deadline,
    DeadlineState,
    Decision,
    EventKind,
    GrievanceStepRecord,
    InformationRequest,
    Status,
)
from grievances.models.duty import DecisionKind
from ip2a.factories import UserFactory
from maintenance.damaging import by_hand, change, damage, lose
from members.models import Member

LATER = date(2031, 1, 1)
LONG_AGO = datetime(2026, 3, 4, tzinfo=UTC)


def _limits(grievance, **values):
    with by_hand(Deadline):
        Deadline.objects.filter(grievance=grievance).update(**values)
    return grievance


# Its clock


@damage("grievances.nothing-runs")
def nothing_runs():
    return f"{_limits(case(), state=DeadlineState.VOID)}, whose limits are all void"


@damage("grievances.next-limit-differs")
def next_limit_differs():
    return f"{change(case(), next_due_on=LATER)}, which lists show as due in 2031"


@damage("grievances.limits-differ-from-clock")
def limits_differ_from_clock():
    return f"{_limits(case(), due_on=LATER, updated_at=LONG_AGO)}, whose limits end in 2031"


@damage("grievances.limit-without-reminder")
def limit_without_reminder():
    kept = _limits(case(), due_on=FILED, state=DeadlineState.OPEN, superseded_at=None, created_at=LONG_AGO)
    with by_hand(Deadline):
        Deadline.objects.filter(grievance=kept).update(due_on=date(2026, 3, 20))
    return f"{kept}, of whose limits nobody was reminded"


@damage("grievances.agreed-without-paper")
def agreed_without_paper():
    kept = case()
    with by_hand(CaseEvent):
        CaseEvent.objects.create(grievance=kept, kind=EventKind.ABEYANCE, happened_on=FILED, agreed_by="J. Reed")
    return f"{kept}, in abeyance without a paper"


# Whether its state, its step and its number agree


@damage("grievances.step-without-record")
def step_without_record():
    kept = case()
    for record in kept.step_records.all():
        lose(record)
    return f"{kept} without its step record"


def _third_step(kept):
    with by_hand(GrievanceStepRecord):
        GrievanceStepRecord.objects.create(grievance=kept, step_number=3)
    return kept


@damage("grievances.record-beyond-step")
def record_beyond_step():
    return f"{_third_step(case())} at step 1 with a record of step 3"


@damage("grievances.step-missing")
def step_missing():
    return f"{_third_step(case())} without a record of step 2"


@damage("grievances.settled-without-outcome")
def settled_without_outcome():
    kept = change(case(), status=Status.SETTLED, resolution="Paid.", resolution_date=FILED)
    return f"{kept}, settled with a step that still runs"


@damage("grievances.numbers-missing")
def numbers_missing():
    kept = case()
    with by_hand(CaseNumbers):
        CaseNumbers.objects.filter(year=FILED.year).update(last=F("last") + 3)
    return f"three numbers after {kept} that no case has"


@damage("grievances.number-not-given")
def number_not_given():
    kept = case()
    with by_hand(CaseNumbers):
        CaseNumbers.objects.filter(year=FILED.year).update(last=0)
    return f"{kept}, whose number was not given"


@damage("grievances.outside-agreement")
def outside_agreement():
    kept = case()
    change(kept.agreement_version, effective_from=LATER)
    return f"{kept} under a version that begins in 2031"


@damage("grievances.employer-not-bound")
def employer_not_bound():
    kept = case()
    for party in kept.agreement_version.agreement.parties.all():
        change(party, starts_on=LATER)
    return f"{kept} under an agreement that binds its employer from 2031 on"


# Its people


@damage("grievances.representative-gone")
def representative_gone():
    return f"{change(case(), assigned_rep=UserFactory())} with somebody who may do nothing"


@damage("grievances.grievant-deceased")
def grievant_deceased():
    kept = case()
    change(kept.member, status=Member.Status.DECEASED)
    return f"{kept} of {kept.member}, who has died"


@damage("grievances.party-removed")
def party_removed():
    kept = case()
    change(kept.employer, deleted_at=timezone.now())
    return f"{kept} against {kept.employer}, which was removed"


@damage("grievances.group-of-one")
def group_of_one():
    return f"{change(case(), case_type=CaseType.GROUP)}, a group of one"


# What is owed to the grievant


@damage("grievances.grievant-not-told")
def grievant_not_told():
    kept = case()
    with by_hand(Decision):
        Decision.objects.create(grievance=kept, kind=DecisionKind.NOT_ARBITRATE, decided_on=FILED, reason="Weak.")
    return f"{kept}, of whose decision nobody was told"


@damage("grievances.ended-without-decision")
def ended_without_decision():
    return f"{change(case(), status=Status.CLOSED, resolution_date=FILED)}, closed without a decision"


@damage("grievances.answer-owed")
def answer_owed():
    asked = {"what": "The overtime lists", "asked_on": INCIDENT, "due_on": FILED}
    return f"{InformationRequest.objects.create(grievance=case(), **asked)}, overdue"
