"""Killed in the middle, two at once, a mend that breaks, a writer in the way: whole batches or nothing."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from ip2a.tests.damage import past_constraints, run
from ip2a.tests.worker import until
from maintenance import derived_sql, mending, repairing
from maintenance.healing import heal
from maintenance.healing_lock import LOCK, Busy
from maintenance.healing_undo import undo
from maintenance.mending import Mend
from maintenance.models import HealRun, QuarantineReturn, QuarantineRow
from maintenance.models_watching import Notice
from maintenance.tasks import tend_schedule
from members.factories import MemberFactory, OrganizationFactory
from members.models import Member, MemberEmployment

__all__ = ["past_constraints"]
FUTURE = "members.job-ends-in-future"
JOINED = "members.joined-in-future"
BASE_DIR = Path(__file__).resolve().parents[2]
# Batches of ten, with a pause after each that is long enough to be killed in.
SLOWLY = """
import time, django
django.setup()
from maintenance import healing_undo, mending_rows
from maintenance.healing import heal
from maintenance.models import HealRun
mending_rows.FIRST_BATCH = mending_rows.LARGEST = healing_undo.BATCH = 10
slowly = lambda stage, done, total: time.sleep(0.3) if stage.startswith(("Mending", "Taking")) else None
{act}
"""
MEND = 'heal(["members.job-ends-in-future"], progress=slowly)'
UNDO = "healing_undo.undo(HealRun.objects.earliest('pk'), by=None, progress=slowly)"


def far():
    return timezone.localdate() + timedelta(days=400)


def jobs(number):
    member, employer = MemberFactory(), OrganizationFactory()
    MemberEmployment.objects.bulk_create(
        MemberEmployment(member=member, organization=employer, start_date=date(2020, 1, 1), end_date=far())
        for _ in range(number)
    )


def whole():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg((to_jsonb(t) - ARRAY['version', 'updated_at'])::text, '' ORDER BY id)) "
            "FROM members_memberemployment t"
        )
        return cursor.fetchone()[0]


def killed(act, rows):
    """A process of its own that is killed once it has some rows, and gives how many it had."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ip2a.tests.settings"}
    command = [sys.executable, "-c", SLOWLY.format(act=act)]
    child = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stderr=subprocess.PIPE)
    reached = until(lambda: rows.count() >= 20 or child.poll() is not None)
    child.send_signal(signal.SIGKILL)
    _, errors = child.communicate(timeout=30)
    assert (reached, child.returncode) == (True, -signal.SIGKILL), errors.decode()
    assert until(lambda: not running(), 10)
    return rows.count()


def running():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK],
        )
        return cursor.fetchone()[0]


def test_a_run_that_was_killed_left_whole_batches_and_is_closed_by_the_next(committed_db):
    jobs(100)
    before = whole()
    done = killed(MEND, QuarantineRow.objects)
    assert (done % 10, done < 100) == (0, True)
    assert MemberEmployment.objects.filter(end_date=timezone.localdate()).count() == done
    assert HealRun.objects.get().status == "running"
    assert heal([FUTURE]).repaired == 100 - done
    dead, last = HealRun.objects.order_by("pk")
    assert (dead.status, dead.repaired, dead.ended_at is not None) == ("closed", done, True)
    assert dead.message.startswith("It ended in the middle")
    assert undo(last, by=None).restored == 100 - done
    assert undo(dead, by=None).restored == done
    assert whole() == before


def test_a_run_that_was_killed_is_closed_and_told_within_a_minute_and_until_another_goes_through(committed_db, app_db):
    jobs(100)
    done = killed(MEND, QuarantineRow.objects)
    dead = HealRun.objects.get()
    app_db.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # somebody is at work: it is theirs to close
    tend_schedule()
    assert HealRun.objects.get().status == "running"
    app_db.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    tend_schedule()
    tend_schedule()
    dead.refresh_from_db()
    assert (dead.status, dead.repaired) == ("closed", done)
    told = Notice.objects.open().get(name=repairing.CUT_OFF)
    assert told.sentence.startswith(f"Run {dead.pk} was cut off and is closed now: {done} mended by then. Take them")
    assert (told.path, told.priority) == (dead.get_absolute_url(), "high")
    repairing.after_a_round(heal([FUTURE]))
    assert not Notice.objects.open().filter(name=repairing.CUT_OFF).exists()


def test_an_undo_that_was_killed_goes_on_where_it_stopped(committed_db):
    jobs(100)
    before = whole()
    run = heal([FUTURE]).run
    done = killed(UNDO, QuarantineReturn.objects)
    assert (done % 10, done < 100) == (0, True)
    assert MemberEmployment.objects.filter(end_date=far()).count() == done
    undone = undo(run, by=None)
    assert (undone.restored, undone.left_alone) == (100 - done, [])
    assert whole() == before
    assert [r.status for r in HealRun.objects.order_by("pk")] == ["done", "closed", "done"]


def test_the_second_of_two_is_told_who_runs(committed_db, app_db):
    app_db.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    run = HealRun.objects.create(road="command", batch=1)
    with pytest.raises(Busy) as refused:
        heal([FUTURE])
    assert str(refused.value).startswith(f"A repair is running already: number {run.pk}, started on ")
    with pytest.raises(Busy):
        undo(run, by=None)
    app_db.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    assert heal([FUTURE]).run.status == "done"


@pytest.mark.django_db
def test_a_mend_that_breaks_is_reported_and_the_others_go_on(monkeypatch):
    jobs(2)
    MemberFactory(hire_date=far())

    def breaks(rows):
        raise ZeroDivisionError("of the mend")

    monkeypatch.setitem(mending._named, FUTURE, Mend("It breaks.", {"end_date": None}, breaks))
    steps = {step.check.name: step for step in heal([FUTURE, JOINED]).steps}
    assert steps[FUTURE].message == "The mend could not run: ZeroDivisionError: of the mend"
    assert (steps[FUTURE].repaired, steps[JOINED].repaired) == (0, 1)
    step = HealRun.objects.get().steps.get(check_name=FUTURE)
    assert (step.message, step.still) == (steps[FUTURE].message, 2)


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_named_and_the_rest_is_mended(monkeypatch):
    jobs(4)
    wrong = MemberEmployment.objects.latest("pk")
    MemberEmployment.objects.filter(pk=wrong.pk).update(start_date=date(2021, 1, 1))
    monkeypatch.setitem(mending._named, FUTURE, Mend("It ends in 2020.", {"end_date": date(2020, 6, 1)}))
    (step,) = heal([FUTURE]).steps
    assert (step.repaired, step.still) == (3, 1)
    assert f"Number {wrong.pk}: cannot be so: The job ends before it starts: check both dates." in step.message


def test_a_row_that_a_rule_without_words_forbids_names_the_rule(past_constraints):
    member = MemberFactory()
    run("ALTER TABLE members_member DROP CONSTRAINT member_status_known")
    run(f"UPDATE members_member SET status = 'vip' WHERE id = {member.pk}")
    healed = heal(["members.member.status"])
    (rule,) = [c for c in Member._meta.constraints if c.name == "member_status_known"]
    run(str(rule.create_sql(Member, derived_sql.editor())))
    (left,) = undo(healed.run, by=None).left_alone
    assert str(left) == f"member {member.pk} cannot be so: the rule “member_status_known” forbids it"


@pytest.mark.django_db
def test_a_mend_that_does_not_help_is_called_still_broken(monkeypatch):
    jobs(2)
    monkeypatch.setitem(mending._named, FUTURE, Mend("It ends later.", {"end_date": far() + timedelta(days=1)}))
    (step,) = heal([FUTURE]).steps
    assert (step.repaired, step.still) == (2, 2)
    assert step.message == "2 are still broken after the repair."


def test_a_row_that_somebody_is_changing_is_left_to_the_next_run(committed_db, app_db):
    jobs(3)
    taken = MemberEmployment.objects.latest("pk")
    with app_db.transaction():
        app_db.execute("SELECT FROM members_memberemployment WHERE id = %s FOR UPDATE", [taken.pk])
        (step,) = heal([FUTURE]).steps
    assert (step.repaired, step.busy, step.message) == (
        2,
        1,
        "1 was being changed by somebody else; the next run has it.",
    )
    assert heal([FUTURE]).repaired == 1


@pytest.mark.django_db
def test_rows_in_quarantine_cannot_be_changed_or_deleted(app_db):
    for statement in (
        "UPDATE maintenance_quarantinerow SET before = '{}'",
        "DELETE FROM maintenance_quarantinerow",
        "TRUNCATE maintenance_quarantinerow CASCADE",
        "DELETE FROM maintenance_quarantinereturn",
        "DELETE FROM maintenance_healrun",
    ):
        with pytest.raises(Exception, match="permission denied"):
            app_db.execute(statement)
