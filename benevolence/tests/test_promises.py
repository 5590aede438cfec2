"""What the database itself refuses, whatever road a statement comes by."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    LedgerEntry,
    Office,
    Policy,
    PolicyLevel,
)
from ip2a.factories import UserFactory

pytestmark = pytest.mark.django_db


def refused(constraint, change, *arguments, at_commit=False, **values):
    """The statement breaks that constraint, at once or when the transaction would end."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(*arguments, **values)
        if at_commit:
            connection.check_constraints()
    assert error.value.__cause__.diag.constraint_name == constraint


def change(case, **values):
    BenevolenceApplication.objects.filter(pk=case.pk).update(**values)


def review(case, by, **values):
    told = {"review_level": case.current_level, "decision": "approved", "approved_amount": 100, "attempt": case.attempt}
    told |= {"round": case.round, "review_date": timezone.localdate()}
    return BenevolenceReview.objects.create(application=case, reviewer=by, reviewer_name=str(by), **told | values)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("application_amount_positive", {"amount_requested": 0}),
        ("application_reason_known", {"reason": "toothache"}),
        ("application_status_known", {"status": "lost"}),
        ("application_date_possible", {"application_date": date(1900, 1, 1)}),
        ("application_approved_has_amount", {"approved_amount": 5}),
        ("application_paid_has_payment", {"payment_method": "ach"}),
        ("application_level_while_in_review", {"current_level": "vp"}),
        ("application_due_while_awaited", {"review_due_on": date(2026, 1, 1)}),
        ("application_decided_on_a_day", {"decided_on": date(2026, 1, 1)}),
    ],
)
def test_a_draft_cannot_hold_what_only_later_states_have(house, constraint, values):
    case = factories.BenevolenceApplicationFactory()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(case, **values)
    broken = error.value.__cause__.diag.constraint_name
    assert broken == (constraint if constraint != "application_status_known" else "application_moves")


@pytest.mark.parametrize(
    ("values", "moves"),
    [({"status": "paid"}, "submitted to paid"), ({"status": "denied", "current_level": ""}, "")],
)
def test_states_only_move_as_the_table_says(house, values, moves):
    case = factories.submitted()
    if moves:
        refused("application_moves", change, case, **values)
    else:
        values |= {"level_since": None, "review_due_on": None, "decided_on": date(2026, 1, 2)}
        refused("application_denied_by_somebody", change, case, at_commit=True, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"amount_requested": 399},
        {"reason": "other"},
        {"required_levels": ["president"]},
        {"is_emergency": True},
        {"attempt": 2},
        {"application_date": date(2020, 1, 1)},
    ],
)
def test_what_was_submitted_stays_by_every_road(house, values):
    refused("application_as_submitted", change, factories.submitted(), **values)


def test_a_number_stays_even_in_a_draft_that_was_withdrawn(house):
    case = factories.submitted()
    services.withdraw(case, reason="x", by=case.filed_by)
    refused("application_number_stays", change, case, number="BA-2026-9999")


def test_the_story_stays_as_it_was_submitted(house):
    case = factories.submitted()
    refused("story_as_submitted", ApplicationStory.objects.filter(application=case).update, description="Another")
    ApplicationStory.objects.filter(application=case).update(notes="Called her.")


def test_nothing_is_approved_without_the_reviews_it_needs(house):
    case = factories.submitted(amount_requested=1200)
    approval = {"status": "approved", "approved_amount": 1200, "current_level": "", "level_since": None}
    approval |= {"review_due_on": None, "decided_on": timezone.localdate()}
    refused("application_has_its_approvals", change, case, at_commit=True, **approval)
    services.approve(case, by=house["vp"])
    refused("application_has_its_approvals", change, case, at_commit=True, **approval)


def test_no_more_is_approved_than_asked_for_or_than_a_level_approved(house):
    case = factories.approved(house)
    refused("application_approved_within_requested", change, case, approved_amount=401)
    small = factories.submitted()
    services.approve(small, amount=300, by=house["vp"])
    refused("application_has_its_approvals", change, small, at_commit=True, approved_amount=301)


def test_a_case_lies_with_the_level_whose_turn_it_is(house):
    case = factories.submitted(amount_requested=1200)
    refused("application_levels_in_order", change, case, at_commit=True, current_level="admin")


def test_a_review_is_written_only_in_its_turn_and_within_the_amounts(house):
    case = factories.submitted(amount_requested=1200)
    refused("review_in_order", review, case, house["admin"], review_level="admin")
    refused("review_in_order", review, case, house["vp"], round=2)
    refused("review_in_order", review, case, house["vp"], attempt=2)
    refused("review_amount_within", review, case, house["vp"], approved_amount=1201)
    refused("review_amount_when_approved", review, case, house["vp"], approved_amount=None)
    refused("review_words_for_applicant", review, case, house["vp"], approved_amount=None, decision="denied")
    refused("review_in_order", review, factories.approved(house), house["vp"], review_level="vp")


def test_who_stepped_aside_writes_no_review(house):
    case = factories.submitted()
    services.recuse(case, kind="other", reason="x", by=house["vp"])
    refused("review_by_somebody_free", review, case, house["vp"])


def test_one_person_approves_once_and_one_level_decides_once(house):
    case = factories.submitted(amount_requested=1200)
    services.approve(case, by=house["vp"])
    case.refresh_from_db()
    refused("review_two_approvals_two_persons", review, case, house["vp"])


def test_a_case_is_paid_exactly_when_the_books_say_so(house):
    case, fund = factories.approved(house), factories.main_fund()
    values = {"status": "paid", "payment_date": timezone.localdate(), "payment_method": "ach"}
    refused("application_agrees_with_ledger", change, case, at_commit=True, **values)
    entry = {"fund": fund, "application": case, "kind": "payment", "payment_method": "ach", "payee_name": "Rosa"}
    entry |= {"by": house["admin"], "by_name": "x", "amount": -400}
    create = LedgerEntry.objects.create
    refused("application_agrees_with_ledger", create, at_commit=True, **entry)
    refused("entry_pays_what_was_approved", create, **entry | {"amount": -399})
    refused("entry_pays_what_was_approved", create, **entry | {"application": factories.submitted()})
    refused("entry_payment_takes", create, **entry | {"payee_name": ""})
    refused("entry_kind_known", create, **entry | {"kind": "gift"})
    refused("entry_deposit_adds", create, **entry | {"kind": "deposit", "amount": 5})
    refused("entry_adjustment_explained", create, **entry | {"kind": "adjustment", "application": None, "amount": 5})


def test_a_void_gives_back_one_whole_payment_once(house):
    case, fund = factories.paid(house), factories.main_fund()
    payment = LedgerEntry.objects.payments().get()
    void = {"fund": fund, "application": case, "kind": "void", "counter_entry": payment, "memo": "Lost"}
    void |= {"by": house["admin"], "by_name": "x", "amount": 400}
    create = LedgerEntry.objects.create
    refused("entry_voids_a_payment", create, **void | {"amount": 399})
    refused("entry_voids_a_payment", create, **void | {"counter_entry": fund.entries.get(kind="deposit")})
    refused("entry_voids_a_payment", create, **void | {"entry_date": payment.entry_date - timedelta(days=1)})
    refused("entry_void_gives_back", create, **void | {"memo": ""})
    services.void(case, reason="Lost", by=house["admin"])
    refused("benevolence_ledgerentry_counter_entry_id_key", create, **void)


def test_nothing_takes_the_fund_below_its_floor(house):
    fund = factories.main_fund()
    entry = {"fund": fund, "kind": "adjustment", "memo": "x", "by": house["admin"], "by_name": "x"}
    refused("entry_above_floor", LedgerEntry.objects.create, amount=-95_001, **entry)
    LedgerEntry.objects.create(amount=-95_000, **entry)
    refused("entry_above_floor", LedgerEntry.objects.create, amount=-1, entry_date=date(2010, 1, 1), **entry)


@pytest.mark.parametrize("values", [{"rolling_cap": 1}, {"title": "x"}, {"effective_from": date(1999, 1, 1)}])
def test_an_adopted_policy_stays_as_it_is(house, values):
    policy = factories.policy_in_force()
    refused("policy_as_adopted", Policy.objects.filter(pk=policy.pk).update, **values)


def test_levels_and_caps_of_an_adopted_policy_stay_and_so_does_a_used_one(house):
    case = factories.submitted()
    policy = case.policy
    refused("policy_as_adopted", policy.levels.update, above_amount=9)
    refused("policy_as_adopted", policy.reason_caps.all().delete)
    refused("policy_as_adopted", PolicyLevel.objects.create, policy=policy, level="vp")
    refused("policy_as_adopted", Policy.objects.filter(pk=policy.pk).update, adopted_at=None, adopted_by=None)
    yesterday = timezone.localdate() - timedelta(days=1)
    refused("policy_as_adopted", Policy.objects.filter(pk=policy.pk).update, effective_until=yesterday)


def test_two_policies_or_two_holders_on_one_day_are_refused(house):
    factories.policy_in_force()
    other = factories.PolicyFactory()
    refused("policy_one_at_a_time", Policy.objects.filter(pk=other.pk).update, adopted_at=timezone.now())
    somebody = UserFactory(role="officer")
    refused("office_one_at_a_time", Office.objects.create, level="vp", person=somebody, starts_on=date(2020, 1, 1))


@pytest.mark.parametrize(
    "table", ["benevolencereview", "ledgerentry", "recusal", "submission", "storyaddition", "confirmation"]
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_can_change_or_delete_no_decision_and_no_entry(app_db, table, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement.format(f"benevolence_{table}"))


@pytest.mark.parametrize("table", ["benevolencereview", "ledgerentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_even_the_owners_plain_statement_is_refused(owner_db, table, statement):
    with pytest.raises(psycopg.Error, match="can be neither changed nor deleted"):
        owner_db.execute(statement.format(f"benevolence_{table}"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM benevolence_benevolenceapplication",
        "DELETE FROM benevolence_applicationstory",
        "DROP TRIGGER benevolence_ledger_guard ON benevolence_ledgerentry",
        "ALTER TABLE benevolence_ledgerentry DISABLE TRIGGER USER",
        "DROP FUNCTION benevolence_review_guard() CASCADE",
        "ALTER FUNCTION benevolence_ledger_guard() RENAME TO nothing",
    ],
)
def test_the_application_cannot_lose_a_case_or_switch_a_promise_off(app_db, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement)
