"""Each check finds what is wrong and leaves the healthy alone.

What the database refuses can only be broken as it would be by a restore: by the owner, with the triggers aside.
"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import BenevolenceApplication, Office, Policy
from ip2a.factories import UserFactory
from maintenance.registry import Kind, all_checks, check_named
from members.factories import MemberFactory

CHECKS = {check.name for check in all_checks() if check.name.startswith("benevolence.") and check.kind == Kind.WRITTEN}


def found(names=CHECKS):
    return {name: count for name in sorted(names) if (count := check_named(name).find().count())}


def a_life():
    """Cases in every state, healthy."""
    factories.policy_in_force()
    factories.main_fund(balance=100_000)
    house = factories.officers()
    paid = factories.paid(house, amount_requested=1200)
    factories.paid(house)
    factories.approved(house, amount_requested=2000)
    factories.submitted(amount_requested=600)
    denied = factories.submitted()
    services.deny(denied, for_applicant="No.", by=house["vp"])
    voided = factories.paid(house)
    services.void(voided, reason="Lost", by=house["admin"])
    emergency = factories.submitted(is_emergency=True)
    services.approve(emergency, by=house["president"])
    return {**house, "paid": paid, "denied": denied, "voided": voided, "emergency": emergency}


@pytest.mark.django_db
def test_the_healthy_are_left_alone():
    a_life()
    assert found() == {}


BROKEN = {
    "benevolence.application-without-story": "DELETE FROM benevolence_applicationstory WHERE application_id = {paid}",
    "benevolence.submission-not-kept": (
        "UPDATE benevolence_benevolenceapplication SET amount_requested = amount_requested + 1 WHERE id = {paid}"
    ),
    "benevolence.approved-without-reviews": (
        "DELETE FROM benevolence_benevolencereview WHERE application_id = {paid} AND review_level = 'vp'"
    ),
    "benevolence.approved-above-reviews": (
        "UPDATE benevolence_benevolencereview SET approved_amount = 1 WHERE application_id = {paid}"
    ),
    "benevolence.denied-without-decision": (
        "DELETE FROM benevolence_benevolencereview WHERE application_id = {denied}"
    ),
    "benevolence.books-disagree": (
        "UPDATE benevolence_ledgerentry SET amount = -1199 WHERE application_id = {paid} AND kind = 'payment'"
    ),
    "benevolence.payment-differs": (
        "UPDATE benevolence_benevolenceapplication SET payment_method = 'check' WHERE id = {paid}"
    ),
    "benevolence.void-differs": (
        "UPDATE benevolence_ledgerentry SET amount = 399 WHERE application_id = {voided} AND kind = 'void'"
    ),
    "benevolence.review-out-of-order": (
        "UPDATE benevolence_benevolencereview SET review_level = CASE review_level WHEN 'vp' THEN 'manager' ELSE 'vp' "
        "END WHERE application_id = {paid}"
    ),
    "benevolence.beyond-policy": (
        "UPDATE benevolence_benevolenceapplication SET required_levels = '{{vp}}' WHERE id = {paid}"
    ),
    "benevolence.number-missing": (
        "UPDATE benevolence_benevolenceapplication SET number = left(number, 8) || '0099' WHERE id = {emergency}"
    ),
    "benevolence.decided-by-somebody-tied": (
        "UPDATE members_member SET user_id = {vp} FROM benevolence_benevolenceapplication a "
        "WHERE a.member_id = members_member.id AND a.id = {paid}"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_restore_could_break_is_found(committed_db, owner_db, name):
    life = a_life()
    assert found() == {}
    statement = BROKEN[name].format(**{key: record.pk for key, record in life.items()})
    tables = [
        table for table in connection.introspection.table_names() if table.startswith(("benevolence_", "members_"))
    ]
    for way in ("DISABLE", "ENABLE"):
        for table in tables:
            owner_db.execute(f"ALTER TABLE {table} {way} TRIGGER USER")
        if way == "DISABLE":
            owner_db.execute(statement)
    assert found({name}) == {name: 1}


@pytest.fixture
def house(db):
    factories.policy_in_force()
    factories.main_fund(balance=100_000)
    return factories.officers()


def ago(days):
    return timezone.localdate() - timedelta(days=days)


@pytest.mark.django_db
def test_reviews_answers_and_deferrals_that_take_too_long_are_found(house):
    late, asked, deferred = (factories.submitted(on=ago(40)) for _ in range(3))
    services.ask(asked, question="Which?", by=house["vp"], on=ago(39))
    services.defer(deferred, until=ago(3), reason="Wait", by=house["vp"], on=ago(39))
    assert found() == {
        "benevolence.answer-overdue": 1,
        "benevolence.deferral-over": 1,
        "benevolence.review-overdue": 1,
    }
    check = check_named("benevolence.review-overdue")
    assert [(case, check.fact(case)) for case in check.find()] == [
        (late, f"Vice president, due {ago(33):%a} {ago(33).day} {ago(33):%b %Y}")
    ]
    services.resume_due()
    assert "benevolence.deferral-over" not in found()


@pytest.mark.django_db
def test_an_emergency_nobody_confirmed_is_found_until_somebody_does(house):
    case = factories.submitted(is_emergency=True, on=ago(20))
    services.approve(case, by=house["president"], on=ago(15))
    assert found() == {"benevolence.emergency-unconfirmed": 1}
    services.confirm(case, agrees=True, by=house["vp"])
    assert found() == {}


@pytest.mark.django_db
def test_levels_without_anybody_are_found(house):
    factories.submitted()
    Office.objects.filter(level="vp").update(ends_on=ago(1))
    assert found() == {"benevolence.case-nobody-decides": 1}
    person = factories.stand_in("vp")
    assert found() == {}
    type(person).objects.filter(pk__in=[person.pk, house["admin"].pk]).update(is_active=False)
    assert found() == {"benevolence.case-nobody-decides": 1, "benevolence.office-of-nobody": 1}


@pytest.mark.django_db
def test_a_gap_between_policies_is_found(house):
    policy = factories.policy_in_force()
    Policy.objects.filter(pk=policy.pk).update(effective_until=date(2099, 1, 1))
    assert found() == {"benevolence.policy-gap": 1}
    draft = services.new_version(policy, effective_from=date(2099, 1, 2), by=house["vp"])
    services.adopt(draft, by=house["vp"])
    assert found() == {}


@pytest.mark.django_db
def test_caps_passed_by_a_merge_are_found(house):
    first, second = (factories.paid(house, amount_requested=5000) for _ in range(2))
    assert found() == {}
    BenevolenceApplication.objects.filter(pk=second.pk).update(member=first.member)
    assert found() == {"benevolence.caps-exceeded": 1}


@pytest.mark.django_db
def test_a_fund_below_its_floor_or_with_too_many_promises_is_found(house):
    factories.approved(house, amount_requested=400)
    day = timezone.localdate()
    tomorrow = day + timedelta(days=1)
    policy = factories.policy_in_force()
    for floor, name in ((99_700, "promised-too-much"), (100_001, "fund-below-floor")):
        draft = services.new_version(policy, effective_from=tomorrow, by=house["vp"])
        Policy.objects.filter(pk=draft.pk).update(fund_floor=floor)
        services.adopt(draft, by=house["vp"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.utils.timezone.localdate", lambda *arguments: tomorrow)
            assert f"benevolence.{name}" in found()
        services.take_back(draft, by=house["vp"])


@pytest.mark.django_db
def test_a_draft_nobody_touched_is_found(house):
    case = factories.BenevolenceApplicationFactory(member=MemberFactory(), filed_by=UserFactory(role="staff"))
    assert found() == {}
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(days=61)
        patch.setattr("django.utils.timezone.now", lambda: later)
        assert found() == {"benevolence.stale-draft": 1}
        services.withdraw(case, reason="Not needed", by=case.filed_by)
        assert found() == {}


@pytest.mark.django_db
def test_an_open_application_of_somebody_who_died_is_found(house):
    case = factories.submitted()
    type(case.member).objects.filter(pk=case.member_id).update(status="deceased")
    assert found() == {"benevolence.applicant-deceased": 1}
    services.withdraw(case, reason="The family has help", by=case.filed_by)
    assert found() == {}


def test_every_check_of_the_room_is_proved():
    by_time = {
        "applicant-deceased",
        "answer-overdue", "caps-exceeded", "case-nobody-decides", "deferral-over", "emergency-unconfirmed",
        "fund-below-floor", "office-of-nobody", "policy-gap", "promised-too-much", "review-overdue", "stale-draft",
    }  # fmt: skip
    assert {f"benevolence.{name}" for name in by_time} | set(BROKEN) == CHECKS
