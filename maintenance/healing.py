"""One round of repair: look, mend what is safe, look again, remember what is left.

    healed = heal(by=user, road=Road.PAGE)      # Busy, if one is running already
    undo(healed.run, by=user)                   # maintenance.healing_undo

With ``dry_run`` the round is a transaction that may only read: nothing is written, no run is noted.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from ip2a import audit
from ip2a.answers import YES, Answer, no
from ip2a.compartments import system
from ip2a.words import counted
from maintenance import doctor, mendable
from maintenance.doctor import Seen
from maintenance.healing_lock import one_at_a_time
from maintenance.mending import Mend, mend_of
from maintenance.mending_rows import Batches
from maintenance.mending_schema import cure
from maintenance.mending_singly import Singly
from maintenance.models import HealRun, HealStep, QuarantineRow, Severity
from maintenance.models_healing import Road, RunStatus
from maintenance.registry import Check, choose

logger = logging.getLogger(__name__)
BUSY_ROWS = (
    "1 was being changed by somebody else; the next run has it.",
    "{count} were being changed by somebody else; the next run has them.",
)
STILL = ("1 is still broken after the repair.", "{count} are still broken after the repair.")
Progress = Callable[[str, int, int], None]


@dataclass
class Step:
    """What was done about one check: ``fixable`` of ``found`` are safe to mend, ``still`` were found afterwards."""

    check: Check
    found: int
    fixable: int = 0
    repaired: int = 0
    withheld: int = 0
    busy: int = 0
    still: int = 0
    message: str = ""
    seconds: float = 0.0
    failed: list[tuple[str, str]] = field(default_factory=list)

    def note(self, words: str) -> None:
        self.message = f"{self.message} {words}".strip()[:1000]


@dataclass
class Healed:
    """A round: every check as it was before and after, and what was done. ``run`` is None for a dry run.
    ``closed`` are runs that were killed before it."""

    run: HealRun | None
    before: list[Seen]
    after: list[Seen]
    steps: list[Step]
    closed: list[HealRun] = field(default_factory=list)

    @property
    def repaired(self) -> int:
        return sum(step.repaired for step in self.steps)

    @property
    def fixable(self) -> int:
        return sum(step.fixable for step in self.steps)

    @property
    def left(self) -> list[Seen]:
        """What is wrong still, or could not be looked at. Mere information is nothing to be done."""
        return [s for s in self.after if s.trouble or (s.count and s.check.severity != Severity.INFORMATION)]

    @property
    def troubles(self) -> list[Seen]:
        return [s for s in self.after if s.trouble]


def may_mend(user: Any) -> Answer:
    if user is not None and not user.has_perm("maintenance.mend_data"):
        return no("Your role may not have data mended. Ask an administrator.")
    return YES


def heal(
    only: list[str] | None = None,
    apps: list[str] | None = None,
    *,
    dry_run: bool = False,
    no_files: bool = False,
    by: Any = None,
    road: str = Road.COMMAND,
    many: bool = False,
    again: bool = False,
    progress: Progress | None = None,
) -> Healed:
    """Mend what is safe of what these checks find; without ``only`` and ``apps`` of what all of them find.

    ``many`` also mends where more is found than the threshold lets; ``again`` also what somebody took back before.
    ``by`` None is the house itself. Raises ``Busy`` (Refused) beside another run, ``UnknownCheck`` for a wrong name.
    """
    checks = choose(only, apps, files=not no_files)
    may_mend(by).enforce()
    say = progress or (lambda stage, done, total: None)
    if dry_run:
        return _Dry(checks, many, again, say).round()
    with one_at_a_time() as closed:
        run = HealRun.objects.create(road=road, by=by, batch=audit.next_batch())
        try:
            healed = _Round(run, checks, many, again, say).round()
        except BaseException as error:
            fail(run, error, QuarantineRow.objects.filter(run=run).count())
            raise
    healed.closed = closed
    return healed


def fail(run: HealRun, error: BaseException, done: int) -> None:
    """Say in the run why it ended. Without a database it is closed by the next one."""
    if connection.connection is None or connection.connection.closed or connection.needs_rollback:
        return
    run.status, run.ended_at, run.repaired = RunStatus.FAILED, timezone.now(), done
    run.message = f"It ended early: {type(error).__name__}: {error}"[:500]
    run.save(update_fields=["status", "ended_at", "repaired", "message"])


def look(checks: list[Check], say: Progress, stage: str = "Looking") -> list[Seen]:
    """One picture of the data for all of them."""
    return doctor.survey(checks, progress=lambda done, total: say(stage, done, total))


def touched(models: set[type[Model]], names: set[str], checks: list[Check]) -> list[Check]:
    """What must be looked at again: every check on a table that was written to. One mend can put right, or wrong,
    what another check sees; ``names`` are of those that found something, in whatever table."""
    return [check for check in checks if check.model in models or check.name in names]


class _Round:
    """A round that mends."""

    def __init__(self, run: HealRun | None, checks: list[Check], many: bool, again: bool, say: Progress):
        self.run, self.checks, self.many, self.again, self.say = run, checks, many, again, say

    def round(self) -> Healed:
        before = look(self.checks, self.say)
        found = [(seen, mend) for seen in before if seen.count and (mend := mend_of(seen.check)) is not None]
        # The database itself comes last: a constraint can be verified once the rows are right.
        found.sort(key=lambda pair: (pair[1].cures, pair[0].check.name))
        steps = [self.step(seen, mend) for seen, mend in found]
        after = self.look_again(before, steps)
        self.finish(before, after, steps)
        return Healed(self.run, before, after, steps)

    def step(self, seen: Seen, mend: Mend) -> Step:
        """One check's mend. Its error is told, and the others go on."""
        step, began = Step(seen.check, seen.count), time.perf_counter()
        try:
            self.mend(step, mend)
        except Exception as error:
            if connection.connection is None or connection.connection.closed:
                raise
            logger.exception("The mend of %s could not run", seen.check.name)
            step.note(f"The mend could not run: {type(error).__name__}: {error}")
        step.seconds = time.perf_counter() - began
        return step

    def mend(self, step: Step, mend: Mend) -> None:
        if mend.cures:
            return self.cure(step, mend)
        part = mendable.part_of(step.check, mend, many=self.many, again=self.again)
        step.fixable, step.withheld = part.safe, part.withheld
        step.note(part.remark)
        if step.fixable:
            self.apply(step, mend)
        return None

    def apply(self, step: Step, mend: Mend) -> None:
        kind = Singly if mend.each else Batches
        batches = kind(step.check, mend, self.run, again=self.again, progress=self.progress_of(step))
        with audit.acting(user=self.run.by), audit.because(self.reason(step)), audit.batch(self.run.batch):
            mended = batches.all()
        step.repaired, step.busy, step.failed = mended.done, mended.busy, mended.failed
        if step.busy:
            step.note(counted(step.busy, *BUSY_ROWS))
        for key, why in step.failed[:5]:
            step.note(f"Number {key}: {why}.")

    def cure(self, step: Step, mend: Mend) -> None:
        with audit.acting(user=self.run.by), audit.because(self.reason(step)), audit.batch(self.run.batch):
            step.repaired, problems = cure(step.check, self.run)
        step.fixable = step.repaired
        for words in problems[:5]:
            step.note(words)

    def reason(self, step: Step) -> str:
        return f"Repair {self.run.pk}, {step.check.name}: {step.check.fix}"

    def progress_of(self, step: Step) -> Callable[[int, int], None]:
        return lambda done, total: self.say(f"Mending {step.check.name}", done, total)

    def look_again(self, before: list[Seen], steps: list[Step]) -> list[Seen]:
        if not any(step.repaired for step in steps):
            return before
        models = {step.check.model for step in steps if step.repaired}
        anew = touched(models, {s.check.name for s in before if s.count}, [s.check for s in before])
        fresh = {s.check.name: s for s in look(anew, self.say, "Looking again")}
        for step in steps:
            step.still = fresh[step.check.name].count
            broken = step.still - (step.found - step.fixable) - step.busy
            if step.repaired and not step.withheld and broken > 0:
                step.note(counted(broken, *STILL))
        return [fresh.get(s.check.name, s) for s in before]

    @transaction.atomic
    def finish(self, before: list[Seen], after: list[Seen], steps: list[Step]) -> None:
        HealStep.objects.bulk_create(
            HealStep(
                run=self.run,
                check_name=step.check.name,
                **{name: getattr(step, name) for name in HEALSTEP_FIELDS},
            )
            for step in steps
        )
        doctor.remember(mendable.weighed(after))
        self.run.status, self.run.ended_at = RunStatus.DONE, timezone.now()
        self.run.found = sum(s.count for s in before)
        self.run.repaired = sum(step.repaired for step in steps)
        self.run.left = sum(s.count for s in after)
        self.run.save(update_fields=["status", "ended_at", "found", "repaired", "left"])


HEALSTEP_FIELDS = ("found", "repaired", "withheld", "busy", "still", "message", "seconds")


class _Dry(_Round):
    """A round that says what it would do. The transaction refuses to write, whatever the checks and mends contain."""

    def __init__(self, checks: list[Check], many: bool, again: bool, say: Progress):
        super().__init__(None, checks, many, again, say)

    @transaction.atomic
    def round(self) -> Healed:
        with system("organizing", "dry run"), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            healed = super().round()
        transaction.set_rollback(True)  # the note that the walls were opened goes as well: nothing is written
        return healed

    def apply(self, step: Step, mend: Mend) -> None:
        step.note(f"{step.fixable:,} would be mended. {mend.says}")

    def cure(self, step: Step, mend: Mend) -> None:
        step.fixable = mendable.part_of(step.check, mend).safe

    def finish(self, before: list[Seen], after: list[Seen], steps: list[Step]) -> None:
        """Nothing is remembered."""
