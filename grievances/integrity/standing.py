"""Whether a case's state, its step, its records, its number and its days agree with each other."""

from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import Cast, Coalesce, Lag, Lead, StrIndex, Substr
from django.utils import timezone

from grievances.models import (
    AgreementEmployer,
    CaseNumbers,
    CurrentStep,
    Grievance,
    GrievanceStepRecord,
    Outcome,
    ProcedureStep,
    Status,
)
from ip2a.words import format_day
from maintenance.models import Severity
from maintenance.registry import check


def _cases():
    return Grievance.objects.for_table()


def _records():
    return GrievanceStepRecord.objects.order_by().filter(grievance=OuterRef("pk"))


def _step_now():
    """The number that a case's step has in its own procedure."""
    steps = ProcedureStep.objects.filter(agreement_version=OuterRef("agreement_version"), key=OuterRef("current_step"))
    return Subquery(steps.values("number")[:1])


def _last_record():
    return Subquery(_records().order_by("-step_number").values("step_number")[:1])


@check(
    "grievances.step-without-record",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 filed case stands at a step that it has no record of.",
        "{count} filed cases stand at a step that they have no record of.",
    ),
    advice="Its verbs will refuse. Restore the record from the history, or ask whoever looks after the database.",
    fact=lambda case: f"{case.get_current_step_display()}, last record: step {case.last_record or 'none'}",
)
def step_without_record():
    rows = _cases().filter(grievance_number__isnull=False).annotate(step_now=_step_now(), last_record=_last_record())
    return rows.filter(Q(last_record=None) | Q(step_now=None) | Q(last_record__lt=F("step_now")))


@check(
    "grievances.record-beyond-step",
    on=GrievanceStepRecord,
    severity=Severity.CRITICAL,
    sentence=(
        "1 step record lies beyond the step of its case.",
        "{count} step records lie beyond the step of their case.",
    ),
    advice="Compare with the case's timeline: either the case was advanced, or the record is another case's.",
    fact=lambda record: f"the case is at {record.grievance.get_current_step_display().lower()}",
)
def record_beyond_step():
    steps = ProcedureStep.objects.filter(
        agreement_version=OuterRef("grievance__agreement_version"), key=OuterRef("grievance__current_step")
    )
    rows = GrievanceStepRecord.objects.select_related("grievance").annotate(now=Subquery(steps.values("number")[:1]))
    return rows.filter(step_number__gt=F("now"))


@check(
    "grievances.step-missing",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=("1 case has a gap between its step records.", "{count} cases have a gap between their step records."),
    advice="Restore the missing record from the history: an arbitrator will ask what happened at that step.",
)
def step_missing():
    spans = (
        GrievanceStepRecord.objects.order_by()
        .values("grievance")
        .annotate(first=Min("step_number"), last=Max("step_number"), found=Count("*"))
        .exclude(found=F("last") - F("first") + 1)
    )
    return _cases().filter(pk__in=spans.values("grievance"))


@check(
    "grievances.settled-without-outcome",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "1 settled case has a last step record that is not settled.",
        "{count} settled cases have a last step record that is not settled.",
    ),
    advice="Compare the resolution with the record of the last step, and correct the one that is wrong.",
)
def settled_without_outcome():
    last = Subquery(_records().order_by("-step_number").values("outcome")[:1])
    rows = _cases().filter(status=Status.SETTLED, grievance_number__isnull=False)
    return rows.annotate(last_outcome=last).exclude(last_outcome=Outcome.SETTLED)


@check(
    "grievances.arbitration-disagrees",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 running case is in arbitration by its status or by its step, but not by both.",
        "{count} running cases are in arbitration by their status or by their step, but not by both.",
    ),
    advice="See its timeline: a referral makes both. Its verbs may refuse until both agree.",
    fact=lambda case: f"{case.get_status_display()}, {case.get_current_step_display().lower()}",
)
def arbitration_disagrees():
    by_status, by_step = Q(status=Status.ARBITRATION), Q(current_step=CurrentStep.ARBITRATION)
    return _cases().running().filter((by_status & ~by_step) | (by_step & ~by_status))


def _numbered():
    """Filed cases with the year (``of``) and the count (``at``) in their number, and the last one given (``given``)."""
    rest = Substr("grievance_number", 4)
    counter = CaseNumbers.objects.filter(year=OuterRef("of")).values("last")[:1]
    return (
        _cases()
        .filter(grievance_number__isnull=False)
        .annotate(
            of=Cast(Substr("grievance_number", 4, 4), IntegerField()),
            at=Cast(Substr(rest, StrIndex(rest, Value("-")) + 1), IntegerField()),
        )
        .annotate(given=Coalesce(Subquery(counter), 0))
    )


@check(
    "grievances.numbers-missing",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "Numbers are missing beside 1 case: they were given, but no case has them.",
        "Numbers are missing beside {count} cases: they were given, but no case has them.",
    ),
    advice="Look in the audit trail for what became of them. Numbers are given without gaps, so rows were lost.",
    fact=lambda case: (
        f"{case.of}: {case.at - case.before - 1} missing before {case.at:04d}"
        if case.at - case.before > 1
        else f"{case.of}: {case.given - case.at} missing after {case.at:04d}"
    ),
)
def numbers_missing():
    in_year = {"partition_by": "of", "order_by": "at"}
    before = Window(Lag("at", default=0), **in_year)
    after = Window(Lead("at"), **in_year)
    rows = _numbered().annotate(before=before, after=after)
    return rows.filter(Q(at__gt=F("before") + 1) | Q(after=None, given__gt=F("at")))


@check(
    "grievances.number-not-given",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 case has a number that was not given yet.",
        "{count} cases have numbers that were not given yet.",
    ),
    advice="The next filing of that year will fail when it comes to this number. Move the year's counter past it.",
)
def number_not_given():
    return _numbered().filter(at__gt=F("given"))


@check(
    "grievances.day-in-future",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "1 case was filed, happened or ended in the future.",
        "{count} cases were filed, happened or ended in the future.",
    ),
    advice="Correct the day in the timeline: every limit is computed anew from there.",
    fact=lambda case: ", ".join(
        f"{word} {format_day(day)}"
        for word, day in (("happened", case.incident_date), ("filed", case.filed_date), ("ended", case.resolution_date))
        if day and day > timezone.localdate()
    ),
)
def day_in_future():
    today = timezone.localdate()
    return _cases().filter(Q(incident_date__gt=today) | Q(filed_date__gt=today) | Q(resolution_date__gt=today))


@check(
    "grievances.outside-agreement",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "1 case stands under a version of an agreement that did not hold when it happened.",
        "{count} cases stand under versions of agreements that did not hold when they happened.",
    ),
    advice="Its limits may be another version's. Check the day it happened, and which agreement held then.",
    fact=lambda case: f"happened {format_day(case.incident_date)}",
)
def outside_agreement():
    before = Q(incident_date__lt=F("agreement_version__effective_from"))
    return _cases().filter(before | Q(incident_date__gt=F("agreement_version__effective_to")))


@check(
    "grievances.employer-not-bound",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "1 case stands under an agreement that did not bind its employer.",
        "{count} cases stand under agreements that did not bind their employer.",
    ),
    advice="The employer may say that nothing was violated. Check the agreement's employers and their days.",
    fact=lambda case: f"{case.employer} on {format_day(case.incident_date)}",
)
def employer_not_bound():
    bound = AgreementEmployer.objects.filter(
        agreement=OuterRef("agreement_version__agreement"),
        organization=OuterRef("employer"),
        starts_on__lte=OuterRef("incident_date"),
    ).filter(Q(ends_on=None) | Q(ends_on__gte=OuterRef("incident_date")))
    return _cases().filter(~Exists(bound))
