"""What a representative or a lawyer would stumble over, each kept as a sentence."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grievances import deadlines, services
from grievances.factories import FILED, INCIDENT, agreement_in_force, case, complaint
from grievances.models import AgreementEmployer, CaseEvent, ContractHoliday, Deadline, Grievance
from grievances.procedures import CONSTRUCTION
from grievances.services.ending import Told
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory

ANSWERED, ADVANCED = date(2026, 3, 10), date(2026, 3, 12)
TOLD = Told(on=date(2026, 4, 1), how="phone", whom="Rosa Lima")


@pytest.fixture
def rep(db):
    return UserFactory(role="representative")


def due(grievance, key):
    return grievance.deadlines.standing().get(limit_key=key).due_on


@pytest.mark.parametrize(
    "act",
    [
        lambda c, rep: services.plan_meeting(c, on=FILED, by=rep),
        lambda c, rep: services.hold_meeting(c, on=FILED, by=rep, union_attendees="A", employer_attendees="B"),
        lambda c, rep: services.receive_answer(c, on=FILED, by=rep, is_denied=True),
        lambda c, rep: services.serve(c, on=FILED, by=rep),
        lambda c, rep: services.advance(c, to=2, on=FILED, by=rep),
        lambda c, rep: services.refer(c, on=FILED, by=rep, reason="Now"),
    ],
)
def test_a_complaint_that_is_not_filed_says_so(rep, act):
    with pytest.raises(Refused, match="file it first|Steps come in order"):
        act(complaint(by=rep), rep)


def test_a_meeting_that_is_held_while_the_clock_is_stopped_is_kept(rep):
    grievance = services.hold(case(by=rep), on=date(2026, 3, 5), by=rep, agreed_by="J. Roe")
    services.hold_meeting(grievance, on=ANSWERED, by=rep, union_attendees="A", employer_attendees="B")
    assert set(grievance.deadlines.standing().filter(met_on=ANSWERED).values_list("state", "due_on")) == {("met", None)}


def test_the_limit_to_appeal_moves_when_the_day_of_a_denial_is_corrected(rep):
    grievance = case(by=rep)
    services.receive_answer(grievance, on=ANSWERED, by=rep, is_denied=True)
    before = grievance.deadlines.standing().get(step_number=2, side="union", state="open")
    services.correct(grievance.events.get(kind="answered"), on=ANSWERED + timedelta(days=2), by=rep, reason="Postmark")
    days = set(
        grievance.events.standing().filter(kind__in=["answered", "denied"]).values_list("happened_on", flat=True)
    )
    assert days == {ANSWERED + timedelta(days=2)}
    assert due(grievance, before.limit_key) == before.due_on + timedelta(days=2)
    services.take_back(grievance.events.standing().get(kind="answered"), by=rep, reason="Another case")
    assert not grievance.events.standing().filter(kind__in=["answered", "denied"]).exists()
    assert grievance.step_records.get().outcome == ""


def test_settled_reopened_and_withdrawn_on_one_day_leaves_nothing_running(rep):
    grievance, on = case(by=rep), date(2026, 4, 1)
    services.settle(grievance, on=on, by=rep, resolution="Paid")
    services.reopen(grievance, on=on, by=rep, reason="Not paid")
    services.withdraw(grievance, on=on, by=rep, reason="Moved away", told=TOLD)
    assert not grievance.deadlines.running().exists()


def test_reopening_brings_back_that_the_step_was_denied(rep):
    grievance = case(by=rep)
    services.receive_answer(grievance, on=ANSWERED, by=rep, is_denied=True)
    services.settle(grievance, on=ADVANCED, by=rep, resolution="Paid")
    services.reopen(grievance, on=ADVANCED, by=rep, reason="Not paid")
    assert grievance.step_records.get().outcome == "denied"


def test_a_step_does_not_begin_before_the_one_before_it(rep):
    grievance = case(by=rep)
    services.advance(grievance, to=2, on=ADVANCED, by=rep)
    early = ADVANCED - timedelta(days=1)
    with pytest.raises(Refused, match="goes on after that day"):
        services.advance(grievance, to=3, on=early, by=rep)
    with pytest.raises(Refused, match="before the case came to step 2"):
        services.receive_answer(grievance, on=early, by=rep, is_denied=True)
    with pytest.raises(Refused, match="before the case came to step 2"):
        services.settle(grievance, on=early, by=rep, resolution="Paid")


def test_a_case_is_not_closed_before_it_was_settled(rep):
    grievance = services.settle(case(by=rep), on=date(2026, 4, 1), by=rep, resolution="Paid")
    with pytest.raises(Refused, match="It ended on Wed 1 Apr 2026"):
        services.close(grievance, on=date(2026, 3, 31), by=rep, reason="Done")


def test_the_filing_is_not_corrected_to_a_day_after_the_end(rep):
    grievance = services.settle(case(by=rep), on=date(2026, 4, 1), by=rep, resolution="Paid")
    with pytest.raises(Refused, match="filed after it ended"):
        services.correct(grievance.events.get(kind="filed"), on=date(2026, 4, 2), by=rep, reason="Stamp")


def test_a_meeting_that_was_only_planned_leaves_no_day_behind(rep):
    grievance = case(by=rep)
    services.hold_meeting(grievance, on=FILED, by=rep, union_attendees="A", employer_attendees="B")
    services.plan_meeting(grievance, on=timezone.localdate() + timedelta(days=3), by=rep)
    services.advance(grievance, to=2, on=ADVANCED, by=rep)
    services.plan_meeting(grievance, on=timezone.localdate() + timedelta(days=3), by=rep)
    services.withdraw(grievance, on=TOLD.on, by=rep, reason="Moved away", told=TOLD)
    assert list(grievance.step_records.values_list("meeting_date", flat=True)) == [FILED, None]


@pytest.mark.parametrize(("amount", "until"), [(-3, None), (99_999, None), (5, date(2026, 4, 1))])
def test_an_extension_that_cannot_be_meant_is_refused(rep, amount, until):
    with pytest.raises(Refused):
        services.extend(
            complaint(by=rep).deadlines.get(), on=FILED, by=rep, agreed_by="J. Roe", amount=amount, until=until
        )


@pytest.mark.parametrize("amount", [Decimal("-1"), Decimal("NaN"), Decimal("1e12")])
def test_money_that_cannot_be_is_refused(rep, amount):
    with pytest.raises(Refused, match="check the amount"):
        services.settle(case(by=rep), on=TOLD.on, by=rep, resolution="Paid", amount=amount)


def test_an_appeal_inside_the_union_does_not_end_before_the_decision(rep):
    with pytest.raises(Refused, match="before the decision"):
        services.withdraw(case(by=rep), on=TOLD.on, by=rep, reason="Weak", told=TOLD, appeal_until=FILED)


def test_a_decision_that_moves_the_case_is_not_written_without_moving_it(rep):
    with pytest.raises(Refused, match="written down by doing it"):
        services.decide(case(by=rep), kind="withdraw", reason="Weak", on=FILED, by=rep)


def test_facts_are_corrected_without_undoing_what_others_did(rep):
    grievance = case(by=rep)
    stale = Grievance.objects.get(pk=grievance.pk)
    services.advance(grievance, to=2, on=ADVANCED, by=rep)
    stale.contract_article, stale.status = "Art. 9", "closed"
    services.correct_facts(stale, by=rep)
    assert (stale.contract_article, stale.current_step, stale.status) == ("Art. 9", "step_2", "open")


def test_a_record_is_written_without_undoing_what_others_did(rep):
    grievance = case(by=rep)
    stale = grievance.step_records.get()
    services.advance(grievance, to=2, on=ADVANCED, by=rep)
    stale.notes = "They were late"
    services.write_record(stale, by=rep)
    assert (stale.notes, stale.outcome) == ("They were late", "advanced")


def test_a_group_with_members_stays_a_group(rep):
    grievance = case(by=rep, case_type="group")
    services.join(grievance, member=MemberFactory(), on=FILED, by=rep)
    grievance.case_type = "individual"
    with pytest.raises(Refused, match="Let them leave first"):
        services.correct_facts(grievance, by=rep)


def test_nobody_joins_a_group_for_what_was_before_their_time(rep):
    grievance = case(by=rep, case_type="group")
    with pytest.raises(Refused, match="joined on"):
        services.join(grievance, member=MemberFactory(hire_date=date(2026, 3, 4)), on=date(2026, 3, 5), by=rep)
    with pytest.raises(Refused, match="nobody joins before"):
        services.join(grievance, member=MemberFactory(), on=INCIDENT - timedelta(days=1), by=rep)


def test_new_cases_need_a_version_in_force_and_an_employer_it_binds(rep):
    version = agreement_in_force(OrganizationFactory())
    facts = {"agreement_version": version, "incident_date": INCIDENT, "violation_description": "Passed over"}
    stranger = Grievance(employer=OrganizationFactory(), member=MemberFactory(), **facts)
    with pytest.raises(Refused, match="was not bound by"):
        services.take_up(stranger, by=rep)
    version.state, version.withdrawn_reason = "withdrawn", "Replaced"
    version.save(update_fields=["state", "withdrawn_reason"])
    with pytest.raises(Refused, match="is withdrawn: new cases need"):
        services.take_up(stranger, by=rep)


def test_an_employer_that_left_the_agreement_keeps_its_running_cases(rep):
    grievance = case(by=rep)
    AgreementEmployer.objects.filter(organization=grievance.employer).update(ends_on=FILED)
    assert services.advance(grievance, to=2, on=ADVANCED, by=rep).current_step == "step_2"


def test_a_case_filed_at_the_last_step_can_get_its_award(rep):
    version = agreement_in_force(procedure=replace(CONSTRUCTION, policy_starts_at=len(CONSTRUCTION.steps)))
    grievance = case(by=rep, version=version, case_type="policy", member=None)
    assert (grievance.status, grievance.current_step) == ("arbitration", "arbitration")
    assert services.decide_award(grievance, on=ANSWERED, by=rep, text="Granted").is_running


def test_the_database_keeps_a_superseded_date_as_it_was(rep):
    row = complaint(by=rep).deadlines.get()
    services.extend(row, on=FILED, by=rep, agreed_by="J. Roe", amount=5)
    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        Deadline.objects.filter(pk=row.pk).update(due_on=date(2030, 1, 1))


def test_one_case_whose_days_contradict_each_other_does_not_stop_the_others(rep):
    version = agreement_in_force(OrganizationFactory())
    employer = version.agreement.parties.get().organization
    wrong, good = (complaint(by=rep, version=version, employer=employer) for _ in range(2))
    CaseEvent.objects.create(grievance=wrong, kind="resumed", happened_on=FILED)
    ContractHoliday.objects.create(agreement=version.agreement, name="Founders' day", on=date(2026, 3, 9))
    assert set(deadlines.refresh_agreement(version.agreement, reason="A day off")) == {good}


def test_computing_an_agreement_asks_little_for_each_case(rep):
    version = agreement_in_force(OrganizationFactory())
    employer = version.agreement.parties.get().organization
    for _ in range(12):
        complaint(by=rep, version=version, employer=employer)
    with CaptureQueriesContext(connection) as unchanged:
        assert deadlines.refresh_agreement(version.agreement, reason="Again") == {}
    ContractHoliday.objects.create(agreement=version.agreement, name="Founders' day", on=date(2026, 3, 9))
    with CaptureQueriesContext(connection) as moved:
        assert len(deadlines.refresh_agreement(version.agreement, reason="A day off")) == 12
    assert len(unchanged) <= 10 and len(moved) <= 15 + 12 * 8
