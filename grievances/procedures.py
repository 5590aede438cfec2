"""Whether a procedure can be followed at all, and the two that are shipped."""

from collections import Counter
from collections.abc import Iterator

from grievances.history import sources_of
from grievances.terms import Act, Consequence, Limit, Procedure, Roll, Side, Step, Trigger, Unit

KEYS = ("step_1", "step_2", "step_3", "arbitration")
# What must be among a step's limits, or happen by itself, for this to start anything.
ANSWERED = (Act.ANSWER, Act.DECIDE, Act.MEET)


def contradictions(procedure: Procedure) -> list[str]:
    """What is wrong with a procedure, each in a sentence for the screen; nothing when it can be put in force."""
    checks = (_steps, _starts, _keys, _places, _amounts, _triggers, _consequences, _appeals, _circles, _sittings)
    return [sentence for check in checks for sentence in check(procedure)]


def _steps(procedure: Procedure) -> Iterator[str]:
    numbers = [step.number for step in procedure.steps]
    if not numbers:
        yield "The procedure has no steps."
        return
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"The steps are numbered {', '.join(map(str, numbers))}; they must count 1, 2, 3 without a gap."
    keys = [step.key for step in procedure.steps]
    if len(keys) > len(KEYS):
        yield f"A procedure has at most {len(KEYS)} steps, arbitration included."
    if keys[-1] != "arbitration":
        yield f"The last step, {procedure.steps[-1].name}, must count as arbitration: there the case ends."
    expected = [*KEYS[: len(keys) - 1], "arbitration"]
    if keys[-1] == "arbitration" and len(keys) <= len(KEYS) and keys != expected:
        yield f"The steps count as {', '.join(keys)}; they must be {', '.join(expected)}, in this order."


def _starts(procedure: Procedure) -> Iterator[str]:
    for what, first in (("Policy", procedure.policy_starts_at), ("Group", procedure.group_starts_at)):
        if not 1 <= first <= max(len(procedure.steps), 1):
            yield f"{what} grievances start at step {first}, which the procedure does not have."


def _keys(procedure: Procedure) -> Iterator[str]:
    for key, times in Counter(limit.key for limit in procedure.limits).items():
        if times > 1:
            yield f"{times} limits have the key {key}; each needs its own."


def _places(procedure: Procedure) -> Iterator[str]:
    known = {step.number for step in procedure.steps}
    for limit in procedure.limits:
        if limit.step not in known:
            yield f"{limit.label}: the procedure has no step {limit.step}."
        if limit.trigger_step and limit.trigger_step not in known:
            yield f"{limit.label}: it starts at step {limit.trigger_step}, which the procedure does not have."
        elif limit.trigger_step > limit.step:
            yield f"{limit.label}: it belongs to step {limit.step}, but starts only at step {limit.trigger_step}."


def _amounts(procedure: Procedure) -> Iterator[str]:
    for limit in procedure.limits:
        days = limit.unit in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)
        if limit.amount < 0:
            yield f"{limit.label}: {limit.amount} is less than nothing."
        elif limit.amount == 0 and limit.unit is not Unit.SITTING:
            yield f"{limit.label}: with no time at all it is missed as soon as it starts."
        if not days and limit.counts_day_zero:
            yield f"{limit.label}: only a limit in days can count the first day."
        if not days and Roll.PREVIOUS in (limit.roll_weekend, limit.roll_holiday):
            yield f"{limit.label}: hours and sittings cannot roll back to a day before."


def _triggers(procedure: Procedure) -> Iterator[str]:
    acts = {(limit.step, limit.act) for limit in procedure.limits}
    for limit in procedure.limits:
        step = limit.trigger_step or limit.step
        if limit.act is Act.FILE and limit.trigger not in (Trigger.INCIDENT, Trigger.KNOWLEDGE):
            yield f"{limit.label}: filing can only run from the day it happened or the day it was known."
        if limit.act in (Act.ADVANCE, Act.REFER) and limit.trigger in (Trigger.ANSWER, Trigger.DENIAL):
            if step >= limit.step:
                yield f"{limit.label}: an appeal to step {limit.step} must run from a step before it, not step {step}."
            elif not any((step, act) in acts for act in ANSWERED):
                yield f"{limit.label}: nothing at step {step} is ever due that could end it and start this limit."
        if limit.trigger is Trigger.MEETING and (step, Act.MEET) not in acts:
            yield f"{limit.label}: it runs from the meeting of step {step}, but no limit there asks for a meeting."
        if limit.trigger is Trigger.REFERRAL and not any(act is Act.REFER for _, act in acts):
            yield f"{limit.label}: it runs from the referral, but nothing is ever referred."
        if limit.runs_from_default and not sources_of(procedure, limit):
            yield f"{limit.label}: it runs when something does not come, but nothing is due that it could wait for."
        if limit.late_answer_restarts and not limit.runs_from_default:
            yield f"{limit.label}: a late answer can only start it again if it runs without one."


def _consequences(procedure: Procedure) -> Iterator[str]:
    for limit in procedure.limits:
        if limit.side is Side.EMPLOYER and limit.consequence is Consequence.FORFEIT:
            yield f"{limit.label}: the employer cannot lose the union's case by being late."
        if limit.side is Side.UNION and limit.consequence is Consequence.GRANTED:
            yield f"{limit.label}: a grievance cannot count as granted because the union was late."
        if limit.side is Side.UNION and limit.consequence is Consequence.ADVANCE:
            yield f"{limit.label}: the case cannot go on because the union was late."
        if limit.act in (Act.FILE, Act.ADVANCE) and limit.side is Side.EMPLOYER:
            yield f"{limit.label}: filing and appealing are the union's to do."
        last = max((step.number for step in procedure.steps), default=0)
        if limit.consequence is Consequence.ADVANCE and limit.step == last:
            yield f"{limit.label}: after the last step there is nowhere to go on to."


def _appeals(procedure: Procedure) -> Iterator[str]:
    if not any(limit.act is Act.FILE for limit in procedure.limits):
        yield "No limit says how long the union has to file."
    for step in procedure.steps[1:]:
        appeals = [limit for limit in procedure.limits if limit.step == step.number]
        if not any(limit.act in (Act.ADVANCE, Act.REFER) and limit.side is not Side.EMPLOYER for limit in appeals):
            yield f"No limit says how long the union has to go on to step {step.number}, {step.name}."
    for limit in procedure.limits:
        if limit.act is Act.ADVANCE and limit.step == 1:
            yield f"{limit.label}: step 1 is where cases are filed; nothing is appealed to it."


def _circles(procedure: Procedure) -> Iterator[str]:
    """Limits that start each other can never start."""
    after = {limit.key: {each.key for each in _starters(procedure, limit)} for limit in procedure.limits}
    named = {limit.key: limit.label for limit in procedure.limits}
    left = dict(after)
    while True:
        needed = {key for needs in left.values() for key in needs}
        free = {key for key, needs in left.items() if not needs & left.keys() or key not in needed}
        if not free:
            break
        left = {key: needs for key, needs in left.items() if key not in free}
    if left:
        yield f"These limits start each other, so none ever starts: {', '.join(named[key] for key in left)}."


def _starters(procedure: Procedure, limit: Limit) -> list[Limit]:
    acts = {Trigger.FILING: Act.FILE, Trigger.REFERRAL: Act.REFER}
    if limit.trigger in acts:
        return [each for each in procedure.limits if each.act is acts[limit.trigger]]
    return sources_of(procedure, limit)


def _sittings(procedure: Procedure) -> Iterator[str]:
    sits = [limit for limit in procedure.limits if limit.unit is Unit.SITTING]
    if sits and not procedure.sitting_months:
        yield f"{sits[0].label}: it waits for a sitting, but no months are named in which the body sits."
    wrong = [month for month in procedure.sitting_months if not 1 <= month <= 12]
    if wrong or not 0 <= procedure.sitting_weekday <= 6:
        yield "Months are 1 to 12, days of the week 0 (Monday) to 6 (Sunday)."


def _industrial(number: int, days: int, answer: int, who: str) -> tuple[Limit, ...]:
    """Meeting, answer and (from the second step) the appeal that leads there."""
    appeal = Limit(
        key=f"step-{number}-appeal",
        step=number,
        label=f"Appeal to step {number}",
        side=Side.UNION,
        act=Act.ADVANCE,
        trigger=Trigger.ANSWER,
        trigger_step=number - 1,
        amount=days,
        unit=Unit.WORKING_DAYS,
        consequence=Consequence.FORFEIT,
        runs_from_default=True,
        article=f"Grievance procedure, step {number}",
    )
    meeting = Limit(
        key=f"step-{number}-meeting",
        step=number,
        label=f"Step {number} meeting",
        side=Side.BOTH,
        act=Act.MEET,
        trigger=Trigger.SERVICE,
        amount=days,
        unit=Unit.WORKING_DAYS,
        may_skip=True,
        article=f"Grievance procedure, step {number}",
    )
    reply = Limit(
        key=f"step-{number}-answer",
        step=number,
        label=f"Step {number} answer by {who}",
        side=Side.EMPLOYER,
        act=Act.ANSWER,
        trigger=Trigger.MEETING,
        amount=answer,
        unit=Unit.WORKING_DAYS,
        consequence=Consequence.ADVANCE,
        runs_from_default=True,
        article=f"Grievance procedure, step {number}",
    )
    return (meeting, reply) if number == 1 else (appeal, meeting, reply)


FOUR_STEP_INDUSTRIAL = Procedure(
    name="Four-step industrial procedure",
    steps=(
        Step(1, "step_1", "Supervisor", "Grievant, steward and supervisor"),
        Step(2, "step_2", "Department head", "Chief steward and department head"),
        Step(3, "step_3", "Plant management", "Business representative and plant management"),
        Step(4, "arbitration", "Arbitration", "An arbitrator whom the parties name together"),
    ),
    limits=(
        Limit(
            key="file",
            step=1,
            label="File the grievance",
            side=Side.UNION,
            act=Act.FILE,
            trigger=Trigger.KNOWLEDGE,
            amount=10,
            unit=Unit.WORKING_DAYS,
            consequence=Consequence.FORFEIT,
            article="Grievance procedure, step 1",
        ),
        *_industrial(1, 5, 5, "the supervisor"),
        *_industrial(2, 10, 10, "the department head"),
        *_industrial(3, 15, 15, "plant management"),
        Limit(
            key="arbitration-referral",
            step=4,
            label="Refer to arbitration",
            side=Side.UNION,
            act=Act.REFER,
            trigger=Trigger.ANSWER,
            trigger_step=3,
            amount=30,
            unit=Unit.WORKING_DAYS,
            consequence=Consequence.FORFEIT,
            runs_from_default=True,
            article="Arbitration",
        ),
        Limit(
            key="arbitration-hearing",
            step=4,
            label="Hearing before the arbitrator",
            side=Side.BOTH,
            act=Act.MEET,
            trigger=Trigger.REFERRAL,
            amount=90,
            unit=Unit.CALENDAR_DAYS,
            may_skip=True,
            article="Arbitration",
        ),
        Limit(
            key="arbitration-award",
            step=4,
            label="Award of the arbitrator",
            side=Side.BOTH,
            act=Act.DECIDE,
            trigger=Trigger.MEETING,
            amount=30,
            unit=Unit.CALENDAR_DAYS,
            article="Arbitration",
        ),
    ),
    policy_starts_at=2,
    group_starts_at=1,
)

CONSTRUCTION = Procedure(
    name="Construction: Labor-Management Committee and Council",
    steps=(
        Step(1, "step_1", "Representatives", "A representative of each party"),
        Step(2, "step_2", "Labor-Management Committee", "Three from each party"),
        Step(3, "arbitration", "Council on Industrial Relations", "The council, at its next sitting"),
    ),
    limits=(
        Limit(
            key="file",
            step=1,
            label="Raise the grievance",
            side=Side.UNION,
            act=Act.FILE,
            trigger=Trigger.KNOWLEDGE,
            amount=10,
            unit=Unit.WORKING_DAYS,
            consequence=Consequence.FORFEIT,
            article="Disputes, section 1",
        ),
        Limit(
            key="adjustment",
            step=1,
            label="Adjustment by the representatives",
            side=Side.BOTH,
            act=Act.ANSWER,
            trigger=Trigger.FILING,
            amount=48,
            unit=Unit.HOURS,
            roll_weekend=Roll.STAY,
            roll_holiday=Roll.STAY,
            consequence=Consequence.ADVANCE,
            article="Disputes, section 2",
        ),
        Limit(
            key="committee-referral",
            step=2,
            label="Refer to the Labor-Management Committee",
            side=Side.UNION,
            act=Act.ADVANCE,
            trigger=Trigger.DENIAL,
            trigger_step=1,
            amount=5,
            unit=Unit.WORKING_DAYS,
            consequence=Consequence.FORFEIT,
            runs_from_default=True,
            article="Disputes, section 3",
        ),
        Limit(
            key="committee-decision",
            step=2,
            label="Decision of the committee",
            side=Side.BOTH,
            act=Act.ANSWER,
            trigger=Trigger.SERVICE,
            amount=10,
            unit=Unit.WORKING_DAYS,
            consequence=Consequence.ADVANCE,
            article="Disputes, section 3",
        ),
        Limit(
            key="council-referral",
            step=3,
            label="Refer to the Council on Industrial Relations",
            side=Side.UNION,
            act=Act.REFER,
            trigger=Trigger.DENIAL,
            trigger_step=2,
            amount=10,
            unit=Unit.WORKING_DAYS,
            consequence=Consequence.FORFEIT,
            runs_from_default=True,
            article="Disputes, section 4",
        ),
        Limit(
            key="council-sitting",
            step=3,
            label="Ruling of the council at its sitting",
            side=Side.BOTH,
            act=Act.DECIDE,
            trigger=Trigger.REFERRAL,
            amount=14,
            unit=Unit.SITTING,
            roll_weekend=Roll.STAY,
            roll_holiday=Roll.STAY,
            article="Disputes, section 4",
        ),
    ),
    policy_starts_at=2,
    group_starts_at=1,
    sitting_months=(2, 5, 8, 11),
    sitting_weekday=0,
)

TEMPLATES = {"industrial": FOUR_STEP_INDUSTRIAL, "construction": CONSTRUCTION}
