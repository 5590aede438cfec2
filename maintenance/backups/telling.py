"""What came of a backup, for the terminal and for programs: (facts, lines, whether nothing is left to do)."""

from dataclasses import asdict
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from ip2a.words import counted
from maintenance.backups import folder, rotation
from maintenance.backups.models import BackupRun
from maintenance.backups.restoring import Restored
from maintenance.backups.returning import BroughtBack
from maintenance.backups.verifying import Verified

Told = tuple[dict[str, Any], list[str], bool]
UNITS = ((1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))


def size(number: float | None) -> str:
    """``1.4 GB``."""
    for least, unit in UNITS:
        if number is not None and number >= least:
            return f"{number / least:,.1f} {unit}"
    return f"{int(number or 0)} bytes"


def made(run: BackupRun) -> Told:
    facts = {
        "backup": run.name,
        "folder": str(folder.root() / run.name),
        "bytes": run.bytes,
        "sha256": run.sha256,
        "tables": len(run.row_counts),
        "rows": sum(run.row_counts.values()),
        "files": run.files,
        "files_copied": run.files_copied,
        "files_missing": run.files_missing,
        "seconds": run.seconds,
        "sent": bool(run.sent_at),
        "problem": run.problem or run.send_problem,
    }
    lines = [
        f"Backup {run.name}: {size(run.bytes)}, {facts['rows']:,} rows of {facts['tables']} tables, "
        f"{run.files:,} files ({run.files_copied:,} new), in {run.seconds or 0:.1f} s.",
        f"It lies in {facts['folder']}.",
    ]
    if run.files_missing:
        many = "{count} files are lost or not as recorded; `backup --bring-back` looks for them in earlier backups."
        lines.append(counted(run.files_missing, many.replace("{count} files are", "1 file is"), many))
    lines += [words for words in (run.problem, run.send_problem) if words]
    return facts, lines, not (run.files_missing or facts["problem"])


def verified(found: Verified) -> Told:
    if found.holds:
        lines = [
            f"Backup {found.name} holds: {found.rows:,} rows of {found.tables} tables "
            f"({found.audit_entries:,} of the audit trail), {found.checks} checks, {found.files:,} files.",
            f"Restoring it took {found.restore_seconds:.1f} s.",
        ]
    else:
        lines = [f"Backup {found.name} does not hold:", *(f"  {problem}" for problem in found.problems)]
    if found.files_missing:
        many = "{count} files were missing already when it was made."
        lines.append(counted(found.files_missing, "1 file was missing already when it was made.", many))
    return found.as_dict(), lines, found.holds


def listed() -> Told:
    """What lies in the folder, also where the database is empty or gone."""
    try:
        rotation.note_missing()
        runs = {run.name: run for run in BackupRun.objects.all()}
    except DatabaseError:
        runs = {}
    rows = [_row(backup, runs.get(backup.name)) for backup in folder.all_backups()]
    lines = [f"{row['backup']:26}{row['made_at'][:16]:18}{size(row['bytes']):>12}  {row['verdict']}" for row in rows]
    return {"folder": str(folder.root()), "backups": rows}, lines or [f"No backup in {folder.root()} yet."], True


def _row(backup: folder.Backup, run: BackupRun | None) -> dict[str, Any]:
    verdict = BackupRun.Verdict(run.verdict).label if run else "Unknown to this database"
    return {
        "backup": backup.name,
        "made_at": f"{timezone.localtime(backup.made_at()):%Y-%m-%d %H:%M:%S}",
        "bytes": backup.bytes(),
        "verdict": verdict,
        "verified_at": run.verified_at if run else None,
        "restore_seconds": run.restore_seconds if run else None,
    }


def restored(done: Restored) -> Told:
    lines = [f"The database {done.database} stands."]
    if done.before:
        lines.append(f"What it was before is called {done.before} now; drop it when you no longer need it.")
    if done.files or done.files_missing:
        lines.append(counted(done.files, "1 file written.", "{count} files written."))
    if done.files_missing:
        shown = ", ".join(done.files_missing[:5])
        told = counted(len(done.files_missing), "1 file is", "{count} files are")
        lines.append(f"{told} not in the backup, such as {shown}.")
    facts = {"database": done.database, "before": done.before, "files": done.files}
    return facts | {"files_missing": done.files_missing}, lines, not done.files_missing


def brought_back(found: BroughtBack) -> Told:
    back, lost = len(found.returned), len(found.lost)
    if not back and not lost:
        lines = [f"All {found.looked:,} documents are where they belong. Nothing had to be brought back."]
    else:
        lines = [counted(back, "1 lost or changed document is back.", "{count} lost or changed documents are back.")]
    if found.aside:
        lines.append(f"What lay in their place was set aside, such as {found.aside[0]}.")
    if lost:
        lines.append(counted(lost, "1 is", "{count} are") + f" in no backup here, such as {', '.join(found.lost[:5])}.")
    return asdict(found), lines, not lost
