"""Dates that move although nobody touched the case, and who is told."""

from datetime import date

import pytest
from django.test import override_settings
from django.utils import timezone

from grievances import agreements, moves, services, tasks
from grievances.factories import agreement_in_force, case
from grievances.models import Deadline, Grievance
from ip2a.accounts import absences
from ip2a.factories import UserFactory
from ip2a.models import Absence, AuditEntry, Message
from ip2a.post import delivery
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving
from members.factories import OrganizationFactory

HOLIDAY = date(2026, 3, 9)  # a Monday in the middle of the first limit


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", email="avery@example.org")


@pytest.fixture
def administrator(db):
    return UserFactory(role="administrator")


@pytest.fixture
def grievance(rep):
    return case(by=rep, employer=OrganizationFactory(name="Volt Electric"))


def add_union_day(grievance, by, django_capture_on_commit_callbacks, **facts):
    facts = {"name": "Union day", "on": HOLIDAY, **facts}
    with django_capture_on_commit_callbacks(execute=True):
        return agreements.add_holiday(grievance.agreement_version.agreement, by=by, **facts)


def dates(grievance, key="step-1-meeting"):
    rows = grievance.deadlines.filter(limit_key=key).order_by("id")
    return [(row.due_on, row.superseded_reason) for row in rows]


def test_a_holiday_added_later_moves_the_date_keeps_the_old_one_and_tells_by_mail(
    grievance, rep, administrator, django_capture_on_commit_callbacks
):
    add_union_day(grievance, administrator, django_capture_on_commit_callbacks)
    [(was, reason), (now, stands)] = dates(grievance)
    assert (was, now, stands) == (date(2026, 3, 10), date(2026, 3, 11), "")
    assert "Union day" in reason
    grievance.refresh_from_db()
    assert (grievance.next_due_on, grievance.employer_due_on) == (date(2026, 3, 11), date(2026, 3, 18))
    mail = Message.objects.get()
    assert (mail.recipient, mail.subject, mail.is_line) == (rep, "GR-2026-0001: 3 dates moved", True)
    assert mail.body.splitlines() == [
        "Volt Electric",
        "Step 1 answer by the supervisor: Tue 17 Mar 2026 → Wed 18 Mar 2026",
        "Step 1 meeting: Tue 10 Mar 2026 → Wed 11 Mar 2026",
        "Appeal to step 2: Tue 31 Mar 2026 → Wed 1 Apr 2026",
        f"Why: {reason}",
    ]
    assert AuditEntry.objects.filter(table_name="grievances_deadline", reason=reason).exists()


def test_a_date_that_came_nearer_is_told_at_once_by_real_mail(
    grievance, rep, administrator, django_capture_on_commit_callbacks
):
    holiday = add_union_day(grievance, administrator, django_capture_on_commit_callbacks)
    Message.objects.update(state="dead", settled_at=timezone.now(), last_error="Not now.")
    port = free_port()
    with serving(Mailbox(), port) as box, mail_goes_to(port), override_settings(SITE_URL="https://ip2a.example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            agreements.remove_holiday(holiday, by=administrator, reason="It was another year.")
        delivery.sweep()
    assert box.told == [(["avery@example.org"], "GR-2026-0001: 3 dates moved")]
    assert "Step 1 meeting: Wed 11 Mar 2026 → Tue 10 Mar 2026" in box.messages[0].get_content()


def test_the_same_message_twice_changes_and_tells_nothing_more(
    grievance, administrator, django_capture_on_commit_callbacks
):
    add_union_day(grievance, administrator, django_capture_on_commit_callbacks)
    before = (Deadline.objects.count(), Message.objects.count())
    assert tasks.refresh_agreement(grievance.agreement_version.agreement_id, "Again") == 0
    assert (Deadline.objects.count(), Message.objects.count()) == before


def test_cases_that_are_over_or_under_another_agreement_stay_as_they_are(
    grievance, rep, administrator, django_capture_on_commit_callbacks
):
    over = case(by=rep, version=grievance.agreement_version)
    services.settle(over, on=date(2026, 3, 4), by=rep, resolution="Paid.")
    other = case(by=rep, version=agreement_in_force())
    add_union_day(grievance, administrator, django_capture_on_commit_callbacks)
    assert [len(dates(each)) for each in (grievance, over, other)] == [2, 1, 1]


def test_who_stands_in_is_told_of_moved_dates_as_well(
    grievance, rep, administrator, django_capture_on_commit_callbacks
):
    deputy = UserFactory(role="representative", email="deputy@example.org")
    absences.save(Absence(user=rep, first_day=timezone.localdate(), stand_in=deputy), by=rep)
    Message.objects.update(kind="test.other")
    add_union_day(grievance, administrator, django_capture_on_commit_callbacks)
    told = Message.objects.filter(kind=moves.MAIL).order_by("pk").values_list("address", flat=True)
    assert list(told) == ["avery@example.org", "deputy@example.org"]


def test_overnight_a_limit_that_waited_for_a_default_becomes_real(rep):
    today = timezone.localdate()
    grievance = case(by=rep, incident_date=today, filed_on=today)
    waiting = grievance.deadlines.running().filter(is_expected=True)
    assert sorted(waiting.values_list("limit_key", flat=True)) == ["step-1-answer", "step-2-appeal"]
    old = case(by=rep)
    Deadline.objects.filter(grievance=old, limit_key="step-2-appeal").update(is_expected=True)
    assert moves.recompute() == 0  # no date moved
    assert not old.deadlines.running().filter(is_expected=True).exists()
    assert sorted(waiting.values_list("limit_key", flat=True)) == ["step-1-answer", "step-2-appeal"]


def test_overnight_what_a_lost_message_left_behind_is_mended_and_told(grievance, rep, administrator):
    agreements.add_holiday(grievance.agreement_version.agreement, by=administrator, name="Union day", on=HOLIDAY)
    Grievance.objects.filter(pk=grievance.pk).update(next_due_on=None)
    assert dates(grievance) == [(date(2026, 3, 10), "")]
    assert moves.recompute() == 1
    assert dates(grievance) == [(date(2026, 3, 10), "Computed anew overnight"), (date(2026, 3, 11), "")]
    grievance.refresh_from_db()
    assert grievance.next_due_on == date(2026, 3, 11)
    assert Message.objects.get().subject == "GR-2026-0001: 3 dates moved"
    assert (moves.recompute(), Message.objects.count()) == (0, 1)


def test_a_night_in_which_nothing_changed_writes_nothing(grievance):
    last = AuditEntry.objects.latest("id").pk
    assert moves.recompute() == 0
    assert AuditEntry.objects.filter(pk__gt=last).count() == 0


def test_a_case_that_cannot_be_computed_does_not_stop_the_others(grievance, rep, administrator, caplog):
    broken = case(by=rep, version=grievance.agreement_version)
    broken.events.create(kind="resumed", happened_on=date(2026, 3, 5), by=rep)
    agreements.add_holiday(grievance.agreement_version.agreement, by=administrator, name="Union day", on=HOLIDAY)
    assert moves.recompute() == 1
    assert len(dates(grievance)) == 2
    assert len(dates(broken)) == 1
    assert f"The limits of {broken} could not be computed" in caplog.text


def test_the_number_of_queries_does_not_grow_with_cases_that_stay(rep, django_assert_num_queries):
    version = agreement_in_force()
    case(by=rep, version=version)
    with django_assert_num_queries(7) as one:
        moves.recompute()
    for _ in range(4):
        case(by=rep, version=version)
    with django_assert_num_queries(len(one)):
        moves.recompute()
