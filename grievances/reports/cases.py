"""Cases by whom, about what, and how they ended; and how many were filed in each month."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from grievances.models import CurrentStep
from grievances.outcomes import Ending, article_of
from grievances.reports.asking import (
    ARTICLE,
    CASES,
    EMPLOYER,
    REPRESENTATIVE,
    SUBJECT,
    TOP,
    By,
    ask,
    columns,
    filed,
    linked,
)
from ip2a.charts import Bars, Columns
from ip2a.reports import Figure, Linked, Opens, Section, last_months, summed

MONTHS = 24
SETS = ("employer_id", "contract_article", "subject_id", "assigned_rep_id", "current_step", "month")
STATEMENT = f"""
SELECT GROUPING({", ".join(SETS)}), {", ".join(SETS)}, ending, count(*)
FROM cases GROUP BY GROUPING SETS ({", ".join(f"({name}, ending)" for name in SETS)})
"""  # noqa: S608 names of this module
# What GROUPING says of a row that is grouped by one column only: all bits but that one's.
MASKS = {(1 << len(SETS)) - 1 - (1 << (len(SETS) - 1 - place)): name for place, name in enumerate(SETS)}
ENDS = [Figure(end.value, end.label.replace("Still running", "Running"), "count") for end in Ending]


class Group(NamedTuple):
    """Cases that share one thing; ``ends`` in the order of the endings."""

    key: Any
    cases: int
    ends: tuple[int, ...]


def counted(rows: QuerySet, opens: Opens, on: date) -> list[Section]:
    known: dict[str, dict[Any, Counter]] = {name: defaultdict(Counter) for name in SETS}
    for mask, *keys, end, cases in ask(STATEMENT, cases=columns(rows, *SETS, "ending")):
        column = MASKS[mask]
        known[column][keys[SETS.index(column)]][end] = cases
    groups = {
        name: [Group(key, sum(ends.values()), tuple(ends[end.value] for end in Ending)) for key, ends in found.items()]
        for name, found in known.items()
    }
    groups["contract_article"] = _by_article(groups["contract_article"])
    only_filed = filed(opens)
    return [
        by_outcome(groups["current_step"], only_filed),
        by_step(groups["current_step"], only_filed),
        by_month(groups["month"], only_filed, on),
        *(by(each, groups[each.column], only_filed) for each in (EMPLOYER, ARTICLE, SUBJECT, REPRESENTATIVE)),
    ]


def _by_article(groups: list[Group]) -> list[Group]:
    """Paragraphs of one article together. Few articles are written in few ways, so this is done here."""
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(article_of(group.key), []).append(group)
    return [_all(parts)._replace(key=key) for key, parts in found.items()]


def _numbers(group: Group, opens: Opens, **parameters: Any) -> dict[str, Linked]:
    """How many cases, and how many of each ending, each with its rows."""
    ends = {
        end.value: linked(count, opens, CASES, outcome=end.value, **parameters)
        for end, count in zip(Ending, group.ends, strict=True)
    }
    return {"cases": linked(group.cases, opens, CASES, **parameters), **ends}


def _all(groups: Sequence[Group]) -> Group:
    ends = [sum(group.ends[place] for group in groups) for place in range(len(Ending))]
    return Group(None, sum(ends), tuple(ends))


def by(what: By, groups: list[Group], opens: Opens) -> Section:
    """The most frequent, with how their cases ended; the last row counts all of them."""
    top = sorted(groups, key=lambda group: (-group.cases, str(group.key)))[:TOP]
    names = what.names(group.key for group in top)
    found = [
        {what.key: names.get(group.key, what.lost), **_numbers(group, opens, **what.opens(group.key))} for group in top
    ]
    more = f"The {TOP} with the most cases; the last row counts all {len(groups)}." if len(groups) > TOP else ""
    note = "Paragraphs of one article count together. " if what is ARTICLE else ""
    return Section(
        what.title,
        [Figure(what.key, what.heading), Figure("cases", "Cases", "count"), *ENDS],
        found,
        chart=Bars,
        totals={what.key: "All cases", **_numbers(_all(groups), opens)} if groups else None,
        note=f"{note}{more}",
    )


def by_outcome(groups: list[Group], opens: Opens) -> Section:
    """Of all cases, whatever else they are grouped by."""
    found = [
        {"outcome": end.label, "cases": linked(count, opens, CASES, outcome=end.value)}
        for end, count in zip(Ending, _all(groups).ends, strict=True)
        if count
    ]
    return Section(
        "By outcome",
        [Figure("outcome", "Outcome"), Figure("cases", "Cases", "count")],
        found,
        chart=Bars,
        totals={"outcome": "All cases", "cases": summed(found, "cases", opens(CASES))},
        note="A closed case counts as what it was before it was closed: settled, withdrawn, or decided by an award.",
    )


def by_step(groups: list[Group], opens: Opens) -> Section:
    """How far cases came: those that are still there, and those that ended there."""
    known = {group.key: group for group in groups}
    found = []
    for step, label in CurrentStep.choices:
        if (group := known.get(step)) is None:
            continue
        running = group.ends[0]
        found.append(
            {
                "step": label,
                "running": linked(running, opens, CASES, step=step, status="running"),
                "ended": linked(group.cases - running, opens, CASES, step=step, status="ended"),
                "cases": linked(group.cases, opens, CASES, step=step),
            }
        )
    figures = {"running": {"status": "running"}, "ended": {"status": "ended"}, "cases": {}}
    return Section(
        "By step reached",
        [
            Figure("step", "Step"),
            Figure("running", "Still there", "count"),
            Figure("ended", "Ended there", "count"),
            Figure("cases", "Cases", "count"),
        ],
        found,
        chart=Bars,
        show=("running", "ended"),
        totals={"step": "All cases"} | {key: summed(found, key, opens(CASES, **more)) for key, more in figures.items()},
    )


def by_month(groups: list[Group], opens: Opens, on: date) -> Section:
    """How many were filed in each of the last months, and before them."""
    counts = {group.key: group.cases for group in groups}
    months = last_months(on, MONTHS)
    found = [
        {"month": month.label, "cases": Linked(counts.get(month.first, 0), opens(CASES, **month.within("filed")))}
        for month in months
    ]
    whole = {"filed_from": months[0].first, "filed_to": months[-1].last}
    return Section(
        "Filed in each month",
        [Figure("month", "Month"), Figure("cases", "Filed", "count")],
        found,
        chart=Columns,
        totals={"month": f"All {MONTHS} months", "cases": summed(found, "cases", opens(CASES, **whole))},
    )
