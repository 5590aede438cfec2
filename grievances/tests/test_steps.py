from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from grievances import services
from grievances.factories import FILED, agreement_in_force, case, complaint
from grievances.models import Decision, GrievanceStepRecord, Notice
from grievances.procedures import CONSTRUCTION
from grievances.services.ending import Told
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import MemberFactory

ANSWERED = date(2026, 3, 10)
ADVANCED = date(2026, 3, 12)
TOLD = Told(on=date(2026, 4, 1), how="phone", whom="Rosa Lima")


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline")


@pytest.fixture
def grievance(rep):
    return case(by=rep)


def denied(grievance, rep, on=ANSWERED):
    return services.receive_answer(grievance, on=on, by=rep, is_denied=True, text="No violation.")


def at_step(number, grievance, rep):
    day = ADVANCED
    for step in range(2, number + 1):
        denied(grievance, rep, on=day)
        grievance = services.advance(grievance, to=step, on=day, by=rep, reason="Not settled")
        day += timedelta(days=2)
    return grievance


def steps_of(grievance):
    return list(grievance.step_records.values_list("step_number", "outcome"))


def test_a_meeting_is_planned_then_held(grievance, rep):
    day = timezone.localdate() + timedelta(days=3)
    assert services.plan_meeting(grievance, on=day, by=rep).status == "hearing"
    services.hold_meeting(grievance, on=FILED, by=rep, union_attendees="A. Kline", employer_attendees="J. Roe")
    record = grievance.step_records.get()
    assert (record.meeting_date, record.union_attendees, record.employer_attendees) == (FILED, "A. Kline", "J. Roe")


def test_advancing_ends_one_record_and_begins_the_next(grievance, rep):
    denied(grievance, rep)
    moved = services.advance(grievance, to=2, on=ADVANCED, by=rep, reason="Not settled")
    assert (moved.current_step, moved.status) == ("step_2", "open")
    assert steps_of(grievance) == [(1, "advanced"), (2, "")]


def test_a_step_is_never_left_out(grievance, rep):
    with pytest.raises(Refused, match="Steps come in order: after Supervisor comes Department head"):
        services.advance(grievance, to=3, on=ADVANCED, by=rep)
    with pytest.raises(IntegrityError, match="cannot follow"), transaction.atomic():
        GrievanceStepRecord.objects.create(grievance=grievance, step_number=3)


def test_who_comes_second_is_told_who_came_first(grievance, rep):
    services.advance(grievance, to=2, on=ADVANCED, by=rep)
    with pytest.raises(Refused, match=r"at Department head already. Avery Kline advanced it on Thu 12 Mar 2026"):
        services.advance(grievance, to=2, on=ADVANCED, by=UserFactory(role="representative"))


def test_two_advance_at_once_and_one_wins(committed_db):
    one, two = UserFactory(role="representative"), UserFactory(role="representative")
    grievance = case(by=one)
    ready, answers = Barrier(2), []

    def advance(user):
        try:
            ready.wait()
            services.advance(grievance, to=2, on=ADVANCED, by=user)
            answers.append("advanced")
        except Refused as refusal:
            answers.append("told" if "advanced it on" in str(refusal) else str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=advance, args=[user]) for user in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["advanced", "told"]
    assert steps_of(grievance) == [(1, "advanced"), (2, "")]


def test_the_last_step_is_reached_by_referring_with_a_reason(grievance, rep):
    at_step(3, grievance, rep)
    with pytest.raises(Refused, match="Arbitration is the last step: refer the case instead"):
        services.advance(grievance, to=4, on=date(2026, 4, 1), by=rep)
    with pytest.raises(Refused, match="Write down why"):
        services.refer(grievance, on=date(2026, 4, 1), by=rep, reason=" ")
    referred = services.refer(grievance, on=date(2026, 4, 1), by=rep, reason="Strong case, clear language")
    assert (referred.status, referred.current_step) == ("arbitration", "arbitration")
    assert steps_of(grievance) == [(1, "advanced"), (2, "advanced"), (3, "advanced"), (4, "")]
    assert Decision.objects.get().kind == "arbitrate"


def test_referring_too_early_is_refused(grievance, rep):
    with pytest.raises(Refused, match="Department head comes before arbitration"):
        services.refer(grievance, on=ADVANCED, by=rep, reason="Now")


def test_the_construction_pattern_goes_from_representatives_to_committee_to_council(rep):
    grievance = case(by=rep, version=agreement_in_force(procedure=CONSTRUCTION))
    services.receive_answer(grievance, on=date(2026, 3, 4), by=rep, is_denied=True)
    grievance = services.advance(grievance, to=2, on=date(2026, 3, 5), by=rep)
    assert grievance.current_step == "step_2"
    services.receive_answer(grievance, on=date(2026, 3, 20), by=rep, is_denied=True)
    grievance = services.refer(grievance, on=date(2026, 3, 23), by=rep, reason="The committee was divided")
    assert (grievance.current_step, grievance.status) == ("arbitration", "arbitration")
    assert [n for n, _ in steps_of(grievance)] == [1, 2, 3]


def test_a_settlement_needs_its_words_and_keeps_money_and_precedent(grievance, rep):
    with pytest.raises(Refused, match="Write down what was agreed"):
        services.settle(grievance, on=date(2026, 4, 1), by=rep, resolution="")
    settled = services.settle(
        grievance, on=date(2026, 4, 1), by=rep, resolution="Eight hours at double time", amount=812, has_precedent=False
    )
    assert (settled.status, settled.resolution_date, settled.settlement_amount) == ("settled", date(2026, 4, 1), 812)
    assert settled.has_precedent is False
    assert steps_of(grievance) == [(1, "settled")]
    assert (settled.next_due_on, settled.employer_due_on) == (None, None)
    with pytest.raises(Refused, match="settled already"):
        services.settle(grievance, on=date(2026, 4, 2), by=rep, resolution="Again")


def test_a_case_is_withdrawn_only_after_the_grievant_was_told_why(grievance, rep):
    day = date(2026, 4, 2)
    with pytest.raises(Refused, match="not without a reason"):
        services.withdraw(grievance, on=day, by=rep, reason="", told=TOLD)
    with pytest.raises(Refused, match="Tell the grievant first"):
        services.withdraw(grievance, on=day, by=rep, reason="No witness", told=Told())
    with pytest.raises(Refused, match="told before the door closes"):
        services.withdraw(grievance, on=date(2026, 3, 31), by=rep, reason="No witness", told=TOLD)
    withdrawn = services.withdraw(grievance, on=day, by=rep, reason="No witness", told=TOLD)
    assert withdrawn.status == "withdrawn"
    assert Decision.objects.get().reason == "No witness"
    notice = Notice.objects.get()
    assert (notice.told_on, notice.told_how, notice.told_whom) == (date(2026, 4, 1), "phone", "Rosa Lima")


def test_a_complaint_that_is_not_pursued_has_its_reason_too(rep):
    dropped = services.withdraw(complaint(by=rep), on=date(2026, 4, 2), by=rep, reason="No violation", told=TOLD)
    assert (dropped.status, dropped.grievance_number, Decision.objects.get().kind) == ("withdrawn", None, "not_filed")


def test_a_case_reopens_where_it_stood(grievance, rep):
    denied(grievance, rep)
    services.advance(grievance, to=2, on=ADVANCED, by=rep)
    services.settle(grievance, on=date(2026, 4, 1), by=rep, resolution="Paid", amount=50)
    with pytest.raises(Refused, match="Say why it is reopened"):
        services.reopen(grievance, on=date(2026, 4, 3), by=rep, reason="")
    opened = services.reopen(grievance, on=date(2026, 4, 3), by=rep, reason="They never paid")
    assert (opened.status, opened.current_step, opened.resolution_date) == ("open", "step_2", None)
    assert steps_of(grievance) == [(1, "advanced"), (2, "")]


@pytest.mark.parametrize("verb", ["advance", "receive_answer", "settle", "withdraw", "hold_meeting"])
def test_nothing_moves_in_a_case_that_is_over(grievance, rep, verb):
    services.settle(grievance, on=date(2026, 4, 1), by=rep, resolution="Paid")
    arguments = {
        "advance": {"to": 2},
        "receive_answer": {"is_denied": True},
        "settle": {"resolution": "Again"},
        "withdraw": {"reason": "Why not", "told": TOLD},
        "hold_meeting": {"union_attendees": "", "employer_attendees": ""},
    }[verb]
    with pytest.raises(Refused, match="settled (since|already)|is settled"):
        getattr(services, verb)(grievance, on=date(2026, 4, 2), by=rep, **arguments)


def test_members_join_and_leave_a_group(rep):
    group = case(by=rep, case_type="group")
    member = MemberFactory()
    grievant = services.join(group, member=member, on=FILED, by=rep)
    with pytest.raises(Refused, match="in the group already"):
        services.join(group, member=member, on=FILED, by=rep)
    with pytest.raises(Refused, match="Say why they leave"):
        services.leave(grievant, on=ADVANCED, by=rep, reason="")
    left = services.leave(grievant, on=ADVANCED, by=rep, reason="Settled alone")
    assert (left.left_on, left.reason) == (ADVANCED, "Settled alone")
    services.join(group, member=member, on=date(2026, 4, 1), by=rep)


def test_nobody_joins_a_case_of_one_person(grievance, rep):
    with pytest.raises(Refused, match="Members join group cases only"):
        services.join(grievance, member=MemberFactory(), on=FILED, by=rep)
