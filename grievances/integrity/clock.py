"""Whether each running case is driven by its clock, and whether what the lists show is what the clock says."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from grievances import deadlines, reminders, terms
from grievances.clock import ClockError
from grievances.models import CaseEvent, Deadline, DeadlineState, EventKind, Grievance, GrievanceStepRecord
from ip2a import numbers
from ip2a.words import format_day
from maintenance.models import Severity
from maintenance.registry import check

COMPARED = numbers.declare(
    "grievances.compared-at-once",
    500,
    unit="cases",
    about="So many changed cases at most are reckoned anew when the dates that stand are compared with the clock.",
)
PAPER_DAYS = numbers.declare(
    "grievances.paper-days", 14, unit="days", about="An extension or an abeyance has its paper in the case after."
)
RECKONED = "Reckoned anew: what stood was not what the clock says"


def _cases() -> QuerySet[Grievance]:
    return Grievance.objects.for_table()


def _running() -> QuerySet[Grievance]:
    return _cases().running()


def _limits() -> QuerySet[Deadline]:
    return Deadline.objects.order_by().filter(grievance=OuterRef("pk"), superseded_at=None)


@check(
    "grievances.nothing-runs",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 running case has no limit, no abeyance and no meeting ahead: nothing drives it.",
        "{count} running cases have no limit, no abeyance and no meeting ahead: nothing drives them.",
    ),
    advice="Open it: write down what happened last, plan the meeting, advance it, or close it with the reason.",
    fact=lambda case: f"{case.get_status_display()}, {case.get_current_step_display().lower()}",
)
def nothing_runs():
    driven = _limits().filter(state__in=[DeadlineState.OPEN, DeadlineState.SUSPENDED])
    ahead = GrievanceStepRecord.objects.filter(grievance=OuterRef("pk"), meeting_date__gte=timezone.localdate())
    return _running().filter(~Exists(driven), ~Exists(ahead))


def _first(*sides: terms.Side) -> Subquery:
    """The earliest running limit of a side, which the case repeats for lists."""
    running = _limits().filter(state=DeadlineState.OPEN, side__in=[side.value for side in sides])
    return Subquery(running.values("grievance").annotate(first=Min("due_on")).values("first"))


def _differs(repeated: str, limit: str) -> Q:
    known = Q(**{f"{repeated}__isnull": False, f"{limit}__isnull": False})
    one = Q(**{f"{repeated}__isnull": True, f"{limit}__isnull": False})
    other = Q(**{f"{repeated}__isnull": False, f"{limit}__isnull": True})
    return one | other | (known & ~Q(**{repeated: F(limit)}))


@check(
    "grievances.next-limit-differs",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 case shows another next limit in lists than the one that runs.",
        "{count} cases show another next limit in lists than the one that runs.",
    ),
    advice="The list and the boards sort it wrongly until it is reckoned anew. The nightly run does that.",
    fact=lambda case: f"shown: {format_day(case.next_due_on) or 'none'}",
)
def next_limit_differs():
    running = _running().annotate(ours=_first(terms.Side.UNION, terms.Side.BOTH), theirs=_first(terms.Side.EMPLOYER))
    wrong = running.filter(_differs("next_due_on", "ours") | _differs("employer_due_on", "theirs"))
    over = Grievance.objects.exclude(pk__in=Grievance.objects.running().values("pk"))
    still_due = over.filter(Q(next_due_on__isnull=False) | Q(employer_due_on__isnull=False))
    return _cases().filter(Q(pk__in=wrong.values("pk")) | Q(pk__in=still_due.values("pk")))


@next_limit_differs.mends
def reckon(case: Grievance) -> str:
    """Compute the case anew. A date that moved stays behind, superseded, with the reason."""
    with transaction.atomic():
        locked = Grievance.objects.select_for_update(of=("self",)).get(pk=case.pk)
        changes = deadlines.refresh(locked, reason=RECKONED)
    moved = [change for change in changes if change.was]
    return f"{locked} was reckoned anew; {len(moved)} {'date' if len(moved) == 1 else 'dates'} moved."


@check(
    "grievances.limits-differ-from-clock",
    on=Grievance,
    severity=Severity.CRITICAL,
    uses=(COMPARED,),
    sentence=(
        "1 running case has other limits than the clock says.",
        "{count} running cases have other limits than the clock says.",
    ),
    advice="Something changed without its limits: an event, a holiday. The nightly run reckons it anew and tells whose "
    "it is. If the days of a case contradict each other, correct them in its timeline.",
)
def limits_differ_from_clock():
    wrong = [case.pk for case in deadlines.for_computing(_changed_since()) if differs_from_clock(case)]
    return _cases().filter(pk__in=wrong)


limits_differ_from_clock.mends(reckon)


def _changed_since() -> QuerySet[Grievance]:
    """Running cases of which something is younger than their limits, or has no limit at all; the youngest first.

    Reckoning every case takes seconds; what changed after the last reckoning is what can have been forgotten.
    """
    events = CaseEvent.objects.order_by().filter(grievance=OuterRef("pk")).values("grievance")
    newest = Subquery(events.annotate(at=Max("created_at")).values("at"))
    reckoned = Subquery(_limits().values("grievance").annotate(at=Max("updated_at")).values("at"))
    rows = Grievance.objects.running().annotate(newest=newest, reckoned=reckoned)
    touched = (
        Q(reckoned=None) | Q(newest__gt=F("reckoned")) | Q(agreement_version__agreement__updated_at__gt=F("reckoned"))
    )
    return rows.filter(touched).order_by("-newest", "-pk")[: int(numbers.value(COMPARED))]


def differs_from_clock(case: Grievance) -> bool:
    """Whether reckoning a case anew would change a date or a state. Writes nothing."""
    try:
        said = deadlines.computed(case)
    except ClockError:
        return True
    kept = {
        (d.key, d.occurrence): (d.due, d.due_at, d.state.value, d.met_on)
        for d in said
        if d.state.value in deadlines.KEPT and d.starts_on
    }
    standing = {
        (row.limit_key, row.occurrence): (row.due_on, row.due_at, row.state, row.met_on)
        for row in case.deadlines.all()
        if row.superseded_at is None
    }
    return kept != standing


@check(
    "grievances.too-late-to-file",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 complaint is not filed, and the limit to file it has passed.",
        "{count} complaints are not filed, and the limit to file them has passed.",
    ),
    advice="Ask the employer for an extension, or decide not to file: with the reason, and tell the grievant.",
    fact=lambda case: f"was to be filed by {format_day(case.next_due_on)}",
)
def too_late_to_file():
    return _cases().overdue(on=timezone.localdate()).filter(grievance_number=None)


@check(
    "grievances.limit-without-reminder",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 case has a limit that passed without anybody being reminded of it.",
        "{count} cases have limits that passed without anybody being reminded of them.",
    ),
    advice="See whether the worker and the schedule run, and whether mail goes out. Then look after these cases today.",
    fact=lambda case: f"our next limit: {format_day(case.next_due_on) or 'none'}",
)
def limit_without_reminder():
    return _cases().filter(pk__in=reminders.unreminded(timezone.localdate()).order_by().values("grievance"))


@check(
    "grievances.agreed-without-paper",
    on=Grievance,
    severity=Severity.WARNING,
    uses=(PAPER_DAYS,),
    sentence=(
        "1 case has an extension or an abeyance without a paper after {paper_days} days.",
        "{count} cases have an extension or an abeyance without a paper after {paper_days} days.",
    ),
    advice="Ask for it in writing and correct the entry with the paper: without it the employer may call it untimely.",
)
def agreed_without_paper():
    ago = timezone.localdate() - timedelta(days=int(numbers.value(PAPER_DAYS)))
    events = CaseEvent.objects.standing().filter(
        kind__in=[EventKind.EXTENDED, EventKind.ABEYANCE], paper=None, happened_on__lt=ago
    )
    return _running().filter(pk__in=events.order_by().values("grievance"))
