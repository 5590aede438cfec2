"""What is counted of activities and scores. Each section is one statement, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from ip2a.charts import Bars, Columns
from ip2a.reports import Figure, Linked, Opens, Section, last_months
from members.models import Member, Organization
from organizing.columns.outreach import STANCES
from organizing.models import ActivityOutcome, ActivityType, EmployerStance, Trade

ACTIVITIES = "organizing:saltingactivity_list"
SCORES = "organizing:employerscore_list"
MOST = 20
MONTHS = 24
CITIES = 40
NUMBERS = [
    Figure("activities", "Activities", "count"),
    Figure("contacted", "Workers contacted", "count"),
    Figure("cards", "Cards signed", "count"),
    Figure("share", "Cards to contacts", "percent"),
]


class Sums(NamedTuple):
    """Activities, workers contacted and cards signed."""

    activities: int = 0
    contacted: int = 0
    cards: int = 0

    def cells(self, url: str) -> dict[str, Any]:
        """The four numbers, each of which opens the activities behind it. Without a contact there is no share."""
        share = round(100 * self.cards / self.contacted, 1) if self.contacted else None
        shown = {"activities": self.activities, "contacted": self.contacted, "cards": self.cards, "share": share}
        return {key: Linked(value, url, rows=self.activities) for key, value in shown.items()}


def _grouped(rows: QuerySet, *fields: Any) -> list[tuple[Any, Sums]]:
    summed = (
        rows.order_by()
        .values_list(*fields)
        .annotate(n=Count("pk"), met=Sum("workers_contacted"), signed=Sum("cards_signed"))
    )
    return [(key, Sums(*numbers)) for key, *numbers in summed]


def _everything(rows: Iterable[Sums]) -> Sums:
    return Sums(*(sum(column) for column in zip(*rows, strict=True))) if (rows := list(rows)) else Sums()


def _all_of(groups: list[tuple[Any, Sums]], key: str, opens: Opens) -> dict[str, Any]:
    return {key: "All activities", **_everything(sums for _, sums in groups).cells(opens(ACTIVITIES))}


def by_choice(rows: QuerySet, field: str, title: str, opens: Opens) -> Section:
    """Activities by type or by outcome, in the order of the choices."""
    choices = {"activity_type": ActivityType, "outcome": ActivityOutcome}[field]
    parameter = {"activity_type": "kind", "outcome": "outcome"}[field]
    groups = _grouped(rows, field)
    known = dict(groups)
    found = [
        {"value": label, **known[value].cells(opens(ACTIVITIES, **{parameter: value}))}
        for value, label in choices.choices
        if value in known
    ]
    return Section(
        title,
        [Figure("value", "Type" if parameter == "kind" else "Outcome"), *NUMBERS],
        found,
        chart=Bars,
        totals=_all_of(groups, "value", opens),
    )


def _by_record(rows: QuerySet, field: str, model: type, title: str, label: str, opens: Opens) -> Section:
    groups = sorted(_grouped(rows, field), key=lambda group: (-group[1].activities, group[0]))
    shown = groups[:MOST]
    names = model._default_manager.in_bulk([pk for pk, _ in shown])
    found = [
        {
            "who": Linked(str(names[pk]), names[pk].get_absolute_url()),
            **sums.cells(opens(ACTIVITIES, **{f"{field}_id" if field == "member" else "employer_id": pk})),
        }
        for pk, sums in shown
    ]
    note = f"The {MOST} with the most activities." if len(groups) > MOST else ""
    return Section(
        title, [Figure("who", label), *NUMBERS], found, chart=Bars, note=note, totals=_all_of(groups, "who", opens)
    )


def by_organizer(rows: QuerySet, opens: Opens) -> Section:
    return _by_record(rows, "member", Member, "By organizer", "Salt or organizer", opens)


def by_employer(rows: QuerySet, opens: Opens) -> Section:
    return _by_record(rows, "organization", Organization, "By employer", "Employer", opens)


def by_month(rows: QuerySet, opens: Opens, on: date) -> Section:
    """The last two years, month by month."""
    months = last_months(on, MONTHS)
    within = rows.filter(activity_date__range=(months[0].first, months[-1].last))
    known = dict(_grouped(within, TruncMonth("activity_date")))
    found = [
        {"month": month.label, **known.get(month.first, Sums()).cells(opens(ACTIVITIES, **month.within("day")))}
        for month in months
    ]
    whole = opens(ACTIVITIES, day_from=months[0].first, day_to=months[-1].last)
    totals = {"month": f"All {MONTHS} months", **_everything(known.values()).cells(whole)}
    return Section("By month", [Figure("month", "Month"), *NUMBERS], found, chart=Columns, totals=totals)


def by_stance(rows: QuerySet, opens: Opens) -> Section:
    """How many employers stand how, from hostile to supportive."""
    counts = dict(rows.order_by().values_list("score").annotate(Count("pk")))
    found = [
        {
            "stance": Linked(label, tone=STANCES[EmployerStance(value)]),
            "employers": Linked(counts.get(value, 0), opens(SCORES, score=value)),
        }
        for value, label in EmployerStance.choices
    ]
    totals = {"stance": "All scored employers", "employers": Linked(sum(counts.values()), opens(SCORES))}
    columns = [Figure("stance", "Stands"), Figure("employers", "Employers", "count")]
    return Section("How employers stand", columns, found, chart=Bars, totals=totals)


def heat(rows: QuerySet, opens: Opens) -> Section:
    """Where it is warm: each city and trade with the word for its middle and the number of employers."""
    cells: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for city, trade, score in rows.order_by().values_list("organization__city", "trade", "score"):
        cells[city.strip()][trade].append(score)
    towns = sorted(cells, key=lambda city: (-sum(map(len, cells[city].values())), city))
    trades = [
        (value, label) for value, label in [*Trade.choices, ("", "Not said")] if any(value in cells[c] for c in towns)
    ]
    found = [_town(city, cells[city], trades, opens) for city in towns[:CITIES]]
    columns = [Figure("city", "City"), *[Figure(value or "unknown", label) for value, label in trades]]
    more = f" The {CITIES} cities with the most scored employers." if len(towns) > CITIES else ""
    note = f"The word is the middle of the last scores; the number says how many employers.{more}"
    return Section("By city and trade", [*columns, Figure("all", "All trades")], found, note=note)


def _town(city: str, scores: dict[str, list[int]], trades: list[tuple[str, str]], opens: Opens) -> dict[str, Any]:
    every = [score for found in scores.values() for score in found]
    row: dict[str, Any] = {"city": city or "Not known", "all": _warmth(every, city, {}, opens)}
    for value, _ in trades:
        row[value or "unknown"] = _warmth(scores.get(value, []), city, {"trade": value or "unknown"}, opens)
    return row


def _warmth(scores: list[int], city: str, where: dict[str, str], opens: Opens) -> Linked | str:
    if not scores:
        return ""
    middle = EmployerStance(sorted(scores)[(len(scores) - 1) // 2])  # of two in the middle the colder: nobody is misled
    url = opens(SCORES, city=city, **where) if city else ""
    return Linked(f"{middle.label} ({len(scores)})", url, rows=len(scores), tone=STANCES[middle])
