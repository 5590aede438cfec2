"""Versions of the policy and hands that offices pass through."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from benevolence import factories, roster, services
from benevolence.models import Office, Policy
from ip2a.answers import Refused
from ip2a.factories import UserFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 1)


def refusal(verb, *arguments, **named):
    with pytest.raises(Refused) as refused:
        verb(*arguments, **named)
    return str(refused.value)


def test_a_new_version_says_what_the_old_one_said_until_it_is_changed(house):
    old = factories.policy_in_force()
    draft = services.new_version(old, effective_from=DAY, by=house["vp"], title="After the convention")
    assert (draft.title, draft.is_adopted, draft.fund_floor, draft.effective_until) == (
        "After the convention",
        False,
        old.fund_floor,
        None,
    )
    assert list(draft.levels.values_list("level", "above_amount")) == list(
        old.levels.values_list("level", "above_amount")
    )
    assert list(draft.reason_caps.values_list("reason", "amount")) == list(
        old.reason_caps.values_list("reason", "amount")
    )


def test_an_adopted_version_takes_over_on_its_day_without_a_gap(house):
    old = factories.policy_in_force()
    draft = services.adopt(services.new_version(old, effective_from=DAY, by=house["vp"]), by=house["vp"])
    days = [DAY - timedelta(days=1), DAY, date(2099, 1, 1)]
    assert [Policy.objects.in_force(day) for day in days] == [old, draft, draft]
    said = "This policy is in force from Mon 1 Jun 2026 already."
    assert refusal(services.adopt, draft, by=house["vp"]) == said
    services.take_back(draft, by=house["vp"])
    assert [Policy.objects.in_force(day) for day in days] == [old, old, old]


def test_a_version_cannot_take_effect_before_cases_or_versions_that_stand(house):
    case = factories.submitted(on=DAY)
    draft = services.new_version(case.policy, effective_from=DAY, by=house["vp"])
    assert refusal(services.adopt, draft, by=house["vp"]) == (
        "Applications up to Mon 1 Jun 2026 were submitted under another policy. "
        "Let this one take effect after that day."
    )
    assert "so it stays" in refusal(services.take_back, case.policy, by=house["vp"])
    Policy.objects.filter(pk=draft.pk).update(effective_from=DAY + timedelta(days=9))
    services.adopt(draft, by=house["vp"])
    other = services.new_version(case.policy, effective_from=DAY + timedelta(days=2), by=house["vp"])
    assert f"Policy {draft.number} takes effect on Wed 10 Jun 2026, not before this one." in refusal(
        services.adopt, other, by=house["vp"]
    )


def test_a_policy_that_decides_nothing_is_not_adopted(house):
    bare = factories.PolicyFactory(effective_from=DAY, lines={})
    assert refusal(services.adopt, bare, by=house["vp"]).startswith("No level decides anything")
    high = factories.PolicyFactory(effective_from=DAY, lines={"vp": 100})
    assert refusal(services.adopt, high, by=house["vp"]).startswith("Small amounts have no level")


@pytest.mark.parametrize("role", ["staff", "representative", "organizer"])
def test_only_officers_and_administrators_make_policy(house, role):
    user, policy = UserFactory(role=role), factories.policy_in_force()
    said = "Only officers and administrators may change the fund's policy."
    assert refusal(services.new_version, policy, effective_from=DAY, by=user) == said
    assert refusal(services.adopt, policy, by=user) == said


def test_taking_back_is_for_the_latest(house):
    old = factories.policy_in_force()
    draft = services.new_version(old, effective_from=DAY, by=house["vp"])
    assert refusal(services.take_back, draft, by=house["vp"]) == "This policy is a draft."
    services.adopt(draft, by=house["vp"])
    assert "A later policy follows" in refusal(services.take_back, old, by=house["vp"])


def test_an_office_passes_from_hand_to_hand(house):
    heir = UserFactory(role="officer")
    services.hand_over("vp", to=heir, by=UserFactory(role="administrator"), on=DAY)
    holders = [roster.holder_of("vp", day).person for day in (DAY - timedelta(days=1), DAY)]
    assert holders == [house["vp"], heir]
    assert refusal(services.hand_over, "vp", to=heir, by=house["vp"]) == f"{heir} holds this office already."
    assert "Choose a later day." in refusal(services.hand_over, "vp", to=house["vp"], by=house["vp"], on=DAY)
    assert "may not decide applications" in refusal(services.hand_over, "vp", to=UserFactory(role="staff"), by=heir)
    assert "There is no such level." in refusal(services.hand_over, "king", to=house["vp"], by=heir)
    staff = UserFactory(role="staff")
    assert "Only officers and administrators" in refusal(services.hand_over, "vp", to=house["vp"], by=staff)
    assert Office.objects.filter(level="vp").count() == 2


def test_a_stand_in_is_appointed_for_days_that_nobody_has(house):
    person, today = UserFactory(role="officer"), timezone.localdate()
    services.appoint_stand_in("vp", person=person, starts_on=today, ends_on=today + timedelta(days=9), by=house["vp"])
    assert refusal(services.appoint_stand_in, "vp", person=house["admin"], starts_on=today, by=house["vp"]) == (
        f"{person} stands in for this level on some of these days."
    )
    later = today + timedelta(days=10)
    services.appoint_stand_in("vp", person=house["admin"], starts_on=later, by=house["vp"])
    assert (roster.stand_in_of("vp", today).person, roster.stand_in_of("vp", later).person) == (person, house["admin"])
    assert "The last day lies before" in refusal(
        services.appoint_stand_in, "admin", person=person, starts_on=later, ends_on=today, by=house["vp"]
    )
    assert "may not decide" in refusal(
        services.appoint_stand_in, "admin", person=UserFactory(role="staff"), starts_on=today, by=house["vp"]
    )
    assert "There is no such level." in refusal(
        services.appoint_stand_in, "king", person=person, starts_on=today, by=house["vp"]
    )
    assert "Only officers" in refusal(
        services.appoint_stand_in, "admin", person=person, starts_on=today, by=UserFactory(role="staff")
    )
