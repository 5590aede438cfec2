"""The calendar of an agreement, held against calendars on the wall."""

from datetime import date

import pytest

from grievances.daysoff import DaysOff, Off, OwnDay, Recurs
from grievances.tests.clocking import day


def names(days_off, year, kind=None):
    return {d.isoformat()[5:]: name for d, (why, name) in days_off.holidays_in(year).items() if kind in (None, why)}


def test_the_federal_holidays_of_2026():
    assert names(DaysOff(), 2026) == {
        "01-01": "New Year's Day",
        "01-19": "Martin Luther King Jr. Day",
        "02-16": "Washington's Birthday",
        "05-25": "Memorial Day",
        "06-19": "Juneteenth National Independence Day",
        "07-03": "Independence Day (observed)",
        "07-04": "Independence Day",
        "09-07": "Labor Day",
        "10-12": "Columbus Day",
        "11-11": "Veterans Day",
        "11-26": "Thanksgiving Day",
        "12-25": "Christmas Day",
    }


def test_a_state_adds_its_own_and_observing_can_be_switched_off():
    assert names(DaysOff(state="IL"), 2026)["02-12"] == "Lincoln's Birthday"
    assert "07-03" not in names(DaysOff(observed=False), 2026)
    assert names(DaysOff(public=False), 2026) == {}
    more = names(DaysOff(kinds=("public", "unofficial")), 2026)
    assert more["02-14"] == "Valentine's Day"
    assert names(DaysOff(), 2026).items() <= more.items()


def test_own_days_come_once_every_year_or_beside_a_public_holiday():
    own = (
        OwnDay("Picnic", day("8-10")),
        OwnDay("Founders", date(2026, 3, 31), Recurs.YEARLY),
        OwnDay("Day after", recurs=Recurs.BESIDE, beside="thanksgiving day", offset=1),
        OwnDay("Eve", recurs=Recurs.BESIDE, beside="Christmas Day", offset=-1),
    )
    days_off = DaysOff(own=own)
    found = {year: names(days_off, year, Off.CONTRACT) for year in (2025, 2026, 2027)}
    assert found == {
        2025: {"11-28": "Day after", "12-24": "Eve"},
        2026: {"03-31": "Founders", "08-10": "Picnic", "11-27": "Day after", "12-24": "Eve"},
        2027: {"03-31": "Founders", "11-26": "Day after"},  # 24 December is Christmas Day, observed
    }


def test_a_holiday_that_is_worked_is_worked_when_observed_too():
    worked = DaysOff(own=(OwnDay("Worked", recurs=Recurs.BESIDE, beside="Independence Day", is_off=False),))
    assert {"07-03", "07-04"} & names(worked, 2026).keys() == set()
    once = DaysOff(own=(OwnDay("Worked", date(2026, 11, 11), is_off=False),))
    assert once.is_working(date(2026, 11, 11))
    assert not once.is_working(date(2027, 11, 11))


def test_a_shutdown_reaches_into_the_next_year():
    days_off = DaysOff(own=(OwnDay("Shutdown", date(2026, 12, 24), Recurs.YEARLY, days=10),))
    assert names(days_off, 2027, Off.CONTRACT)["01-02"] == "Shutdown"
    assert "01-02" not in names(days_off, 2026)


def test_own_days_move_off_the_weekend_only_when_told():
    assert names(DaysOff(own=(OwnDay("Own", date(2026, 8, 8), moves=True),)), 2026, Off.CONTRACT) == {"08-07": "Own"}
    assert names(DaysOff(own=(OwnDay("Own", date(2026, 8, 9), moves=True),)), 2026, Off.CONTRACT) == {"08-10": "Own"}
    assert names(DaysOff(own=(OwnDay("Own", date(2026, 8, 8)),)), 2026, Off.CONTRACT) == {"08-08": "Own"}


def test_29_february_is_kept_on_the_28th_in_other_years():
    days_off = DaysOff(own=(OwnDay("Leap", date(2024, 2, 29), Recurs.YEARLY),))
    assert names(days_off, 2025, Off.CONTRACT) == {"02-28": "Leap"}


def test_why_a_day_is_off():
    days_off = DaysOff(own=(OwnDay("Picnic", day("3-10")),))
    asked = ("3-06", "3-07", "3-10", "7-03", "7-04")
    assert [(days_off.name_of(day(on)), days_off.kind_of(day(on))) for on in asked] == [
        ("", None),
        ("Saturday", Off.WEEKEND),
        ("Picnic", Off.CONTRACT),
        ("Independence Day (observed)", Off.PUBLIC),
        ("Saturday", Off.WEEKEND),
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"weekend": frozenset(range(7))}, "At least one day of the week must be a working day."),
        ({"state": "ZZ"}, "There is no calendar of holidays for ZZ."),
        ({"kinds": ("odd",)}, "There is no kind of public holiday called odd."),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        DaysOff(**given)


def test_a_year_without_working_days_is_a_mistake_and_not_an_endless_search():
    own = tuple(OwnDay("Gone", date(2026, 1, 1 + n), Recurs.YEARLY, days=366) for n in range(2))
    with pytest.raises(ValueError, match="Only 0 days of 2026 are working days"):
        DaysOff(own=own).working_in(2026)
