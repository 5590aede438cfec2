"""Cases and decisions that do not agree with each other."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Lag

from benevolence.models import (
    ApplicationStory,
    Bar,
    BenevolenceReview,
    Decision,
    PolicyLevel,
    Status,
    Submission,
)
from benevolence.models import BenevolenceApplication as Application
from benevolence.models.application import COMMITTED
from benevolence.models.words import LEVELS
from ip2a.words import format_money
from maintenance.models import Severity
from maintenance.registry import check


def _approvals():
    """Approvals of the attempt that the outer application is in."""
    return BenevolenceReview.objects.filter(
        application=OuterRef("pk"), attempt=OuterRef("attempt"), decision=Decision.APPROVED
    ).order_by()


@check(
    "benevolence.application-without-story",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 submitted application has no story.",
        "{count} submitted applications have no story.",
    ),
    advice="Nobody can decide it. Restore the story from a backup, or ask the filer to withdraw and file again.",
    fact=lambda case: case.get_status_display(),
)
def application_without_story():
    stories = ApplicationStory.objects.filter(application=OuterRef("pk"))
    return Application.objects.exclude(status=Status.DRAFT).filter(~Exists(stories)).for_table()


@check(
    "benevolence.submission-not-kept",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application does not agree with what was kept when it was submitted.",
        "{count} applications do not agree with what was kept when they were submitted.",
    ),
    advice="Amount, policy or levels were changed past the pages. Compare with the audit trail and restore them.",
    fact=lambda case: f"{format_money(case.amount_requested)} asked for",
)
def submission_not_kept():
    kept = Submission.objects.filter(
        application=OuterRef("pk"),
        attempt=OuterRef("attempt"),
        policy=OuterRef("policy"),
        reason=OuterRef("reason"),
        amount_requested=OuterRef("amount_requested"),
        required_levels=OuterRef("required_levels"),
    )
    return Application.objects.exclude(status=Status.DRAFT).filter(~Exists(kept)).for_table()


@check(
    "benevolence.approved-without-reviews",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application is approved without the approvals it needs.",
        "{count} applications are approved without the approvals they need.",
    ),
    advice="Look at the reviews and the audit trail: a decision is missing, or the state was set past the pages.",
    fact=lambda case: f"{case.get_status_display()}, {format_money(case.approved_amount)}",
)
def approved_without_reviews():
    approved = ArraySubquery(_approvals().values("review_level"))
    cases = Application.objects.filter(status__in=COMMITTED).annotate(approved=approved)
    return cases.exclude(required_levels__contained_by=F("approved")).for_table()


@check(
    "benevolence.approved-above-reviews",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application is approved for more than a level approved.",
        "{count} applications are approved for more than a level approved.",
    ),
    advice="Void the payment if it was made, and let the levels decide again.",
    fact=lambda case: format_money(case.approved_amount),
)
def approved_above_reviews():
    least = _approvals().values("application").annotate(n=Min("approved_amount")).values("n")
    cases = Application.objects.filter(status__in=COMMITTED)
    return cases.annotate(least=Subquery(least)).filter(approved_amount__gt=F("least")).for_table()


@check(
    "benevolence.denied-without-decision",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application is denied, but nobody denied it.",
        "{count} applications are denied, but nobody denied them.",
    ),
    advice="Look at the audit trail: the state was set past the pages.",
)
def denied_without_decision():
    denials = BenevolenceReview.objects.filter(
        application=OuterRef("pk"), attempt=OuterRef("attempt"), decision=Decision.DENIED
    )
    bars = Bar.objects.filter(application=OuterRef("pk"))
    return Application.objects.filter(~Exists(denials), ~Exists(bars), status=Status.DENIED).for_table()


@check(
    "benevolence.review-out-of-order",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application was approved by a later level before an earlier one.",
        "{count} applications were approved by a later level before an earlier one.",
    ),
    advice="Reviews were written past the pages. Ask the levels whether they stand by what they decided.",
)
def review_out_of_order():
    place = Case(*(When(review_level=level, then=Value(place)) for place, level in enumerate(LEVELS)))
    approvals = BenevolenceReview.objects.filter(decision=Decision.APPROVED).order_by().annotate(place=place)
    before = Window(Lag("place"), partition_by=["application", "attempt"], order_by=["id"])
    wrong = approvals.annotate(before=before).filter(before__gte=F("place"))
    return Application.objects.filter(pk__in=wrong.values("application")).for_table()


@check(
    "benevolence.decided-by-somebody-tied",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application was decided by its applicant or by somebody who had stepped aside.",
        "{count} applications were decided by their applicants or by somebody who had stepped aside.",
    ),
    advice="Show it to the other officers: the decision may have to be taken again.",
)
def decided_by_somebody_tied():
    final = BenevolenceReview.objects.filter(decision__in=[Decision.APPROVED, Decision.DENIED])
    own = final.filter(application__member__user=F("reviewer"))
    aside = final.filter(
        application__recusals__person=F("reviewer"),
        application__recusals__is_recused=True,
        application__recusals__id__isnull=False,
        application__recusals__created_at__lt=F("created_at"),
    )
    found = Q(pk__in=own.values("application")) | Q(pk__in=aside.values("application"))
    return Application.objects.filter(found).for_table()


@check(
    "benevolence.beyond-policy",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 approved application goes beyond its policy.",
        "{count} approved applications go beyond their policies.",
    ),
    advice="The amount or the levels do not follow from the policy it was submitted under. Show it to the officers.",
    fact=lambda case: format_money(case.approved_amount),
)
def beyond_policy():
    needed = PolicyLevel.objects.filter(policy=OuterRef("policy"), above_amount__lt=OuterRef("amount_requested"))
    count = needed.order_by().values("policy").annotate(n=Count("*")).values("n")
    levels = Func(F("required_levels"), function="cardinality", output_field=IntegerField())
    cases = Application.objects.filter(status__in=COMMITTED).annotate(
        levels=levels, needed=Coalesce(Subquery(count, output_field=IntegerField()), 0)
    )
    too_much = Q(approved_amount__gt=F("policy__largest_amount"))
    too_few = Q(is_emergency=False, levels__lt=F("needed"))
    rushed = Q(is_emergency=True, amount_requested__gt=F("policy__emergency_max"))
    return cases.filter(too_much | too_few | rushed).for_table()


@check(
    "benevolence.number-missing",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "Before 1 application a number is missing.",
        "Before {count} applications a number is missing.",
    ),
    advice="Numbers have no gaps: an application was deleted past the pages. Restore it from a backup.",
    fact=lambda case: case.number,
)
def number_missing():
    numbered = Application.objects.exclude(number="").order_by()
    year = Func(F("number"), Value(4), Value(4), function="substr", output_field=TextField())
    place = Cast(Func(F("number"), Value(9), function="substr", output_field=TextField()), IntegerField())
    rows = numbered.annotate(year=year, place=place)
    before = Coalesce(Window(Lag("place"), partition_by="year", order_by=["place"]), 0)
    return Application.objects.filter(pk__in=rows.annotate(gap=F("place") - before).filter(gap__gt=1).values("pk"))
