"""Single limits on real calendars, each reckoned by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from grievances.clock import ClockError, compute, working
from grievances.daysoff import DaysOff, OwnDay, Recurs
from grievances.terms import Act, DayLine, Kind, Roll, Side, State, Trigger, Unit
from grievances.tests.clocking import day, happened, limit, moment, procedure

FEDERAL = DaysOff()
CONTRACT = DaysOff(
    own=(
        OwnDay("Day after Thanksgiving", recurs=Recurs.BESIDE, beside="Thanksgiving Day", offset=1),
        OwnDay("Columbus Day is worked", recurs=Recurs.BESIDE, beside="Columbus Day", is_off=False),
        OwnDay("Year-end shutdown", date(2026, 12, 24), Recurs.YEARLY, days=10),
    )
)

# What is counted, from which day, and the last day as a calendar on the wall gives it.
BY_HAND = [
    ("ten working days over two weekends", limit(amount=10), "3-03", "3-17", FEDERAL),
    ("the day it starts counts", limit(amount=10, counts_day_zero=True), "3-03", "3-16", FEDERAL),
    ("one that starts on a Saturday", limit(amount=1), "3-07", "3-09", FEDERAL),
    ("day 0 on a Saturday does not count", limit(amount=1, counts_day_zero=True), "3-07", "3-09", FEDERAL),
    ("over Memorial Day, a Monday", limit(amount=5), "5-21", "5-29", FEDERAL),
    ("over 3 July, observed for Saturday the 4th", limit(amount=3), "7-01", "7-07", FEDERAL),
    ("over Labor Day", limit(amount=1), "9-04", "9-08", FEDERAL),
    ("over Thanksgiving", limit(amount=3), "11-24", "11-30", FEDERAL),
    ("over Thanksgiving and the day after", limit(amount=3), "11-24", "12-01", CONTRACT),
    ("Columbus Day off", limit(amount=1), "10-09", "10-13", FEDERAL),
    ("Columbus Day worked", limit(amount=1), "10-09", "10-12", CONTRACT),
    ("over Christmas and New Year", limit(amount=10), "12-18", "2027-1-05", FEDERAL),
    ("over a shutdown from 24 December to 2 January", limit(amount=10), "12-18", "2027-1-12", CONTRACT),
    ("calendar days", limit(amount=30, unit=Unit.CALENDAR_DAYS), "3-03", "4-02", FEDERAL),
    ("calendar days roll from Saturday", limit(amount=10, unit=Unit.CALENDAR_DAYS), "3-04", "3-16", FEDERAL),
    (
        "calendar days roll from Saturday over a holiday",
        limit(amount=5, unit=Unit.CALENDAR_DAYS),
        "8-31",
        "9-08",
        FEDERAL,
    ),
    (
        "calendar days roll back from Sunday",
        limit(amount=5, unit=Unit.CALENDAR_DAYS, roll_weekend=Roll.PREVIOUS),
        "3-10",
        "3-13",
        FEDERAL,
    ),
    (
        "calendar days stay on Sunday",
        limit(amount=5, unit=Unit.CALENDAR_DAYS, roll_weekend=Roll.STAY),
        "3-10",
        "3-15",
        FEDERAL,
    ),
    (
        "the weekend stays but a holiday rolls",
        limit(amount=1, unit=Unit.CALENDAR_DAYS, roll_weekend=Roll.STAY),
        "11-25",
        "11-27",
        FEDERAL,
    ),
    (
        "nothing rolls back before it starts",
        limit(amount=1, unit=Unit.CALENDAR_DAYS, roll_weekend=Roll.PREVIOUS),
        "3-07",
        "3-09",
        FEDERAL,
    ),
]


@pytest.mark.parametrize(("what", "rule", "start", "due", "days_off"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_a_limit_ends_on_the_day_that_the_calendar_gives(what, rule, start, due, days_off):
    assert working(rule, procedure(rule), days_off, day(start)).due == day(due)


def test_the_sentence_and_the_working_tell_each_day():
    days_off = DaysOff(own=(OwnDay("Local 1 picnic", date(2026, 3, 10)),))
    found = working(limit(article="Art. 5 §2"), procedure(), days_off, day("3-03"))
    assert found.sentence == (
        "10 working days from Tue 3 Mar (day 1 = Wed 4 Mar); 2 weekends, 1 contract holiday skipped → Wed 18 Mar; "
        "Art. 5 §2"
    )
    assert found.working == (
        DayLine(day("3-03"), 0, "day 0"),
        DayLine(day("3-04"), 1, "day 1"),
        DayLine(day("3-05"), 2, "day 2"),
        DayLine(day("3-06"), 3, "day 3"),
        DayLine(day("3-07"), None, "Saturday"),
        DayLine(day("3-08"), None, "Sunday"),
        DayLine(day("3-09"), 4, "day 4"),
        DayLine(day("3-10"), None, "Local 1 picnic"),
        DayLine(day("3-11"), 5, "day 5"),
        DayLine(day("3-12"), 6, "day 6"),
        DayLine(day("3-13"), 7, "day 7"),
        DayLine(day("3-14"), None, "Saturday"),
        DayLine(day("3-15"), None, "Sunday"),
        DayLine(day("3-16"), 8, "day 8"),
        DayLine(day("3-17"), 9, "day 9"),
        DayLine(day("3-18"), 10, "day 10"),
    )


def test_a_day_that_rolls_says_so():
    found = working(limit(amount=5, unit=Unit.CALENDAR_DAYS), procedure(), FEDERAL, day("8-31"))
    assert found.sentence == (
        "5 calendar days from Mon 31 Aug (day 1 = Tue 1 Sep); Sat 5 Sep is no working day, so it rolls → Tue 8 Sep"
    )
    assert found.working[-4:] == (
        DayLine(day("9-05"), 5, "day 5, Saturday"),
        DayLine(day("9-06"), None, "Sunday"),
        DayLine(day("9-07"), None, "Labor Day"),
        DayLine(day("9-08"), None, "rolled to Tuesday"),
    )


def test_the_year_is_told_where_it_changes():
    sentence = working(limit(amount=10), procedure(), FEDERAL, day("12-18")).sentence
    assert sentence.endswith("3 weekends, 2 public holidays skipped → Tue 5 Jan 2027")


HOURS = limit(amount=48, unit=Unit.HOURS, roll_weekend=Roll.STAY, roll_holiday=Roll.STAY)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (moment("3-04", 9, 30), moment("3-06", 9, 30)),
        (moment("3-07", 9, 30), moment("3-09", 10, 30)),  # an hour is skipped on Sunday 8 March
        (moment("10-31", 9, 30), moment("11-02", 8, 30)),  # an hour is repeated on Sunday 1 November
        (moment("3-06", 2, 30), moment("3-08", 3, 30)),  # half past two does not exist that Sunday
        (moment("10-30", 1, 30), moment("11-01", 1, 30)),  # the first of the two
        (moment("11-01", 1, 30, fold=1), moment("11-03", 1, 30)),
    ],
)
def test_hours_are_elapsed_hours_when_the_clocks_change(start, due):
    found = working(HOURS, procedure(), FEDERAL, start.date(), at=start)
    assert found.due_at.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=48)
    assert (found.due_at, found.due) == (due, due.date())
    assert found.working[-1].number == 48


def test_hours_told_in_another_zone_are_taken_to_the_agreement_s():
    start = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)  # seven in the evening of the fourth, in Chicago
    found = working(HOURS, procedure(), FEDERAL, day("3-04"), at=start)
    assert found.due_at.isoformat() == "2026-03-06T19:00:00-06:00"
    assert found.sentence == "48 hours from Wed 4 Mar 19:00 → Fri 6 Mar 19:00"


def test_hours_roll_to_the_same_time_of_the_next_working_day():
    found = working(limit(amount=48, unit=Unit.HOURS), procedure(), FEDERAL, day("3-05"), at=moment("3-05", 16))
    assert found.due_at == moment("3-09", 16)
    friday = moment("3-06", 2, 30)
    assert working(limit(amount=24, unit=Unit.HOURS), procedure(), FEDERAL, friday.date(), at=friday).due_at == moment(
        "3-09", 2, 30
    )


def test_hours_without_a_time_count_from_the_first_moment_of_the_day():
    assert working(HOURS, procedure(), FEDERAL, day("3-04")).due_at == moment("3-06", 0)


@pytest.mark.parametrize(
    ("referred", "amount", "sits"),
    [
        ("1-20", 0, "2-02"),
        ("1-20", 14, "5-04"),
        ("2-02", 0, "2-02"),
        ("2-03", 0, "5-04"),
        ("8-01", 0, "8-03"),
        ("11-03", 0, "2027-2-01"),
    ],
)
def test_a_sitting_is_the_first_one_that_gives_time_enough(referred, amount, sits):
    ruling = limit("ruling", step=3, act=Act.DECIDE, side=Side.BOTH, amount=amount, unit=Unit.SITTING)
    council = procedure(ruling, sitting_months=(2, 5, 8, 11))
    assert working(ruling, council, FEDERAL, day(referred)).due == day(sits)


def test_a_sitting_passed_over_by_agreement_is_told():
    ruling = limit(
        "ruling", step=3, act=Act.DECIDE, side=Side.BOTH, amount=14, unit=Unit.SITTING, trigger=Trigger.REFERRAL
    )
    council = procedure(ruling, sitting_months=(2, 5, 8, 11))
    referred = happened(Kind.REFERRED, "3-02", step=3)
    later = happened(Kind.EXTENDED, "4-20", limit="ruling", amount=1, agreed_by="R. Ames", key="x")
    (found,) = compute(council, FEDERAL, [referred, later])
    assert (found.due, found.state, [move.due for move in found.moves]) == (day("8-03"), State.OPEN, [day("5-04")])
    assert [line.why for line in found.working] == [
        "day 0",
        "day 14: no sitting before this day",
        "a sitting, passed over by agreement",
        "the sitting begins",
    ]


def test_a_limit_of_a_lifetime_is_a_mistake():
    with pytest.raises(ClockError, match="runs for more than 4000 days"):
        working(limit(amount=30_000), procedure(), FEDERAL, day("3-03"))


def test_an_unknown_zone_is_refused():
    with pytest.raises(ClockError, match="There is no time zone called Mars/Base"):
        working(limit(), procedure(), FEDERAL, day("3-03"), zone="Mars/Base")
