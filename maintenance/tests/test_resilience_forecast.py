"""Where numbers lead, with clocks that jump."""

from datetime import UTC, date, datetime, timedelta

import pytest

from maintenance.resilience import forecast

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


def days(*values, ending=NOW):
    return [(ending - timedelta(days=len(values) - 1 - index), float(value)) for index, value in enumerate(values)]


def test_a_straight_line_meets_its_limit():
    line = forecast.trend(days(10, 20, 30, 40, 50), NOW, least=5)
    assert (line.per_day, line.now, line.fits, line.days, line.span) == (10, 50, 1, 5, 4)
    assert line.reaches(100) == date(2026, 3, 23)
    assert line.between(100) == (date(2026, 3, 23), date(2026, 3, 23))


def test_too_few_days_make_no_forecast_however_many_reports():
    many = [(NOW - timedelta(minutes=m), 10.0 + m) for m in range(60)]
    assert forecast.trend(many[::-1], NOW, least=5) is None


def test_what_shrinks_or_stands_never_fills():
    assert forecast.trend(days(50, 40, 30, 20, 10), NOW, least=5).reaches(100) is None
    line = forecast.trend(days(5, 5, 5, 5, 5), NOW, least=5)
    assert (line.per_day, line.fits, line.reaches(6)) == (0, 1, None)


def test_what_is_full_is_full_today_and_what_is_far_is_not_told():
    line = forecast.trend(days(10, 20, 30, 40, 50), NOW, least=5)
    assert (line.reaches(50), line.reaches(1_000_000)) == (NOW.date(), None)


def test_a_wild_history_says_how_little_it_is_worth():
    wild = forecast.trend(days(50, 10, 80, 20, 70, 15, 60), NOW, least=5)
    assert wild.surety == "little more than a guess"
    early, late = wild.between(100)
    assert early is not None and late is None


def test_points_from_the_future_and_from_long_ago_do_not_count():
    good = days(10, 20, 30, 40, 50)
    jumped = [(NOW + timedelta(days=900), 1.0), (datetime(2010, 1, 1, tzinfo=UTC), 99.0)]
    assert forecast.clean([*good[:3], *jumped, *good[3:]], NOW) == good


def test_a_clock_that_went_back_for_one_report_costs_one_point():
    good = days(10, 20, 30, 40, 50)
    back = (NOW - timedelta(days=100), 35.0)
    assert forecast.clean([*good[:3], back, *good[3:]], NOW) == good


def test_a_clock_that_ran_ahead_for_one_report_costs_one_point():
    good = days(10, 20, 30, 40, 50)
    ahead = (NOW - timedelta(hours=1), 15.0)
    assert forecast.clean([good[0], ahead, *good[1:]], NOW) == good


@pytest.mark.parametrize(("values", "limit"), [([10, 10, 10, 10, 10], 14), ([8, 9, 10, 11, 12], 10 + 4 * 1.4826)])
def test_usual_is_the_median_and_some_spreads(values, limit):
    usual = forecast.usual(values, times=4, least=5)
    assert (usual.middle, round(usual.limit, 4)) == (10, round(limit, 4))


def test_one_wild_value_does_not_change_what_is_usual():
    assert forecast.usual([10, 10, 10, 10, 500], times=4, least=5).limit == 14


def test_too_few_values_say_nothing():
    assert forecast.usual([1, 2, 3, 4], times=4, least=5) is None
