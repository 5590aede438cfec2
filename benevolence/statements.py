"""What the books say in sums: the fund on a day, a month's statement, and the benefits of a fiscal year by type."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from benevolence.eligibility import months_after
from benevolence.models import BenevolenceApplication, Fund, LedgerEntry, Policy, Reason
from benevolence.models.ledger import EntryKind
from ip2a import numbers

FISCAL_MONTH = numbers.declare(
    "benevolence.fiscal-year-month", 1, unit="month", about="The month with which the local’s fiscal year begins."
)
KEPT_YEARS = numbers.declare(
    "benevolence.records-kept", 5, unit="years", about="How long the records behind a federal report are kept."
)
NEAR_FLOOR = numbers.declare(
    "benevolence.near-floor", 5000, unit="$", about="A fund with less than this above its floor is shown as low."
)


@dataclass(frozen=True)
class Standing:
    """The fund at the end of a day. ``free`` can still be approved without reaching the floor."""

    fund: Fund
    on: date
    balance: Decimal
    floor: Decimal
    committed: Decimal

    @property
    def free(self) -> Decimal:
        return self.balance - self.floor - self.committed


@dataclass(frozen=True)
class Statement:
    """A month: what stood at its beginning, every entry, sums by kind, and what stood at its end."""

    fund: Fund
    first: date
    last: date
    opening: Decimal
    closing: Decimal
    sums: list[tuple[str, int, Decimal]]
    entries: list[LedgerEntry] = field(default_factory=list)


@dataclass(frozen=True)
class Benefit:
    """Benefits of one type: how many were paid, what was paid and what was taken back."""

    kind: str
    paid: int
    amount: Decimal
    voided: Decimal

    @property
    def total(self) -> Decimal:
        return self.amount - self.voided


def floor_on(day: date) -> Decimal:
    policy = Policy.objects.in_force(day)
    return policy.fund_floor if policy else Decimal(0)


def standing(fund: Fund, on: date) -> Standing:
    return Standing(fund, on, fund.balance(on), floor_on(on), fund.commitments())


def commitments(fund: Fund) -> QuerySet[BenevolenceApplication]:
    """Approved and not yet paid, the oldest first."""
    rows = BenevolenceApplication.objects.committed() if fund.is_default else BenevolenceApplication.objects.none()
    return rows.for_table().order_by("decided_on", "id")


def month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, months_after(first, 1) - timedelta(days=1)


def statement(fund: Fund, month: date) -> Statement:
    first, last = month_of(month)
    rows = LedgerEntry.objects.filter(fund=fund, entry_date__range=(first, last))
    counted = {
        kind: (count, total)
        for kind, count, total in rows.order_by().values_list("kind").annotate(Count("id"), Sum("amount"))
    }
    sums = [(label, *counted.get(kind, (0, Decimal(0)))) for kind, label in EntryKind.choices]
    opening = fund.balance(first - timedelta(days=1))
    moved = sum((total for _, _, total in sums), Decimal(0))
    entries = list(rows.for_table().order_by("entry_date", "id"))
    return Statement(fund, first, last, opening, opening + moved, sums, entries)


def fiscal_year(year: int) -> tuple[date, date]:
    """The first and the last day of the fiscal year that begins in a year."""
    first = date(year, int(min(12, max(1, numbers.value(FISCAL_MONTH)))), 1)
    return first, months_after(first, 12) - timedelta(days=1)


def year_of(day: date) -> int:
    """The year in which the fiscal year of a day began."""
    return day.year if fiscal_year(day.year)[0] <= day else day.year - 1


def benefits(year: int) -> list[Benefit]:
    """What the fund gave in a fiscal year, by type and without a name; a void counts in the year it was entered."""
    rows = LedgerEntry.objects.filter(
        entry_date__range=fiscal_year(year), kind__in=[EntryKind.PAYMENT, EntryKind.VOID]
    ).order_by()
    sums = rows.values("application__reason").annotate(
        count=Count("id", filter=Q(kind=EntryKind.PAYMENT)),
        paid=Sum("amount", filter=Q(kind=EntryKind.PAYMENT), default=Decimal(0)),
        voided=Sum("amount", filter=Q(kind=EntryKind.VOID), default=Decimal(0)),
    )
    found = {row["application__reason"]: row for row in sums}
    return [_benefit(str(label), found.get(reason)) for reason, label in Reason.choices]


def _benefit(kind: str, row: dict | None) -> Benefit:
    return Benefit(kind, row["count"], -row["paid"], row["voided"]) if row else Benefit(kind, 0, Decimal(0), Decimal(0))


def kept_until(year: int) -> date:
    """The last day on which the records behind that fiscal year's report must be there."""
    return months_after(fiscal_year(year)[1], 12 * int(numbers.value(KEPT_YEARS)))
