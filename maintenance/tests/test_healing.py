"""A round of repair mends what is safe, keeps every row as it was, and can be taken back exactly."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from ip2a.numbers import declared
from maintenance.healing import heal
from maintenance.healing_undo import undo, undo_rows
from maintenance.mending import AT_MOST
from maintenance.models import HealRun, QuarantineRow, Threshold
from members.factories import MemberEmploymentFactory
from members.models import MemberEmployment

pytestmark = pytest.mark.django_db
STATUS = "members.member.status.choices"
FUTURE = "members.job-ends-in-future"


def rows_of(model, *names):
    return list(model.objects.order_by("pk").values_list("pk", *names))


def whole(model):
    """Every row as the database writes it, but for what it keeps itself about the last change."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg((to_jsonb(t) - ARRAY['version', 'updated_at'])::text, '' ORDER BY id)) "
            f"FROM {model._meta.db_table} t"
        )
        return cursor.fetchone()[0]


def far():
    return timezone.localdate() + timedelta(days=400)


def job(**fields):
    return MemberEmploymentFactory(**{"start_date": date(2020, 1, 1), **fields})


def test_a_job_that_ends_in_the_far_future_ends_today_and_one_that_ends_soon_is_for_a_person():
    wrong, planned = job(end_date=far()), job(end_date=timezone.localdate() + timedelta(days=20))
    healed = heal([FUTURE])
    assert rows_of(MemberEmployment, "end_date") == [(wrong.pk, timezone.localdate()), (planned.pk, planned.end_date)]
    (step,) = healed.steps
    assert (step.found, step.fixable, step.repaired, step.still) == (2, 1, 1, 1)
    assert (healed.run.status, healed.run.found, healed.run.repaired, healed.run.left) == ("done", 2, 1, 1)
    assert [seen.check.name for seen in healed.left] == [FUTURE]


def test_the_whole_row_goes_to_quarantine_before_and_after():
    wrong = job(end_date=far(), hourly_rate="41.20")
    run = heal([FUTURE]).run
    (row,) = QuarantineRow.objects.all()
    assert (row.run, row.check_name, row.table_name, row.row_key, row.action, row.compartment) == (
        run,
        FUTURE,
        "members_memberemployment",
        str(wrong.pk),
        "changed",
        "",
    )
    assert row.before["end_date"] == far().isoformat()
    assert row.after["end_date"] == timezone.localdate().isoformat()
    assert row.before["hourly_rate"] == row.after["hourly_rate"] == 41.2
    assert row.differences() == [("end_date", far().isoformat(), timezone.localdate().isoformat())]


def test_the_audit_trail_says_which_run_and_why():
    wrong = job(end_date=far())
    boss = UserFactory(role="administrator")
    run = heal([FUTURE], by=boss, road="page").run
    entry = AuditEntry.objects.get(table_name="members_memberemployment", record_id=wrong.pk, action="update")
    assert (entry.batch, entry.actor_id) == (run.batch, boss.pk)
    assert entry.reason.startswith(f"Repair {run.pk}, {FUTURE}: A job that has begun")


def test_undo_puts_back_exactly_what_was_there():
    for number in range(5):
        job(end_date=far() + timedelta(days=number), job_title=f"Wireman {number}")
    before = whole(MemberEmployment)
    run = heal([FUTURE]).run
    assert whole(MemberEmployment) != before
    undone = undo(run, by=None)
    assert (undone.restored, undone.left_alone) == (5, [])
    assert whole(MemberEmployment) == before
    run.refresh_from_db()
    assert run.undone_at is not None


def test_undo_leaves_alone_what_was_changed_since_and_says_so():
    wrong, other = job(end_date=far()), job(end_date=far())
    run = heal([FUTURE]).run
    MemberEmployment.objects.filter(pk=wrong.pk).update(job_title="Foreman")
    undone = undo(run, by=None)
    assert undone.restored == 1
    assert [str(left) for left in undone.left_alone] == [f"job {wrong.pk} was changed since"]
    assert rows_of(MemberEmployment, "end_date") == [(wrong.pk, timezone.localdate()), (other.pk, far())]
    run.refresh_from_db()
    assert run.undone_at is None


def test_undo_twice_changes_nothing_more():
    job(end_date=far())
    run = heal([FUTURE]).run
    undo(run, by=None)
    before = whole(MemberEmployment), HealRun.objects.count()
    again = undo(run, by=None)
    assert (again.run, again.restored) == (None, 0)
    assert again.message.startswith(f"Run {run.pk} was taken back already, on ")
    assert (whole(MemberEmployment), HealRun.objects.count()) == before


def test_an_undo_is_not_undone():
    job(end_date=far())
    undoing = undo(heal([FUTURE]).run, by=None).run
    with pytest.raises(Refused, match=rf"Run {undoing.pk} took back run {undoing.undoes_id}\. An undo is not"):
        undo(undoing, by=None)


def test_a_run_that_changed_nothing_has_nothing_to_take_back():
    with pytest.raises(Refused, match="changed nothing"):
        undo(heal([FUTURE]).run, by=None)


def test_single_rows_come_back_from_the_page():
    wrong, other = job(end_date=far()), job(end_date=far())
    heal([FUTURE])
    kept = QuarantineRow.objects.get(row_key=str(wrong.pk))
    boss = UserFactory(role="administrator")
    assert undo_rows([kept.pk], by=boss).restored == 1
    assert rows_of(MemberEmployment, "end_date") == [(wrong.pk, far()), (other.pk, timezone.localdate())]
    assert list(QuarantineRow.objects.kept().values_list("row_key", flat=True)) == [str(other.pk)]


def test_what_a_person_took_back_is_not_mended_again_until_asked_for():
    wrong = job(end_date=far())
    undo(heal([FUTURE]).run, by=None)
    (step,) = heal([FUTURE]).steps
    assert (step.repaired, step.withheld) == (0, 1)
    assert step.message == "1 was mended before and taken back by a person, so it stays as it is."
    assert heal([FUTURE], again=True).repaired == 1
    assert rows_of(MemberEmployment, "end_date") == [(wrong.pk, timezone.localdate())]


def test_what_was_taken_back_and_changed_since_is_mended_like_anything_else():
    wrong = job(end_date=far())
    undo(heal([FUTURE]).run, by=None)
    MemberEmployment.objects.filter(pk=wrong.pk).update(end_date=far() + timedelta(days=1))
    assert heal([FUTURE]).repaired == 1


def test_many_at_once_are_for_a_person_who_can_say_yes():
    Threshold.objects.filter(name=AT_MOST).update(value=2)
    for _ in range(3):
        job(end_date=far())
    (step,) = heal([FUTURE]).steps
    assert (step.repaired, step.withheld) == (0, 3)
    assert step.message.startswith("3 at once, more than 2: look at some first")
    assert heal([FUTURE], many=True).repaired == 3
    assert declared[AT_MOST].default == 1000


def test_only_who_may_has_data_mended():
    staff = UserFactory(role="staff")
    with pytest.raises(Refused, match="Your role may not have data mended"):
        heal([FUTURE], by=staff)
    job(end_date=far())
    run = heal([FUTURE], by=UserFactory(role="administrator")).run
    with pytest.raises(Refused, match="Your role may not have data mended"):
        undo(run, by=staff)
