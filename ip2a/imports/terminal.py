"""What commands show: progress on a terminal, quiet in a pipe; figures and problems in words."""

import sys
import time
from pathlib import Path
from typing import Any

from ip2a.imports import running
from ip2a.imports.running import Outcome
from ip2a.imports.staging import Progress

EVERY = 0.2


def progress(stream: Any, name: str = "") -> Progress:
    """A line that is written over on a terminal; nothing anywhere else."""
    if not sys.stderr.isatty():
        return running.quiet
    last = 0.0

    def show(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < EVERY and done < total:
            return
        last = now
        percent = f"{100 * done // total} %" if total else ""
        sys.stderr.write(f"\r\x1b[K{name} {stage} {done:,} {percent}".rstrip())
        if stage == "Done":
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()

    return show


def tell(stream: Any, outcome: Outcome, *, dry_run: bool, report: Path | None) -> None:
    """Figures, what was noticed, and each kind of problem with its first rows."""
    for notice in outcome.notices:
        stream.write(notice)
    for kept in outcome.kept:
        wall = f", for the {kept['compartment']} compartment only" if kept["compartment"] else ""
        stream.write(
            f"Column “{kept['column']}” has no place in the records yet; its values are kept with the import{wall}."
        )
    for group in outcome.problems:
        stream.write(f"{group['count']:,} × {group['rule']}")
        for sample in group["samples"]:
            stream.write(f"    row {sample['row']:,}: {sample['words']}")
    stream.write(figures(outcome, would=dry_run))
    if outcome.refused and report is not None:
        stream.write(f"The refused rows stand in {report} with their reasons. Mend them there and import that file.")
    elif outcome.refused:
        stream.write("Add --report FILE to get the refused rows as a file that can be mended and imported again.")


def figures(outcome: Outcome, *, would: bool = False) -> str:
    start = "Nothing was written. It would be: " if would else ""
    same = f" ({outcome.unchanged:,} of them unchanged)" if outcome.unchanged else ""
    return (
        f"{start}{outcome.read:,} rows read = {outcome.added:,} added + {outcome.updated:,} updated{same} "
        f"+ {outcome.refused:,} refused."
    )


def summarize(stream: Any, outcomes: list[tuple[str, Outcome]]) -> None:
    """One line for each file, and the proof."""
    heads = ("file", "read", "added", "updated", "unchanged", "refused")
    rows = [(name, o.read, o.added, o.updated, o.unchanged, o.refused) for name, o in outcomes]
    rows.append(("all", *(sum(row[n] for row in rows) for n in range(1, 6))))
    width = max(len(str(row[0])) for row in rows)
    stream.write(f"{heads[0]:<{width}}" + "".join(f"{head:>11}" for head in heads[1:]))
    for row in rows:
        stream.write(f"{row[0]:<{width}}" + "".join(f"{number:>11,}" for number in row[1:]))
    for name, outcome in outcomes:
        for kept in outcome.kept:
            for_whom = f"goes to the {kept['compartment']} compartment alone" if kept["compartment"] else "has no field"
            stream.write(f"{name}: column {kept['column']} {for_whom}; its values are kept with the import.")
        for group in outcome.problems:
            stream.write(f"{name}: {group['count']:,} × {group['rule']}, first in row {group['samples'][0]['row']:,}")
    wrong = [name for name, outcome in outcomes if not outcome.is_proven]
    if wrong:
        stream.write(f"Not proven for {', '.join(wrong)}: rows read differ from added + updated + refused.")
    else:
        stream.write(
            "Proven: every row read was added, updated or refused with its reason. Unchanged rows count as updated."
        )
