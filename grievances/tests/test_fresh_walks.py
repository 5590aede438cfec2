"""Cases that are led wildly: any verb, legal or not, on any day. Whatever comes, the record stays true."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from grievances import deadlines, services, terms
from grievances.factories import INCIDENT, agreement_in_force, complaint
from grievances.models import Deadline, Decision, Grievance
from grievances.procedures import CONSTRUCTION, FOUR_STEP_INDUSTRIAL
from grievances.services import log
from grievances.services.ending import Told
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberFactory, OrganizationFactory

WALKS, VERBS = 3, 20
CHANNELS = ("phone", "letter", "email")


class Walker:
    """Leads one case by dice; ``on`` wanders forwards, and now and then anywhere."""

    def __init__(self, seed: int, rep, procedure: terms.Procedure):
        self.dice = random.Random(seed)
        self.rep = rep
        self.on = INCIDENT
        employer = OrganizationFactory()
        self.member = MemberFactory(hire_date=date(2020, 1, 1))
        self.others = [MemberFactory(hire_date=date(2020, 1, 1)) for _ in range(2)]
        self.case = complaint(
            by=rep,
            employer=employer,
            member=self.member,
            version=agreement_in_force(employer, procedure=procedure),
            case_type=self.dice.choice(["individual", "group", "policy"]),
            knowledge_date=self.dice.choice([None, INCIDENT + timedelta(days=1)]),
        )

    def day(self) -> date:
        self.on += timedelta(days=self.dice.choice([0, 0, 1, 1, 2, 5]))
        return self.on + timedelta(days=self.dice.choice([0, 0, 0, 0, 0, 0, -3, -12, 2, 9, 900]))

    def told(self) -> Told:
        return self.dice.choice([Told(), Told(on=self.day(), how=self.dice.choice(CHANNELS), whom="Rosa Lima")])

    def at(self, on: date) -> datetime | None:
        hour = datetime(on.year, on.month, on.day, self.dice.randrange(24), tzinfo=ZoneInfo("America/Chicago"))
        return self.dice.choice([None, hour])

    def a_limit(self) -> Deadline:
        return self.dice.choice(list(self.case.deadlines.all()))

    def an_event(self):
        return self.dice.choice(list(self.case.events.all()))

    def verbs(self) -> list[Callable[[], object]]:
        case, rep, on, dice = self.case, self.rep, self.day(), self.dice
        why = dice.choice(["", "Because", "Because"])
        money = dice.choice([None, Decimal("12.50"), Decimal("-1"), Decimal("1e15")])
        return [
            lambda: services.file(case, on=on, by=rep, at=self.at(on), served_on=dice.choice([None, on])),
            lambda: services.investigate(case, by=rep),
            lambda: services.serve(case, on=on, by=rep, at=self.at(on)),
            lambda: services.plan_meeting(case, on=on, by=rep),
            lambda: services.hold_meeting(case, on=on, by=rep, union_attendees="A", employer_attendees="B"),
            lambda: services.receive_answer(case, on=on, by=rep, is_denied=dice.random() < 0.7, at=self.at(on)),
            lambda: services.receive_answer(case, on=on, by=rep, is_denied=True),
            lambda: services.advance(case, to=dice.randrange(1, 5), on=on, by=rep, reason=why),
            lambda: services.advance(case, to=log.step_of(case) + 1, on=on, by=rep, reason=why),
            lambda: services.refer(case, on=on, by=rep, reason=why),
            lambda: services.decide_award(case, on=on, by=rep, text=why),
            lambda: services.settle(case, on=on, by=rep, resolution=why, amount=money, told=self.told()),
            lambda: services.withdraw(
                case, on=on, by=rep, reason=why, told=self.told(), appeal_until=dice.choice([None, self.day()])
            ),
            lambda: services.close(case, on=on, by=rep, reason=why, told=self.told()),
            lambda: services.reopen(case, on=on, by=rep, reason=why),
            lambda: services.reopen(case, on=on, by=rep, reason="It goes on"),
            lambda: services.join(case, member=dice.choice([self.member, *self.others]), on=on, by=rep),
            lambda: services.leave(dice.choice(list(case.grievants.all())), on=on, by=rep, reason=why),
            lambda: services.extend(
                self.a_limit(),
                on=on,
                by=rep,
                agreed_by=dice.choice(["", "J. Roe"]),
                until=dice.choice([None, self.day()]),
                amount=dice.choice([0, 3, 3, -3, 99_999]),
            ),
            lambda: services.hold(case, on=on, by=rep, agreed_by="J. Roe"),
            lambda: services.resume(case, on=on, by=rep),
            lambda: services.skip(self.a_limit(), on=on, by=rep, agreed_by="J. Roe"),
            lambda: services.correct(self.an_event(), on=on, by=rep, reason=why, at=self.at(on)),
            lambda: services.correct(self.an_event(), on=on, by=rep, reason=why),
            lambda: services.take_back(self.an_event(), by=rep, reason=why),
            lambda: services.decide(
                case, kind=dice.choice(Decision.Kind.values), reason=why, on=on, by=rep, appeal_until=self.day()
            ),
            lambda: services.tell(
                dice.choice(list(Decision.objects.filter(grievance=case))), on=on, how="phone", by=rep
            ),
        ]

    def step(self) -> None:
        try:
            self.dice.choice(self.verbs())()
        except Refused:
            pass
        except IndexError as error:
            if "empty sequence" not in str(error):  # nobody to leave, nothing to tell of
                raise
        self.case = Grievance.objects.get(pk=self.case.pk)


def rows_of(case) -> dict[int, dict]:
    return {row["id"]: row for row in case.deadlines.values()}


def numbers_of(case) -> list[int]:
    return list(case.step_records.order_by("step_number").values_list("step_number", flat=True))


def assert_true_to_the_clock(case):
    wanted = {
        (d.key, d.occurrence): (d.due, d.due_at, d.state.value, d.sentence)
        for d in deadlines.computed(case)
        if d.starts_on and d.state is not terms.State.PENDING
    }
    standing = [
        ((row.limit_key, row.occurrence), (row.due_on, row.due_at, row.state, row.sentence))
        for row in case.deadlines.standing()
    ]
    assert dict(standing) == wanted
    assert len(standing) == len(wanted)
    running = [row for row in case.deadlines.standing() if row.state == "open"]
    ours = min((row.due_on for row in running if row.is_ours), default=None)
    theirs = min((row.due_on for row in running if not row.is_ours), default=None)
    assert (case.next_due_on, case.employer_due_on) == (ours, theirs)
    assert not running or case.is_running


def assert_one_story(case):
    """Status, step, records and facts say the same."""
    numbers = numbers_of(case)
    assert numbers == list(range(numbers[0], numbers[-1] + 1) if numbers else [])
    here, last = log.step_of(case), len(log.procedure_of(case).steps)
    if case.is_filed:
        assert numbers[-1] == here
        assert set(case.step_records.filter(step_number__lt=here).values_list("outcome", flat=True)) <= {"advanced"}
        if case.is_running:
            assert (case.status == "arbitration") == (here == last)
            assert case.step_records.get(step_number=here).outcome in ("", "denied")
    else:
        assert numbers == []
    facts = {"incident": case.incident_date, "knowledge": case.knowledge_date, "filed": case.filed_date}
    told = {e.kind: e.happened_on for e in case.events.standing().filter(kind__in=facts)}
    assert told == {kind: day for kind, day in facts.items() if day}
    ended = case.events.standing().filter(kind__in=["settled", "withdrawn", "closed", "reopened"]).order_by("id").last()
    assert (ended is not None and ended.kind != "reopened") == (not case.is_running)


def assert_kept(before, after):
    """What was superseded never changes again, and no row goes."""
    for pk, row in before.items():
        assert pk in after
        if row["superseded_at"]:
            assert after[pk] == row


def assert_audited(case, since: int, before, after):
    changed = {pk for pk, row in after.items() if before.get(pk) != row}
    audited = AuditEntry.objects.filter(pk__gt=since, table_name="grievances_deadline", record_id__in=map(str, changed))
    assert set(map(int, audited.values_list("record_id", flat=True))) == changed


@pytest.mark.parametrize("procedure", [FOUR_STEP_INDUSTRIAL, CONSTRUCTION], ids=["industrial", "construction"])
def test_no_walk_breaks_a_case(db, procedure):
    rep = UserFactory(role="representative")
    for seed in range(WALKS):
        walker = Walker(seed, rep, procedure)
        for _ in range(VERBS):
            before, since = rows_of(walker.case), AuditEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
            walker.step()
            after = rows_of(walker.case)
            assert_true_to_the_clock(walker.case)
            assert_one_story(walker.case)
            assert_kept(before, after)
            assert_audited(walker.case, since, before, after)
        assert deadlines.refresh(walker.case, reason="Again") == []
        assert rows_of(walker.case) == after
