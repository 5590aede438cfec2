"""Reading documents and comparing them with the checksums of the day they came.

A round goes by number and keeps its place after each batch: killed, it goes on from there. It reads no faster than the
local allows, and pauses when its time is over. What it finds is kept until the file is read and right again.
"""

import hashlib
import logging
import time
from collections.abc import Callable

from django.db import connection, models, transaction
from django.utils import timezone

from ip2a.attachments import store
from ip2a.compartments import system
from ip2a.models import Attachment
from ip2a.words import counted
from maintenance import thresholds
from maintenance.resilience import limits
from maintenance.resilience.files import RETURN
from maintenance.resilience.models import ChecksumRound, Fault, FileFault, Level, RoundKind
from maintenance.resilience.parts import Asked, Part

logger = logging.getLogger(__name__)
LOCK = 746_2004  # one reader at a time
BATCH = 50
MEGABYTE = 1_000_000
SHOWN = 50
SENTENCES = {
    Fault.MISSING: ("1 document is missing from the store.", "{count} documents are missing from the store."),
    Fault.CHANGED: ("1 document is not as it was kept.", "{count} documents are not as they were kept."),
    Fault.UNREADABLE: ("1 document could not be read.", "{count} documents could not be read."),
}
Say = Callable[[int, int, str], None]


def read_all(kind: str, say: Say = lambda done, total, text: None) -> ChecksumRound | None:
    """A round, or the rest of one that was cut off. None while another process reads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        try:
            with system("organizing", "checksums"):
                return _go_on(_open_round(kind), say)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _open_round(kind: str) -> ChecksumRound:
    unfinished = ChecksumRound.objects.filter(kind=kind, ended_at=None).first()
    if unfinished is not None:
        return unfinished
    last = Attachment.objects.kept().aggregate(last=models.Max("pk"))["last"] or 0
    return ChecksumRound.objects.create(kind=kind, started_at=timezone.now(), until=last)


def _go_on(round_: ChecksumRound, say: Say) -> ChecksumRound:
    numbers = thresholds.values(limits.SAMPLE, limits.READ_RATE, limits.READ_MINUTES)
    pace = Pace(float(numbers[limits.READ_RATE]) * MEGABYTE, float(numbers[limits.READ_MINUTES]) * 60)
    rows = _wanted(round_, int(numbers[limits.SAMPLE]))
    total = round_.read + rows.filter(pk__gt=round_.place).count()
    while not pace.is_over():
        batch = list(rows.filter(pk__gt=round_.place).order_by("pk").values("pk", "path", "size", "sha256")[:BATCH])
        if not batch:
            round_.ended_at = timezone.now()
            round_.save(update_fields=["ended_at"])
            break
        _read_batch(round_, batch, pace)
        say(round_.read, total, "Reading the documents")
    return round_


def _wanted(round_: ChecksumRound, percent: int) -> models.QuerySet:
    """Every document, or those whose number falls into this round's share: another share in every round."""
    rows = Attachment.objects.kept().filter(pk__lte=round_.until)
    if round_.kind == RoundKind.ALL:
        return rows
    chance = models.Func(
        models.F("pk") * 48271 + round_.pk * 69621, 100, function="MOD", output_field=models.BigIntegerField()
    )
    return rows.alias(chance=chance).filter(chance__lt=percent)


def _read_batch(round_: ChecksumRound, batch: list[dict], pace: "Pace") -> None:
    """Read first, then write down the findings and the place together."""
    faults, right = {}, []
    for row in batch:
        fault, amount = _read(row)
        round_.read += 1
        round_.bytes += amount
        round_.wrong += bool(fault)
        if fault:
            faults[row["pk"]] = fault
        else:
            right.append(row["pk"])
        pace.spend(amount)
    round_.place = batch[-1]["pk"]
    with transaction.atomic():
        FileFault.objects.filter(attachment__in=right).delete()
        _write_down(faults)
        round_.save(update_fields=["place", "read", "bytes", "wrong"])


def _write_down(faults: dict[int, str]) -> None:
    there = Attachment.objects.filter(pk__in=faults).values_list("pk", flat=True)
    rows = [FileFault(attachment_id=pk, fault=faults[pk], seen_at=timezone.now()) for pk in there]
    FileFault.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["attachment"], update_fields=["fault", "seen_at"]
    )


def _read(row: dict) -> tuple[str, int]:
    """What is wrong with the file ("" when nothing is), and how much was read."""
    digest, amount = hashlib.sha256(), 0
    try:
        for chunk in store.part(row["path"], 0, row["size"] + 1):
            digest.update(chunk)
            amount += len(chunk)
    except store.Missing:
        return Fault.MISSING, amount
    except (store.StoreUnavailable, OSError) as error:
        logger.warning("Document %s cannot be read: %s", row["pk"], error)
        return Fault.UNREADABLE, amount
    same = amount == row["size"] and digest.hexdigest() == row["sha256"]
    return ("" if same else Fault.CHANGED), amount


class Pace:
    """No more than so many bytes a second, and no longer than so many seconds."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.rate, self.seconds = max(rate, 1.0), seconds
        self._began, self._spent = time.monotonic(), 0

    def spend(self, amount: int) -> None:
        self._spent += amount
        ahead = self._spent / self.rate - (time.monotonic() - self._began)
        if ahead > 0:
            time.sleep(min(ahead, 5))

    def is_over(self) -> bool:
        return time.monotonic() - self._began > self.seconds


def checksums(asked: Asked) -> Part:
    """What the rounds have found; with ``asked.checksums`` a round is done first."""
    part = Part("checksums", "Documents as they were kept", columns=["Round", "Read", "Wrong", "Ended"])
    if asked.checksums and asked.files and read_all(asked.checksums, asked.say) is None:
        part.say(Level.UNKNOWN, "Another process is comparing checksums at the moment; its findings come next time.")
    counts = dict(FileFault.objects.values_list("fault").annotate(models.Count("pk")))
    for fault, count in sorted(counts.items()):
        part.say(Level.ACT, f"{counted(count, *SENTENCES[Fault(fault)])} {RETURN}")
    part.records = list(FileFault.objects.order_by("-seen_at").values_list("attachment", flat=True)[:SHOWN])
    part.measure("checksums.wrong", sum(counts.values()))
    for round_ in ChecksumRound.objects.all()[:6]:
        ended = timezone.localtime(round_.ended_at).strftime("%Y-%m-%d %H:%M") if round_.ended_at else "Not yet"
        part.rows.append([f"{round_.get_kind_display()}", round_.read, round_.wrong, ended])
    if not ChecksumRound.objects.exclude(ended_at=None).exists():
        part.say(Level.UNKNOWN, "No round of checksums has ended yet; one is done every night.")
    return part
