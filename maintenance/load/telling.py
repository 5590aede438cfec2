"""A report in lines for a person, and how far a load is in one."""

from collections.abc import Iterator
from typing import Any

SHOWN_PAGES = 8
COLUMNS = (("operations", 11), ("a second", 10), ("average", 9), ("median", 9), ("p95", 9), ("p99", 9), ("right", 10))
HOW = {
    "given": "",
    "up": " (the server that runs from this folder)",
    "started": " (started for this load, as `up` starts it)",
}


def progress(told: dict[str, Any]) -> str:
    if "stage" in told:
        return told["stage"]
    average = "" if told["average_ms"] is None else f", {told['average_ms']:g} ms on average"
    return (
        f"{told['seconds']:.0f} s: {told['operations']:,} operations, {told['rate']:g} a second{average}, "
        f"{told['failed']:,} failed"
    )


def lines(report: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{report['users']:,} people at {report['url']}{HOW[report['server']]}, {report['think_seconds']:g} s between "
        f"two clicks, {report['sessions']} sign-ins shared among them, measured for {report['seconds']:g} s"
        f"{' until it was stopped' if report['stopped'] else ''}."
    )
    yield (
        f"{report['operations']:,} operations ({report['reads']:,} asked, {report['writes']:,} sent), "
        f"{report['failed']:,} failed, {report['conflicts']:,} told that somebody was faster."
    )
    yield ""
    yield from _table("people", [*report["patterns"], {"label": "all", **report}])
    yield ""
    yield from _table("slowest pages", [{"label": p["page"], **p} for p in report["pages"][:SHOWN_PAGES]])
    if report["failures"]:
        yield ""
        yield "Failures, grouped:"
        for one in report["failures"]:
            yield f"  {one['count']:>6,}  {one['page']}: {one['reason']}  (such as {one['example']})"
    yield ""
    for goal in report["goals"]:
        yield f"{'met' if goal['met'] else 'NOT MET':8} {goal['goal']}: {goal['measured']}"
    yield f"What it wrote stays in the database: texts begin with “{report['mark']}”, and so it stands in the history."


def _table(title: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    width = max([len(title), *(len(_label(row)) for row in rows)]) + 2
    yield f"{title:{width}}" + "".join(f"{head:>{room}}" for head, room in COLUMNS)
    for row in rows:
        times = "".join(f"{_ms(row[key]):>9}" for key in ("average_ms", "median_ms", "p95_ms", "p99_ms"))
        right = "" if row["success_percent"] is None else f"{row['success_percent']:.2f} %"
        yield f"{_label(row):{width}}{row['operations']:>11,}{row['operations_per_second']:>10,}{times}{right:>10}"


def _label(row: dict[str, Any]) -> str:
    return f"{row['users']:,} of {row['label']}" if "users" in row and "kind" not in row else row["label"]


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} ms"
