"""What holds for every limit, on every day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from grievances.clock import compute, working
from grievances.daysoff import DaysOff, OwnDay, Recurs, add_working_days, working_days_between
from grievances.procedures import CONSTRUCTION, FOUR_STEP_INDUSTRIAL
from grievances.terms import Event, Kind, Roll, State, Unit
from grievances.tests.clocking import limit, procedure

# How long an example takes says something about the machine, not about the clock.
settings.register_profile("clock", deadline=None)
settings.load_profile("clock")
DAYS = st.dates(date(1990, 1, 1), date(2032, 12, 31))
OWN = st.builds(
    OwnDay,
    name=st.just("Own day"),
    on=st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    recurs=st.sampled_from([Recurs.ONCE, Recurs.YEARLY]),
    days=st.integers(1, 12),
    moves=st.booleans(),
)
DAYS_OFF = st.builds(
    DaysOff,
    public=st.booleans(),
    state=st.sampled_from(["", "IL", "CA", "TX", "LA"]),
    observed=st.booleans(),
    weekend=st.sampled_from([frozenset({5, 6}), frozenset({6}), frozenset({4, 5}), frozenset()]),
    own=st.lists(OWN, max_size=4).map(tuple),
)
ROLLS = st.sampled_from(list(Roll))
FORWARD = st.sampled_from([Roll.NEXT, Roll.STAY])
DAY_UNITS = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])
ZONES = st.sampled_from(["America/Chicago", "America/New_York", "America/Phoenix", "Pacific/Honolulu"])


@st.composite
def limits(draw, rolls=ROLLS):
    """Any limit in days."""
    return limit(
        amount=draw(st.integers(1, 60)),
        unit=draw(DAY_UNITS),
        counts_day_zero=draw(st.booleans()),
        roll_weekend=draw(rolls),
        roll_holiday=draw(rolls),
    )


@st.composite
def cases(draw):
    """A believable case under either shipped procedure, from the incident to wherever it got."""
    contract = draw(st.sampled_from([FOUR_STEP_INDUSTRIAL, CONSTRUCTION]))
    on = draw(st.dates(date(2025, 1, 1), date(2026, 12, 1)))
    events = [Event(Kind.INCIDENT, on, key="incident", seq=1)]
    path = [(Kind.FILED, 0), (Kind.SERVED, 1), (Kind.MET, 1), (Kind.ANSWERED, 1), (Kind.ADVANCED, 2), (Kind.SERVED, 2)]
    path += [(Kind.DENIED, 2)]
    for kind, step in path[: draw(st.integers(0, len(path)))]:
        on += timedelta(days=draw(st.integers(0, 25)))
        if draw(st.booleans()) or kind in (Kind.FILED, Kind.SERVED):
            events.append(Event(kind, on, step=step, key=f"{kind}{step}", seq=len(events) + 1))
    if draw(st.booleans()):
        stop = events[0].on + timedelta(days=draw(st.integers(0, 60)))
        events.append(Event(Kind.ABEYANCE, stop, key="stop", seq=len(events) + 1))
        if draw(st.booleans()):
            run = stop + timedelta(days=draw(st.integers(0, 40)))
            events.append(Event(Kind.RESUMED, run, key="run", seq=len(events) + 1))
    for number in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from([each.key for each in contract.limits]))
        when = events[0].on + timedelta(days=draw(st.integers(0, 60)))
        amount = draw(st.integers(1, 3))
        events.append(Event(Kind.EXTENDED, when, limit=key, amount=amount, key=f"x{number}", seq=len(events) + 1))
    return contract, tuple(events)


@given(limits(), DAYS, DAYS_OFF)
def test_a_last_day_never_falls_on_a_day_off_where_the_limit_says_it_rolls(rule, start, days_off):
    due = working(rule, procedure(), days_off, start).due
    assert due is not None
    assert due >= start
    if not days_off.is_working(due):
        stays = rule.roll_weekend if days_off.is_weekend(due) else rule.roll_holiday
        assert stays is Roll.STAY


@given(limits(FORWARD), st.dates(date(2025, 1, 1), date(2026, 12, 31)), DAYS_OFF, OWN)
def test_one_more_holiday_never_makes_a_date_earlier(rule, start, days_off, more):
    with_it = replace(days_off, own=(*days_off.own, more))
    before = working(rule, procedure(), days_off, start).due
    after = working(rule, procedure(), with_it, start).due
    assert before is not None and after is not None
    assert after >= before


@given(cases(), st.lists(OWN, min_size=1, max_size=3).map(tuple))
@settings(max_examples=60)
def test_one_more_holiday_makes_no_date_of_a_case_earlier(case, more):
    contract, events = case
    before = {(d.key, d.occurrence): d.due for d in compute(contract, DaysOff(), events)}
    for found in compute(contract, DaysOff(own=more), events):
        was = before.get((found.key, found.occurrence))
        assert was is None or found.due is None or found.due >= was


@given(DAYS, st.integers(-9000, 9000), DAYS_OFF)
@settings(max_examples=40)
def test_working_days_over_decades_agree_with_counting_them_one_by_one(start, count, days_off):
    day, left, step = start, abs(count), timedelta(days=1 if count > 0 else -1)
    while left:
        day += step
        left -= days_off.is_working(day)
    assert add_working_days(start, count, days_off) == day
    assert working_days_between(start, day, days_off) == sum(
        (1 if day > start else -1) * days_off.is_working(min(start, day) + timedelta(days=n + 1))
        for n in range(abs((day - start).days))
    )


def test_every_working_day_of_forty_years_agrees_with_a_naive_count():
    days_off = DaysOff(state="IL", own=(OwnDay("Shutdown", date(1990, 12, 24), Recurs.YEARLY, days=10),))
    first, counted = date(1990, 1, 1), 0
    for n in range(1, 366 * 41):
        day = first + timedelta(days=n)
        counted += days_off.is_working(day)
        if n % 97 == 0:
            assert working_days_between(first, day, days_off) == counted
            assert add_working_days(first, counted, days_off) <= day
    assert 9_700 < counted < 10_100


@given(limits(), DAYS, DAYS_OFF)
def test_the_working_holds_every_day_and_counts_without_a_gap(rule, start, days_off):
    found = working(rule, procedure(), days_off, start)
    numbers = [line.number for line in found.working if line.number]
    assert numbers == list(range(1, rule.amount + 1))
    if rule.roll_weekend is not Roll.PREVIOUS and rule.roll_holiday is not Roll.PREVIOUS:
        days = [line.day for line in found.working]
        assert days == [start + timedelta(days=n) for n in range((found.due - start).days + 1)]


@given(cases())
@settings(max_examples=60)
def test_reckoning_twice_and_in_any_order_gives_the_same(case):
    contract, events = case
    once = compute(contract, DaysOff(), events)
    assert compute(contract, DaysOff(), events) == once
    assert compute(contract, DaysOff(), events[::-1]) == once
    assert compute(contract, DaysOff(), sorted(events, key=lambda event: event.key)) == once


@given(cases())
@settings(max_examples=60)
def test_every_limit_stands_once(case):
    contract, events = case
    found = [(d.key, d.occurrence) for d in compute(contract, DaysOff(), events)]
    assert found == [(each.key, 1) for each in contract.limits]


@given(DAYS, st.integers(1, 30), st.integers(0, 40), st.booleans(), st.data())
def test_an_extension_never_loses_the_date_before_it(start, amount, later, by_date, data):
    contract = procedure(limit(amount=amount))
    served = Event(Kind.SERVED, start, step=1, key="served", seq=1)
    (plain,) = compute(contract, DaysOff(), [served])
    until = plain.due + timedelta(days=data.draw(st.integers(-30, 60)))
    more = {"until": until} if by_date else {"amount": data.draw(st.integers(1, 20))}
    agreed = Event(Kind.EXTENDED, start + timedelta(days=later), limit="answer", key="x", seq=2, **more)
    (found,) = compute(contract, DaysOff(), [served, agreed])
    assert found.due >= plain.due
    assert [move.due for move in found.moves] == ([plain.due] if found.due != plain.due else [])


@given(st.integers(1, 200), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), ZONES)
def test_hours_are_elapsed_hours_in_every_zone(hours, at, zone):
    start = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    rule = limit(amount=hours, unit=Unit.HOURS, roll_weekend=Roll.STAY, roll_holiday=Roll.STAY)
    found = working(rule, procedure(), DaysOff(), start.date(), at=start, zone=zone)
    assert found.due_at.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)
    assert (found.due_at.date(), found.working[-1].number) == (found.due, hours)


@given(cases())
@settings(max_examples=60)
def test_a_stopped_clock_alone_takes_the_last_day_away(case):
    contract, events = case
    for found in compute(contract, DaysOff(), events):
        assert (found.due is None) == (found.starts_on is None or "Clock stopped" in found.sentence), found.sentence
        if found.state is State.OPEN:
            assert found.working
