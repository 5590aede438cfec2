"""A frozen report's numbers as sections that are drawn, printed and taken out."""

from decimal import Decimal
from typing import Any

from ip2a.charts import Bars, in_full
from ip2a.reports.sections import Figure, Section
from training.counting import LABELS

NOT_TOLD = "Not told"
COUNT = "count"


def sections_of(numbers: dict[str, Any]) -> list[Section]:
    return [_totals(numbers["totals"]), *_targets(numbers["targets"]), _cohorts(numbers["cohorts"]), *_kinds(numbers)]


def _totals(totals: dict[str, Any]) -> Section:
    rows = [{"what": label, "value": _said(key, totals.get(key))} for key, label in LABELS.items()]
    return Section("In these days", [Figure("what", "What"), Figure("value", "Number", "text", linked=False)], rows)


MONEY = ("mean_wage", "spent", "spent_so_far")
SHARES = ("retention", "attendance")


def _said(key: str, value: Any) -> str:
    """A total as it is read aloud; nothing where there was nothing to count."""
    if value is None:
        return "None"
    if key in MONEY:
        return in_full(Decimal(str(value)), "money")
    return f"{value:g} %" if key in SHARES else f"{value:,}"


def _targets(targets: list[list[Any]]) -> list[Section]:
    if not targets:
        return []
    rows = [
        {"what": what, "target": target, "reached": reached, "part": f"{reached * 100 / target:.0f} %"}
        for what, target, reached in targets
    ]
    columns = [
        Figure("what", "What"),
        Figure("reached", "Reached", COUNT, False),
        Figure("target", "Target", COUNT, False),
        Figure("part", "Of the target", "text", False),
    ]
    return [Section("Targets of the grant", columns, rows, note="Counted since the grant began.")]


def _cohorts(cohorts: list[list[Any]]) -> Section:
    keys = ("code", "enrolled", "completed", "left", "rate")
    rows = [dict(zip(keys, row, strict=True)) for row in cohorts]
    for row in rows:
        row["running"] = row["enrolled"] - row["completed"] - row["left"]
    heads = {"enrolled": "Enrolled", "completed": "Completed", "running": "Still in class", "left": "Left"}
    numbers = [Figure(key, label, COUNT, linked=False) for key, label in heads.items()]
    columns = [Figure("code", "Cohort"), *numbers, Figure("rate", "Attendance, percent", "text", linked=False)]
    parts, empty = ("completed", "running", "left"), "The grant pays for no cohort yet."  # together: the enrolled
    return Section("By cohort", columns, rows, chart=Bars, show=parts, empty=empty)


def _kinds(numbers: dict[str, Any]) -> list[Section]:
    return [
        Section(
            title,
            [Figure("what", "What"), Figure("n", "Number", COUNT, linked=False)],
            [{"what": what, "n": n} for what, n in numbers[key]],
            chart=Bars,
            empty="None in these days.",
        )
        for key, title in (("credentials", "Credentials earned"), ("placements", "Placements"))
    ]


def demographics_section(numbers: dict[str, Any]) -> Section:
    rows = [
        {"what": question, "answer": answer, "n": NOT_TOLD if count is None else str(count)}
        for question, answer, count in numbers["answers"]
    ]
    columns = [Figure("what", "Question"), Figure("answer", "Answer"), Figure("n", "Students")]
    note = (
        f"Answers were voluntary. An answer of fewer than {numbers['smallest']} students is not told, nor a second one "
        "by which it could be computed. Who chose several in one question counts in each."
    )
    return Section("Demographics", columns, rows, note=note)


def changed_section(found: list[tuple[str, Any, Any]]) -> Section:
    rows = [{"what": what, "then": _plain(then), "now": _plain(now)} for what, then, now in found]
    columns = [Figure("what", "What"), Figure("then", "As reported"), Figure("now", "As counted today")]
    return Section("Different today", columns, rows, key="changes")


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(part) for part in value)
    return NOT_TOLD if value is None else str(value)
