"""Requested, approved and paid: by state, month, quarter and reason."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from benevolence.models import Reason, Status
from benevolence.models.application import COMMITTED
from ip2a.charts import Bars, Lines
from ip2a.reports import Figure, Linked, Opens, Section, last_months, last_quarters, summed

LIST = "benevolence:benevolenceapplication_list"
MONTHS = 24
QUARTERS = 8
MONTHS_OF_REASONS = 12
DECIDED = (*COMMITTED, Status.DENIED)
NOUGHT = Decimal(0)


@dataclass
class Sums:
    """How many applications, what they asked for and what was approved; how many were approved in part."""

    count: int = 0
    asked: Decimal = NOUGHT
    approved: Decimal = NOUGHT
    partial: int = 0

    def __iadd__(self, other: "Sums") -> "Sums":
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))
        return self


Groups = list[tuple[Any, str, Sums]]


def _grouped(rows: QuerySet, key: Any) -> Groups:
    """(key, status, sums) of every group, in one statement."""
    less = Q(approved_amount__lt=F("amount_requested"))
    sums = {
        "found": Count("*"),
        "asked": Sum("amount_requested"),
        "given": Sum("approved_amount", default=NOUGHT),
        "less": Count("status", filter=less),  # a column of the index
    }
    groups = rows.order_by().annotate(key=key).values_list("key", "status").annotate(**sums)
    return [(key, status, Sums(*rest)) for key, status, *rest in groups]


def states(rows: QuerySet) -> Groups:
    """By reason and status: three sections from one look."""
    return _grouped(rows, F("reason"))


def _total(groups: Iterable[tuple[Any, str, Sums]], wanted: Callable[[Any, str], bool]) -> Sums:
    found = Sums()
    for key, status, sums in groups:
        if wanted(key, status):
            found += sums
    return found


def by_state(groups: Groups, opens: Opens) -> Section:
    """How many applications stand where, and what they are about."""
    found = []
    for status, label in Status.choices:
        sums = _total(groups, lambda key, one, status=status: one == status)
        if sums.count:
            url = opens(LIST, status=status)
            found.append(
                {
                    "state": label,
                    "count": Linked(sums.count, url),
                    "asked": Linked(sums.asked, url, rows=sums.count),
                    "approved": Linked(sums.approved or None, url, rows=sums.count),
                }
            )
    everything = opens(LIST)
    totals = {
        "state": "All applications",
        "count": summed(found, "count", everything),
        "asked": summed(found, "asked", everything),
        "approved": summed(found, "approved", opens(LIST, status="granted")),
    }
    return Section("Where they stand", [Figure("state", "State"), COUNT, ASKED, APPROVED], found, Bars, totals=totals)


COUNT = Figure("count", "Applications", "count")
ASKED = Figure("asked", "Asked for", "money")
APPROVED = Figure("approved", "Approved", "money")


def decisions(rows: QuerySet, on: date) -> Groups:
    """By month and status, as far back as the sections that count decisions reach."""
    first = min(last_months(on, MONTHS)[0].first, last_quarters(on, QUARTERS)[0].first)
    return _monthly(rows, "decided_on", first, last_months(on, 1)[0].last)


Payments = dict[tuple[date, str], tuple[Decimal, int]]


def payments(rows: QuerySet, on: date) -> Payments:
    """What was paid and how often, by month and reason."""
    months = last_months(on, MONTHS)
    within = rows.filter(status=Status.PAID, payment_date__range=(months[0].first, months[-1].last)).order_by()
    month = TruncMonth("payment_date", output_field=DateField())
    sums = within.annotate(month=month).values_list("month", "reason").annotate(Sum("approved_amount"), Count("reason"))
    return {(month, reason): (amount, count) for month, reason, amount, count in sums}


def by_month(rows: QuerySet, decided: Groups, paid: Payments, opens: Opens, on: date) -> Section:
    """Asked for, approved and paid in each of the last months, each counted in the month in which it happened."""
    months = last_months(on, MONTHS)
    first, last = months[0].first, months[-1].last
    asked = _by_first(_grouped(*_submitted(rows, first)), lambda status: True)
    granted = _by_first(decided, lambda status: status in COMMITTED)
    paid_in: dict[date, tuple[Decimal, int]] = {}
    for (month, _), (amount, count) in paid.items():
        before = paid_in.get(month, (NOUGHT, 0))
        paid_in[month] = (before[0] + amount, before[1] + count)
    found = []
    for month in months:
        links = _month_links(opens, month.within)
        requested, approved = asked[month.first], granted[month.first]
        happened = {
            "asked": (requested.asked, requested.count),
            "approved": (approved.approved, approved.count),
            "paid": paid_in.get(month.first, (NOUGHT, 0)),
        }
        row: dict[str, Any] = {"month": month.label}
        for name, (amount, count) in happened.items():
            row[f"{name}_count"] = Linked(count, links[name])
            row[name] = Linked(amount, links[name], rows=count)
        found.append(row)
    whole = _month_links(opens, lambda name: {f"{name}_from": first, f"{name}_to": last})
    totals: dict[str, Any] = {"month": f"All {MONTHS} months"}
    for name, url in whole.items():
        totals |= {key: summed(found, key, url) for key in (f"{name}_count", name)}
    return Section(
        "Asked for, approved and paid",
        [
            Figure("month", "Month"),
            *(Figure("asked_count", "Submitted", "count"), ASKED),
            *(Figure("approved_count", "Approved", "count"), Figure("approved", "Approved for", "money")),
            *(Figure("paid_count", "Paid", "count"), Figure("paid", "Paid out", "money")),
        ],
        found,
        chart=Lines,
        show=("asked", "approved", "paid"),
        totals=totals,
        note="What was withdrawn later counts as submitted. A payment that was taken back counts as not paid.",
    )


def _month_links(opens: Opens, within: Callable[[str], dict[str, date]]) -> dict[str, str]:
    return {
        "asked": opens(LIST, **within("submitted")),
        "approved": opens(LIST, **within("decided"), status="granted"),
        "paid": opens(LIST, **within("paid"), status="paid"),
    }


def _submitted(rows: QuerySet, first: date) -> tuple[QuerySet, Any]:
    """By the local's clock, of a column that holds moments."""
    begin = timezone.make_aware(datetime.combine(first, time()))
    return rows.filter(submitted_at__gte=begin), TruncMonth("submitted_at", output_field=DateField())


def _monthly(rows: QuerySet, field: str, first: date, last: date) -> Groups:
    within = rows.filter(**{f"{field}__range": (first, last)})
    return _grouped(within, TruncMonth(field, output_field=DateField()))


def _by_first(groups: Groups, wanted: Callable[[str], bool]) -> dict[date, Sums]:
    found: dict[date, Sums] = defaultdict(Sums)
    for month, status, sums in groups:
        if wanted(status):
            found[month] += sums
    return found


def by_quarter(groups: Groups, opens: Opens, on: date) -> Section:
    """How many of the decided applications were approved, wholly or in part."""
    quarters = last_quarters(on, QUARTERS)
    groups = [group for group in groups if group[0] >= quarters[0].first]
    found = []
    for quarter in quarters:
        decided = _total(groups, lambda month, status, quarter=quarter: month in quarter and status in DECIDED)
        granted = _total(groups, lambda month, status, quarter=quarter: month in quarter and status in COMMITTED)
        within = quarter.within("decided")
        found.append({"quarter": quarter.label, **_rates(decided, granted, opens, within)})
    whole = {"decided_from": quarters[0].first, "decided_to": quarters[-1].last}
    decided = _total(groups, lambda month, status: status in DECIDED)
    granted = _total(groups, lambda month, status: status in COMMITTED)
    return Section(
        "How many are approved",
        [
            Figure("quarter", "Quarter"),
            Figure("share", "Approved of those decided", "percent"),
            Figure("decided", "Decided", "count"),
            Figure("granted", "Approved", "count"),
            Figure("partial", "Of these in part", "count"),
            Figure("denied", "Denied", "count"),
            Figure("given", "Approved of what was asked", "percent"),
        ],
        found,
        chart=Lines,
        totals={"quarter": f"All {QUARTERS} quarters", **_rates(decided, granted, opens, whole)},
        note="“Approved of what was asked” compares the amounts of those that were approved.",
    )


def _rates(decided: Sums, granted: Sums, opens: Opens, within: dict[str, date]) -> dict[str, Linked]:
    link = {name: opens(LIST, **within, status=name) for name in ("decided", "granted", "denied")}
    return {
        "share": Linked(_percent(granted.count, decided.count), link["decided"], rows=decided.count),
        "decided": Linked(decided.count, link["decided"]),
        "granted": Linked(granted.count, link["granted"]),
        "partial": Linked(granted.partial, opens(LIST, **within, status="granted", partial="yes")),
        "denied": Linked(decided.count - granted.count, link["denied"]),
        "given": Linked(_percent(granted.approved, granted.asked), link["granted"], rows=granted.count),
    }


def _percent(part: Any, whole: Any) -> float | None:
    """None where there is nothing to compare: that is not the same as none of it."""
    return round(float(100 * part / whole), 1) if whole else None


# Inside: by reason


def by_reason(groups: Groups, opens: Opens) -> Section:
    """What members ask the fund for, and what becomes of it."""
    found = [_reason_row(groups, reason, label, opens) for reason, label in Reason.choices]
    whole = {name: opens(LIST, status=name) for name in ("handed_in", "granted", "paid")}
    totals = {
        "reason": "All reasons",
        "count": summed(found, "count", whole["handed_in"]),
        "asked": summed(found, "asked", whole["handed_in"]),
        "granted": summed(found, "granted", whole["granted"]),
        "approved": summed(found, "approved", whole["granted"]),
        "paid": summed(found, "paid", whole["paid"]),
    }
    return Section(
        "By reason",
        [
            Figure("reason", "Reason"),
            *(Figure("count", "Submitted", "count"), ASKED, Figure("granted", "Approved", "count")),
            *(Figure("approved", "Approved for", "money"), Figure("paid", "Paid out", "money")),
        ],
        [row for row in found if row["count"].value],
        chart=Bars,
        totals=totals,
        note="Without drafts and what was withdrawn.",
        empty="Nothing has been submitted yet.",
    )


def _reason_row(groups: Groups, reason: str, label: str, opens: Opens) -> dict[str, Any]:
    mine = [group for group in groups if group[0] == reason]
    submitted = _total(mine, lambda key, status: status != Status.DRAFT)
    granted = _total(mine, lambda key, status: status in COMMITTED)
    paid = _total(mine, lambda key, status: status == Status.PAID)
    link = {name: opens(LIST, reason=reason, status=name) for name in ("handed_in", "granted", "paid")}
    return {
        "reason": label,
        "count": Linked(submitted.count, link["handed_in"]),
        "asked": Linked(submitted.asked, link["handed_in"], rows=submitted.count),
        "granted": Linked(granted.count, link["granted"]),
        "approved": Linked(granted.approved, link["granted"], rows=granted.count),
        "paid": Linked(paid.approved, link["paid"], rows=paid.count),
    }


def denials(groups: Groups, opens: Opens) -> Section:
    """How often each reason was denied; why stands in the cases alone."""
    found = []
    for reason, label in Reason.choices:
        mine = [group for group in groups if group[0] == reason]
        decided = _total(mine, lambda key, status: status in DECIDED)
        denied = _total(mine, lambda key, status: status == Status.DENIED)
        if decided.count:
            links = {name: opens(LIST, reason=reason, status=name) for name in ("denied", "decided")}
            share = _percent(denied.count, decided.count)
            found.append(
                {
                    "reason": label,
                    "denied": Linked(denied.count, links["denied"]),
                    "share": Linked(share, links["decided"], rows=decided.count),
                    "asked": Linked(denied.asked, links["denied"], rows=denied.count),
                }
            )
    url = opens(LIST, status="denied")
    totals = {"reason": "All reasons", "denied": summed(found, "denied", url), "asked": summed(found, "asked", url)}
    return Section(
        "Denied by reason",
        [
            Figure("reason", "Reason"),
            Figure("denied", "Denied", "count"),
            Figure("share", "Of those decided", "percent"),
            Figure("asked", "Asked for in vain", "money"),
        ],
        found,
        chart=Bars,
        totals=totals,
        empty="Nothing has been decided yet.",
    )


def paid_by_reason(paid: Payments, opens: Opens, on: date) -> Section:
    """What was paid in each month of a year, by reason."""
    months = last_months(on, MONTHS_OF_REASONS)
    first, last = months[0].first, months[-1].last
    found = []
    for one in months:
        row: dict[str, Any] = {"month": one.label}
        for reason in Reason.values:
            amount, count = paid.get((one.first, reason), (NOUGHT, 0))
            row[reason] = Linked(amount, opens(LIST, **one.within("paid"), status="paid", reason=reason), rows=count)
        found.append(row)
    whole = {"paid_from": first, "paid_to": last, "status": "paid"}
    totals = {reason: summed(found, reason, opens(LIST, **whole, reason=reason)) for reason in Reason.values}
    return Section(
        "Paid by reason and month",
        [Figure("month", "Month"), *(Figure(reason, label, "money") for reason, label in Reason.choices)],
        found if any(month >= first for month, _ in paid) else [],
        totals={"month": f"All {MONTHS_OF_REASONS} months", **totals},
        empty="Nothing was paid in the last year.",
    )
