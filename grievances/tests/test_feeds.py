"""Limits, meetings and requests in the calendar of whose they are, without a name of anybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grievances import services
from grievances.factories import agreement_in_force, case
from grievances.feeds import dates
from grievances.procedures import CONSTRUCTION
from ip2a.accounts import absences
from ip2a.calendars import writing
from ip2a.factories import UserFactory
from ip2a.models import Absence
from members.factories import MemberFactory, OrganizationFactory


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline")


@pytest.fixture
def grievance(rep):
    """Filed today, with a meeting planned and questions asked both ways."""
    today = timezone.localdate()
    grievance = case(
        by=rep,
        member=MemberFactory(first_name="Rosa", last_name="Lima", hire_date=None),
        employer=OrganizationFactory(name="Volt Electric"),
        incident_date=today,
        filed_on=today,
    )
    services.plan_meeting(grievance, on=today + timedelta(days=2), by=rep)
    for direction in ("ours", "theirs"):
        services.ask(
            grievance,
            direction=direction,
            what=f"Papers of Rosa Lima, {direction}",
            on=today,
            by=rep,
            asked_of="Pat Moss",
        )
    return grievance


def summaries(user) -> list[str]:
    return sorted(entry.summary for entry in dates(user))


def test_a_representative_gets_limits_of_both_sides_the_meeting_and_the_requests(grievance, rep):
    number = grievance.grievance_number
    assert summaries(rep) == [
        f"{number}, step 1: Step 1 answer by the supervisor (the employer's)",
        f"{number}, step 1: Step 1 meeting (ours)",
        f"{number}, step 1: meeting",
        f"{number}, step 2: Appeal to step 2 (ours)",
        f"{number}: information request, our answer is due",
        f"{number}: information request, the employer's answer is due",
    ]
    meeting = next(entry for entry in dates(rep) if entry.summary.endswith(": meeting"))
    assert (meeting.day, meeting.url) == (timezone.localdate() + timedelta(days=2), grievance.get_absolute_url())


def test_no_name_of_a_member_an_employer_or_anybody_else_leaves_the_house(grievance, rep):
    body = writing.calendar_of(rep).decode()
    assert grievance.grievance_number in body
    names = ("Rosa", "Lima", "Volt", "Pat Moss", "Avery", "Kline", "overtime", grievance.member.member_number)
    assert [name for name in names if name in body] == []


def test_others_get_nothing_until_the_case_is_theirs(grievance, rep):
    officer, other = UserFactory(role="officer"), UserFactory(role="representative")
    staff = UserFactory(role="staff")
    assert [summaries(person) for person in (officer, other, staff)] == [[], [], []]
    services.assign(grievance, to=other, by=rep)
    assert (len(summaries(other)), summaries(rep)) == (6, [])


def test_who_stands_in_gets_them_while_the_other_is_away(grievance, rep):
    today, deputy = timezone.localdate(), UserFactory(role="representative")
    absence = absences.save(Absence(user=rep, first_day=today, stand_in=deputy), by=rep)
    assert summaries(deputy) == summaries(rep) != []
    absences.end(absence, by=rep)
    assert summaries(deputy) == []


def test_what_is_met_answered_or_over_disappears(grievance, rep):
    services.hold_meeting(
        grievance, on=timezone.localdate(), by=rep, union_attendees="A. Kline", employer_attendees="P. Moss"
    )
    assert not any("Step 1 meeting" in summary for summary in summaries(rep))
    services.settle(grievance, on=timezone.localdate(), by=rep, resolution="Paid.")
    assert summaries(rep) == []


def test_a_date_that_moves_is_the_same_entry_changed(grievance, rep):
    deadline = grievance.deadlines.running().get(limit_key="step-1-meeting")
    before = {entry.uid: entry for entry in dates(rep)}
    until = deadline.due_on + timedelta(days=7)
    services.extend(deadline, on=timezone.localdate(), by=rep, agreed_by="Pat Moss", until=until)
    after = {entry.uid: entry for entry in dates(rep)}
    assert before.keys() == after.keys()
    [uid] = [uid for uid in after if uid.startswith("limit-") and uid.endswith("-step-1-meeting-1")]
    assert (before[uid].day, after[uid].day) == (deadline.due_on, until)


def test_a_limit_in_hours_stands_at_its_hour(rep):
    version, today = agreement_in_force(procedure=CONSTRUCTION), timezone.localdate()
    grievance = case(by=rep, version=version, incident_date=today, filed_on=today)
    timed = [entry for entry in dates(rep) if entry.start is not None]
    due = grievance.deadlines.running().exclude(due_at=None).order_by("due_at")
    assert sorted(entry.start for entry in timed) == [row.due_at for row in due] != []


def test_the_number_of_queries_does_not_grow(grievance, rep, django_assert_num_queries):
    list(dates(rep))
    with django_assert_num_queries(5) as one:
        list(dates(rep))
    today = timezone.localdate()
    case(by=rep, version=grievance.agreement_version, incident_date=today, filed_on=today)
    with django_assert_num_queries(len(one)):
        assert len(list(dates(rep))) > 6
