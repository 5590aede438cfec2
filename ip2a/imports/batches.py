"""The life of an import: received, tried out, imported, taken back. Commands, tasks and pages call these verbs."""

import hashlib
import logging
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path, PurePath
from typing import IO, Any

from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerGone

from ip2a import audit, compartments, undo
from ip2a.answers import YES, Answer, Refused, no
from ip2a.imports import kinds, mapping, reading, running
from ip2a.imports.reading import CannotRead, Sheet
from ip2a.imports.running import Outcome
from ip2a.imports.staging import Progress
from ip2a.models import ImportBatch, User

logger = logging.getLogger(__name__)
State = ImportBatch.State
LOCK = 746_2001  # of whoever works on a batch, beside the batch's key
PATIENCE = timedelta(minutes=2)
NO_WORKER = "No worker could be reached, so nothing was changed. Try again in a minute, or tell your administrator."
BLOCK = 1 << 20


def may_import(user: Any, kind_key: str) -> Answer:
    """Importing needs the right to import, and those to add and change what is imported."""
    if not user.has_perm("ip2a.import_records"):
        return no("Your role may not import. Ask an administrator for the right.")
    kind = kinds.find(kind_key)
    if not user.has_perms(kind.permissions):
        return no(f"Your role may not add and change {kind.label.lower()}, so it may not import them either.")
    return YES


def receive(file: IO[bytes], name: str, *, kind: str, by: Any, told: dict[str, str] | None = None) -> ImportBatch:
    """Keep a file as a new batch with the mapping its headers speak for. Raises CannotRead when it is no table."""
    if by is not None:
        may_import(by, kind).enforce()
    sheet = reading.open_sheet(file, name)
    headings = mapping.changed(kinds.find(kind), mapping.suggest(kinds.find(kind), sheet.headers), told or {})
    digest, size = _digest(file)
    batch = ImportBatch(
        kind=kind,
        compartment=compartments.of_model(kinds.find(kind).model),
        file_name=PurePath(name).name[:255],
        sha256=digest,
        size=size,
        mapping=headings.columns,
        number=audit.next_batch(),
        by=by,
    )
    file.seek(0)
    batch.upload.save(f"{uuid.uuid4().hex}{''.join(PurePath(name).suffixes[-2:]).lower()[:10]}", File(file), save=False)
    batch.save()
    return batch


def _digest(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


@contextmanager
def opened(batch: ImportBatch) -> Iterator[Sheet]:
    with batch.upload.storage.open(batch.upload.name, "rb") as stored:
        yield reading.open_sheet(stored.file, batch.file_name)


@transaction.atomic
def choose(batch: ImportBatch, *, told: dict[str, str], by: Any) -> ImportBatch:
    """Read the columns as told from now on; what was tried out before counts no more."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    may_import(by, batch.kind).enforce()
    _may_move(batch, State.UPLOADED).enforce()
    headings = mapping.changed(kinds.find(batch.kind), mapping.Headings(dict(batch.mapping)), told)
    batch.mapping, batch.outcome, batch.state = headings.columns, {}, State.UPLOADED
    batch.save(update_fields=["mapping", "outcome", "state"])
    return batch


def _may_move(batch: ImportBatch, to: str) -> Answer:
    if to == batch.state == State.UPLOADED or to in ImportBatch.NEXT[State(batch.state)]:
        return YES
    if batch.is_running:
        return no(f"This import is at work already ({batch.get_state_display().lower()}). Wait until it has finished.")
    return no(f"This import is {batch.get_state_display().lower()}, so that cannot be done any more.")


@transaction.atomic
def start(
    batch: ImportBatch, *, to: str, by: Any, enqueue: Callable[[int], Any] | None, reason: str = ""
) -> ImportBatch:
    """Begin trying out, importing or taking back. Of two people who start at once, one is told that the other did.

    ``enqueue`` is called with the batch's key once this is committed.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if by is not None:
        may_import(by, batch.kind).enforce()
    may_start(batch, to, in_person=by is not None).enforce()
    if to == State.IMPORTING:
        batch.number, batch.undo_outcome = audit.next_batch(), {}
    if to == State.UNDOING and not batch.is_running:
        if not reason.strip():
            raise Refused("Say why the import is taken back: the reason stays in the history of every record.")
        batch.undo_outcome = {"reason": reason.strip(), "by": by.pk if by else None}
    batch.state, batch.asked_at, batch.started_at, batch.finished_at = to, timezone.now(), None, None
    batch.stopped_because = ""
    batch.save()
    if enqueue is not None:
        transaction.on_commit(lambda: _hand_over(batch.pk, enqueue))
    return batch


def may_start(batch: ImportBatch, to: str, *, in_person: bool = True) -> Answer:
    """Whether this can begin now. A person tries out before importing; a command has ``--dry-run`` for that."""
    if batch.is_running and not is_stuck(batch):
        doing = batch.get_state_display().lower()
        return no(f"Somebody has started this import already; it is {doing}. Nothing was started twice.")
    if batch.is_running and batch.state != to:
        return no(f"This import was interrupted ({batch.get_state_display().lower()}). Start that again first.")
    if in_person and to == State.IMPORTING and batch.state == State.UPLOADED:
        return no("Try it out first: that shows what would be added, changed and refused.")
    return _may_move(batch, to)


def _hand_over(batch_id: int, enqueue: Callable[[int], Any]) -> None:
    try:
        enqueue(batch_id)
    except BrokerGone:
        logger.exception("Import %s could not be handed to a worker", batch_id)
        _stop(batch_id, NO_WORKER)


def is_stuck(batch: ImportBatch) -> bool:
    """At work by its state, but the worker that began it is gone, or none has taken it up for minutes."""
    if not batch.is_running:
        return False
    if batch.started_at is None:
        return batch.asked_at is not None and timezone.now() - batch.asked_at > PATIENCE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK, batch.pk],
        )
        return cursor.fetchone()[0]


@contextmanager
def _held(batch_id: int) -> Iterator[bool]:
    """The lock of whoever works on the batch. It goes with the connection, so a killed worker lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, batch_id])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, batch_id])


def perform(batch_id: int, progress: Progress = running.quiet) -> ImportBatch:
    """Do what the batch's state asks for. Safe to call twice and after a kill: what was not finished left no trace."""
    with compartments.system("organizing", "an import"):  # its file, or some columns of it, may stand behind the wall
        return _perform(batch_id, progress)


def _perform(batch_id: int, progress: Progress) -> ImportBatch:
    with _held(batch_id) as mine:
        batch = ImportBatch.objects.get(pk=batch_id)
        if not mine or not batch.is_running:
            return batch
        batch.started_at = timezone.now()
        batch.save(update_fields=["started_at"])
        work = {State.CHECKING: _try_out, State.IMPORTING: _import, State.UNDOING: _take_back}[State(batch.state)]
        try:
            with transaction.atomic():
                work(batch, progress)
                batch.finished_at = timezone.now()
                batch.save()
        except Refused as refusal:
            _stop(batch_id, str(refusal))
        except Exception:
            logger.exception("Import %s stopped", batch_id)
            _stop(
                batch_id,
                "Something went wrong, and nothing was changed. Try again; if it stops again, tell your administrator.",
            )
            raise
    return ImportBatch.objects.get(pk=batch_id)


def _stop(batch_id: int, because: str) -> None:
    batch = ImportBatch.objects.get(pk=batch_id)
    batch.state = State.IMPORTED if batch.state == State.UNDOING else State.FAILED
    batch.stopped_because, batch.finished_at = because, timezone.now()
    batch.save(update_fields=["state", "stopped_because", "finished_at"])


def _try_out(batch: ImportBatch, progress: Progress) -> None:
    with _report_of(batch) as report, opened(batch) as sheet:
        outcome = running.try_out(kinds.find(batch.kind), sheet, headings_of(batch, sheet), report, progress)
    batch.outcome, batch.state = asdict(outcome), State.CHECKED


def _import(batch: ImportBatch, progress: Progress) -> None:
    kind = kinds.find(batch.kind)
    with (
        _report_of(batch) as report,
        opened(batch) as sheet,
        audit.acting(user=batch.by, reason=f"Import of {batch.file_name}"),
        audit.batch(batch.number),
    ):
        headings = headings_of(batch, sheet)
        outcome = running.import_rows(kind, sheet, headings, report, batch_id=batch.pk, progress=progress)
    if not outcome.is_proven:
        raise Refused(
            f"The figures do not add up ({in_words(outcome)}), so nothing was imported. Tell your administrator."
        )
    batch.outcome, batch.state = asdict(outcome), State.IMPORTED
    for table in (kind.model._meta.db_table, "ip2a_keptvalues"):
        refresh_statistics(table)


def _take_back(batch: ImportBatch, progress: Progress) -> None:
    by = User.objects.filter(pk=batch.undo_outcome["by"]).first()
    result = undo.undo(batch.number, by=by, reason=batch.undo_outcome["reason"], progress=progress)
    batch.undo_outcome = {**batch.undo_outcome, **asdict(result)}
    for table in (kinds.find(batch.kind).model._meta.db_table, "ip2a_keptvalues"):
        refresh_statistics(table)
    batch.state = State.UNDONE


def headings_unchecked(batch: ImportBatch, sheet: Sheet) -> mapping.Headings:
    """How the batch's columns are read, with what was noticed about them."""
    headings = mapping.Headings({h: batch.mapping.get(h, mapping.KEEP) for h in sheet.headers if h in batch.mapping})
    meant = mapping.suggest(kinds.find(batch.kind), sheet.headers)
    headings.notices = {h: said for h, said in meant.notices.items() if headings.columns.get(h) == meant.columns[h]}
    return headings


def headings_of(batch: ImportBatch, sheet: Sheet) -> mapping.Headings:
    headings = headings_unchecked(batch, sheet)
    mapping.require(kinds.find(batch.kind), headings, batch.file_name)
    return headings


def lacking(batch: ImportBatch) -> list[str]:
    """Labels of the columns without which no row could be added."""
    return mapping.lacking(kinds.find(batch.kind), mapping.Headings(dict(batch.mapping)))


@contextmanager
def _report_of(batch: ImportBatch) -> Iterator[IO[str]]:
    """A file to write the refused rows to; kept with the batch when there are any."""
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8-sig", newline="", suffix=".csv") as report:
        yield report
        report.flush()
        if batch.report:
            batch.report.delete(save=False)
        if report.tell():
            batch.report.save(f"{uuid.uuid4().hex}.csv", File(report.buffer), save=False)


def import_file(
    file: IO[bytes],
    name: str,
    *,
    kind: str,
    told: dict[str, str] | None = None,
    report: Path | None = None,
    progress: Progress = running.quiet,
) -> Outcome:
    """Receive and import in one go, for commands. The refused rows are copied to ``report``."""
    sheet = reading.open_sheet(file, name)
    running.headings_for(kinds.find(kind), sheet, told or {})
    batch = receive(file, name, kind=kind, by=None, told=told)
    start(batch, to=State.IMPORTING, by=None, enqueue=None)
    batch = perform(batch.pk, progress)
    progress("Done", 1, 1)
    if batch.state != State.IMPORTED:
        raise Refused(batch.stopped_because)
    if report is not None and batch.report:
        with batch.report.storage.open(batch.report.name, "rb") as stored, report.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
    return Outcome(**batch.outcome)


def rehearse(
    file: IO[bytes],
    name: str,
    *,
    kind: str,
    told: dict[str, str] | None = None,
    report: Path | None = None,
    progress: Progress = running.quiet,
) -> Outcome:
    """What importing would do, for commands. Leaves nothing behind but ``report``."""
    sheet = reading.open_sheet(file, name)
    headings = running.headings_for(kinds.find(kind), sheet, told or {})
    with tempfile.TemporaryFile("w+", encoding="utf-8-sig", newline="") as refused:
        outcome = running.try_out(kinds.find(kind), sheet, headings, refused, progress)
        if report is not None and outcome.refused:
            refused.seek(0)
            with report.open("w", encoding="utf-8-sig", newline="") as copy:
                shutil.copyfileobj(refused, copy)
    progress("Done", 1, 1)
    return outcome


def refresh_statistics(table: str) -> None:
    """So that the next query plans with what is there now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip2a_analyze(%s::regclass)", [f'"{table}"'])


def in_words(outcome: Outcome) -> str:
    return (
        f"{outcome.read:,} read = {outcome.added:,} added + {outcome.updated:,} updated + {outcome.refused:,} refused"
    )


__all__ = ["CannotRead", "may_import", "receive", "choose", "start", "perform", "opened", "is_stuck", "in_words"]
