"""Backups: how old the last good one is, and when one was last restored."""

from datetime import timedelta

from django.utils import timezone

from ip2a.words import counted, format_moment
from maintenance import thresholds
from maintenance.backups import folder
from maintenance.backups.models import BackupRun, BackupState, Verdict
from maintenance.backups.telling import size
from maintenance.resilience import limits
from maintenance.resilience.files import RETURN
from maintenance.resilience.models import Level
from maintenance.resilience.parts import Asked, Part

SHOWN = 5
HOUR = 3600
NEVER_TRIED = "No backup was ever restored on trial. It is done every week; each backup's page does it now."


def backups(asked: Asked) -> Part:
    part = Part("backups", "Backups", columns=["Backup", "Made", "Size", "State", "Restored on trial"])
    numbers = {name: int(v) for name, v in thresholds.values(limits.BACKUP_HOURS, limits.RESTORE_DAYS).items()}
    here = {backup.name for backup in folder.all_backups()}
    newest = BackupRun.objects.good().filter(name__in=here).order_by("-started_at").first()
    _age(part, newest, numbers[limits.BACKUP_HOURS])
    _restored(part, numbers[limits.RESTORE_DAYS])
    last = BackupRun.objects.exclude(state=BackupState.RUNNING).order_by("-started_at").first()
    if last and last.state == BackupState.FAILED:
        part.say(Level.ACT, f"The last backup failed: {last.problem}")
    elif last and last.files_missing:
        told = counted(last.files_missing, "1 document is", "{count} documents are")
        part.say(Level.WARN, f"{told} not in the last backup: lost or changed before it was made. {RETURN}")
    elif last and last.send_problem:
        part.say(Level.WARN, f"The last backup has no second copy: {last.send_problem}")
    for run in BackupRun.objects.order_by("-started_at")[:SHOWN]:
        restored = f"{run.restore_seconds:.1f} s" if run.restore_seconds else run.get_verdict_display()
        part.rows.append([run.name, format_moment(run.started_at), size(run.bytes), run.get_state_display(), restored])
    return part


def _age(part: Part, newest: BackupRun | None, hours: int) -> None:
    if newest is None:
        part.say(Level.ACT, "There is no good backup. Make one: Upkeep, Backups, Back up now.")
        return
    age = (timezone.now() - newest.started_at).total_seconds() / HOUR
    part.measure("backups.hours", max(0.0, age))
    part.measure("backups.bytes", newest.bytes)
    if age > hours:
        part.say(Level.ACT, f"The last good backup is {_words(age)} old ({hours} hours are allowed). Make one now.")
    elif age < -1:
        when = format_moment(newest.started_at)
        part.say(Level.WARN, f"The last backup is dated {when}, which is to come: set the clock.")


def _words(hours: float) -> str:
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


def _restored(part: Part, days: int) -> None:
    tried = BackupRun.objects.exclude(verdict=Verdict.UNKNOWN).order_by("-verified_at")
    last, good = tried.first(), tried.filter(verdict=Verdict.GOOD).first()
    if last and last.verdict == Verdict.BAD:
        part.say(Level.ACT, f"Backup {last.name} does not hold: {last.verify_problem.splitlines()[0]}")
    if good is None or good.verified_at is None:
        part.say(Level.WARN, NEVER_TRIED)
        return
    part.measure("backups.restore_seconds", good.restore_seconds or 0.0)
    said = f"Last restored on trial on {format_moment(good.verified_at)}, in {good.restore_seconds or 0:.1f} s."
    late = good.verified_at < timezone.now() - timedelta(days=days)
    part.say(Level.WARN if late else Level.WELL, f"{said} That is more than {days} days ago." if late else said)
