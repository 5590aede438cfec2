"""The clock's work: each slot once, what was missed once, what was killed closed and told."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings as house
from django.db import connections
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.jobs import registry
from ip2a.models import Job
from maintenance import schedule
from maintenance.models import Notice, ScheduledRun
from maintenance.timetable import TASK, Times, timetable

NIGHTLY = crontab(hour=2, minute=0)


def local(*parts: int) -> datetime:
    return timezone.make_aware(datetime(*parts))


class Work:
    def __init__(self) -> None:
        self.times, self.trouble = 0, None

    def __call__(self) -> str:
        self.times += 1
        if self.trouble:
            raise self.trouble
        return f"Done {self.times}."


@pytest.fixture
def work(settings, monkeypatch):
    """One scheduled work, at two each night, and nothing else."""
    monkeypatch.setattr(schedule, "_works", {})
    monkeypatch.setattr(schedule, "works", lambda: dict(schedule._works))
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    done = Work()
    schedule.scheduled("counting", "Counting", "Counts.")(done)
    settings.CELERY_BEAT_SCHEDULE = {"counting": {"task": TASK, "args": ["counting"], "schedule": NIGHTLY}}
    return done


@pytest.fixture
def tend(django_capture_on_commit_callbacks, monkeypatch):
    """Look what is due, with the house's clock at that moment."""

    def at(now: datetime) -> int:
        with monkeypatch.context() as clock, django_capture_on_commit_callbacks(execute=True):
            clock.setattr(timezone, "now", lambda: now)
            return schedule.tend()

    return at


def said() -> list[tuple[str, str]]:
    return list(ScheduledRun.objects.order_by("pk").values_list("state", "message"))


# When


@pytest.mark.parametrize(
    ("cron", "now", "last", "following"),
    [
        (NIGHTLY, (2026, 3, 4, 2, 0), (2026, 3, 4, 2, 0), (2026, 3, 5, 2, 0)),
        (NIGHTLY, (2026, 3, 4, 1, 59), (2026, 3, 3, 2, 0), (2026, 3, 4, 2, 0)),
        (crontab(hour=3, minute=0, day_of_week="sunday"), (2026, 3, 4), (2026, 3, 1, 3), (2026, 3, 8, 3)),
        (crontab(hour="0,12", minute=10), (2026, 3, 4, 12, 9), (2026, 3, 4, 0, 10), (2026, 3, 4, 12, 10)),
        (crontab(hour=1, minute=0, day_of_month=1), (2026, 3, 4), (2026, 3, 1, 1), (2026, 4, 1, 1)),
    ],
)
def test_the_timetable_knows_the_last_and_the_next(cron, now, last, following):
    times = Times(cron)
    assert (times.last(local(*now)), times.next(local(*now))) == (local(*last), local(*following))


def test_an_hour_that_the_clock_skips_in_spring_has_its_slot_all_the_same(settings):
    settings.TIME_ZONE = "America/Chicago"
    day = Times(NIGHTLY)
    before, after = datetime(2026, 3, 8, 7, 59, tzinfo=UTC), datetime(2026, 3, 8, 8, 0, tzinfo=UTC)
    assert day.last(before) == datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
    assert day.last(after) == after  # three o'clock in the summer's time
    assert day.next(after) == datetime(2026, 3, 9, 7, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_in_autumn_has_one_slot(settings):
    settings.TIME_ZONE = "America/Chicago"
    half_past_one = Times(crontab(hour=1, minute=30))
    first = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert [half_past_one.last(first + timedelta(minutes=m)) for m in (0, 60, 61)] == [first] * 3


def test_times_are_told_in_words():
    crons = [
        NIGHTLY,
        crontab(hour=3, minute=0, day_of_week="sunday"),
        crontab(hour="*", minute=5),
        crontab(hour=1, minute=0, day_of_month=1),
    ]
    assert [Times(cron).words() for cron in crons] == [
        "every day at 02:00",
        "Sundays at 03:00",
        "every day 24 times a day",
        "on day 1 of the month at 01:00",
    ]


def test_everything_on_the_timetable_is_work_that_a_room_declares():
    assert set(timetable()) - set(schedule.works()) == set()
    assert set(schedule.works()) - set(timetable()) == set()
    assert {"auto-heal", "audit-partitions", "grievance-limits"} <= set(timetable())
    assert timetable()["auto-heal"].words() == "every day at 02:00"
    for entry in house.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] != TASK or entry["args"][0] in schedule.works()


# What is done


@pytest.mark.django_db
def test_a_slot_is_worked_once_however_often_the_clock_is_asked(work, tend):
    tend(local(2026, 3, 3, 10))
    assert said() == [("skipped", schedule.NOT_BEFORE)]
    assert [tend(local(2026, 3, 4, 1, 59)), tend(local(2026, 3, 4, 2, 0)), tend(local(2026, 3, 4, 2, 1))] == [0, 1, 0]
    assert (schedule.begin_due("counting", local(2026, 3, 4, 9)), work.times) == (False, 1)
    run = ScheduledRun.objects.get(state="done")
    assert (run.slot, run.due, run.message, run.attempt) == (*[local(2026, 3, 4, 2)] * 2, "Done 1.", 1)
    assert run.job.kind == "schedule.counting"


@pytest.mark.django_db
def test_five_missed_nights_are_made_up_for_once(work, tend):
    tend(local(2026, 3, 3, 10))
    assert [tend(local(2026, 3, 9, 9)), tend(local(2026, 3, 9, 10))] == [1, 0]
    assert work.times == 1
    assert ScheduledRun.objects.get(state="done").due == local(2026, 3, 9, 2)


@pytest.mark.django_db
def test_a_clock_set_back_an_hour_repeats_nothing(work, tend):
    tend(local(2026, 3, 3, 10))
    tend(local(2026, 3, 4, 2, 20))
    assert [tend(local(2026, 3, 4, 1, 20)), tend(local(2026, 3, 4, 2, 0)), tend(local(2026, 3, 4, 2, 30))] == [0, 0, 0]
    assert work.times == 1


@pytest.mark.django_db
def test_a_clock_that_stood_a_year_ahead_leaves_no_night_out(work, tend):
    tend(local(2026, 3, 3, 10))
    assert [tend(local(2027, 3, 4, 10)), tend(local(2026, 3, 3, 11))] == [1, 0]
    ahead = ScheduledRun.objects.get(state="done")
    assert (ahead.slot, ahead.message, ahead.took) == (None, schedule.CLOCK, timedelta(0))
    assert [tend(local(2026, 3, 4, 2)), tend(local(2027, 3, 4, 2))] == [1, 1]


def test_two_that_ask_at_once_begin_one_turn(work, committed_db):
    ScheduledRun.objects.create(
        name="counting", slot=local(2026, 3, 3, 2), due=local(2026, 3, 3, 2), state="skipped", ended_at=timezone.now()
    )
    start, begun = threading.Barrier(4), []

    def ask():
        try:
            start.wait(10)
            begun.append(schedule.begin_due("counting", local(2026, 3, 4, 3)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(begun) == [False, False, False, True]
    assert work.times == 1


@pytest.mark.django_db
def test_a_turn_is_left_out_while_the_one_before_is_at_work(work, tend):
    tend(local(2026, 3, 3, 10))
    Job.objects.create(kind="schedule.counting", label="Counting", state="running")
    assert tend(local(2026, 3, 4, 3)) == 0
    assert said()[-1] == ("skipped", schedule.STILL_BUSY)


# What goes wrong


@pytest.mark.django_db
def test_work_that_fails_is_written_down_and_told_until_it_works_again(work, tend):
    tend(local(2026, 3, 3, 10))
    work.trouble = ValueError("no such\nthing")
    tend(local(2026, 3, 4, 3))
    why = schedule.WENT_WRONG.format("ValueError: no such thing")
    assert said()[-1] == ("failed", why)
    notice = Notice.objects.open().get()
    assert (notice.name, notice.priority, notice.advice) == ("schedule:counting", "high", why)
    assert notice.sentence == "“Counting” of March 4, 02:00 failed."
    first = notice.since
    tend(local(2026, 3, 5, 3))
    assert Notice.objects.open().get().since > first  # once more, so it is told once more
    work.trouble = None
    tend(local(2026, 3, 6, 3))
    assert (said()[-1], Notice.objects.open().exists()) == (("done", "Done 3."), False)


@pytest.mark.django_db
def test_a_refusal_is_said_in_its_own_words(work, tend):
    tend(local(2026, 3, 3, 10))
    work.trouble = Refused("Somebody else is mending.")
    tend(local(2026, 3, 4, 3))
    assert said()[-1] == ("failed", "Somebody else is mending.")


@pytest.mark.django_db
def test_a_turn_whose_worker_was_killed_twice_is_closed_and_told(work, tend):
    run = ScheduledRun.objects.create(name="counting", slot=local(2026, 3, 4, 2), due=local(2026, 3, 4, 2))
    why = "It stopped in the middle twice."
    run.job = Job.objects.create(
        kind="schedule.counting", label="Counting", state="failed", error=why, finished_at=timezone.now()
    )
    run.state, run.started_at = "running", local(2026, 3, 4, 2)
    run.save()
    tend(local(2026, 3, 4, 5))
    run.refresh_from_db()
    assert (run.state, run.message) == ("failed", why)
    assert Notice.objects.open().get().advice == why


@pytest.mark.django_db
def test_a_turn_that_was_done_when_its_worker_died_is_not_done_again(work):
    run = ScheduledRun.objects.create(
        name="counting", due=timezone.now(), state="done", ended_at=timezone.now(), message="Done before."
    )
    job = Job.objects.create(kind="schedule.counting", label="Counting", data={"run": run.pk})
    assert schedule._turn(job, None).text == "Done before."
    assert work.times == 0


# By hand


@pytest.mark.django_db
def test_run_now_stands_beside_the_timetable(work, tend, django_capture_on_commit_callbacks):
    tend(local(2026, 3, 3, 10))
    admin = UserFactory(role="administrator")
    with django_capture_on_commit_callbacks(execute=True):
        job = schedule.run_now("counting", by=admin)
    run = ScheduledRun.objects.get(by=admin)
    assert (run.slot, run.state, run.message, run.job) == (None, "done", "Done 1.", job)
    assert tend(local(2026, 3, 4, 3)) == 1


@pytest.mark.django_db
def test_only_administrators_have_it_done_now(work):
    with pytest.raises(Refused, match="Only administrators"):
        schedule.run_now("counting", by=UserFactory(role="staff"))
    with pytest.raises(Refused, match="There is no scheduled work"):
        schedule.run_now("nothing", by=UserFactory(role="administrator"))


@pytest.mark.django_db
def test_old_turns_are_forgotten_and_the_newest_of_each_stays(work):
    for name, days in (("counting", 500), ("counting", 10), ("other", 900)):
        due = timezone.now() - timedelta(days=days)
        ScheduledRun.objects.create(name=name, slot=due, due=due, state="done", ended_at=due)
    assert schedule.forget_old() == 1
    assert sorted(ScheduledRun.objects.values_list("name", flat=True)) == ["counting", "other"]
