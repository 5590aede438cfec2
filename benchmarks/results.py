"""What was measured, kept in results.json, and written out as RESULTS.md: one table of all figures, what each script
printed, and how quiet the machine was."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.catalog import Script
from benchmarks.figures import Figure, said

FOLDER = Path(__file__).resolve().parent
NO_FIGURE = "–"


@dataclass(frozen=True)
class Result:
    """One run of one script. ``trouble`` is the last line of one that could not run to its end."""

    name: str
    command: str
    measured_at: str  # "2026-11-29 08:25" in UTC
    machine: str
    seconds: float
    load_before: float
    load_after: float
    output: str
    figures: list[Figure] = field(default_factory=list)
    trouble: str = ""


def read(path: Path) -> dict[str, Result]:
    if not path.exists():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {one["name"]: Result(**{**one, "figures": [Figure(**f) for f in one["figures"]]}) for one in kept}


def keep(folder: Path, results: dict[str, Result], scripts: Sequence[Script]) -> None:
    """Both files, in the order of the catalog; what is no longer in it is forgotten."""
    ordered = [(script, results[script.name]) for script in scripts if script.name in results]
    text = json.dumps([asdict(result) for _, result in ordered], indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "RESULTS.md").write_text(page(ordered), encoding="utf-8")


def page(ordered: Sequence[tuple[Script, Result]]) -> str:
    parts = ["# Figures", *machines(ordered), summary(result for _, result in ordered)]
    parts.append(_table(("figure", "of", "measured", "wanted", "holds", "command"), rows(ordered)))
    parts.append("## What each command printed")
    for _, result in ordered:
        parts += [f"### `{result.command}`", f"```\n{result.output}\n```"]
    parts += ["## How quiet the machine was", QUIET, _table(QUIET_HEAD, quietness(ordered))]
    return "\n\n".join(parts) + "\n"


QUIET = (
    "The load average of the last minute, before and after each command. They are run one after the other, so the one "
    "before leaves some of its own: a load above 2 before a command means that others used the machine."
)
QUIET_HEAD = ("command", "measured (UTC)", "took", "load before", "load after")


def machines(ordered: Sequence[tuple[Script, Result]]) -> list[str]:
    """Where and when; a line for each machine or set of versions, the latest first."""
    found: dict[str, list[Result]] = {}
    for result in sorted((result for _, result in ordered), key=lambda one: one.measured_at, reverse=True):
        found.setdefault(result.machine, []).append(result)
    told = []
    for machine, some in found.items():
        first, last = some[-1].measured_at, some[0].measured_at
        which = "" if len(found) == 1 else f" ({', '.join(one.name for one in some)})"
        told.append(f"Measured {first} to {last} UTC on {machine}{which}.")
    return told


def summary(results: Iterable[Result]) -> str:
    given = list(results)
    wanted = [figure for one in given for figure in one.figures if figure.holds is not None]
    held = sum(1 for figure in wanted if figure.holds)
    stopped = sum(1 for one in given if one.trouble)
    end = f" {stopped} of the commands could not run to the end." if stopped else ""
    return f"{held} of {len(wanted)} figures that something is wanted of hold.{end}"


def rows(ordered: Sequence[tuple[Script, Result]]) -> list[tuple[str, ...]]:
    found = []
    for script, result in ordered:
        command = f"`{result.command}`"
        if result.trouble:
            found.append(
                (f"all of {script.name}", script.area, f"could not run: {result.trouble}", "", "**no**", command)
            )
        for figure in result.figures:
            measured = said(figure.measured, figure.unit) + (f" ({figure.note})" if figure.note else "")
            holds = {True: "yes", False: "**no**", None: NO_FIGURE}[figure.holds]
            found.append((figure.name, script.area, measured, figure.goal or NO_FIGURE, holds, command))
    return found


def quietness(ordered: Sequence[tuple[Script, Result]]) -> list[tuple[str, ...]]:
    return [
        (
            f"`{result.command}`",
            result.measured_at,
            f"{result.seconds:.0f} s",
            f"{result.load_before:.2f}",
            f"{result.load_after:.2f}",
        )
        for _, result in ordered
    ]


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def plain(body: Sequence[Sequence[str]]) -> str:
    """The same rows for a terminal, without the command."""
    shown = [[cell.replace("**", "") for cell in row[:5]] for row in body]
    widths = [max((len(row[column]) for row in shown), default=0) for column in range(5)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    )
