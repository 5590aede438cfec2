"""Who is told what about a case: each thing once, and nothing that belongs to the story."""

from datetime import timedelta

import pytest
from django.utils import timezone

from benevolence import factories, mailing, services
from benevolence.models import ApplicationStory, BenevolenceApplication
from ip2a.accounts import absences
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import Absence, Message
from ip2a.post import delivery
from ip2a.words import format_day
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db


def told(after: int = 0) -> list[tuple[str, str]]:
    """To whom, and what; without the first so many."""
    return list(Message.objects.order_by("pk").values_list("address", "subject"))[after:]


def today():
    return timezone.localdate()


def overdue_case(days: int = 1, **fields) -> BenevolenceApplication:
    case = factories.submitted(**fields)
    BenevolenceApplication.objects.filter(pk=case.pk).update(review_due_on=today() - timedelta(days=days))
    return case


def test_each_level_is_told_when_the_case_reaches_it_then_the_filer_and_who_pays(house):
    case = factories.submitted(amount_requested=900)
    due = format_day(today() + timedelta(days=7))
    assert told() == [(house["vp"].email, f"{case.number} awaits your decision as vice president")]
    body = Message.objects.get().body
    assert body.splitlines()[0] == f"$900.00 is asked for. Please decide by {due}."
    assert body.splitlines()[-1].endswith(case.get_absolute_url())
    services.approve(case, by=house["vp"], amount=600)
    assert told(1) == [(house["admin"].email, f"{case.number} awaits your decision as administrator of the fund")]
    services.approve(case, by=house["admin"])
    assert told(2) == [
        (case.filed_by.email, f"{case.number} is approved: $600.00"),
        (house["admin"].email, f"{case.number} is approved and to be paid: $600.00"),
    ]
    assert Message.objects.get(subject__endswith="is approved: $600.00").body.startswith("$900.00 was asked for. It is")
    services.pay(case, method="ach", by=house["admin"])
    assert told(4) == [(case.filed_by.email, f"{case.number} is paid: $600.00")]
    assert Message.objects.latest("pk").body.startswith(f"ACH transfer, {format_day(today())}.")


def test_a_question_goes_to_the_filer_and_the_answer_brings_the_case_back_to_who_asked(house):
    case = factories.submitted()
    services.ask(case, question="Which zebra?", by=house["vp"])
    assert told(1) == [(case.filed_by.email, f"{case.number}: more information is asked for")]
    by = format_day(today() + timedelta(days=14))
    assert f"Please answer by {by}" in Message.objects.latest("pk").body
    services.answer(case, text="That one.", by=case.filed_by)
    assert told(2) == [(house["vp"].email, f"{case.number} awaits your decision as vice president")]
    assert Message.objects.latest("pk").body.startswith("The filer has answered.\n")


def test_the_filer_is_told_of_a_deferral_and_the_level_of_its_end(house):
    case = factories.submitted()
    until = today() + timedelta(days=20)
    services.defer(case, until=until, reason="x", by=house["vp"])
    services.resume_due(on=until)
    assert services.resume_due(on=until) == 0
    assert told(1) == [
        (case.filed_by.email, f"{case.number} is deferred until {format_day(until)}"),
        (house["vp"].email, f"{case.number} awaits your decision as vice president"),
    ]


def test_the_filer_is_told_of_a_denial_but_not_why(house):
    case = factories.submitted()
    services.deny(case, for_applicant="No surgery for zebras.", by=house["vp"])
    assert told(1) == [(case.filed_by.email, f"{case.number} is denied")]
    assert "zebra" not in Message.objects.latest("pk").body


def test_an_emergency_says_so_with_the_day_on_which_the_money_is_needed(house):
    needed = today() + timedelta(days=3)
    case = factories.submitted(is_emergency=True, needed_by=needed)
    assert told() == [(house["president"].email, f"Emergency: {case.number} awaits your decision as president")]
    assert f"The money is needed by {format_day(needed)}." in Message.objects.get().body


def test_who_steps_aside_passes_the_case_to_the_stand_in_who_is_told(house):
    deputy = factories.stand_in("vp")
    case = factories.submitted()
    services.recuse(case, kind="other", reason="We are neighbours.", by=house["vp"])
    assert told(1) == [(deputy.email, f"{case.number} awaits your decision as vice president")]
    body = Message.objects.latest("pk").body
    assert "It comes to you because you stand in for this level." in body
    assert "neighbours" not in body


def test_where_nobody_can_decide_the_other_offices_are_told_to_appoint_somebody(house):
    case = factories.submitted()
    services.recuse(case, kind="other", reason="We are neighbours.", by=house["vp"])
    assert sorted(told(1)) == sorted((person.email, f"Nobody can decide {case.number}") for person in house.values())


def test_where_there_is_no_office_at_all_the_mail_that_cannot_go_says_so(db):
    factories.main_fund(balance=1000)
    factories.submitted()
    row = Message.objects.get()
    assert (row.state, row.last_error) == (Message.State.DEAD, "Nobody is named to send it to.")


def test_who_is_away_and_a_stand_in_with_the_rights_are_both_told(house):
    deputy, clerk = UserFactory(role="officer"), UserFactory(role="staff")
    for person, other in ((house["vp"], deputy), (house["admin"], clerk)):
        absences.save(Absence(user=person, first_day=today(), last_day=today(), stand_in=other), by=person)
    before = Message.objects.count()
    case = factories.submitted(amount_requested=900)
    services.approve(case, by=house["vp"])
    assert [to for to, _ in told(before)] == [house["vp"].email, deputy.email, house["admin"].email]


def test_a_stand_in_who_is_the_applicant_hears_nothing_of_the_own_case(house):
    deputy = UserFactory(role="officer")
    absences.save(Absence(user=house["vp"], first_day=today(), last_day=today(), stand_in=deputy), by=house["vp"])
    before = Message.objects.count()
    factories.submitted(member=MemberFactory(user=deputy, hire_date=factories.LONG_AGO))
    assert [to for to, _ in told(before)] == [house["vp"].email]


def test_a_case_sent_again_tells_anew_and_a_refused_verb_tells_nobody(house):
    case = factories.submitted()
    services.withdraw(case, reason="x", by=case.filed_by)
    services.submit(case, by=case.filed_by)
    assert [to for to, _ in told()] == [house["vp"].email] * 2
    with pytest.raises(Refused):
        services.approve(case, by=house["admin"])
    assert len(told()) == 2


def test_the_same_thing_is_told_once_however_often_it_is_asked(house):
    case = factories.submitted()
    for _ in range(3):
        mailing.awaits(case, today())
    assert len(told()) == 1


def test_a_withdrawal_by_an_officer_and_a_new_filer_are_told(house):
    case, other = factories.submitted(), UserFactory(role="staff")
    services.entrust(case, to=other, by=house["vp"])
    services.withdraw(case, reason="A double", by=house["vp"])
    assert told(1) == [(other.email, f"{case.number} is yours now"), (other.email, f"{case.number} was withdrawn")]


def test_a_void_is_told_and_a_reissue_as_one_new_payment(house):
    case = factories.paid(house)
    before = len(told())
    services.reissue(case, method="ach", reason="Lost", by=house["admin"])
    assert told(before) == [(case.filed_by.email, f"{case.number} is paid: $400.00")]
    services.void(case, reason="False", by=house["admin"], for_cause=True)
    assert told(before + 1) == [(case.filed_by.email, f"{case.number}: the payment was taken back")]
    assert Message.objects.latest("pk").body.startswith("The application now counts as denied.")


def test_what_is_entered_long_afterwards_is_told_to_nobody(house):
    factories.paid(house, on=today() - timedelta(days=40))
    assert told() == []


def test_a_new_holder_and_a_stand_in_hear_how_many_cases_wait(house):
    factories.submitted()
    new, deputy = UserFactory(role="officer"), UserFactory(role="officer")
    services.hand_over("vp", to=new, by=house["president"])
    services.appoint_stand_in("admin", person=deputy, starts_on=today(), by=house["president"])
    begins = format_day(today())
    assert told(1) == [
        (new.email, f"You decide benevolence applications as vice president from {begins}"),
        (deputy.email, f"You stand in for the administrator of the fund from {begins}"),
    ]
    bodies = [row.body.splitlines()[0] for row in Message.objects.order_by("pk")[1:]]
    assert bodies == ["One application waits there today.", "No application waits there today."]


def test_no_mail_tells_the_story_the_reason_or_the_name(house):
    case = factories.BenevolenceApplicationFactory(
        member=MemberFactory(first_name="Xenia", last_name="Quill", hire_date=factories.LONG_AGO),
        story="The zebra needs surgery.",
        amount_requested=900,
    )
    factories.paper_for(case, "zebra.txt")
    services.submit(case, by=case.filed_by)
    services.ask(case, question="Which zebra?", comments="zebra", by=house["vp"])
    services.answer(case, text="The surgery zebra.", by=case.filed_by)
    services.defer(case, until=today() + timedelta(days=2), reason="zebra", by=house["vp"])
    services.resume(case, by=house["vp"])
    services.approve(case, by=house["vp"], comments="zebra")
    services.approve(case, by=house["admin"], comments="zebra")
    services.pay(case, method="check", reference="zebra 1", by=house["admin"])
    services.void(case, reason="zebra", by=house["admin"], for_cause=True)
    texts = " ".join(f"{row.subject} {row.body}" for row in Message.objects.all())
    words = ("zebra", "surgery", "medical", "Medical", "Xenia", "Quill", "check 1")
    assert ([word for word in words if word in texts], Message.objects.count()) == ([], 10)


def test_what_tells_who_decides_is_in_the_compartment_and_what_tells_the_state_is_not(house):
    case = factories.submitted()
    services.approve(case, by=house["vp"])
    rows = Message.objects.order_by("pk")
    story = ApplicationStory.objects.get(application=case)
    assert [(row.compartment, row.record()) for row in rows] == [
        ("benevolence", story),
        ("", case),
        ("benevolence", story),
    ]
    administrator, officer = UserFactory(role="administrator"), house["president"]
    assert list(Message.objects.visible_to(administrator)) == [rows[1]]
    assert list(Message.objects.visible_to(officer)) == []  # officers see mail beside its record


# Overdue


def test_an_overdue_review_is_told_to_the_level_and_the_next_one_once(house):
    case = overdue_case()
    assert (services.escalate(), services.escalate()) == (1, 0)
    due = format_day(today() - timedelta(days=1))
    assert told(1) == [
        (house["vp"].email, f"{case.number} is overdue with you as vice president: it was due {due}"),
        (house["admin"].email, f"{case.number} is overdue with the vice president: it was due {due}"),
    ]
    assert set(Message.objects.filter(kind=mailing.OVERDUE).values_list("is_line", flat=True)) == {True}


def test_a_review_that_is_not_late_is_not_told(house):
    overdue_case(days=0)
    assert services.escalate() == 0


def test_a_new_round_and_the_next_level_are_told_anew(house):
    case = overdue_case(amount_requested=900)
    services.escalate()
    services.approve(case, by=house["vp"])
    assert services.escalate() == 0
    BenevolenceApplication.objects.update(review_due_on=today() - timedelta(days=1))
    before = len(told())
    assert services.escalate() == 1
    assert [to for to, _ in told(before)] == [house["admin"].email, house["manager"].email]
    services.ask(case, question="x", by=house["admin"])
    services.answer(case, text="x", by=case.filed_by)
    BenevolenceApplication.objects.update(review_due_on=today() - timedelta(days=1))
    assert (services.escalate(), services.escalate()) == (1, 0)


def test_above_the_president_there_is_nobody_so_the_level_before_is_told_and_an_emergency_at_once(house):
    case = overdue_case(is_emergency=True)
    services.escalate()
    assert [to for to, _ in told(1)] == [house["president"].email, house["manager"].email]
    rows = Message.objects.filter(kind=mailing.OVERDUE)
    assert set(rows.values_list("is_line", flat=True)) == {False}
    assert case.get_absolute_url() in rows[0].body


def test_the_next_level_is_not_told_of_the_own_case(house):
    overdue_case(member=MemberFactory(user=house["admin"], hire_date=factories.LONG_AGO))
    services.escalate()
    assert [to for to, _ in told(1)] == [house["vp"].email]


def test_who_holds_both_levels_is_told_once(db):
    factories.main_fund(balance=1000)
    both = factories.office("vp")
    factories.office("admin", both)
    overdue_case()
    services.escalate()
    assert [to for to, _ in told(1)] == [both.email]


def test_a_decided_case_is_not_told_any_more(house):
    case = overdue_case()
    services.approve(case, by=house["vp"])
    assert services.escalate() == 0


def test_a_late_answer_is_told_to_the_filer_once(house):
    case = factories.submitted()
    services.ask(case, question="Which?", by=house["vp"])
    assert services.escalate() == 0
    for days in (14, 15):
        since = timezone.now() - timedelta(days=days)
        BenevolenceApplication.objects.update(waiting_since=since)
        before = len(told())
        assert services.escalate() == (1 if days > 14 else 0)
    assert told(before) == [(case.filed_by.email, f"{case.number} still waits for your answer")]
    assert services.escalate() == 0


def test_the_digest_of_an_officer_names_the_overdue_cases_with_their_pages(house):
    case = overdue_case()
    services.escalate()
    Message.objects.filter(is_line=True).update(created_at=timezone.now() - timedelta(days=1))
    delivery.digest.gather(timezone.localtime().replace(hour=23))
    carrier = Message.objects.get(kind="post.digest", recipient=house["vp"])
    Message.objects.filter(carrier=carrier).update(state="sending", claimed_at=timezone.now())
    text = delivery.digest.body_of(carrier)
    assert text.startswith("Overdue reviews\n---------------\n* ")
    assert case.get_absolute_url() in text
