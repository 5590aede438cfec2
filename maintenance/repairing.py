"""What a person does about findings: have them mended, put them off, take mends back. As the commands do it."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import audit, jobs, numbers
from ip2a.answers import YES, Answer, Refused, no
from ip2a.models import Job
from ip2a.models.channel import Priority
from ip2a.words import counted
from maintenance import badge, healing, healing_lock, healing_words, logbook, notices, notifying
from maintenance.healing_undo import Undone, undo
from maintenance.models import HealRun
from maintenance.models_healing import Road
from maintenance.models_watching import Postponement
from maintenance.registry import Check

MEND, UNDO = "maintenance.mend", "maintenance.undo"
NOT_TOLD = "Only those who are told of a finding may put it off."
NOT_FIXABLE = "No repair is safe here: this is for a person."
WITHHELD = ("1 was left for a person.", "{count} were left for a person.")
LEFT_ALONE = ("1 was left alone.", "{count} were left alone.")
NEEDS_REASON = "Say why it can wait."
CUT_OFF = "repair:cut-off"
CUT_OFF_ADVICE = "Begin again, or take back what was done by then. If nobody stopped it, look at the machine’s memory."
TOO_SOON = "Choose a day after today: on it the finding comes back by itself."
TOO_LATE = "Choose a day within {} days: what waits longer is forgotten."

LONGEST = numbers.declare(
    "maintenance.put-off-days", 90, unit="days", about="How long a finding may be put off at the most."
)


def may_mend(user: Any, check: Check | None = None) -> Answer:
    if check is not None and not check.is_fixable:
        return no(NOT_FIXABLE)
    return healing.may_mend(user)


def may_put_off(user: Any, check: Check) -> Answer:
    told = user.has_perm("maintenance.view_finding") and check.is_visible_to(user)
    return YES if told else no(NOT_TOLD)


@transaction.atomic
def put_off(check: Check, *, until: date, reason: str, by: Any) -> Postponement:
    """Not now: the finding leaves the list and the badge until that day, and nobody is notified of it."""
    may_put_off(by, check).enforce()
    today, longest = timezone.localdate(), int(numbers.value(LONGEST))
    if not reason.strip():
        raise Refused(NEEDS_REASON)
    if until <= today:
        raise Refused(TOO_SOON)
    if until > today + timedelta(days=longest):
        raise Refused(TOO_LATE.format(longest))
    values = {"until": until, "reason": reason.strip(), "by": by}
    with audit.because(reason.strip()):
        row, _ = Postponement.objects.update_or_create(check_name=check.name, defaults=values)
    transaction.on_commit(badge.refresh)
    return row


@transaction.atomic
def take_up(check: Check, *, by: Any) -> None:
    """Back onto the list today."""
    may_put_off(by, check).enforce()
    with audit.because("Taken up again"):
        Postponement.objects.filter(check_name=check.name).update(until=timezone.localdate())
    transaction.on_commit(badge.refresh)


def start_mending(check: Check | None, *, by: Any, many: bool = False, again: bool = False) -> Job:
    """Have one finding mended, or all that is safe, by the worker."""
    may_mend(by, check).enforce()
    asked = {"check": check.name if check else "", "many": many, "again": again}
    return jobs.start(MEND, by=by, data=asked)


def start_undo(run: HealRun, *, by: Any) -> Job:
    healing.may_mend(by).enforce()
    return jobs.start(UNDO, run, by=by)


def after_a_round(healed: healing.Healed) -> dict[str, Any]:
    """What follows every round: notices, the log book, the badge. Returns the round in its stable shape."""
    notices.end(CUT_OFF)
    notifying.note_findings()
    told = healing_words.as_json(healed, notified=notifying.tell())
    logbook.write(logbook.AUTO_HEAL, healing_words.for_the_log(told))
    badge.refresh()
    return told


def after_an_undo(undone: Undone) -> None:
    """The same after mends were taken back: what came back with them is a finding again, and stays one."""
    if undone.run is None:
        return
    notices.end(CUT_OFF)
    notifying.note_findings()
    notified = notifying.tell()
    logbook.write(logbook.AUTO_HEAL, healing_words.undo_for_the_log(undone, notified=notified))
    badge.refresh()


def after_a_kill() -> int:
    """Runs that were killed are closed, and told until another goes through. Returns how many."""
    closed = healing_lock.close_what_died()
    for run in closed:
        notices.raise_notice(
            CUT_OFF,
            priority=Priority.HIGH,
            sentence=next(healing_words.closed_lines([run])),
            advice=CUT_OFF_ADVICE,
            path=run.get_absolute_url(),
            count=1,
            anew=True,
        )
    return len(closed)


@jobs.job(MEND, label="Mending data", most_attempts=1, atomic=False)
def mend(job: Job, progress: jobs.Progress) -> jobs.Result:
    asked = job.data
    healed = healing.heal(
        [asked["check"]] if asked["check"] else None,
        no_files=bool(asked["check"]),
        by=job.started_by,
        road=Road.PAGE,
        many=asked["many"],
        again=asked["again"],
        progress=lambda stage, done, total: progress(done, total, stage),
    )
    after_a_round(healed)
    withheld = sum(step.withheld for step in healed.steps)
    text = f"{healed.repaired:,} mended." + (f" {counted(withheld, *WITHHELD)}" if withheld else "")
    url = healed.run.get_absolute_url() if healed.run else ""
    return jobs.Result(text=text, url=url, label="See what was done")


@jobs.job(UNDO, label="Taking mends back", most_attempts=2, atomic=False)
def take_back(job: Job, progress: jobs.Progress) -> jobs.Result:
    run = HealRun.objects.get(pk=job.object_id)
    undone = undo(run, by=job.started_by, road=Road.PAGE, progress=lambda s, done, total: progress(done, total, s))
    after_an_undo(undone)
    left = len(undone.left_alone)
    alone = f" {counted(left, *LEFT_ALONE)}" if left else ""
    text = undone.message or f"{counted(undone.restored, *healing_words.ROWS_BACK)}{alone}"
    made = undone.run or run
    data = {"left_alone": [[one.row.pk, one.reason] for one in undone.left_alone[:200]]}
    return jobs.Result(text=text[:300], url=made.get_absolute_url(), label="See the run", data=data)
