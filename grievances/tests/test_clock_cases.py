"""What events make of the limits of a case."""

import pytest

from grievances.clock import ClockError, compute, days_left, standing
from grievances.daysoff import DaysOff
from grievances.procedures import FOUR_STEP_INDUSTRIAL
from grievances.terms import Act, Kind, Move, Side, Standing, State, Trigger, Unit
from grievances.tests.clocking import appeal, day, happened, limit, moment, procedure

OFF = DaysOff()
PLAIN = procedure(limit(), appeal())
SERVED = happened(Kind.SERVED, "3-03", step=1, key="served", seq=1)


def reckoned(contract, *events):
    """Each deadline by its key, and by key and number from the second on."""
    found = compute(contract, OFF, events)
    return {d.key if d.occurrence == 1 else f"{d.key} {d.occurrence}": d for d in found}


def short(deadline):
    return (deadline.state, deadline.starts_on, deadline.due)


def test_nothing_starts_before_its_trigger():
    answer = reckoned(PLAIN)["answer"]
    assert short(answer) == (State.PENDING, None, None)
    assert answer.sentence == "10 working days, from when the employer has received step 1"
    assert standing(answer, day("3-03")) == Standing.WAITING


@pytest.mark.parametrize(
    ("on", "state"), [("3-04", State.MET), ("3-17", State.MET), ("3-18", State.MET_LATE), ("4-30", State.MET_LATE)]
)
def test_an_answer_on_the_last_day_is_in_time_and_after_it_late(on, state):
    answer = reckoned(PLAIN, SERVED, happened(Kind.ANSWERED, on, step=1, key="a"))["answer"]
    assert (answer.state, answer.met_on, answer.met_by, answer.due) == (state, day(on), "a", day("3-17"))


def test_how_an_open_limit_stands_depends_on_the_day():
    answer = reckoned(PLAIN, SERVED)["answer"]
    days = {"3-16": Standing.RUNNING, "3-17": Standing.TODAY, "3-18": Standing.OVERDUE}
    assert {on: standing(answer, day(on)) for on in days} == days
    assert [days_left(answer, day(on), OFF) for on in ("3-13", "3-17", "3-20")] == [2, 0, -3]


def test_hours_are_late_by_the_minute():
    contract = procedure(limit(amount=48, unit=Unit.HOURS))
    served = happened(Kind.SERVED, "3-03", step=1, at=moment("3-03", 16))
    answered = happened(Kind.ANSWERED, "3-05", step=1, at=moment("3-05", 16, 1))
    assert reckoned(contract, served, answered)["answer"].state is State.MET_LATE
    answer = reckoned(contract, served)["answer"]
    asked = [
        standing(answer, moment("3-05", 15)),
        standing(answer, moment("3-05", 16, 1)),
        standing(answer, day("3-05")),
    ]
    assert asked == [Standing.TODAY, Standing.OVERDUE, Standing.TODAY]


def test_without_an_answer_the_appeal_runs_from_the_day_the_answer_was_due():
    found = reckoned(PLAIN, SERVED)["appeal"]
    assert (short(found), found.by_default) == ((State.OPEN, day("3-17"), day("3-31")), True)
    assert found.sentence == (
        "10 working days from Tue 17 Mar, the last day for “Answer” (day 1 = Wed 18 Mar); 2 weekends skipped "
        "→ Tue 31 Mar"
    )
    assert [standing(found, day(on)) for on in ("3-17", "3-18")] == [Standing.WAITING, Standing.RUNNING]


def test_an_answer_in_time_starts_the_appeal():
    found = reckoned(PLAIN, SERVED, happened(Kind.ANSWERED, "3-06", step=1, key="a"))["appeal"]
    assert (short(found), found.by_default, found.starts_from, found.moves) == (
        (State.OPEN, day("3-06"), day("3-20")),
        False,
        "a",
        (),
    )


@pytest.mark.parametrize(
    ("restarts", "answered", "starts", "due", "was"),
    [
        (False, "3-20", "3-17", "3-31", []),
        (True, "3-20", "3-20", "4-03", ["3-31"]),
        (True, "3-31", "3-31", "4-14", ["3-31"]),
        (True, "4-01", "3-17", "3-31", []),  # too late to bring a lost case back
    ],
)
def test_a_late_answer_starts_the_appeal_again_only_where_the_contract_says_so(restarts, answered, starts, due, was):
    contract = procedure(limit(), appeal(late_answer_restarts=restarts))
    found = reckoned(contract, SERVED, happened(Kind.ANSWERED, answered, step=1, key="a", seq=2))["appeal"]
    assert (found.starts_on, found.due) == (day(starts), day(due))
    assert [move.due for move in found.moves] == [day(on) for on in was]


def test_an_extension_keeps_the_date_before_it_with_its_paper():
    extended = happened(
        Kind.EXTENDED, "3-12", limit="answer", until=day("3-27"), key="x", agreed_by="R. Ames", paper="letter.pdf",
        reason="Plant closed", seq=2,
    )  # fmt: skip
    found = reckoned(PLAIN, SERVED, extended)
    assert found["answer"].due == day("3-27")
    assert found["answer"].moves == (
        Move(day("3-17"), None, "x", Kind.EXTENDED, day("3-12"), "R. Ames", "letter.pdf", "Plant closed"),
    )
    assert found["answer"].sentence.endswith("; extended to Fri 27 Mar → Fri 27 Mar")
    assert (found["appeal"].due, [move.due for move in found["appeal"].moves]) == (day("4-10"), [day("3-31")])


def test_extensions_by_an_amount_count_on_and_each_date_stays():
    first = happened(Kind.EXTENDED, "3-12", limit="answer", amount=3, key="x", seq=2)
    second = happened(Kind.EXTENDED, "3-19", limit="answer", amount=2, key="y", seq=3)
    answer = reckoned(PLAIN, SERVED, first, second)["answer"]
    assert (answer.due, [move.due for move in answer.moves]) == (day("3-24"), [day("3-17"), day("3-20")])


def test_an_extension_to_an_earlier_day_makes_nothing_shorter():
    answer = reckoned(PLAIN, SERVED, happened(Kind.EXTENDED, "3-05", limit="answer", until=day("3-10")))["answer"]
    assert (answer.due, answer.moves) == (day("3-17"), ())


def test_an_extension_to_a_saturday_rolls_as_the_contract_says():
    answer = reckoned(PLAIN, SERVED, happened(Kind.EXTENDED, "3-05", limit="answer", until=day("3-21")))["answer"]
    assert answer.due == day("3-23")


def test_an_extension_agreed_after_the_last_day_still_counts():
    late = happened(Kind.ANSWERED, "3-19", step=1)
    agreed = happened(Kind.EXTENDED, "3-20", limit="answer", until=day("3-19"))
    assert reckoned(PLAIN, SERVED, late)["answer"].state is State.MET_LATE
    assert reckoned(PLAIN, SERVED, late, agreed)["answer"].state is State.MET


def test_while_the_clock_is_stopped_there_is_no_last_day():
    found = reckoned(PLAIN, SERVED, happened(Kind.ABEYANCE, "3-10", key="stop", seq=2))
    answer = found["answer"]
    assert short(answer) == (State.SUSPENDED, day("3-03"), None)
    assert answer.sentence == "Clock stopped on Tue 10 Mar after 4 of 10 working days; no last day until it runs on"
    assert [move.due for move in answer.moves] == [day("3-17")]
    assert (standing(answer, day("6-01")), found["appeal"].state) == (Standing.STOPPED, State.PENDING)


def test_the_day_of_stopping_does_not_count_and_the_day_of_running_on_does():
    stop = happened(Kind.ABEYANCE, "3-10", seq=2)
    start = happened(Kind.RESUMED, "4-07", seq=3)
    answer = reckoned(PLAIN, SERVED, stop, start)["answer"]
    # four days until Monday 9 March; the other six from Tuesday 7 April on
    assert (answer.due, [move.due for move in answer.moves]) == (day("4-14"), [day("3-17")])
    whys = {line.day: (line.number, line.why) for line in answer.working}
    assert whys[day("3-09")] == (4, "day 4")
    assert whys[day("3-10")] == (None, "clock stopped from Tue 10 Mar")
    assert whys[day("4-06")] == (None, "clock stopped from Tue 10 Mar")
    assert whys[day("4-07")] == (5, "day 5")


def test_calendar_days_move_by_exactly_the_days_stopped():
    contract = procedure(limit(amount=30, unit=Unit.CALENDAR_DAYS))
    stop, start = happened(Kind.ABEYANCE, "3-10"), happened(Kind.RESUMED, "3-17")
    assert reckoned(contract, SERVED)["answer"].due == day("4-02")
    assert reckoned(contract, SERVED, stop, start)["answer"].due == day("4-09")


def test_a_clock_stopped_and_started_on_one_day_loses_nothing():
    same = [happened(Kind.ABEYANCE, "3-10"), happened(Kind.RESUMED, "3-10")]
    assert reckoned(PLAIN, SERVED, *same)["answer"].due == day("3-17")
    again = [happened(Kind.ABEYANCE, "3-09"), *same, happened(Kind.RESUMED, "3-12")]
    assert reckoned(PLAIN, SERVED, *again)["answer"].due == day("3-20")


def test_hours_stop_and_run_on_by_the_minute():
    contract = procedure(limit(amount=48, unit=Unit.HOURS))
    served = happened(Kind.SERVED, "3-03", step=1, at=moment("3-03", 12))
    stop = happened(Kind.ABEYANCE, "3-04", at=moment("3-04", 12))
    start = happened(Kind.RESUMED, "3-10", at=moment("3-10", 8, 30))
    assert reckoned(contract, served, stop, start)["answer"].due_at == moment("3-11", 8, 30)
    assert reckoned(contract, served, stop)["answer"].state is State.SUSPENDED


def test_a_date_agreed_before_the_clock_was_stopped_moves_by_the_days_lost():
    agreed = happened(Kind.EXTENDED, "3-05", limit="answer", until=day("3-27"))
    stop, start = happened(Kind.ABEYANCE, "3-20"), happened(Kind.RESUMED, "3-24")
    assert reckoned(PLAIN, SERVED, agreed, stop, start)["answer"].due == day("3-31")


def test_what_is_stopped_after_it_was_met_stays_met():
    met = happened(Kind.ANSWERED, "3-09", step=1)
    answer = reckoned(PLAIN, SERVED, met, happened(Kind.ABEYANCE, "3-10"))["answer"]
    assert (answer.state, answer.due, answer.moves) == (State.MET, day("3-17"), ())


def test_a_corrected_day_moves_everything_that_hangs_on_it():
    wrong = happened(Kind.SERVED, "3-03", step=1, key="w", seq=1)
    right = happened(Kind.SERVED, "3-05", step=1, key="r", seq=2, corrects="w", reason="Read the stamp again")
    found = reckoned(PLAIN, wrong, right)
    assert (found["answer"].due, found["appeal"].due) == (day("3-19"), day("4-02"))
    moves = {key: [(m.due, m.event, m.reason) for m in found[key].moves] for key in found}
    assert moves == {
        "answer": [(day("3-17"), "r", "Read the stamp again")],
        "appeal": [(day("3-31"), "r", "Read the stamp again")],
    }


def test_an_event_taken_back_leaves_no_trace_but_the_date_it_had_made():
    extended = happened(Kind.EXTENDED, "3-12", limit="answer", amount=5, key="x", seq=2)
    void = happened(Kind.EXTENDED, "3-13", limit="answer", key="v", seq=3, corrects="x", is_void=True, reason="No")
    answer = reckoned(PLAIN, SERVED, extended, void)["answer"]
    assert (answer.due, [(m.due, m.event) for m in answer.moves]) == (
        day("3-17"),
        [(day("3-17"), "x"), (day("3-24"), "v")],
    )


def test_a_skipped_limit_starts_what_would_have_followed_it():
    contract = procedure(
        limit("meeting", act=Act.MEET, side=Side.BOTH, may_skip=True), limit(trigger=Trigger.MEETING, amount=5)
    )
    found = reckoned(contract, SERVED, happened(Kind.SKIPPED, "3-06", limit="meeting", key="s"))
    assert found["meeting"].state is State.SKIPPED
    assert (short(found["answer"]), found["answer"].starts_from) == ((State.OPEN, day("3-06"), day("3-13")), "s")


def test_going_on_leaves_what_was_running_void_and_what_had_passed_missed():
    early = reckoned(PLAIN, SERVED, happened(Kind.ADVANCED, "3-12", step=2))
    late = reckoned(PLAIN, SERVED, happened(Kind.ADVANCED, "3-20", step=2))
    assert (early["answer"].state, early["appeal"].state) == (State.VOID, State.MET)
    assert (late["answer"].state, late["appeal"].state) == (State.MISSED, State.MET)


def test_an_answer_that_comes_after_the_case_went_on_is_late():
    events = [SERVED, happened(Kind.ADVANCED, "3-20", step=2), happened(Kind.ANSWERED, "3-25", step=1)]
    assert reckoned(PLAIN, *events)["answer"].state is State.MET_LATE


@pytest.mark.parametrize("end", [Kind.SETTLED, Kind.WITHDRAWN, Kind.CLOSED])
def test_the_end_of_a_case_ends_its_limits(end):
    ended = reckoned(PLAIN, SERVED, happened(end, "3-12"))
    assert {d.state for d in ended.values()} == {State.VOID}
    assert reckoned(PLAIN, SERVED, happened(end, "3-20"))["answer"].state is State.MISSED


def test_reopening_starts_anew_what_was_running():
    events = [SERVED, happened(Kind.WITHDRAWN, "3-12"), happened(Kind.REOPENED, "5-04", key="o")]
    found = reckoned(PLAIN, *events)
    assert {key: short(d) for key, d in found.items()} == {
        "answer": (State.VOID, day("3-03"), day("3-17")),
        "answer 2": (State.OPEN, day("5-04"), day("5-18")),
        "appeal": (State.OPEN, day("5-18"), day("6-02")),
    }
    assert found["answer 2"].sentence.startswith("10 working days from Mon 4 May, when the case was reopened")
    missed = reckoned(PLAIN, SERVED, happened(Kind.WITHDRAWN, "3-20"), happened(Kind.REOPENED, "5-04"))
    assert missed["answer"].state is State.MISSED
    assert "answer 2" not in missed


def test_two_of_the_same_never_make_two_limits():
    twice = [SERVED, happened(Kind.SERVED, "3-05", step=1, key="again"), happened(Kind.ANSWERED, "3-09", step=1)]
    found = compute(PLAIN, OFF, [*twice, happened(Kind.ANSWERED, "3-11", step=1)])
    assert [(d.key, d.occurrence, d.starts_on) for d in found] == [
        ("answer", 1, day("3-03")),
        ("appeal", 1, day("3-09")),
    ]


def test_a_case_filed_at_a_later_step_has_no_limits_of_those_before():
    events = [
        happened(Kind.INCIDENT, "3-02"),
        happened(Kind.FILED, "3-04", step=2),
        happened(Kind.SERVED, "3-04", step=2),
    ]
    found = reckoned(FOUR_STEP_INDUSTRIAL, *events)
    states = {key: d.state for key, d in found.items()}
    assert {key: states[key] for key in ("file", "step-1-meeting", "step-1-answer", "step-2-appeal")} == {
        "file": State.MET,
        "step-1-meeting": State.VOID,
        "step-1-answer": State.VOID,
        "step-2-appeal": State.VOID,
    }
    assert (states["step-2-meeting"], states["step-3-appeal"]) == (State.OPEN, State.OPEN)


def test_without_a_day_of_knowledge_the_incident_counts():
    first = reckoned(FOUR_STEP_INDUSTRIAL, happened(Kind.INCIDENT, "3-02"))["file"]
    known = happened(Kind.KNOWLEDGE, "3-09")
    assert first.due == day("3-16")
    assert reckoned(FOUR_STEP_INDUSTRIAL, happened(Kind.INCIDENT, "3-02"), known)["file"].due == day("3-23")


def test_until_it_is_known_when_the_employer_received_it_the_day_it_was_sent_counts():
    filed = happened(Kind.FILED, "3-02", key="filed", seq=1)
    received = happened(Kind.SERVED, "3-04", step=1, key="received", seq=2)
    sent, known = reckoned(PLAIN, filed)["answer"], reckoned(PLAIN, filed, received)["answer"]
    assert (sent.due, sent.starts_from, sent.moves) == (day("3-16"), "filed", ())
    assert (known.due, known.starts_from, [(m.due, m.event) for m in known.moves]) == (
        day("3-18"),
        "received",
        [(day("3-16"), "received")],
    )
    appealed = happened(Kind.ADVANCED, "3-20", step=2)
    second = procedure(limit(), limit("second", step=2))
    assert reckoned(second, filed, appealed)["second"].due == day("4-03")


REFUSED = [
    ("The procedure has no step 7.", [happened(Kind.ANSWERED, "3-04", step=7)]),
    ("Answered on Wed 4 Mar: say at which step.", [happened(Kind.ANSWERED, "3-04")]),
    ("The procedure has no limit nonsense.", [happened(Kind.EXTENDED, "3-04", limit="nonsense", amount=1)]),
    ("An extension must name the limit it moves.", [happened(Kind.EXTENDED, "3-04", amount=1)]),
    ("An extension needs either", [happened(Kind.EXTENDED, "3-04", limit="answer")]),
    ("An extension needs either", [happened(Kind.EXTENDED, "3-04", limit="answer", amount=1, until=day("3-30"))]),
    ("An extension needs either", [happened(Kind.EXTENDED, "3-04", limit="answer", amount=-1)]),
    ("The clock was started again on Wed 4 Mar, but it was not stopped.", [happened(Kind.RESUMED, "3-04")]),
    (
        "The clock was stopped on Thu 5 Mar, but it was stopped already.",
        [happened(Kind.ABEYANCE, "3-04"), happened(Kind.ABEYANCE, "3-05")],
    ),
    ("The case was reopened on Wed 4 Mar, but it had not ended.", [happened(Kind.REOPENED, "3-04")]),
    ("Answer may not be skipped under this agreement.", [happened(Kind.SKIPPED, "3-04", limit="answer")]),
    ("Nothing of that step may be skipped", [happened(Kind.SKIPPED, "3-04", step=1)]),
    ("was done on Mon 2 Mar, before service on Tue 3 Mar", [happened(Kind.ANSWERED, "3-02", step=1)]),
    ("Two events have the key served.", [happened(Kind.ANSWERED, "3-04", step=1, key="served")]),
    ("There is no event x to correct.", [happened(Kind.SERVED, "3-04", step=1, key="y", corrects="x")]),
    (
        "The event served was corrected twice",
        [happened(Kind.SERVED, "3-04", step=1, key=key, corrects="served") for key in "yz"],
    ),
    ("of the same kind", [happened(Kind.ANSWERED, "3-04", step=1, key="y", corrects="served")]),
    ("must name it", [happened(Kind.SERVED, "3-04", step=1, is_void=True)]),
    (
        "These corrections correct each other.",
        [
            happened(Kind.MET, "3-04", step=1, key="a", corrects="b"),
            happened(Kind.MET, "3-05", step=1, key="b", corrects="a"),
        ],
    ),
    ("in the year 1026: check the date.", [happened(Kind.INCIDENT, "1026-3-04")]),
    (
        "has a time without a time zone",
        [happened(Kind.INCIDENT, "3-04", at=moment("3-04", 9).replace(tzinfo=None))],
    ),
    ("has the day Wed 4 Mar, but its time is on Thu 5 Mar", [happened(Kind.INCIDENT, "3-04", at=moment("3-05", 9))]),
]


@pytest.mark.parametrize(("sentence", "events"), REFUSED, ids=[row[0] for row in REFUSED])
def test_events_that_cannot_be_true_are_refused_with_the_reason(sentence, events):
    with pytest.raises(ClockError) as refusal:
        compute(PLAIN, OFF, [SERVED, *events])
    assert sentence in str(refusal.value)
