"""A round of repair in words: as a table for people, and as JSON for machines (docs/operations.md, "Mends")."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ip2a.words import counted, format_day
from maintenance import healing_lock
from maintenance.doctor import Seen
from maintenance.healing import Healed, Step
from maintenance.healing_undo import Undone
from maintenance.models import Finding, HealRun
from maintenance.models_healing import RunKind, RunStatus
from maintenance.registry import check_named

SUMMARY_DAYS = 7
SHOWN_LEFT = 15
LEAST_NAME = 52
CUT_OFF = "cut off"  # killed, and not yet closed by the next run
ROWS_BACK = ("1 row is as it was.", "{count} rows are as they were.")
LEFT_ALONE = ("1 was left alone:", "{count} were left alone:")
KINDS = ("1 kind of finding", "{count} kinds of findings")


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
        "closed": [run.pk for run in healed.closed],
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


def undo_for_the_log(undone: Undone, *, notified: int) -> dict[str, Any]:
    """What the log book keeps of an undo: counts alone."""
    told = undone_as_json(undone)
    return {
        "run": told["run"],
        "undo_of": told["of"],
        "restored": told["restored"],
        "left_alone": len(told["left_alone"]),
        "notified": notified,
    }


def undone_as_json(undone: Undone) -> dict[str, Any]:
    return {
        "run": undone.run.pk if undone.run else None,
        "of": undone.of.pk if undone.of else None,
        "restored": undone.restored,
        "left_alone": [
            {"table": one.row.table_name, "key": one.row.row_key, "reason": one.reason} for one in undone.left_alone
        ],
        "message": undone.message,
        "closed": [run.pk for run in undone.closed],
    }


def lines(healed: Healed) -> Iterator[str]:
    """What was done, and what is for a person."""
    yield from closed_lines(healed.closed)
    width = max([LEAST_NAME, *(len(step.check.name) + 1 for step in healed.steps)])
    if healed.steps:
        yield f"{'':{width}}{'found':>9}{'would mend' if healed.run is None else 'mended':>12}{'left':>9}"
    for step in healed.steps:
        done = step.fixable if healed.run is None else step.repaired
        yield f"{step.check.name:{width}} {step.found:>8,} {done:>11,} {_left(healed, step):>8,}"
        if step.message:
            yield f"    {step.message}"
    yield from _for_a_person(healed)
    yield _last(healed)


def _left(healed: Healed, step: Step) -> int:
    """After a dry run: what would be."""
    if healed.run is None:
        return max(step.found - step.fixable, 0)
    return next(s.count for s in healed.after if s.check is step.check)


def _for_a_person(healed: Healed) -> Iterator[str]:
    mended = {step.check.name for step in healed.steps if healed.run is None and step.fixable >= step.found}
    left = [seen for seen in healed.left if seen.trouble or seen.check.name not in mended]
    left.sort(key=lambda seen: (not seen.trouble, -seen.count, seen.check.name))
    if left:
        yield ""
        yield "For a person:"
    for seen in left[:SHOWN_LEFT]:
        yield f"  {seen.trouble and f'{seen.check.name} could not run: {seen.trouble}' or seen.check.say(seen.count)}"
    if len(left) > SHOWN_LEFT:
        yield f"  and {len(left) - SHOWN_LEFT} more; the page Repairs has them all."


def _last(healed: Healed) -> str:
    checks = f"{len(healed.before):,} check{'' if len(healed.before) == 1 else 's'}"
    if healed.run is None:
        return f"Dry run of {checks}: {healed.fixable:,} would be mended. Nothing was written."
    words = f"Run {healed.run.pk}, {checks}: {healed.repaired:,} mended, {counted(len(healed.left), *KINDS)} left."
    return f"{words} Take it back: auto_heal --undo {healed.run.pk}" if healed.repaired else words


def closed_lines(runs: list[HealRun]) -> Iterator[str]:
    """Of runs that were killed: what they had done by then is whole, and kept."""
    for run in runs:
        is_undo = run.kind == RunKind.UNDO
        done = f"{run.repaired:,} {'put back' if is_undo else 'mended'} by then"
        next_step = "" if is_undo or not run.repaired else f" Take them back: auto_heal --undo {run.pk}"
        which = f"Run {run.pk}, the undo of {run.undoes_id}," if is_undo else f"Run {run.pk}"
        yield f"{which} was cut off and is closed now: {done}.{next_step}"


def undone_lines(undone: Undone) -> Iterator[str]:
    yield from closed_lines(undone.closed)
    if undone.message:
        yield undone.message
        return
    yield f"Run {undone.of.pk if undone.of else ''}: {counted(undone.restored, *ROWS_BACK)}"
    if undone.left_alone:
        yield counted(len(undone.left_alone), *LEFT_ALONE)
    yield from (f"  {one}" for one in undone.left_alone)


def summary(days: int = SUMMARY_DAYS) -> dict[str, Any]:
    """The runs of the last days and what is open now."""
    since = timezone.now() - timedelta(days=days)
    is_held = healing_lock.is_held()
    runs = list(HealRun.objects.filter(started_at__gte=since).select_related("by").order_by("pk"))
    return {
        "days": days,
        "runs": [_run(run, is_held) for run in runs],
        "repaired": sum(run.repaired for run in runs if run.kind == RunKind.MEND),
        "taken_back": sum(run.repaired for run in runs if run.kind == RunKind.UNDO),
        "open_findings": [
            {"name": f.check_name, "severity": f.severity, "count": f.count} for f in Finding.objects.open()
        ],
    }


def _run(run: HealRun, is_held: bool) -> dict[str, Any]:
    return {
        "run": run.pk,
        "kind": run.kind,
        "of": run.undoes_id,
        "started_at": run.started_at.isoformat(),
        "road": run.road,
        "by": run.by.get_full_name() if run.by else "",
        "status": CUT_OFF if run.status == RunStatus.RUNNING and not is_held else run.status,
        "found": run.found,
        "repaired": run.repaired,
        "left": run.left,
        "undone": run.undone_at is not None,
    }


def summary_lines(told: dict[str, Any]) -> Iterator[str]:
    if not told["runs"]:
        yield f"No repair ran in the last {told['days']} days."
    else:
        yield f"{'run':>6}  {'when':23}{'what':14}{'status':10}{'found':>9}{'mended':>9}{'left':>9}"
    for run in told["runs"]:
        when = timezone.localtime(datetime.fromisoformat(run["started_at"]))
        what = f"undo of {run['of']}" if run["of"] else run["road"]
        line = f"{run['run']:>6}  {f'{format_day(when.date())} {when:%H:%M}':23}{what:14}{run['status']:10}"
        mark = "  taken back" if run["undone"] else ""
        yield f"{line} {run['found']:>8,} {run['repaired']:>8,} {run['left']:>8,}{mark}"
    yield f"In {told['days']} days: {told['repaired']:,} mended, {told['taken_back']:,} taken back."
    yield from _open(told["open_findings"])


def _open(findings: list[dict[str, Any]]) -> Iterator[str]:
    if findings:
        yield f"Open now, {counted(len(findings), *KINDS)}; the most numerous:"
    for one in sorted(findings, key=lambda f: -f["count"])[:SHOWN_LEFT]:
        check = check_named(one["name"])
        yield f"  {check.say(one['count']) if check and one['count'] else one['name']}"
