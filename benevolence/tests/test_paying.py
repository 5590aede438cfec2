"""The books: entries only, what was approved and no more, never below the floor."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from benevolence import eligibility, factories, services
from benevolence.models import ApplicationStory, Bar, LedgerEntry, Office
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db


def refusal(verb, *arguments, **named):
    with pytest.raises(Refused) as refused:
        verb(*arguments, **named)
    return str(refused.value)


@pytest.fixture
def fund(house):
    return factories.main_fund()


def test_paying_writes_an_entry_and_ends_the_case(house, fund):
    case = factories.approved(house)
    assert (fund.balance(), fund.commitments()) == (100_000, 400)
    entry = services.pay(case, method="check", reference=" 1001 ", by=house["admin"])
    case.refresh_from_db()
    today = timezone.localdate()
    assert (case.status, case.payment_date, case.payment_method) == ("paid", today, "check")
    assert (entry.amount, entry.reference, entry.payee_name, entry.by_name) == (
        -400,
        "1001",
        case.member.full_name,
        str(house["admin"]),
    )
    assert (fund.balance(), fund.commitments()) == (99_600, 0)
    assert (fund.balance(on=today - timedelta(days=1)), fund.balance(on=today)) == (100_000, 99_600)


def test_only_the_office_that_keeps_the_books_pays(house):
    case = factories.approved(house)
    said = "The administrator of the fund keeps the books of the fund; you do not hold that office."
    assert refusal(services.pay, case, method="ach", by=house["vp"]) == said
    assert refusal(services.pay, case, method="ach", by=UserFactory(role="staff")) == (
        "Only officers keep the books of the fund."
    )


def test_who_alone_approved_does_not_pay(house, fund):
    Office.objects.filter(level="admin").delete()
    factories.office("admin", house["vp"])
    case = factories.approved(house)
    said = "You alone approved this. Somebody else pays it: the stand-in for your office."
    assert refusal(services.pay, case, method="ach", by=house["vp"]) == said
    services.pay(case, method="ach", by=factories.stand_in("admin"))
    case.refresh_from_db()
    assert case.status == "paid"


def test_nobody_pays_the_own_case(house):
    case = factories.approved(house, member=MemberFactory(hire_date=factories.LONG_AGO, user=house["admin"]))
    assert refusal(services.pay, case, method="ach", by=house["admin"]).startswith("This is your own application.")


def test_only_approved_cases_are_paid_and_only_once(house):
    case = factories.submitted()
    assert refusal(services.pay, case, method="ach", by=house["admin"]) == "Only an approved application is paid."
    case = factories.paid(house)
    assert "was paid on" in refusal(services.pay, case, method="ach", by=house["admin"])


def test_the_way_of_paying_follows_the_payee(house):
    case = factories.approved(house)
    assert refusal(services.pay, case, method="check", by=house["admin"]) == "Write the number of the check."
    assert refusal(services.pay, case, method="creditor", by=house["admin"]) == "The member is the payee of this case."
    for method in ("cash", ""):
        assert refusal(services.pay, case, method=method, by=house["admin"]).startswith("Choose how it is paid")
    ApplicationStory.objects.filter(application=case).update(payee="creditor", creditor_name="Alder Homes")
    assert refusal(services.pay, case, method="ach", by=house["admin"]) == "The creditor is the payee of this case."
    assert services.pay(case, method="creditor", by=house["admin"]).payee_name == "Alder Homes"


def test_a_check_number_is_used_once(house):
    first, second = factories.approved(house), factories.approved(house)
    services.pay(first, method="check", reference="1001", by=house["admin"])
    said = "“1001” is already in the books. Check the number."
    assert refusal(services.pay, second, method="check", reference="1001", by=house["admin"]) == said


def test_nothing_is_paid_before_it_was_approved_or_tomorrow(house):
    case = factories.approved(house)
    today = timezone.localdate()
    for day, words in (
        (today - timedelta(days=1), "cannot have been paid before"),
        (today + timedelta(days=1), "still to come"),
    ):
        assert words in refusal(services.pay, case, method="ach", by=house["admin"], on=day)


def test_the_fund_never_falls_below_its_floor(house, fund):
    services.adjust(fund, amount=Decimal("-94700"), memo="Moved to the new bank", by=house["admin"])
    case = factories.approved(house)
    assert refusal(services.pay, case, method="ach", by=house["admin"]) == (
        "The fund holds $5,300.00 and may not fall below $5,000.00, so $400.00 cannot be taken out. "
        "Enter a deposit first."
    )
    case.refresh_from_db()
    assert (case.status, fund.balance()) == ("approved", 5300)
    services.deposit(fund, amount=Decimal(100), by=house["admin"])
    services.pay(case, method="ach", by=house["admin"])
    assert fund.balance() == 5000


def test_an_entry_in_the_past_counts_against_every_later_balance(house, fund):
    day = date(2026, 2, 2)
    services.adjust(fund, amount=Decimal(-90_000), memo="Out", by=house["admin"], on=day)
    services.deposit(fund, amount=Decimal(90_000), by=house["admin"], on=date(2026, 3, 3))
    said = "The fund holds $10,000.00 and may not fall below $5,000.00"
    assert said in refusal(
        services.adjust, fund, amount=Decimal(-6000), memo="x", by=house["admin"], on=date(2026, 1, 5)
    )
    services.adjust(fund, amount=Decimal(-6000), memo="x", by=house["admin"], on=date(2026, 3, 3))


def test_a_void_is_a_new_entry_and_frees_the_caps(house, fund):
    case = factories.paid(house)
    payment = LedgerEntry.objects.payments().get()
    assert [use.amount for use in eligibility.uses_of(case.member)] == [400]
    assert refusal(services.void, case, reason=" ", by=house["admin"]).startswith("Say why")
    entry = services.void(case, reason="The check was lost", by=house["admin"])
    case.refresh_from_db()
    assert (entry.kind, entry.amount, entry.counter_entry, entry.memo) == ("void", 400, payment, "The check was lost")
    assert (case.status, case.payment_date, case.payment_method) == ("approved", None, "")
    assert (fund.balance(), fund.commitments()) == (100_000, 400)
    assert [(use.amount, use.is_paid) for use in eligibility.uses_of(case.member)] == [(400, False)]
    services.withdraw(case, reason="Not needed", by=case.filed_by)
    assert eligibility.uses_of(case.member) == []
    assert refusal(services.void, case, reason="x", by=house["admin"]) == "There is no payment to void."


def test_only_the_office_voids_and_not_before_the_payment(house):
    case = factories.paid(house)
    assert "you do not hold that office" in refusal(services.void, case, reason="x", by=house["vp"])
    early = timezone.localdate() - timedelta(days=1)
    assert "Void it on that day or a later one." in refusal(
        services.void, case, reason="x", by=house["admin"], on=early
    )


def test_a_reissue_voids_and_pays_again_or_does_neither(house, fund):
    case = factories.approved(house)
    services.pay(case, method="check", reference="1001", by=house["admin"])
    assert "already in the books" in refusal(
        services.reissue, case, method="check", reference="1001", reason="Lost", by=house["admin"]
    )
    assert LedgerEntry.objects.filter(kind="void").count() == 0
    services.reissue(case, method="check", reference="1002", reason="Lost", by=house["admin"])
    case.refresh_from_db()
    rows = LedgerEntry.objects.exclude(kind="deposit").order_by("id").values_list("kind", "amount", "reference")
    assert list(rows) == [("payment", -400, "1001"), ("void", 400, ""), ("payment", -400, "1002")]
    assert (case.status, fund.balance()) == ("paid", 99_600)


def test_a_void_for_cause_denies_the_case_and_bars_the_member(house):
    case = factories.paid(house)
    services.void(case, reason="The bill was forged", for_cause=True, by=house["admin"])
    case.refresh_from_db()
    bar = Bar.objects.get()
    assert (case.status, case.approved_amount, case.reapply_on) == ("denied", None, bar.until_date)
    assert (bar.member, bar.application, bar.reason) == (case.member, case, "The bill was forged")
    assert not eligibility.preview(case.member, reason="medical", amount=Decimal(1)).ok


def test_deposits_and_adjustments(house, fund):
    services.deposit(fund, amount=Decimal("250.50"), memo="Picnic", reference="R-7", by=house["admin"])
    services.adjust(fund, amount=Decimal("-12.25"), memo="Bank's fee", by=house["admin"])
    assert fund.balance() == Decimal("100238.25")
    for amount in (0, -5):
        assert refusal(services.deposit, fund, amount=Decimal(amount), by=house["admin"]) == (
            "The amount must be more than zero."
        )
    assert "what is adjusted" in refusal(services.adjust, fund, amount=Decimal(5), memo="", by=house["admin"])
    assert "more than zero" in refusal(services.adjust, fund, amount=Decimal(0), memo="x", by=house["admin"])
    assert "do not hold that office" in refusal(services.deposit, fund, amount=Decimal(5), by=house["vp"])
    later = timezone.localdate() + timedelta(days=1)
    assert "still to come" in refusal(services.deposit, fund, amount=Decimal(5), by=house["admin"], on=later)
