"""Reminders: on the agreement's working days, each once, to who can act, by real mail."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from grievances import agreements, reminders, services
from grievances.factories import agreement_in_force, case
from grievances.models import Deadline, Grievance, Reminder
from ip2a.accounts import absences
from ip2a.factories import UserFactory
from ip2a.models import Absence, Message
from ip2a.post import delivery, digest
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving
from ip2a.words import format_day
from members.factories import OrganizationFactory

MEETING_DUE, ANSWER_DUE, APPEAL_DUE = date(2026, 3, 10), date(2026, 3, 17), date(2026, 3, 31)


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline", email="avery@example.org")


@pytest.fixture
def grievance(rep):
    """Filed on Tue 3 Mar 2026: the meeting is due on the 10th, the employer's answer on the 17th, then the appeal."""
    return case(by=rep, employer=OrganizationFactory(name="Volt Electric"))


def at(day: date, hour: int = 5, minute: int = 30) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))


def run(*days: date) -> list[tuple[str, str]]:
    """What was reminded of on these days: the day and the kind, with the limit."""
    for day in days:
        reminders.remind(at(day))
    rows = Reminder.objects.order_by("given_on", "id").values_list("given_on", "kind")
    return [(f"{day:%d %b}", kind) for day, kind in rows]


def lines() -> list[tuple[str, str]]:
    """To whom, and what."""
    return list(Message.objects.order_by("pk").values_list("address", "subject"))


def march(*numbers: int) -> list[date]:
    return [date(2026, 3, number) for number in numbers]


def test_ours_is_told_ahead_urgently_on_the_day_and_once_when_it_has_passed(grievance, rep):
    assert run(*march(2, 3, 4, 5, 6, 9, 10, 11, 12, 13)) == [
        ("03 Mar", "early"),
        ("09 Mar", "last"),
        ("10 Mar", "today"),
        ("11 Mar", "overdue"),
    ]
    number = grievance.grievance_number
    assert lines() == [
        ("avery@example.org", f"{number}: Step 1 meeting is due Tue 10 Mar, in 5 working days"),
        ("avery@example.org", f"{number}: Step 1 meeting is due Tue 10 Mar, tomorrow"),
        ("avery@example.org", f"{number}: Step 1 meeting is due Tue 10 Mar, today"),
        ("avery@example.org", f"{number}: Step 1 meeting was due Tue 10 Mar, yesterday"),
    ]


def test_the_employers_limit_is_told_only_when_it_has_passed(grievance):
    Deadline.objects.exclude(limit_key="step-1-answer").update(state="void")
    assert run(*march(10, 11, 16, 17)) == []
    assert run(*march(18, 19, 20)) == [("18 Mar", "default")]
    told = "Step 1 answer by the supervisor was due Tue 17 Mar, yesterday; the employer is in default"
    assert lines() == [("avery@example.org", f"{grievance.grievance_number}: {told}")]
    body = Message.objects.get().body.splitlines()
    assert body[:2] == ["Volt Electric", "The case may go on to the next step."]


def test_a_second_run_on_the_same_day_gives_nothing(grievance):
    assert [reminders.remind(at(march(3)[0])), reminders.remind(at(march(3)[0], 5, 31))] == [1, 0]
    assert Message.objects.count() == 1


def test_after_days_without_a_run_only_the_most_urgent_is_given(grievance):
    assert run(march(10)[0]) == [("10 Mar", "today")]


def test_nothing_is_given_on_weekends_and_on_the_agreements_own_days_off(grievance, rep):
    agreement, administrator = grievance.agreement_version.agreement, UserFactory(role="administrator")
    agreements.add_holiday(agreement, by=administrator, name="Union day", on=date(2026, 3, 12))
    assert run(*march(7, 8, 12)) == []
    assert run(*march(13)) == [("13 Mar", "overdue")]


def test_on_the_last_working_day_before_a_last_day_that_is_off_it_is_the_last_day(grievance):
    Deadline.objects.filter(limit_key="step-1-meeting").update(due_on=date(2026, 3, 8))  # a Sunday that stays
    assert run(*march(5, 6)) == [("05 Mar", "last"), ("06 Mar", "today")]


def test_a_limit_in_hours_has_passed_with_its_hour(grievance):
    Deadline.objects.filter(limit_key="step-1-meeting").update(due_at=at(MEETING_DUE, 14, 0))
    run(MEETING_DUE)
    reminders.remind(at(MEETING_DUE, 15, 0))
    assert list(Reminder.objects.order_by("id").values_list("kind", flat=True)) == ["today", "overdue"]
    assert Reminder.objects.earliest("id").text.endswith("is due Tue 10 Mar, 14:00, today")


def test_a_date_that_changed_reminds_anew(grievance, rep):
    assert run(*march(3)) == [("03 Mar", "early")]
    deadline = grievance.deadlines.running().get(limit_key="step-1-meeting")
    services.extend(deadline, on=date(2026, 3, 4), by=rep, agreed_by="Pat Moss", until=date(2026, 3, 16))
    assert run(*march(4, 5, 6)) == [("03 Mar", "early")]
    assert run(*march(9)) == [("03 Mar", "early"), ("09 Mar", "early")]


def test_what_runs_from_a_default_that_may_not_come_is_not_reminded_of(rep):
    today = timezone.localdate()
    grievance = case(by=rep, incident_date=today, filed_on=today)
    appeal = grievance.deadlines.running().get(limit_key="step-2-appeal")
    assert appeal.is_expected
    Deadline.objects.exclude(pk=appeal.pk).update(state="void")
    Deadline.objects.filter(pk=appeal.pk).update(due_on=today + timedelta(days=1))
    days = [today + timedelta(days=n) for n in range(-7, 1)]
    assert sum(reminders.remind(at(day)) for day in days) == 0


def test_a_case_that_is_over_reminds_of_nothing(grievance, rep):
    services.settle(grievance, on=date(2026, 3, 4), by=rep, resolution="Paid.")
    assert run(*march(5, 9, 10, 11)) == []


def test_an_answer_we_owe_is_told_ahead_and_one_owed_to_us_when_it_is_late(grievance, rep):
    Deadline.objects.update(state="void")
    on, due = date(2026, 3, 3), date(2026, 3, 10)
    services.ask(grievance, direction="theirs", what="Time cards", on=on, by=rep, due_on=due)
    ours = services.ask(grievance, direction="ours", what="Overtime list", on=on, by=rep, due_on=due)
    assert run(*march(3, 4, 9, 10)) == [("03 Mar", "early"), ("09 Mar", "last"), ("10 Mar", "today")]
    assert [kind for _, kind in run(*march(11, 12))][3:] == ["overdue", "default"]
    assert lines()[0][1].endswith("our answer to an information request is due Tue 10 Mar, in 5 working days")
    assert lines()[-1][1].endswith(
        "the employer's answer to our information request was due Tue 10 Mar, yesterday; the employer is in default"
    )
    services.turn(ours, kind="extended", on=date(2026, 3, 12), by=rep, until_on=date(2026, 3, 13))
    assert run(*march(13, 16))[5:] == [("16 Mar", "default")]


def test_a_refused_request_is_not_reminded_of(grievance, rep):
    Deadline.objects.update(state="void")
    asked = services.ask(
        grievance, direction="ours", what="Overtime list", on=date(2026, 3, 3), by=rep, due_on=MEETING_DUE
    )
    services.turn(asked, kind="refused", on=date(2026, 3, 9), by=rep, text="Too much work.")
    assert run(*march(11, 12)) == []


def test_who_stands_in_is_told_as_well(grievance, rep):
    deputy = UserFactory(role="representative", email="deputy@example.org")
    absences.save(Absence(user=rep, first_day=date(2026, 3, 1), last_day=date(2026, 3, 5), stand_in=deputy), by=rep)
    run(*march(3, 9))
    assert [to for to, subject in lines() if "meeting" in subject] == [
        "avery@example.org",
        "deputy@example.org",
        "avery@example.org",
    ]


@pytest.mark.parametrize("why", ["nobody has the case", "the account is deactivated", "nobody stands in"])
def test_where_nobody_is_there_every_representative_is_told(grievance, rep, why):
    other = UserFactory(role="representative", email="other@example.org")
    UserFactory(role="officer")
    if why == "nobody has the case":
        Grievance.objects.update(assigned_rep=None)
    elif why == "the account is deactivated":
        rep.is_active = False
        rep.save()
    else:
        away = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 5)}
        absences.save(Absence(user=rep, stand_in=other, **away), by=rep)
        absences.save(Absence(user=other, stand_in=rep, **away), by=other)
    run(*march(3))
    told = {to for to, subject in lines() if "meeting" in subject}
    assert told == {"other@example.org"} | ({"avery@example.org"} if rep.is_active else set())


def test_when_there_is_no_representative_at_all_the_mail_says_so(grievance, rep):
    rep.is_active = False
    rep.save()
    run(*march(3))
    assert list(Message.objects.values_list("state", "last_error")) == [("dead", "Nobody is named to send it to.")]


@pytest.fixture
def mailbox(db):
    port = free_port()
    with serving(Mailbox(), port) as box, mail_goes_to(port), override_settings(SITE_URL="https://ip2a.example.org"):
        yield box


def next_morning() -> datetime:
    return timezone.localtime().replace(hour=7, minute=5) + timedelta(days=1)


def test_each_person_gets_one_mail_a_day_with_every_line_and_its_case(mailbox, rep):
    version = agreement_in_force()
    cases = [case(by=rep, version=version) for _ in range(3)]
    assert reminders.remind(at(date(2026, 3, 3))) == 3
    delivery.sweep()
    assert mailbox.messages == []  # they wait for the morning
    digest.gather(next_morning())
    delivery.send_due(timezone.now() + timedelta(days=1))
    assert mailbox.told == [(["avery@example.org"], f"What needs you, {format_day(next_morning())}")]
    text = mailbox.messages[0].get_content().replace("\r", "")
    assert text.startswith("Limits of grievances\n")
    for grievance in cases:
        assert f"* {grievance}: Step 1 meeting is due Tue 10 Mar, in 5 working days" in text
        assert f"https://ip2a.example.org{grievance.get_absolute_url()}" in text


def test_what_cannot_wait_goes_out_at_once_when_the_daily_mail_has_gone(mailbox, rep):
    version = agreement_in_force()
    first, second = case(by=rep, version=version), case(by=rep, version=version)
    reminders.remind(at(date(2026, 3, 10), hour=9))
    delivery.send_due(timezone.now())
    assert mailbox.told == [(["avery@example.org"], "2 limits need you, Tue 10 Mar 2026")]
    text = mailbox.messages[0].get_content()
    for grievance in (first, second):
        assert f"{grievance}: Step 1 meeting is due Tue 10 Mar, today" in text
        assert f"https://ip2a.example.org{grievance.get_absolute_url()}" in text


def test_what_can_wait_waits_for_the_next_daily_mail(mailbox, grievance):
    reminders.remind(at(date(2026, 3, 3), hour=9))
    delivery.send_due(timezone.now())
    assert (mailbox.messages, Message.objects.get().is_line) == ([], True)


def test_no_mail_names_a_member(grievance, rep):
    run(*march(3, 9, 10, 11, 18))
    texts = " ".join(f"{m.subject} {m.body}" for m in Message.objects.all())
    assert [name for name in (grievance.member.last_name, grievance.member.first_name) if name in texts] == []


def test_two_runs_at_once_give_each_reminder_once(committed_db):
    rep = UserFactory(role="representative")
    version = agreement_in_force()
    for _ in range(3):
        case(by=rep, version=version)
    barrier, given = Barrier(2), []

    def go():
        barrier.wait()
        given.append(reminders.remind(at(date(2026, 3, 3))))
        connection.close()

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(given), Reminder.objects.count(), Message.objects.count()) == ([0, 3], 3, 3)


def test_a_limit_that_passed_unnoticed_is_found_after_the_next_working_day(grievance):
    Deadline.objects.update(created_at=at(date(2026, 3, 3)))
    found = [list(reminders.unreminded(day).values_list("limit_key", flat=True)) for day in march(10, 11, 12, 16)]
    assert found == [[], [], ["step-1-meeting"], ["step-1-meeting"]]
    run(*march(11))
    assert list(reminders.unreminded(march(12)[0])) == []


def test_what_was_written_down_today_is_not_found(grievance):
    assert list(reminders.unreminded(timezone.localdate())) == []
