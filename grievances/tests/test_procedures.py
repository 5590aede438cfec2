"""A procedure that cannot be followed is refused with the reason."""

from dataclasses import replace

import pytest

from grievances.procedures import CONSTRUCTION, FOUR_STEP_INDUSTRIAL, contradictions
from grievances.terms import Act, Consequence, Roll, Side, Step, Trigger, Unit

GOOD = FOUR_STEP_INDUSTRIAL


def with_limit(which, procedure=GOOD, /, **more):
    limits = tuple(replace(limit, **more) if limit.key == which else limit for limit in procedure.limits)
    return replace(procedure, limits=limits)


def without(key, procedure=GOOD):
    return replace(procedure, limits=tuple(limit for limit in procedure.limits if limit.key != key))


@pytest.mark.parametrize("procedure", [FOUR_STEP_INDUSTRIAL, CONSTRUCTION])
def test_the_shipped_procedures_can_be_put_in_force(procedure):
    assert contradictions(procedure) == []


WRONG = [
    (replace(GOOD, steps=()), "The procedure has no steps."),
    (
        replace(GOOD, steps=(GOOD.steps[0], GOOD.steps[2], GOOD.steps[3])),
        "The steps are numbered 1, 3, 4; they must count 1, 2, 3 without a gap.",
    ),
    (
        replace(GOOD, steps=GOOD.steps[:3]),
        "The last step, Plant management, must count as arbitration: there the case ends.",
    ),
    (
        replace(
            GOOD, steps=(replace(GOOD.steps[0], key="step_2"), replace(GOOD.steps[1], key="step_1"), *GOOD.steps[2:])
        ),
        "The steps count as step_2, step_1, step_3, arbitration; they must be step_1, step_2, step_3, arbitration, "
        "in this order.",
    ),
    (
        replace(GOOD, steps=(*GOOD.steps, Step(5, "arbitration", "More"))),
        "A procedure has at most 4 steps, arbitration included.",
    ),
    (replace(GOOD, policy_starts_at=7), "Policy grievances start at step 7, which the procedure does not have."),
    (replace(GOOD, group_starts_at=0), "Group grievances start at step 0, which the procedure does not have."),
    (with_limit("step-1-answer", key="file"), "2 limits have the key file; each needs its own."),
    (with_limit("step-1-answer", step=9), "Step 1 answer by the supervisor: the procedure has no step 9."),
    (
        with_limit("step-2-appeal", trigger_step=8),
        "Appeal to step 2: it starts at step 8, which the procedure does not have.",
    ),
    (
        with_limit("step-2-answer", trigger_step=3),
        "Step 2 answer by the department head: it belongs to step 2, but starts only at step 3.",
    ),
    (with_limit("file", amount=-1), "File the grievance: -1 is less than nothing."),
    (with_limit("file", amount=0), "File the grievance: with no time at all it is missed as soon as it starts."),
    (
        with_limit("adjustment", CONSTRUCTION, counts_day_zero=True),
        "Adjustment by the representatives: only a limit in days can count the first day.",
    ),
    (
        with_limit("adjustment", CONSTRUCTION, roll_weekend=Roll.PREVIOUS),
        "Adjustment by the representatives: hours and sittings cannot roll back to a day before.",
    ),
    (
        with_limit("file", trigger=Trigger.ANSWER),
        "File the grievance: filing can only run from the day it happened or the day it was known.",
    ),
    (
        with_limit("step-2-appeal", trigger_step=0),
        "Appeal to step 2: an appeal to step 2 must run from a step before it, not step 2.",
    ),
    (
        without("step-1-meeting"),
        "Step 1 answer by the supervisor: it runs from the meeting of step 1, but no limit there asks for a meeting.",
    ),
    (
        with_limit("arbitration-referral", act=Act.ADVANCE),
        "Hearing before the arbitrator: it runs from the referral, but nothing is ever referred.",
    ),
    (
        with_limit("file", runs_from_default=True),
        "File the grievance: it runs when something does not come, but nothing is due that it could wait for.",
    ),
    (
        with_limit("step-2-appeal", runs_from_default=False, late_answer_restarts=True),
        "Appeal to step 2: a late answer can only start it again if it runs without one.",
    ),
    (
        with_limit("step-1-answer", consequence=Consequence.FORFEIT),
        "Step 1 answer by the supervisor: the employer cannot lose the union's case by being late.",
    ),
    (
        with_limit("file", consequence=Consequence.GRANTED),
        "File the grievance: a grievance cannot count as granted because the union was late.",
    ),
    (
        with_limit("file", consequence=Consequence.ADVANCE),
        "File the grievance: the case cannot go on because the union was late.",
    ),
    (
        with_limit("arbitration-award", consequence=Consequence.ADVANCE),
        "Award of the arbitrator: after the last step there is nowhere to go on to.",
    ),
    (
        with_limit("step-2-appeal", side=Side.EMPLOYER),
        "Appeal to step 2: filing and appealing are the union's to do.",
    ),
    (without("file"), "No limit says how long the union has to file."),
    (
        without("step-3-appeal"),
        "No limit says how long the union has to go on to step 3, Plant management.",
    ),
    (
        replace(CONSTRUCTION, sitting_months=()),
        "Ruling of the council at its sitting: it waits for a sitting, but no months are named in which the body sits.",
    ),
    (
        replace(CONSTRUCTION, sitting_months=(2, 13)),
        "Months are 1 to 12, days of the week 0 (Monday) to 6 (Sunday).",
    ),
    (
        with_limit("step-1-meeting", trigger=Trigger.ANSWER),
        "These limits start each other, so none ever starts: Step 1 meeting, Step 1 answer by the supervisor.",
    ),
]


@pytest.mark.parametrize(("procedure", "sentence"), WRONG, ids=[sentence[:60] for _, sentence in WRONG])
def test_a_contradiction_is_named(procedure, sentence):
    assert sentence in contradictions(procedure)


def test_an_appeal_that_nothing_can_start_is_named():
    silent = without("step-1-answer", without("step-1-meeting"))
    assert "Appeal to step 2: nothing at step 1 is ever due that could end it and start this limit." in contradictions(
        silent
    )


def test_the_construction_pattern_gives_48_hours_and_sits_four_times_a_year():
    adjustment = next(limit for limit in CONSTRUCTION.limits if limit.key == "adjustment")
    assert (adjustment.amount, adjustment.unit, CONSTRUCTION.sitting_months) == (48, Unit.HOURS, (2, 5, 8, 11))
    assert [step.key for step in CONSTRUCTION.steps] == ["step_1", "step_2", "arbitration"]
