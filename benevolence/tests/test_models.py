"""What a local begins with, and small questions that records answer."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from benevolence import factories
from benevolence.models import BenevolenceApplication, Fund, LedgerEntry, Policy

pytestmark = pytest.mark.django_db


def test_a_local_that_decided_nothing_yet_has_the_usual_policy_and_a_fund():
    Policy.objects.filter(adopted_at__isnull=False).update(adopted_at=None)
    Policy.objects.all().delete()
    Fund.objects.all().delete()
    import_module("benevolence.migrations.0003_the_usual_policy_and_fund").add(apps, None)
    policy = Policy.objects.get()
    assert (policy.is_adopted, Fund.objects.main().name) == (True, "Benevolence fund")
    assert dict(policy.levels.values_list("level", "above_amount")) == factories.USUAL_LEVELS
    assert dict(policy.reason_caps.values_list("reason", "amount")) == factories.USUAL_CAPS
    connection.check_constraints()


def test_a_balance_is_that_of_the_end_of_a_day(house):
    fund = factories.main_fund()
    by = {"by": house["admin"], "by_name": "x", "fund": fund, "kind": "deposit"}
    LedgerEntry.objects.create(amount=10, entry_date=date(2026, 1, 10), **by)
    LedgerEntry.objects.create(amount=5, entry_date=date(2026, 1, 20), **by)
    days = [date(2000, 1, 1), date(2026, 1, 9), date(2026, 1, 10), date(2026, 1, 20)]
    assert [fund.balance(on=day) for day in days] == [0, 100_000, 100_010, 100_015]


def test_story_and_notes_are_reachable_from_the_application(house):
    case = factories.BenevolenceApplicationFactory(story="A flood.", story__notes="Seen the photos.")
    assert (case.description, case.notes, str(case)) == ("A flood.", "Seen the photos.", f"Draft, {case.member}")
    bare = BenevolenceApplication(member=case.member)
    assert (bare.description, bare.notes) == ("", "")


def test_levels_come_in_their_order_however_they_were_entered():
    policy = factories.PolicyFactory(lines={"president": 10, "vp": 0, "manager": 5})
    assert [policy.required_levels(amount) for amount in (1, 6, 11)] == [
        ["vp"],
        ["vp", "manager"],
        ["vp", "manager", "president"],
    ]
