"""Taking mends back: every row as it was, or a sentence about why it was left alone.

Rows come back in batches, a transaction each. What came back is written down with it, so that an undo that was killed
goes on where it stopped, and a second one finds nothing to do.
"""
# ruff: noqa: S608 - the statements are put together from names in the catalog alone

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, connection, models, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.words import format_day
from maintenance import doctor, healing, mendable
from maintenance.doctor import Seen
from maintenance.healing_lock import one_at_a_time
from maintenance.mending_rows import KEPT_BY_DATABASE, LOCK_NOT_AVAILABLE, LOCK_TIMEOUT, refusal
from maintenance.models import Finding, HealRun, QuarantineRow
from maintenance.models_healing import Action, Road, RunKind, RunStatus, model_of_table
from maintenance.registry import all_checks

BATCH = 200
CHANGED = "was changed since"
GONE = "was removed since"
BACK = "is there again already"
TAKEN = "is being changed by somebody else just now: take it back once more, later"
CURED = "was put right in the database itself and stays so"
FOR_GOOD = "stays so: the repair reckoned it anew, and what it wrote then is kept for good"
NO_TABLE = "belongs to a table that is not there any more"
UNDO_OF_UNDO = (
    "Run {pk} took back run {of}. An undo is not taken back: let the data be mended once more, with a run of its own."
)
STILL_RUNNING = "Run {pk} has not ended yet. Wait until it has."
NOTHING_DONE = "Run {pk} changed nothing, so there is nothing to take back."
Progress = Callable[[str, int, int], None]


@dataclass
class LeftAlone:
    """A row that was not put back, and why."""

    row: QuarantineRow
    reason: str

    def __str__(self) -> str:
        return f"{self.row.label} {self.row.row_key} {self.reason}"


@dataclass
class Undone:
    """What an undo did. ``run`` is its own run, None when there was nothing left to do; ``message`` says so."""

    of: HealRun | None
    run: HealRun | None = None
    restored: int = 0
    left_alone: list[LeftAlone] = field(default_factory=list)
    message: str = ""
    after: list[Seen] = field(default_factory=list)
    closed: list[HealRun] = field(default_factory=list)


def undo(run: HealRun, *, by: Any, road: str = Road.COMMAND, progress: Progress | None = None) -> Undone:
    """Take back what a run mended. Raises Refused for an undo, and ``Busy`` beside another run."""
    healing.may_mend(by).enforce()
    with one_at_a_time() as closed:
        run.refresh_from_db()
        _may_be_undone(run)
        rows = run.rows.kept().exclude(action=Action.CURED)
        if run.undone_at and not rows.exists():
            return Undone(run, message=_already(run), closed=closed)
        undone = _take_back(run, run.rows.kept(), by, road, progress)
    undone.closed = closed
    return undone


def undo_rows(keys: Sequence[int], *, by: Any, road: str = Road.PAGE) -> Undone:
    """Take back single mends, of one run, by the numbers of their rows in quarantine."""
    healing.may_mend(by).enforce()
    with one_at_a_time():
        rows = QuarantineRow.objects.filter(pk__in=keys)
        runs = list(HealRun.objects.filter(rows__in=rows).distinct()[:2])
        if len(runs) != 1:
            raise Refused("Take back rows of one run at a time.")
        if not rows.kept().exists():
            return Undone(runs[0], message="These rows were put back already.")
        return _take_back(runs[0], rows.kept(), by, road, None)


def _may_be_undone(run: HealRun) -> None:
    if run.kind == RunKind.UNDO:
        raise Refused(UNDO_OF_UNDO.format(pk=run.pk, of=run.undoes_id))
    if run.status == RunStatus.RUNNING:
        raise Refused(STILL_RUNNING.format(pk=run.pk))
    if not run.rows.exists():
        raise Refused(NOTHING_DONE.format(pk=run.pk))


def _already(run: HealRun) -> str:
    day = format_day(timezone.localtime(run.undone_at).date())
    return f"Run {run.pk} was taken back already, on {day} by {_name(run.undone_by)}. Nothing is left to do."


def _name(user: Any) -> str:
    return user.get_full_name() if user else "the house itself"


def _take_back(run: HealRun, rows: models.QuerySet, by: Any, road: str, progress: Progress | None) -> Undone:
    number = audit.next_batch()
    undoing = HealRun.objects.create(kind=RunKind.UNDO, undoes=run, road=road, by=by, batch=number, found=rows.count())
    result, say = Undone(run, undoing), progress or (lambda stage, done, total: None)
    try:
        with audit.acting(user=by), audit.because(f"Repair {run.pk} taken back"), audit.batch(number):
            _Undoing(undoing, rows, result, say).all()
            result.after = _look_again(undoing, say)
    except BaseException as error:
        healing.fail(undoing, error, result.restored)
        raise
    _finish(run, undoing, result, by)
    return result


def _look_again(undoing: HealRun, say: Progress) -> list[Seen]:
    """What came back may be wrong again: every check on its tables, those that mended it, those that found something.
    What reads files stays as it was last seen: no content of a file changes by an undo."""
    back = QuarantineRow.objects.filter(returned__run=undoing).order_by()
    if not back.exists():
        return []
    models = {model_of_table(table) for table in back.values_list("table_name", flat=True).distinct()}
    names = set(back.values_list("check_name", flat=True).distinct())
    names |= set(Finding.objects.open().values_list("check_name", flat=True))
    checks = healing.touched(models, names, [check for check in all_checks() if not check.files])
    return mendable.weighed(healing.look(checks, say, "Looking again"))


@transaction.atomic
def _finish(run: HealRun, undoing: HealRun, result: Undone, by: Any) -> None:
    undoing.status, undoing.ended_at = RunStatus.DONE, timezone.now()
    undoing.repaired, undoing.left = result.restored, len(result.left_alone)
    undoing.save(update_fields=["status", "ended_at", "repaired", "left"])
    doctor.remember(result.after)
    if run.undone_at is None and not run.rows.kept().exclude(action=Action.CURED).exists():
        run.undone_at, run.undone_by = timezone.now(), by
        run.save(update_fields=["undone_at", "undone_by"])


class _Undoing:
    def __init__(self, run: HealRun, rows: models.QuerySet, result: Undone, progress: Progress):
        self.run, self.rows, self.result, self.progress = run, rows, result, progress
        self.total = run.found
        self.seen = 0

    def all(self) -> None:
        """What was done last is taken back first: of one row, and of rows that need each other."""
        groups = self.rows.order_by().values_list("check_name", "table_name", "action")
        for_good = {name for name, table, action in groups.distinct() if action == Action.ADDED and _is_kept(table)}
        for name, table, action in (
            groups.annotate(last=models.Max("pk")).order_by("-last").values_list("check_name", "table_name", "action")
        ):
            keys = list(
                self.rows.filter(check_name=name, table_name=table, action=action)
                .order_by("-pk")
                .values_list("pk", flat=True)
            )
            if name in for_good:
                self.leave(dict.fromkeys(keys, FOR_GOOD))
            else:
                self.group(_Table(table), action, keys)

    def group(self, table: "_Table", action: str, keys: list[int]) -> None:
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            if action == Action.CURED:
                self.leave(dict.fromkeys(batch, CURED))
            elif not table.columns:
                self.leave(dict.fromkeys(batch, NO_TABLE))
            else:
                self.some(table, action, batch)
            self.seen += len(batch)
            self.progress("Taking back", self.seen, self.total)

    def some(self, table: "_Table", action: str, batch: list[int]) -> None:
        """One transaction. Where the database refuses, halves of it, down to the row that it refuses."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(LOCK_TIMEOUT)
                cursor.execute(table.statement(action), [batch, self.run.pk])
                back = {key for (key,) in cursor.fetchall()}
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            self.result.restored += len(back)
            self.leave(table.reasons(action, [key for key in batch if key not in back]))
            return
        except (IntegrityError, DataError) as error:
            why = refusal(table.model, error)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            why = TAKEN
        if len(batch) == 1:
            self.leave({batch[0]: why})
            return
        middle = len(batch) // 2
        self.some(table, action, batch[:middle])
        self.some(table, action, batch[middle:])

    def leave(self, reasons: dict[int, str]) -> None:
        rows = QuarantineRow.objects.in_bulk(list(reasons))
        self.result.left_alone += [LeftAlone(rows[key], why) for key, why in reasons.items()]


def _is_kept(table: str) -> bool:
    """Whether rows that a repair added there can never be taken away. Half a reckoning would be worse than all."""
    model = model_of_table(table)
    return getattr(model, "never_deleted", False) or getattr(model, "append_only", False)


class _Table:
    """How rows of one table come back."""

    def __init__(self, name: str):
        self.name = name
        self.model = model_of_table(name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname, format_type(atttypid, atttypmod), attgenerated <> '', "
                "EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY(indkey)) "
                "FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped "
                "ORDER BY attnum",
                [connection.ops.quote_name(name)],
            )
            self.columns = cursor.fetchall()
        self.key, self.key_type = next(((n, kind) for n, kind, _, is_key in self.columns if is_key), ("id", "bigint"))
        if self.model is not None:
            self.key = self.model._meta.pk.column

    def statement(self, action: str) -> str:
        """Puts rows back and writes down that they are; gives the numbers of their rows in quarantine."""
        back = {Action.REMOVED: self.inserted, Action.ADDED: self.deleted}.get(action, self.changed)()
        return (
            f"WITH kept AS MATERIALIZED (SELECT id AS kept_id, row_key::{self.key_type} AS kept_key, before, after "
            "FROM maintenance_quarantinerow WHERE id = ANY(%s)), "
            f"back AS ({back}) "
            "INSERT INTO maintenance_quarantinereturn (row_id, run_id, at) "
            "SELECT kept_id, %s, clock_timestamp() FROM kept JOIN back ON back.key = kept.kept_key RETURNING row_id"
        )

    def changed(self) -> str:
        names = [n for n, _, generated, _ in self.columns if not generated and n not in (self.key, *KEPT_BY_DATABASE)]
        listed = ", ".join(map(connection.ops.quote_name, names))
        values = ", ".join(f"was.{connection.ops.quote_name(name)}" for name in names)
        table, key = connection.ops.quote_name(self.name), connection.ops.quote_name(self.key)
        return (
            f"UPDATE {table} t SET ({listed}) = (SELECT {values} FROM jsonb_populate_record(t, kept.before) was) "
            f"FROM kept WHERE t.{key} = kept.kept_key AND {self.unchanged('kept')} RETURNING t.{key} AS key"
        )

    def deleted(self) -> str:
        table, key = connection.ops.quote_name(self.name), connection.ops.quote_name(self.key)
        unchanged = self.unchanged("kept")
        return (
            f"DELETE FROM {table} t USING kept WHERE t.{key} = kept.kept_key AND {unchanged} RETURNING t.{key} AS key"
        )

    def inserted(self) -> str:
        names = [name for name, _, generated, _ in self.columns if not generated]
        listed = ", ".join(map(connection.ops.quote_name, names))
        values = ", ".join(f"was.{connection.ops.quote_name(name)}" for name in names)
        table, key = connection.ops.quote_name(self.name), connection.ops.quote_name(self.key)
        return (
            f"INSERT INTO {table} ({listed}) SELECT {values} FROM kept, "
            f"jsonb_populate_record(NULL::{table}, kept.before) was "
            f"WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.{key} = kept.kept_key) "
            f"RETURNING {connection.ops.quote_name(self.key)} AS key"
        )

    def unchanged(self, kept: str) -> str:
        """The row still holds what the mend left. Compared by type, so that no time zone or rounding can differ."""
        silent = [n for n, _, generated, _ in self.columns if generated] + list(KEPT_BY_DATABASE)
        listed = ", ".join(f"'{name}'" for name in silent)
        return f"jsonb_populate_record(t, {kept}.after - ARRAY[{listed}]) IS NOT DISTINCT FROM t"

    def reasons(self, action: str, keys: list[int]) -> dict[int, str]:
        """Why each of these did not come back."""
        if not keys:
            return {}
        if action == Action.REMOVED:
            return dict.fromkeys(keys, BACK)
        table, key = connection.ops.quote_name(self.name), connection.ops.quote_name(self.key)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT q.id, t.{key} IS NULL FROM maintenance_quarantinerow q LEFT JOIN {table} t "
                f"ON t.{key} = q.row_key::{self.key_type} WHERE q.id = ANY(%s)",
                [keys],
            )
            return {kept: GONE if is_gone else CHANGED for kept, is_gone in cursor.fetchall()}
