"""Which backups the local wants to keep, and taking away the others."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from maintenance import thresholds
from maintenance.backups import folder
from maintenance.backups.contents import Contents
from maintenance.backups.errors import CannotBackUp
from maintenance.backups.models import BackupRun, BackupState, Verdict

DAILY = thresholds.declare(
    "maintenance.backups-daily",
    7,
    unit="backups",
    about="How many daily backups are kept: the newest of each of the last days that have one.",
)
WEEKLY = thresholds.declare(
    "maintenance.backups-weekly", 5, unit="backups", about="How many weekly backups are kept, beside the daily ones."
)
MONTHLY = thresholds.declare(
    "maintenance.backups-monthly",
    12,
    unit="backups",
    about="How many monthly backups are kept, beside the daily and weekly ones.",
)


@dataclass(frozen=True)
class Aged:
    """What rotation must know of a backup."""

    name: str
    made_at: datetime
    verdict: str = Verdict.UNKNOWN


def wanted(backups: list[Aged], now: datetime, *, daily: int, weekly: int, monthly: int) -> set[str]:
    """Names of those that stay: the newest of each of the last days, weeks and months that have one.

    The newest that holds, and the newest that was really restored, always stay. One from the future (a clock that
    jumped) stays and counts for nothing. One that does not hold takes nobody's place, and stays as long as daily ones:
    in need its parts are better than nothing. Days count only when they have a backup, so that a house whose backups
    stopped a year ago keeps what it has.
    """
    past = sorted((b for b in backups if b.made_at <= now), key=lambda b: b.made_at, reverse=True)
    holding = [backup for backup in past if backup.verdict != Verdict.BAD]
    stay = {backup.name for backup in backups if backup.made_at > now}
    stay |= {backup.name for backup in holding[:1]}
    stay |= {backup.name for backup in [b for b in holding if b.verdict == Verdict.GOOD][:1]}
    if not holding:
        return {backup.name for backup in backups}
    stay |= {backup.name for backup in past if backup.made_at > now - timedelta(days=daily)}
    for period, most in ((_day, daily), (_week, weekly), (_month, monthly)):
        newest: dict[object, str] = {}
        for backup in holding:
            newest.setdefault(period(timezone.localdate(backup.made_at)), backup.name)
        stay |= set(list(newest.values())[:most])
    return stay


def _day(day: date) -> object:
    return day


def _week(day: date) -> object:
    return day.isocalendar()[:2]


def _month(day: date) -> object:
    return day.year, day.month


def rotate() -> list[str]:
    """Take away what is not wanted, then the contents that no backup names any more. Only under the lock."""
    here = folder.all_backups()
    verdicts = dict(BackupRun.objects.values_list("name", "verdict"))
    known = {b.name: b for b in here}
    aged = [Aged(b.name, made_at, verdicts.get(b.name, Verdict.UNKNOWN)) for b in here if (made_at := _dated(b))]
    numbers = thresholds.values(DAILY, WEEKLY, MONTHLY)
    most = {"daily": int(numbers[DAILY]), "weekly": int(numbers[WEEKLY]), "monthly": int(numbers[MONTHLY])}
    stay = wanted(aged, timezone.now(), **most)
    gone = [backup.name for backup in aged if backup.name not in stay]
    for name in gone:
        folder.remove(known[name])
    BackupRun.objects.filter(name__in=gone, state=BackupState.DONE).update(state=BackupState.GONE)
    if gone:
        Contents().drop_unnamed([known[name] for name in known if name not in gone])
    return gone


def _dated(backup: folder.Backup) -> datetime | None:
    """One that cannot even say when it was made is left for a person."""
    try:
        return backup.made_at()
    except (CannotBackUp, KeyError, ValueError):
        return None


def note_missing() -> list[str]:
    """Backups that somebody took away by hand are not listed as there."""
    here = {backup.name for backup in folder.all_backups()}
    lost = list(BackupRun.objects.filter(state=BackupState.DONE).exclude(name__in=here))
    for run in lost:
        run.state, run.problem = BackupState.GONE, "It is not in the backup folder any more."
        run.save(update_fields=["state", "problem"])
    return [run.name for run in lost]
