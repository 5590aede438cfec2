"""What was settled for how much, by employer, subject and year."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from grievances.reports.asking import CASES, EMPLOYER, SUBJECT, TOP, By, ask, columns, filed, linked
from ip2a.charts import Bars, Columns
from ip2a.reports import Figure, Linked, Opens, Section

SETS = ("employer_id", "subject_id", "year")
STATEMENT = """
SELECT GROUPING(employer_id, subject_id, year), employer_id, subject_id, year, count(*), count(settlement_amount),
  sum(settlement_amount), percentile_cont(0.5) WITHIN GROUP (ORDER BY settlement_amount::float8),
  count(*) FILTER (WHERE has_precedent), count(*) FILTER (WHERE NOT has_precedent)
FROM (SELECT *, extract(year FROM resolution_date)::int AS year FROM cases WHERE ending = 'settled') AS settled
GROUP BY GROUPING SETS ((employer_id), (subject_id), (year), ())
"""
NEEDED = ("employer_id", "subject_id", "resolution_date", "settlement_amount", "has_precedent", "ending")
MASKS = {0b011: "employer_id", 0b101: "subject_id", 0b110: "year", 0b111: "all"}
FIGURES = [
    Figure("settled", "Settled", "count"),
    Figure("paid", "With money", "count"),
    Figure("sum", "Sum", "money"),
    Figure("median", "Median", "money"),
    Figure("with", "With precedent", "count"),
    Figure("without", "Without", "count"),
]


class Settled(NamedTuple):
    key: Any
    cases: int
    paid: int
    sum: Decimal | None
    median: float | None
    with_precedent: int
    without_precedent: int


def counted(rows: QuerySet, opens: Opens, on: date) -> list[Section]:
    groups: dict[str, list[Settled]] = {name: [] for name in MASKS.values()}
    for mask, employer, subject, year, *numbers in ask(STATEMENT, cases=columns(rows, *NEEDED)):
        key = {"employer_id": employer, "subject_id": subject, "year": year}.get(MASKS[mask])
        groups[MASKS[mask]].append(Settled(key, *numbers))
    address = filed(opens)
    everything = groups["all"][0] if groups["all"] and groups["all"][0].cases else None
    return [
        _by(EMPLOYER, groups["employer_id"], everything, address),
        _by(SUBJECT, groups["subject_id"], everything, address),
        _by_year(groups["year"], everything, address),
    ]


def _numbers(group: Settled, opens: Opens, **parameters: Any) -> dict[str, Linked]:
    settled = {"outcome": "settled", **parameters}
    paid = opens(CASES, paid="yes", **settled)
    return {
        "settled": linked(group.cases, opens, CASES, **settled),
        "paid": Linked(group.paid, paid),
        "sum": Linked(group.sum, paid, rows=group.paid),
        "median": Linked(round(Decimal(group.median), 2) if group.median is not None else None, paid, rows=group.paid),
        "with": linked(group.with_precedent, opens, CASES, precedent="yes", **settled),
        "without": linked(group.without_precedent, opens, CASES, precedent="no", **settled),
    }


def _totals(key: str, everything: Settled | None, opens: Opens) -> dict[str, Any] | None:
    return {key: "All settlements", **_numbers(everything, opens)} if everything else None


def _by(what: By, groups: list[Settled], everything: Settled | None, opens: Opens) -> Section:
    """Where the most was paid."""
    top = sorted(groups, key=lambda group: (-(group.sum or 0), -group.cases, str(group.key)))[:TOP]
    names = what.names(group.key for group in top)
    return Section(
        f"Settlements {what.title.lower()}",
        [Figure(what.key, what.heading), *FIGURES],
        [{what.key: names.get(g.key, what.lost), **_numbers(g, opens, **what.opens(g.key))} for g in top],
        chart=Bars,
        show=("sum",),
        totals=_totals(what.key, everything, opens),
        note=f"The {TOP} with the most money; the last row counts all {len(groups)}." if len(groups) > TOP else "",
        empty="None of these cases was settled.",
    )


def _by_year(groups: list[Settled], everything: Settled | None, opens: Opens) -> Section:
    found = []
    for group in sorted(groups):
        year = {"resolved_from": date(group.key, 1, 1), "resolved_to": date(group.key, 12, 31)}
        found.append({"year": str(group.key), **_numbers(group, opens, **year)})
    return Section(
        "Settlements by year",
        [Figure("year", "Year"), *FIGURES],
        found,
        chart=Columns,
        show=("sum",),
        totals=_totals("year", everything, opens),
        note="The year of the settlement, not of the filing.",
        empty="None of these cases was settled.",
    )
