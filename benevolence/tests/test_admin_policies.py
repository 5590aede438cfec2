"""Policies, offices, stand-ins, relatives and the fund in the officers' room."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import LedgerEntry, Office, Policy, Relative, StandIn
from benevolence.tests.test_admin import client_of
from ip2a.factories import UserFactory
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db


def policy_values(policy, **changes) -> dict[str, str]:
    names = [
        *("title", "effective_from", "membership_months", "bar_months", "largest_amount", "rolling_cap"),
        *("rolling_months", "lifetime_cap", "fund_floor", "document_threshold", "review_days", "answer_days"),
        *("reapply_days", "emergency_max", "emergency_level", "emergency_confirm_days", "payee_rule"),
    ]
    values = {name: getattr(policy, name) for name in names}
    values |= {"standings": policy.standings, "opened": policy.version, "suspends_in_strike": "on"}
    for prefix, rows in (("levels", policy.levels.all()), ("reason_caps", policy.reason_caps.all())):
        values |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for place, row in enumerate(rows):
            values |= {f"{prefix}-{place}-id": row.pk, f"{prefix}-{place}-policy": policy.pk}
            shown = ("level", "above_amount") if prefix == "levels" else ("reason", "amount")
            values |= {f"{prefix}-{place}-{name}": getattr(row, name) for name in shown}
    return values | changes


@pytest.mark.parametrize("role", ["officer", "administrator"])
def test_a_policy_in_force_is_to_look_at_and_a_new_version_is_changed_and_adopted(db, role):
    policy, client = factories.policy_in_force(), client_of(UserFactory(role=role))
    change = reverse("admin:benevolence_policy_change", args=[policy.pk])
    assert client.post(change, policy_values(policy, fund_floor="1")).status_code == 403
    start = timezone.localdate() + timedelta(days=30)
    client.post(
        reverse("admin:benevolence_policy_new_version", args=[policy.pk]), {"effective_from": start.isoformat()}
    )
    draft = Policy.objects.get(adopted_at=None)
    url = reverse("admin:benevolence_policy_change", args=[draft.pk])
    response = client.post(url, policy_values(draft, fund_floor="7000", **{"levels-0-above_amount": "0"}))
    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert (draft.fund_floor, draft.levels.count()) == (7000, 4)
    client.post(reverse("admin:benevolence_policy_adopt", args=[draft.pk]), {})
    draft.refresh_from_db(), policy.refresh_from_db()
    assert (draft.is_adopted, policy.effective_until) == (True, start - timedelta(days=1))
    assert "Take the adoption back" in client.get(url).content.decode()
    client.post(reverse("admin:benevolence_policy_take_back", args=[draft.pk]), {})
    draft.refresh_from_db()
    assert not draft.is_adopted


def test_a_draft_that_somebody_else_changed_is_not_written_over(db):
    draft = services.new_version(
        factories.policy_in_force(), effective_from=timezone.localdate(), by=UserFactory(role="officer")
    )
    values = policy_values(draft, title="Mine")
    Policy.objects.filter(pk=draft.pk).update(title="Theirs")
    url = reverse("admin:benevolence_policy_change", args=[draft.pk])
    response = client_of(UserFactory(role="officer")).post(url, values)
    assert "Somebody changed this since you opened it" in response.content.decode()
    assert Policy.objects.get(pk=draft.pk).title == "Theirs"


def test_an_office_passes_on_and_a_stand_in_is_appointed(house):
    client, today = client_of(house["president"]), timezone.localdate()
    new = UserFactory(role="officer")
    add = reverse("admin:benevolence_office_add")
    client.post(add, {"level": "vp", "to": new.pk, "on": today.isoformat()})
    assert Office.objects.get(level="vp", ends_on=None).person == new
    assert client.post(add, {"level": "vp", "to": new.pk, "on": today.isoformat()}).status_code == 422
    stand_in = {"level": "vp", "person": house["manager"].pk, "starts_on": today.isoformat(), "covers_all": "on"}
    client.post(reverse("admin:benevolence_standin_add"), stand_in)
    row = StandIn.objects.get()
    assert (row.person, row.covers_all) == (house["manager"], True)
    change = reverse("admin:benevolence_standin_change", args=[row.pk])
    client.post(change, {"ends_on": today.isoformat(), "opened": row.version})
    row.refresh_from_db()
    assert (row.ends_on, row.covers_all, row.person) == (today, False, house["manager"])


def test_a_relative_is_found_without_a_script(house):
    member = MemberFactory(last_name="Quigley")
    client, add = client_of(house["vp"]), reverse("admin:benevolence_relative_add")
    asked = client.post(add, {"member_q": "quigley", "find": "member", "kinship": "parent"})
    assert "Is it this one" in asked.content.decode()
    client.post(add, {"member_q": "quigley", "member_choice": member.pk, "kinship": "parent"})
    assert Relative.objects.get().member == member


def test_the_funds_money_is_no_field(house, signed_in):
    fund = factories.main_fund()
    text = signed_in("administrator").get(reverse("admin:benevolence_fund_change", args=[fund.pk])).content.decode()
    assert "100,000" not in text and LedgerEntry.objects.count() == 1
