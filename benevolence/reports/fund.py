"""Where the fund is going, and what it gave by type. The books stand in the compartment, and so do these sections."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.http import urlencode

from benevolence import statements
from benevolence.models import Fund, Reason
from benevolence.models.ledger import EntryKind
from ip2a import numbers
from ip2a.charts import Lines, Series, Threshold, Value
from ip2a.reports import Figure, Linked, Period, Section, last_months, next_months, summed
from ip2a.words import format_money

LEDGER = "benevolence:ledgerentry_list"
LOOK_BACK = numbers.declare(
    "benevolence.projection-past",
    12,
    unit="months",
    about="The projection of the fund goes on as these whole months went, on average.",
)
LOOK_AHEAD = numbers.declare(
    "benevolence.projection-ahead", 12, unit="months", about="So far ahead the report shows where the fund is going."
)
SMALL_CELL = numbers.declare(
    "benevolence.small-cell",
    3,
    unit="benefits",
    about="A type of benefit that was paid less often could tell whose it was, on a report that leaves the house.",
)
NOUGHT = Decimal(0)
KINDS = {"deposits": EntryKind.DEPOSIT, "payments": EntryKind.PAYMENT, "voids": EntryKind.VOID}
KINDS |= {"adjustments": EntryKind.ADJUSTMENT}
MOST_MONTHS = 60


@dataclass(frozen=True)
class Course:
    """The fund as it went and as it would go on. ``balances`` are ends of months; ``change`` is what a month adds."""

    past: list[Period]
    ahead: list[Period]
    balances: list[Decimal]
    sums: dict[tuple[date, str], tuple[Decimal, int]]
    committed: Decimal
    floor: Decimal
    income: Decimal
    spending: Decimal

    @property
    def change(self) -> Decimal:
        return self.income - self.spending

    def guesses(self) -> list[Decimal]:
        """What is promised goes out first; then each month as the average one."""
        start = self.balances[-1] - self.committed
        return [start + self.change * place for place in range(1, len(self.ahead) + 1)]

    @property
    def months_left(self) -> int | None:
        """Whole months until the floor is reached; None when it is never reached at this pace."""
        free = self.balances[-1] - self.committed - self.floor
        if free <= 0:
            return 0
        return int(free / -self.change) if self.change < 0 else None


def course(fund: Fund, on: date) -> Course:
    """Two statements on the books, whatever their length."""
    spans = numbers.values(LOOK_BACK, LOOK_AHEAD)
    back, forward = (min(MOST_MONTHS, max(1, int(spans[name]))) for name in (LOOK_BACK, LOOK_AHEAD))
    past = last_months(on, back + 1)  # the running month is shown, and is no month to go by
    opening = fund.balance(past[0].first - date.resolution)
    sums = _sums(fund, past[0].first, past[-1].last)
    balances, balance = [], opening
    for month in past:
        balance += sum(sums[month.first, kind][0] for kind in EntryKind.values)
        balances.append(balance)
    whole = [month.first for month in past[:-1]]
    income = sum((sums[first, EntryKind.DEPOSIT][0] for first in whole), NOUGHT) / back
    rest = sum((sums[first, kind][0] for first in whole for kind in EntryKind.values), NOUGHT) / back
    ahead = next_months(on, forward)
    return Course(past, ahead, balances, sums, fund.commitments(), statements.floor_on(on), income, income - rest)


def _sums(fund: Fund, first: date, last: date) -> dict[tuple[date, str], tuple[Decimal, int]]:
    entries = fund.entries.filter(entry_date__range=(first, last)).order_by()
    month = TruncMonth("entry_date", output_field=DateField())
    groups = entries.annotate(month=month).values_list("month", "kind").annotate(Sum("amount"), Count("pk"))
    found: dict[tuple[date, str], tuple[Decimal, int]] = defaultdict(lambda: (NOUGHT, 0))
    return found | {(month, kind): (amount, count) for month, kind, amount, count in groups}


def _ledger(**filters: Any) -> str:
    return f"{reverse(LEDGER)}?{urlencode(filters)}"


def projection(found: Course, fund: Fund) -> Section:
    """The balance of each month end, then dashed where it goes at the pace of the last year, and the floor."""
    rows = [_past_row(found, fund, month, balance) for month, balance in zip(found.past, found.balances, strict=True)]
    guesses = found.guesses()
    rows += [
        {"month": f"{month.label} (forecast)", "balance": guess}
        for month, guess in zip(found.ahead, guesses, strict=True)
    ]
    labels = [month.label for month in (*found.past, *found.ahead)]
    known = [Value(balance) for balance in found.balances]
    chart = Lines(
        "Where the fund is going",
        labels=labels,
        series=[Series("Balance", [*known, *map(Value, guesses)])],
        unit="money",
        axis="Balance at the end of the month",
        threshold=Threshold(found.floor, "Floor of the policy"),
        forecast_from=len(found.past),
        key="where-the-fund-is-going",
    )
    columns = [Figure("month", "Month"), Figure("balance", "Balance at its end", "money")]
    columns += [Figure(name, name.capitalize(), "money") for name in KINDS]
    return Section("Where the fund is going", columns, rows, chart=chart, note=outlook(found))


def _past_row(found: Course, fund: Fund, month: Period, balance: Decimal) -> dict[str, Any]:
    row: dict[str, Any] = {"month": month.label, "balance": balance}
    for name, kind in KINDS.items():
        amount, count = found.sums[month.first, kind]
        row[name] = Linked(amount, _ledger(kind=kind, fund_id=fund.pk, **month.within("entry_date")), rows=count)
    return row


def outlook(found: Course) -> str:
    """The projection in words."""
    balance, months = found.balances[-1], len(found.past) - 1
    said = (
        f"The fund holds {format_money(balance)}; {format_money(found.committed)} of it is approved and not yet paid. "
    )
    said += f"In the last {months} whole months {format_money(round(found.income, 2))} came in and "
    said += f"{format_money(round(found.spending, 2))} went out, on average a month. "
    left = found.months_left
    floor = format_money(found.floor)
    if left is None:
        return f"{said}At this pace the fund does not reach its floor of {floor}."
    if left == 0:
        return f"{said}With what is promised it is at its floor of {floor}, or below it within a month."
    return f"{said}At this pace it reaches its floor of {floor} in about {left} {'month' if left == 1 else 'months'}."


def benefits(year: int) -> Section:
    """Benefits of a fiscal year by type, as the federal report asks for them: without a name."""
    first, last = statements.fiscal_year(year)
    reason_of = {str(label): reason for reason, label in Reason.choices}
    kinds = [benefit for benefit in statements.benefits(year) if benefit.paid or benefit.voided]
    days = {"entry_date_from": first, "entry_date_to": last}
    rows = []
    for benefit in kinds:
        link = _ledger(**days, kind="payment", reason=reason_of[benefit.kind])
        voids = _ledger(**days, kind="void", reason=reason_of[benefit.kind])
        rows.append(
            {
                "type": benefit.kind,
                "count": Linked(benefit.paid, link),
                "paid": Linked(benefit.amount, link, rows=benefit.paid),
                "voided": Linked(benefit.voided, voids) if benefit.voided else NOUGHT,
                "total": benefit.total,
            }
        )
    totals = {
        "type": "All types",
        "count": summed(rows, "count", _ledger(**days, kind="payment")),
        **{key: summed(rows, key) for key in ("paid", "voided", "total")},
    }
    return Section(
        f"Benefits by type, fiscal year {year}",
        [
            Figure("type", "Type"),
            Figure("total", "Benefits", "money"),
            Figure("count", "Payments", "count"),
            Figure("paid", "Paid", "money"),
            Figure("voided", "Taken back", "money"),
        ],
        rows,
        totals=totals if rows else None,
        note=_told_apart(kinds, year),
        empty="Nothing was paid in this fiscal year.",
    )


def _told_apart(kinds: list[statements.Benefit], year: int) -> str:
    least = int(numbers.value(SMALL_CELL))
    kept = f"Keep the records behind it until {statements.kept_until(year):%d %B %Y}. " if kinds else ""
    small = [benefit.kind for benefit in kinds if benefit.paid < least]
    if not small:
        return f"For LM-2, Schedule 20. {kept}".strip()
    named = " and ".join(", ".join(small).rsplit(", ", 1))
    return (
        f"For LM-2, Schedule 20. {kept}Fewer than {least} payments were made for {named}: on a report that leaves the "
        "house add them to another type, so that no line tells whose it was."
    )
