"""Which backups stay."""

from datetime import UTC, datetime, timedelta

from maintenance.backups.models import Verdict
from maintenance.backups.rotation import Aged, wanted

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


def nightly(days, verdict=Verdict.UNKNOWN):
    return [Aged(f"day-{n}", NOW - timedelta(days=n, hours=4), verdict) for n in range(days)]


def test_days_weeks_and_months_are_kept_and_no_more():
    stay = wanted(nightly(100), NOW, daily=3, weekly=3, monthly=3)
    # Wednesday 18 March: the newest of this week and of this month is today's
    assert stay == {"day-0", "day-1", "day-2", "day-3", "day-10", "day-18", "day-46"}


def test_the_newest_that_holds_always_stays():
    backups = [Aged("bad", NOW - timedelta(hours=1), Verdict.BAD), *nightly(3)]
    assert wanted(backups, NOW, daily=0, weekly=0, monthly=0) == {"day-0"}


def test_one_that_does_not_hold_takes_nobodys_place_and_stays_as_long_as_daily_ones():
    backups = [Aged("bad", NOW - timedelta(hours=1), Verdict.BAD), *nightly(3)]
    assert wanted(backups, NOW, daily=1, weekly=0, monthly=0) == {"bad", "day-0"}


def test_the_newest_that_was_really_restored_stays_beside_it():
    backups = [*nightly(5), Aged("proved", NOW - timedelta(days=300), Verdict.GOOD)]
    assert wanted(backups, NOW, daily=1, weekly=1, monthly=1) == {"day-0", "proved"}


def test_a_house_whose_backups_stopped_keeps_what_it_has():
    old = [Aged(f"old-{n}", NOW - timedelta(days=400 + n), Verdict.UNKNOWN) for n in range(5)]
    assert wanted(old, NOW, daily=5, weekly=0, monthly=0) == {backup.name for backup in old}


def test_a_backup_from_the_future_stays_and_counts_for_nothing():
    backups = [Aged("future", NOW + timedelta(days=900)), *nightly(2)]
    assert wanted(backups, NOW, daily=1, weekly=0, monthly=0) == {"future", "day-0"}


def test_without_one_that_holds_nothing_is_taken_away():
    backups = nightly(4, Verdict.BAD)
    assert wanted(backups, NOW, daily=1, weekly=0, monthly=0) == {backup.name for backup in backups}
