"""Whether the file would stand up to a fair-representation claim: reasons, how the grievant was told, answers owed."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from grievances.models import Decision, Grievance, InformationRequest, Notice, Status
from grievances.models.case import RUNNING
from grievances.models.duty import CLOSING, DecisionKind, RequestState
from ip2a.words import format_day
from maintenance.models import Severity
from maintenance.registry import check

ENDING = (*CLOSING, DecisionKind.SETTLE)


def _cases():
    return Grievance.objects.for_table()


@check(
    "grievances.grievant-not-told",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 case has a decision that closes a door, and nothing says that the grievant was told.",
        "{count} cases have a decision that closes a door, and nothing says that the grievant was told.",
    ),
    advice="Tell the grievant now, and write down on which day and how. The time to complain runs from that day.",
)
def grievant_not_told():
    told = Notice.objects.filter(decision=OuterRef("pk"))
    untold = Decision.objects.order_by().filter(~Exists(told), kind__in=CLOSING)
    return _cases().filter(pk__in=untold.values("grievance"), member__isnull=False)


@check(
    "grievances.ended-without-decision",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 case was withdrawn or closed without a decision and its reason.",
        "{count} cases were withdrawn or closed without a decision and its reason.",
    ),
    advice="A union may drop a case, but not without a reason: write the decision down from what is known.",
    fact=lambda case: f"{case.get_status_display()} on {format_day(case.resolution_date)}",
)
def ended_without_decision():
    why = Decision.objects.filter(grievance=OuterRef("pk"), kind__in=ENDING)
    return _cases().filter(~Exists(why), status__in=[Status.WITHDRAWN, Status.CLOSED])


@check(
    "grievances.answer-owed",
    on=InformationRequest,
    severity=Severity.WARNING,
    sentence=(
        "1 information request is overdue in a running case.",
        "{count} information requests are overdue in running cases.",
    ),
    advice="Remind the employer in writing, or answer if it is ours: refusing information binds both parties.",
    fact=lambda request: f"{request.get_direction_display()}, due {format_day(request.due_on)}",
)
def answer_owed():
    waiting = [RequestState.OPEN, RequestState.PARTLY]
    rows = InformationRequest.objects.for_table().filter(state__in=waiting, due_on__lt=timezone.localdate())
    return rows.filter(grievance__status__in=RUNNING)
