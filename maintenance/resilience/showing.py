"""A report as a page shows it: chips, tables, and charts over the reports before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ip2a.charts import Chart, Columns, Lines, Series, Threshold, Unit
from ip2a.models import Attachment
from ip2a.reports import Figure, Section
from ip2a.words import register_tones, state_chip, tone_of
from maintenance import thresholds
from maintenance.backups.models import BackupRun, BackupState
from maintenance.resilience import forecast, growth, history, limits, queries, replicas, storage, watching
from maintenance.resilience.forecast import Point
from maintenance.resilience.models import Level, ResilienceReport

register_tones({Level.WELL: "good", Level.UNKNOWN: "quiet", Level.WARN: "warn", Level.ACT: "bad"})
MEGABYTE = 1 << 20
POINTS = 26  # half a year of weekly reports
AHEAD = (30, 60, 90)
COURSES = 4


def chip(level: str) -> str:
    return state_chip(Level(level).label, tone_of(level))


@dataclass
class Shown:
    """One part of a report on the page. ``documents`` are (name, address) of those this person may open."""

    key: str
    title: str
    chip: str
    says: list[str]
    section: Section | None = None
    chart: Chart | None = None
    documents: list[tuple[str, str]] = field(default_factory=list)


def parts(report: ResilienceReport, user: Any) -> list[Shown]:
    names = _documents(report, user)
    return [_shown(part, names) for part in report.parts]


def with_replicas(shown: list[Shown]) -> list[Shown]:
    """How the replicas stand is old in a minute: it is looked at now, whatever the report said."""
    now = _shown(replicas.at_a_glance().kept(), {})
    return [now, *(part for part in shown if part.key != now.key)]


def charts() -> dict[str, Chart]:
    """By part: what the reports up to today tell."""
    return {"storage": _storage(), "growth": _growth(), "queries": _queries(), "backups": _backups()}


def _shown(part: dict[str, Any], names: dict[int, tuple[str, str]]) -> Shown:
    return Shown(
        part["key"],
        part["title"],
        chip(part["level"]),
        [said["text"] for said in part["says"]],
        section=_section(part) if part["rows"] else None,
        documents=[names[pk] for pk in part["records"] if pk in names],
    )


def _section(part: dict[str, Any]) -> Section:
    counts = [all(isinstance(row[n], int | None) for row in part["rows"]) for n in range(len(part["columns"]))]
    columns = [
        Figure(f"c{number}", label, "count" if number and counts[number] else "text", linked=False)
        for number, label in enumerate(part["columns"])
    ]
    rows = [{f"c{number}": cell for number, cell in enumerate(row)} for row in part["rows"]]
    return Section(part["title"], columns, rows, key=part["key"])


def _documents(report: ResilienceReport, user: Any) -> dict[int, tuple[str, str]]:
    """The documents that parts name, as far as this person may see them: one query for all."""
    wanted = {pk for part in report.parts for pk in part["records"]}
    if not wanted:
        return {}
    rows = Attachment.objects.visible_to(user).filter(pk__in=wanted)
    return {row.pk: (row.original_name, row.get_absolute_url()) for row in rows}


def _labels(days: Sequence[Any]) -> list[str]:
    return [f"{day:%d %b %Y}".lstrip("0") for day in days]


def _course(title: str, courses: dict[str, list[Point]], *, unit: Unit, axis: str, ahead: bool, **more: Any) -> Chart:
    """Up to four courses by day, with the line ahead where there are enough days for one."""
    now, least = timezone.localtime(), int(thresholds.value(limits.FORECAST_POINTS))
    daily = {name: dict(forecast.by_day(forecast.clean(points, now))) for name, points in courses.items()}
    days = sorted({day for values in daily.values() for day in values})[-POINTS:]
    lines = {name: forecast.trend(points, now, least) for name, points in courses.items()} if ahead else {}
    known = any(lines.values())
    coming = [now.date() + timedelta(days=n) for n in AHEAD] if known else []
    rows = []
    for name, values in daily.items():
        line = lines.get(name)
        guesses = [max(0.0, line.after(n)) if line else None for n in AHEAD] if known else []
        rows.append(Series(name or "All", [*(values.get(day) for day in days), *guesses]))
    start = len(days) if known else None
    rows = rows or [Series("All", [])]
    return Lines(
        title, labels=_labels([*days, *coming]), series=rows, unit=unit, axis=axis, forecast_from=start, **more
    )


def _storage() -> Chart:
    past = history.of(storage.SHARE, POINTS)
    courses = {", ".join(words): past[words[0]] for words in list(storage.disks())[:COURSES] if words[0] in past}
    limit = Threshold(float(thresholds.value(limits.STORAGE_WARN)), "Look at it")
    title = "How full the disks are"
    return _course(title, courses, unit="percent", axis="Full", ahead=True, threshold=limit, key="chart-storage")


def _growth() -> Chart:
    found = history.of(growth.WHOLE, POINTS).get("", [])
    courses = {"": [(at, value / MEGABYTE) for at, value in found]} if found else {}
    return _course("Size of the database", courses, unit="count", axis="MB", ahead=True, key="chart-growth")


def _queries() -> Chart:
    """The slowest of the last report."""
    found = sorted(history.of(queries.MILLISECONDS, POINTS).items(), key=lambda pair: -pair[1][-1][1])
    known = watching.hot_queries
    courses = {known[name].label: points for name, points in found if name in known}
    courses = dict(list(courses.items())[:COURSES])
    return _course("The slowest queries", courses, unit="count", axis="ms", ahead=False, key="chart-queries")


def _backups() -> Chart:
    runs = list(BackupRun.objects.filter(state=BackupState.DONE).order_by("-started_at")[:14])[::-1]
    labels = [f"{timezone.localtime(run.started_at):%d %b %H:%M}".lstrip("0") for run in runs]
    values = [round(run.bytes / MEGABYTE, 1) for run in runs]
    return Columns("Size of the backups", labels, [Series("MB", values)], axis="MB", key="chart-backups")
