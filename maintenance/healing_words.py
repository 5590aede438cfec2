"""A round of repair in words: as a table for people, and as JSON for machines (docs/operations.md, "Mends")."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ip2a.words import format_day
from maintenance.doctor import Seen
from maintenance.healing import Healed, Step
from maintenance.healing_undo import Undone
from maintenance.models import Finding, HealRun
from maintenance.models_healing import RunKind
from maintenance.registry import check_named

SUMMARY_DAYS = 7
SHOWN_LEFT = 15
NAME = 52


def as_json(healed: Healed, *, notified: int = 0) -> dict[str, Any]:
    """The stable shape. ``findings`` are the checks that found something, before; ``left`` counts rows afterwards."""
    steps = {step.check.name: step for step in healed.steps}
    return {
        "run": healed.run.pk if healed.run else None,
        "dry_run": healed.run is None,
        "checks": len(healed.before),
        "findings": [_finding(seen, steps.get(seen.check.name)) for seen in healed.before if seen.is_open],
        "repaired": healed.repaired,
        "left": sum(seen.count for seen in healed.left),
        "could_not_run": [seen.check.name for seen in healed.troubles],
        "notified": notified,
    }


def _finding(seen: Seen, step: Step | None) -> dict[str, Any]:
    told = {
        "name": seen.check.name,
        "severity": str(seen.check.severity),
        "count": seen.count,
        "fixable": step.fixable if step else 0,
        "repaired": step.repaired if step else 0,
        "examples": seen.examples or seen.things,
        "sentence": seen.trouble or seen.check.say(seen.count),
    }
    return told | ({"message": step.message} if step and step.message else {})


def for_the_log(told: dict[str, Any]) -> dict[str, Any]:
    """What the log book keeps of it: counts and names of checks, nobody's name and no record's words."""
    kept = ("name", "severity", "count", "fixable", "repaired")
    return {**told, "findings": [{key: one[key] for key in kept} for one in told["findings"]]}


def undone_as_json(undone: Undone) -> dict[str, Any]:
    return {
        "run": undone.run.pk if undone.run else None,
        "of": undone.of.pk if undone.of else None,
        "restored": undone.restored,
        "left_alone": [
            {"table": one.row.table_name, "key": one.row.row_key, "reason": one.reason} for one in undone.left_alone
        ],
        "message": undone.message,
    }


def lines(healed: Healed) -> Iterator[str]:
    """What was done, and what is for a person."""
    if healed.steps:
        yield f"{'':{NAME}}{'found':>8}{'would mend' if healed.run is None else 'mended':>12}{'left':>8}"
    for step in healed.steps:
        done = step.fixable if healed.run is None else step.repaired
        yield f"{step.check.name:{NAME}}{step.found:>8,}{done:>12,}{_left(healed, step):>8,}"
        if step.message:
            yield f"    {step.message}"
    yield from _for_a_person(healed)
    yield _last(healed)


def _left(healed: Healed, step: Step) -> int:
    return step.found if healed.run is None else next(s.count for s in healed.after if s.check is step.check)


def _for_a_person(healed: Healed) -> Iterator[str]:
    left = sorted(healed.left, key=lambda seen: (not seen.trouble, -seen.count, seen.check.name))
    if left:
        yield ""
        yield "For a person:"
    for seen in left[:SHOWN_LEFT]:
        yield f"  {seen.trouble and f'{seen.check.name} could not run: {seen.trouble}' or seen.check.say(seen.count)}"
    if len(left) > SHOWN_LEFT:
        yield f"  and {len(left) - SHOWN_LEFT} more kinds; the page Data findings has them all."


def _last(healed: Healed) -> str:
    checks = f"{len(healed.before):,} check{'' if len(healed.before) == 1 else 's'}"
    if healed.run is None:
        return f"Dry run of {checks}: {healed.fixable:,} would be mended. Nothing was written."
    words = f"Run {healed.run.pk}, {checks}: {healed.repaired:,} mended, {len(healed.left):,} kinds of findings left."
    return f"{words} Take it back: auto_heal --undo {healed.run.pk}" if healed.repaired else words


def undone_lines(undone: Undone) -> Iterator[str]:
    if undone.message:
        yield undone.message
        return
    yield f"Run {undone.of.pk if undone.of else ''}: {undone.restored:,} rows are as they were."
    if undone.left_alone:
        yield f"{len(undone.left_alone):,} were left alone:"
    yield from (f"  {one}" for one in undone.left_alone)


def summary(days: int = SUMMARY_DAYS) -> dict[str, Any]:
    """The runs of the last days and what is open now."""
    since = timezone.now() - timedelta(days=days)
    runs = list(HealRun.objects.filter(started_at__gte=since).select_related("by").order_by("pk"))
    return {
        "days": days,
        "runs": [_run(run) for run in runs],
        "repaired": sum(run.repaired for run in runs if run.kind == RunKind.MEND),
        "taken_back": sum(run.repaired for run in runs if run.kind == RunKind.UNDO),
        "open_findings": [
            {"name": f.check_name, "severity": f.severity, "count": f.count} for f in Finding.objects.open()
        ],
    }


def _run(run: HealRun) -> dict[str, Any]:
    return {
        "run": run.pk,
        "kind": run.kind,
        "of": run.undoes_id,
        "started_at": run.started_at.isoformat(),
        "road": run.road,
        "by": run.by.get_full_name() if run.by else "",
        "status": run.status,
        "found": run.found,
        "repaired": run.repaired,
        "left": run.left,
        "undone": run.undone_at is not None,
    }


def summary_lines(told: dict[str, Any]) -> Iterator[str]:
    if not told["runs"]:
        yield f"No repair ran in the last {told['days']} days."
    else:
        yield f"{'run':>6}  {'when':18}{'what':14}{'status':10}{'found':>9}{'mended':>9}{'left':>9}"
    for run in told["runs"]:
        when = timezone.localtime(datetime.fromisoformat(run["started_at"]))
        what = f"undo of {run['of']}" if run["of"] else run["road"]
        line = f"{run['run']:>6}  {f'{format_day(when.date())} {when:%H:%M}':18}{what:14}{run['status']:10}"
        mark = "  taken back" if run["undone"] else ""
        yield f"{line}{run['found']:>9,}{run['repaired']:>9,}{run['left']:>9,}{mark}"
    yield f"In {told['days']} days: {told['repaired']:,} mended, {told['taken_back']:,} taken back."
    yield from _open(told["open_findings"])


def _open(findings: list[dict[str, Any]]) -> Iterator[str]:
    if findings:
        yield f"Open now, {len(findings)} kinds; the most numerous:"
    for one in sorted(findings, key=lambda f: -f["count"])[:SHOWN_LEFT]:
        check = check_named(one["name"])
        yield f"  {check.say(one['count']) if check and one['count'] else one['name']}"
