"""Levels in their order, one person once, and nobody in a case they are tied to."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from benevolence import factories, roster, rules, services
from benevolence.models import BenevolenceApplication, BenevolenceReview, Confirmation, Office, Policy, Recusal
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberEmploymentFactory, MemberFactory

pytestmark = pytest.mark.django_db


def refusal(verb, *arguments, **named):
    with pytest.raises(Refused) as refused:
        verb(*arguments, **named)
    return str(refused.value)


def places(case):
    case.refresh_from_db()
    return case.status, case.current_level


def today():
    return timezone.localdate()


def test_every_needed_level_approves_in_turn_and_the_last_one_approves_the_case(house):
    case = factories.submitted(amount_requested=7500)
    assert (places(case), case.required_levels) == (("submitted", "vp"), ["vp", "admin", "manager", "president"])
    found = []
    for level in case.required_levels:
        services.approve(case, by=house[level], comments="Seen the papers.")
        found.append(places(case))
    assert found == [("under_review", "admin"), ("under_review", "manager"), ("under_review", "president"),
                     ("approved", "")]  # fmt: skip
    assert (case.approved_amount, case.decided_on) == (7500, today())
    rows = BenevolenceReview.objects.order_by("id").values_list("review_level", "reviewer_name", "decision", "round")
    assert list(rows) == [(level, str(house[level]), "approved", 1) for level in case.required_levels]


def test_the_trail_says_what_was_done_and_nothing_of_the_story(house):
    case = factories.submitted()
    services.deny(case, for_applicant="The surgery was elective.", comments="Dr Ames confirms.", by=house["vp"])
    outside = AuditEntry.objects.filter(compartment="")
    assert outside.about(case).first().reason == "Denied by the vice president"
    told = str(list(outside.values_list("reason", "old", "new")))
    assert [word for word in ("surgery", "Ames", "A fall at home", "medical") if word in told] == []


def test_a_smaller_amount_is_the_most_that_later_levels_can_approve(house):
    case = factories.submitted(amount_requested=1200)
    services.approve(case, amount=Decimal(900), by=house["vp"])
    case.refresh_from_db()
    said = "An earlier level approved $900.00. Approve that or less."
    assert refusal(services.approve, case, amount=Decimal(901), by=house["admin"]) == said
    services.approve(case, by=house["admin"])
    assert (places(case), case.approved_amount) == (("approved", ""), 900)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (Decimal("400.01"), "Only $400.00 is asked for. Approve that or less."),
        (Decimal(0), "The amount must be more than zero."),
        (Decimal(-4), "The amount must be more than zero."),
        (Decimal("10.001"), "An amount has dollars and cents: use at most two places after the point."),
    ],
)
def test_impossible_amounts_are_refused(house, amount, said):
    case = factories.submitted()
    assert refusal(services.approve, case, amount=amount, by=house["vp"]) == said
    assert BenevolenceReview.objects.count() == 0


def test_two_cases_of_one_member_cannot_together_pass_a_cap(house):
    member = MemberFactory(hire_date=factories.LONG_AGO)
    first, second = (factories.submitted(member=member, amount_requested=4000) for _ in range(2))
    for level in first.required_levels:
        services.approve(first, by=house[level])
    said = "The caps of policy 1 leave $3,500.00 for this member. Approve that or less."
    number = second.policy.number
    assert refusal(services.approve, second, by=house["vp"]) == said.replace("policy 1", f"policy {number}")
    services.approve(second, amount=Decimal(3500), by=house["vp"])
    assert places(second) == ("under_review", "admin")


def test_nobody_decides_out_of_turn_or_twice(house):
    case = factories.submitted(amount_requested=1200)
    assert refusal(services.approve, case, by=house["admin"]) == (
        "It is the turn of the vice president; yours (administrator of the fund) comes later."
    )
    assert refusal(services.approve, case, by=house["president"]) == (
        "It is the turn of the vice president; you hold president, which this case does not need."
    )
    services.approve(case, by=house["vp"])
    case.refresh_from_db()
    assert refusal(services.approve, case, by=house["vp"]) == (
        "Your level has already decided this case. It is the turn of the administrator of the fund."
    )
    services.approve(case, by=house["admin"])
    case.refresh_from_db()
    assert refusal(services.approve, case, by=house["admin"]) == "This application is already approved."
    assert refusal(services.deny, case, for_applicant="No", by=house["vp"]) == "This application is already approved."


@pytest.mark.parametrize("role", ["representative", "staff", "administrator", "organizer"])
def test_only_officers_decide(house, role):
    case = factories.submitted()
    assert refusal(services.approve, case, by=UserFactory(role=role)) == "Only officers may decide an application."


def test_who_lost_the_office_meanwhile_is_told_so(house):
    case = factories.submitted()
    heir = UserFactory(role="officer")
    services.hand_over("vp", to=heir, by=house["vp"])
    assert refusal(services.approve, case, by=house["vp"]) == (
        f"You hold no office on {today():%a} {today().day} {today():%b %Y}, so you decide nothing. "
        "It is the turn of the vice president."
    )
    services.approve(case, by=heir)
    assert places(case) == ("approved", "")


def test_a_draft_cannot_be_decided(house):
    case = factories.BenevolenceApplicationFactory()
    said = "This application is still a draft. It can be decided once it is submitted."
    assert refusal(services.approve, case, by=house["vp"]) == said


def test_nothing_is_decided_tomorrow_or_before_it_arrived(house):
    case = factories.submitted(on=today() - timedelta(days=3))
    assert "is still to come" in refusal(services.approve, case, by=house["vp"], on=today() + timedelta(days=1))
    assert "has lain with this level since" in refusal(
        services.approve, case, by=house["vp"], on=today() - timedelta(days=4)
    )


def test_two_approvals_are_two_persons_and_the_stand_in_takes_the_second_office(house):
    Office.objects.filter(level="admin").delete()
    both = house["vp"]
    Office.objects.create(level="admin", person=both, starts_on=factories.LONG_AGO)
    case = factories.submitted(amount_requested=1200)
    services.approve(case, by=both)
    case.refresh_from_db()
    said = (
        "You have approved this case at another level. Two approvals are two persons, so the stand-in for the "
        "administrator of the fund decides."
    )
    assert refusal(services.approve, case, by=both) == said
    assert roster.decider_of(case, today()) is None
    other = factories.stand_in("admin")
    assert roster.decider_of(case, today()) == (other, True)
    assert (list(roster.queue_of(both, today())), list(roster.queue_of(other, today()))) == ([], [case])
    services.approve(case, by=other)
    assert BenevolenceReview.objects.latest("id").is_stand_in
    assert places(case) == ("approved", "")


def test_a_stand_in_decides_only_what_the_holder_may_not(house):
    other = factories.stand_in("vp")
    case = factories.submitted()
    said = f"{house['vp']} decides this as vice president. You stand in where the holder may not decide."
    assert refusal(services.approve, case, by=other) == said
    services.recuse(case, kind="other", reason="We shared a house.", by=house["vp"])
    assert "You have stepped aside" in refusal(services.approve, case, by=house["vp"])
    assert list(roster.queue_of(house["vp"], today())) == []
    services.approve(case, by=other)
    assert places(case) == ("approved", "")


def test_a_stand_in_covers_everything_while_the_holder_is_away(house):
    other = factories.stand_in("vp", covers_all=True)
    case = factories.submitted()
    assert (list(roster.queue_of(other, today())), roster.decider_of(case, today())) == ([case], (other, True))
    services.approve(case, by=other)
    assert places(case) == ("approved", "")


# Denying, asking, deferring


def test_a_denial_ends_it_with_words_for_the_applicant_and_a_day(house):
    case = factories.submitted(amount_requested=1200)
    assert refusal(services.deny, case, for_applicant=" ", by=house["vp"]) == (
        "Write what the applicant is told: why not, in words you would say to their face."
    )
    review = services.deny(case, for_applicant="The bill is paid already.", by=house["vp"])
    assert (review.decision, review.for_applicant) == ("denied", "The bill is paid already.")
    assert (places(case), case.reapply_on) == (("denied", ""), today() + timedelta(days=90))
    assert refusal(services.approve, case, by=house["admin"]) == "This application is already denied."


def test_a_question_needs_words(house):
    case = factories.submitted()
    assert refusal(services.ask, case, question="", by=house["vp"]).startswith("Write what is missing")


def test_who_waits_for_an_answer_decides_nothing(house):
    case = factories.submitted()
    services.ask(case, question="Which hospital?", by=house["vp"])
    case.refresh_from_db()
    said = f"This case waits for an answer of {case.filed_by}. It then comes back to the same level."
    assert refusal(services.approve, case, by=house["vp"]) == said


def test_earlier_approvals_stand_when_a_later_level_asks(house):
    case = factories.submitted(amount_requested=1200)
    services.approve(case, amount=Decimal(1000), by=house["vp"])
    case.refresh_from_db()
    services.ask(case, question="Which hospital?", by=house["admin"])
    case.refresh_from_db()
    services.answer(case, text="Harborview", by=case.filed_by)
    assert places(case) == ("under_review", "admin")
    services.approve(case, by=house["admin"])
    assert (places(case), case.approved_amount) == (("approved", ""), 1000)
    rows = BenevolenceReview.objects.order_by("id").values_list("review_level", "round", "decision")
    assert list(rows) == [("vp", 1, "approved"), ("admin", 1, "needs_info"), ("admin", 2, "approved")]


def test_a_deferred_case_comes_back_on_its_day(house):
    on, back = date(2026, 3, 2), date(2026, 3, 20)
    case = factories.submitted(on=on)
    assert refusal(services.defer, case, until=on, reason="x", by=house["vp"], on=on).startswith("Defer to a day after")
    assert refusal(services.defer, case, until=back, reason="", by=house["vp"], on=on) == "Say why the decision waits."
    services.defer(case, until=back, reason="The insurer decides first.", by=house["vp"], on=on)
    case.refresh_from_db()
    assert (case.state, case.review_due_on) == ("Deferred", None)
    said = "This case is deferred until Fri 20 Mar 2026."
    assert refusal(services.approve, case, by=house["vp"], on=date(2026, 3, 5)) == said
    assert (services.resume_due(on=date(2026, 3, 19)), services.resume_due(on=back)) == (0, 1)
    assert services.resume_due(on=back) == 0
    case.refresh_from_db()
    assert (case.round, case.current_level, case.deferred_until, case.review_due_on) == (
        2,
        "vp",
        None,
        date(2026, 3, 27),
    )
    services.approve(case, by=house["vp"], on=back)
    assert places(case) == ("approved", "")


def test_an_officer_brings_a_deferred_case_back_early(house):
    case = factories.submitted()
    assert refusal(services.resume, case, by=house["vp"]) == "This case is not deferred."
    services.defer(case, until=today() + timedelta(days=30), reason="Wait", by=house["vp"])
    assert "Only officers" in refusal(services.resume, case, by=case.filed_by)
    services.resume(case, by=house["manager"])
    assert places(case) == ("under_review", "vp")


def test_reviews_are_overdue_after_the_days_of_the_policy(house):
    case = factories.submitted(on=date(2026, 3, 2))
    assert case.review_due_on == date(2026, 3, 9)
    assert list(BenevolenceApplication.objects.overdue(date(2026, 3, 9))) == []
    assert list(BenevolenceApplication.objects.overdue(date(2026, 3, 10))) == [case]


# Ties


def test_the_own_case_is_nobodys_to_decide(house):
    case = factories.submitted(member=MemberFactory(hire_date=factories.LONG_AGO, user=house["vp"]))
    said = "This is your own application. Step aside: the stand-in for your level decides it."
    assert refusal(services.approve, case, by=house["vp"]) == said
    assert "There is no staying" in refusal(services.recuse, case, kind="own", stays=True, reason="x", by=house["vp"])
    other = factories.stand_in("vp")
    assert roster.decider_of(case, today()) == (other, True)
    services.approve(case, by=other)
    assert places(case) == ("approved", "")


def test_a_declared_relative_must_step_aside(house):
    case = factories.submitted()
    services.declare_relative(case.member, kinship="sibling", by=house["vp"])
    said = (
        "You declared the applicant a relative (brother or sister). Step aside: the stand-in for your level decides it."
    )
    assert refusal(services.approve, case, by=house["vp"]) == said
    assert "There is no staying" in refusal(
        services.recuse, case, kind="relative", stays=True, reason="x", by=house["vp"]
    )
    services.recuse(case, kind="relative", by=house["vp"])
    kept = Recusal.objects.get()
    assert (kept.review_level, kept.person_name, kept.was_asked, kept.is_recused) == (
        "vp",
        str(house["vp"]),
        True,
        True,
    )
    services.approve(case, by=factories.stand_in("vp"))
    assert places(case) == ("approved", "")


def test_a_policy_can_let_relatives_stay_with_a_reason(house):
    factories.policy_in_force(relatives_must_recuse=False)
    case = factories.submitted()
    services.declare_relative(case.member, kinship="other", by=house["vp"])
    assert "write down why you can decide it all the same" in refusal(services.approve, case, by=house["vp"])
    services.recuse(case, kind="relative", stays=True, reason="Third cousins, never met.", by=house["vp"])
    services.approve(case, by=house["vp"])
    assert places(case) == ("approved", "")


@pytest.mark.parametrize("moved_on", [False, True])
def test_a_fellow_employee_is_asked_and_may_stay_with_a_reason(house, moved_on):
    applicant = MemberFactory(hire_date=factories.LONG_AGO)
    job = MemberEmploymentFactory(member=applicant)
    officer = MemberFactory(user=house["vp"])
    MemberEmploymentFactory(member=officer, organization=job.organization)
    case = factories.submitted(member=applicant)
    if moved_on:
        job.end_date = today()
        job.save()
    said = (
        "You and the applicant work for the same employer. "
        "Step aside, or write down why you can decide it all the same."
    )
    assert (rules.may_review(house["vp"], case).reason, refusal(services.approve, case, by=house["vp"])) == (said, said)
    assert refusal(services.recuse, case, kind="employer", stays=True, reason="", by=house["vp"]) == (
        "Write the reason: it stays with the case."
    )
    services.recuse(case, kind="employer", stays=True, reason="4,000 people work there.", by=house["vp"])
    assert "answered this already" in refusal(services.recuse, case, kind="employer", by=house["vp"])
    services.approve(case, by=house["vp"])
    assert places(case) == ("approved", "")


def test_staying_needs_a_tie(house):
    case = factories.submitted()
    said = "Nothing asks you to step aside for that reason."
    assert refusal(services.recuse, case, kind="employer", stays=True, reason="x", by=house["vp"]) == said


def test_stepping_aside_is_for_officers_and_for_undecided_cases(house):
    case = factories.submitted()
    assert "Only officers" in refusal(services.recuse, case, kind="other", reason="x", by=case.filed_by)
    done = factories.approved(house)
    assert "not being decided" in refusal(services.recuse, done, kind="other", reason="x", by=house["vp"])


def test_declaring_is_for_officers_and_of_others(house):
    member = MemberFactory(user=house["vp"])
    assert "That is you." in refusal(services.declare_relative, member, kinship="child", by=house["vp"])
    staff = UserFactory(role="staff")
    assert "your role decides nothing" in refusal(services.declare_relative, member, kinship="child", by=staff)
    one = services.declare_relative(member, kinship="child", by=house["admin"])
    assert services.declare_relative(member, kinship="other", by=house["admin"]) == one


# The emergency lane


def test_in_an_emergency_one_level_decides_and_a_second_officer_confirms(house):
    case = factories.submitted(amount_requested=1400, is_emergency=True)
    assert case.required_levels == ["president"]
    assert "Only an approval of the emergency lane" in refusal(services.confirm, case, agrees=True, by=house["vp"])
    services.approve(case, by=house["president"])
    assert (places(case), list(BenevolenceApplication.objects.unconfirmed())) == (("approved", ""), [case])
    assert "Another officer confirms." in refusal(services.confirm, case, agrees=True, by=house["president"])
    assert "Say what was wrong" in refusal(services.confirm, case, agrees=False, by=house["vp"])
    idle = UserFactory(role="officer")
    assert "You hold no office today." in refusal(services.confirm, case, agrees=True, by=idle)
    services.confirm(case, agrees=False, comments="It could have waited.", by=house["vp"])
    assert list(BenevolenceApplication.objects.unconfirmed()) == []
    assert "confirmed this already" in refusal(services.confirm, case, agrees=True, by=house["admin"])
    assert Confirmation.objects.get().by_name == str(house["vp"])


# Bars


def test_a_bar_needs_an_officer_a_reason_and_a_policy_that_bars(house):
    member = MemberFactory()
    assert "Only officers" in refusal(services.bar_member, member, reason="x", by=UserFactory(role="staff"))
    assert "Say why" in refusal(services.bar_member, member, reason=" ", by=house["vp"])
    bar = services.bar_member(member, reason="Forged bill", by=house["vp"], on=date(2026, 1, 31))
    assert (bar.from_date, bar.until_date) == (date(2026, 1, 31), date(2028, 1, 31))
    assert "Say why the bar is lifted" in refusal(services.lift_bar, bar, reason="", by=house["vp"])
    assert "Only officers" in refusal(services.lift_bar, bar, reason="x", by=UserFactory(role="staff"))
    services.lift_bar(bar, reason="It was real", by=house["vp"])
    assert "lifted on" in refusal(services.lift_bar, bar, reason="x", by=house["vp"])
    factories.policy_in_force(bar_months=0)
    assert "bars nobody" in refusal(services.bar_member, member, reason="x", by=house["vp"])


def test_a_changed_policy_changes_no_case_that_is_submitted(house):
    case = factories.submitted(amount_requested=1200, on=today() - timedelta(days=5))
    before = case.policy
    draft = services.new_version(before, effective_from=today(), by=house["vp"])
    draft.levels.filter(level="manager").update(above_amount=600)
    Policy.objects.filter(pk=draft.pk).update(largest_amount=1000, rolling_cap=1000)
    services.adopt(draft, by=house["vp"])
    services.approve(case, by=house["vp"])
    case.refresh_from_db()
    assert (case.policy, case.required_levels) == (before, ["vp", "admin"])
    services.approve(case, by=house["admin"])
    assert (places(case), case.approved_amount) == (("approved", ""), 1200)
    new = factories.BenevolenceApplicationFactory(amount_requested=800)
    factories.paper_for(new)
    assert services.submit(new, by=new.filed_by).required_levels == ["vp", "admin", "manager"]
