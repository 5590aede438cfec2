"""How full the disks are, and when they will be."""

import os
import shutil
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.utils import timezone

from ip2a.words import format_day
from maintenance import thresholds
from maintenance.backups.telling import size
from maintenance.resilience import forecast, history, limits
from maintenance.resilience.models import Level
from maintenance.resilience.parts import Asked, Part

USED = "storage.used"
SHARE = "storage.share"


def places() -> dict[str, Path]:
    """What this house keeps on disks of this machine, by word."""
    found = {"backups": Path(settings.BACKUP_FOLDER), "logs": Path(settings.LOGS)}
    store = storages["default"]
    if isinstance(store, FileSystemStorage):
        found["documents"] = Path(store.location)
    cluster = settings.VAR_DIR / "cluster"
    if cluster.exists():
        found["database"] = cluster.resolve()
    return found


def disks() -> dict[tuple[str, ...], Path]:
    """One place for each disk, by the words of all that lies on it."""
    by_device: dict[int, tuple[list[str], Path]] = {}
    for word, path in sorted(places().items()):
        there = path.absolute()
        while not there.exists():
            there = there.parent
        words, _ = by_device.setdefault(os.stat(there).st_dev, ([], there))
        words.append(word)
    return {tuple(words): path for words, path in by_device.values()}


def storage(asked: Asked) -> Part:
    """History is kept by word: which words share a disk may change."""
    part = Part("storage", "Room on the disks", columns=["Disk of", "Used", "Of", "Share", "Full on", "How sure"])
    names = (limits.STORAGE_WARN, limits.STORAGE_ACT, limits.FILLS_WITHIN, limits.FORECAST_POINTS)
    numbers = {name: float(value) for name, value in thresholds.values(*names).items()}
    past = history.of(USED)
    for words, path in disks().items():
        usage = shutil.disk_usage(path)
        used = usage.total - usage.free
        points = [*past.get(words[0], []), (timezone.localtime(), float(used))]
        part.rows.append(_look(part, ", ".join(words), used, usage.total, points, numbers))
        for word in words:
            part.measure(USED, used, word)
            part.measure(SHARE, 100 * used / usage.total, word)
    return part


def _look(part: Part, words: str, used: int, total: int, points: list, numbers: dict[str, float]) -> list:
    share = 100 * used / total
    if share >= numbers[limits.STORAGE_WARN]:
        level = Level.ACT if share >= numbers[limits.STORAGE_ACT] else Level.WARN
        part.say(level, f"The disk of {words} is {share:.0f} % full: {size(total - used)} are left. Make room.")
    line = forecast.trend(points, timezone.localtime(), int(numbers[limits.FORECAST_POINTS]))
    if line is None:
        return [words, size(used), size(total), f"{share:.1f} %", "Not known yet", _too_few(points, numbers)]
    full = line.reaches(total)
    if full and (full - line.today).days <= numbers[limits.FILLS_WITHIN] and share < numbers[limits.STORAGE_ACT]:
        text = f"The disk of {words} will be full around {format_day(full)} ({line.surety}). Make room before."
        part.say(Level.WARN, text)
    day = format_day(full) if full else "Not within five years"
    return [words, size(used), size(total), f"{share:.1f} %", day, _sure(line, total)]


def _too_few(points: list[tuple[datetime, float]], numbers: dict[str, float]) -> str:
    days = len(forecast.by_day(forecast.clean(points, timezone.localtime())))
    return f"{days} of {numbers[limits.FORECAST_POINTS]:.0f} measured days"


def _sure(line: forecast.Trend, total: int) -> str:
    early, late = line.between(total)
    span = f"between {_day(early)} and {_day(late)}; " if early else ""
    return f"{line.surety}: {span}{line.days} days measured over {line.span}, the line tells {100 * line.fits:.0f} %"


def _day(day: date | None) -> str:
    return format_day(day) if day else "never"
