"""The books against the cases, the caps and the floor."""

from django.db.models import (
    Case,
    DateField,
    DecimalField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from benevolence.models import BenevolenceApplication as Application
from benevolence.models import (
    Fund,
    LedgerEntry,
    Policy,
    Status,
)
from ip2a.words import format_day, format_money
from maintenance.models import Severity
from maintenance.registry import check
from members.models import Member

MONEY = DecimalField(max_digits=12, decimal_places=2)


def _sum_of(rows, by: str, of: str):
    """The total of rows that point at the outer one; zero where there is none."""
    total = rows.order_by().values(by).annotate(total=Sum(of)).values("total")
    return Coalesce(Subquery(total, output_field=MONEY), Value(0), output_field=MONEY)


@check(
    "benevolence.books-disagree",
    on=Application,
    severity=Severity.CRITICAL,
    sentence=(
        "1 application does not agree with the books of the fund.",
        "{count} applications do not agree with the books of the fund.",
    ),
    advice="Compare the case with its ledger entries. What is wrong in the books is answered by another entry.",
    fact=lambda case: f"{case.get_status_display()}, {format_money(-case.booked)} booked",
)
def books_disagree():
    expected = Case(When(status=Status.PAID, then=-F("approved_amount")), default=Value(0), output_field=MONEY)
    booked = _sum_of(LedgerEntry.objects.filter(application=OuterRef("pk")), "application", "amount")
    return Application.objects.annotate(booked=booked).exclude(booked=expected).for_table()


@check(
    "benevolence.payment-differs",
    on=Application,
    severity=Severity.WARNING,
    sentence=(
        "1 paid application names another day or way than its payment.",
        "{count} paid applications name another day or way than their payments.",
    ),
    advice="The books are right; correct the application in the database, with an administrator.",
    fact=lambda case: f"paid {format_day(case.payment_date)}",
)
def payment_differs():
    same = LedgerEntry.objects.standing().filter(
        application=OuterRef("pk"), entry_date=OuterRef("payment_date"), payment_method=OuterRef("payment_method")
    )
    return Application.objects.filter(~Exists(same), status=Status.PAID).for_table()


@check(
    "benevolence.void-differs",
    on=LedgerEntry,
    severity=Severity.CRITICAL,
    sentence=("1 void does not match its payment.", "{count} voids do not match their payments."),
    advice="Answer it by an adjustment that says what happened.",
    fact=lambda entry: format_money(entry.amount),
)
def void_differs():
    voids = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.VOID)
    whole = Q(counter_entry__kind=LedgerEntry.Kind.PAYMENT, counter_entry__amount=-F("amount"))
    return voids.exclude(whole & Q(counter_entry__application=F("application"), counter_entry__fund=F("fund")))


@check(
    "benevolence.caps-exceeded",
    on=Member,
    severity=Severity.WARNING,
    sentence=(
        "1 member has received more than the caps of the policy allow.",
        "{count} members have received more than the caps of the policy allow.",
    ),
    advice="A merge of two records can put payments together. Tell the officers before the next application.",
)
def caps_exceeded():
    start = ExpressionWrapper(
        OuterRef("entry_date")
        - Func(
            OuterRef("application__policy__rolling_months"),
            template="make_interval(months => %(expressions)s)",
            output_field=DurationField(),
        ),
        output_field=DateField(),
    )
    paid = LedgerEntry.objects.standing()
    same = paid.filter(application__member=OuterRef("application__member"), entry_date__lte=OuterRef("entry_date"))
    recent = _sum_of(same.filter(entry_date__gt=start), "application__member", "amount")
    ever = _sum_of(same, "application__member", "amount")
    over = paid.annotate(recent=recent, ever=ever).filter(
        Q(recent__lt=-F("application__policy__rolling_cap")) | Q(ever__lt=-F("application__policy__lifetime_cap"))
    )
    return Member.objects.filter(pk__in=over.values("application__member"))


def _funds():
    return Fund.objects.annotate(
        held=_sum_of(LedgerEntry.objects.filter(fund=OuterRef("pk")), "fund", "amount"),
        promised=Case(
            When(is_default=True, then=Value(_promised(), output_field=MONEY)), default=Value(0), output_field=MONEY
        ),
    )


def _promised():
    return Application.objects.committed().aggregate(
        total=Coalesce(Sum("approved_amount"), Value(0), output_field=MONEY)
    )["total"]


def _floor():
    policy = Policy.objects.in_force(timezone.localdate())
    return policy.fund_floor if policy else 0


@check(
    "benevolence.fund-below-floor",
    on=Fund,
    severity=Severity.CRITICAL,
    sentence=("1 fund holds less than its floor.", "{count} funds hold less than their floor."),
    advice="Nothing can be paid until a deposit is entered. If money is missing, compare the books with the bank.",
    fact=lambda fund: f"{format_money(fund.held)} in the books",
)
def fund_below_floor():
    # A fund without any entry is not yet in use.
    used = Exists(LedgerEntry.objects.filter(fund=OuterRef("pk")))
    return _funds().filter(used, held__lt=_floor())


@check(
    "benevolence.promised-too-much",
    on=Fund,
    severity=Severity.WARNING,
    sentence=(
        "1 fund has promised more than it can pay.",
        "{count} funds have promised more than they can pay.",
    ),
    advice="Enter a deposit before these applications are paid, or tell the officers to wait with approvals.",
    fact=lambda fund: f"{format_money(fund.promised)} promised, {format_money(fund.held)} held",
)
def promised_too_much():
    left = ExpressionWrapper(F("held") - F("promised"), output_field=MONEY)
    return _funds().annotate(left=left).filter(promised__gt=0, left__lt=_floor())
