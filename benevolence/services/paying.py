"""The fund's books: every verb writes entries and never changes one. The fund's row is locked while one is written."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benevolence import mailing, rules
from benevolence.eligibility import months_after, policy_on
from benevolence.models import (
    ApplicationStory,
    Bar,
    BenevolenceApplication,
    Fund,
    LedgerEntry,
    Payee,
    PaymentMethod,
    Policy,
    Status,
)
from benevolence.rules.filing import not_in_future
from benevolence.rules.paying import may_take_out
from benevolence.services.moving import CASE, locked, move
from ip2a import audit
from ip2a.answers import Refused

PAID = [*CASE, "payment_date", "payment_method"]


def main_fund() -> Fund:
    """The fund that applications are paid from, locked to the end of the transaction."""
    fund = Fund.objects.select_for_update(no_key=True).filter(is_default=True).first()
    if fund is None:
        raise Refused("There is no fund to pay from. An administrator names the fund that applications are paid from.")
    return fund


def lowest_balance(fund: Fund, since: date) -> Decimal:
    """The lowest balance from a day on: an entry in the past moves every balance after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT benevolence_lowest_balance(%s, %s)", [fund.pk, since])
        return cursor.fetchone()[0]


def _floor(on: date) -> Decimal:
    policy = Policy.objects.in_force(on)
    return policy.fund_floor if policy else Decimal(0)


def _enter(fund: Fund, kind: str, amount: Decimal, on: date, by: Any, **told: Any) -> LedgerEntry:
    if amount < 0:
        may_take_out(fund, -amount, on, _floor(on), lowest_balance(fund, on)).enforce()
    return LedgerEntry.objects.create(
        fund=fund, kind=kind, amount=amount, entry_date=on, by=by, by_name=by.get_full_name(), **told
    )


@transaction.atomic
def pay(
    application: BenevolenceApplication, *, method: str, by: Any, reference: str = "", on: date | None = None
) -> LedgerEntry:
    """Pay what was approved: ``method`` is check, ach or creditor; a check needs its number as ``reference``.

    Refused when the fund would fall below the floor of the policy in force on that day.
    """
    on = on or timezone.localdate()
    application = locked(application)
    fund = main_fund()
    rules.may_pay(by, application, fund, method=method or "-", reference=reference, on=on).enforce()
    story = ApplicationStory.objects.get(application=application)
    payee = story.creditor_name if story.payee == Payee.CREDITOR else application.member.full_name
    entry = _enter(
        fund,
        LedgerEntry.Kind.PAYMENT,
        -application.approved_amount,
        on,
        by,
        application=application,
        payment_method=PaymentMethod(method),
        reference=reference.strip(),
        payee_name=payee,
    )
    move(application, Status.PAID)
    application.payment_date, application.payment_method = on, method
    with audit.because("Paid"):
        application.save(update_fields=PAID)
    mailing.paid(application, entry)
    return entry


def standing_payment(application: BenevolenceApplication) -> LedgerEntry | None:
    """The payment that was made and not voided."""
    return LedgerEntry.objects.standing().filter(application=application).select_related("fund").first()


@transaction.atomic
def void(
    application: BenevolenceApplication, *, reason: str, by: Any, for_cause: bool = False, on: date | None = None
) -> LedgerEntry:
    """Take a payment back by a new entry: the caps are free again, and the case is approved and can be paid anew.

    ``for_cause`` (a false statement): the case ends as denied, and the member is barred for the months of the policy.
    """
    entry = _take_back(application, reason, by, for_cause, on or timezone.localdate())
    mailing.voided(entry.application, entry)
    return entry


def _take_back(application: BenevolenceApplication, reason: str, by: Any, for_cause: bool, on: date) -> LedgerEntry:
    application = locked(application)
    fund = main_fund()
    payment = standing_payment(application)
    rules.may_void(by, application, payment, reason, on).enforce()
    entry = _enter(
        fund,
        LedgerEntry.Kind.VOID,
        -payment.amount,
        on,
        by,
        application=application,
        counter_entry=payment,
        memo=reason.strip(),
    )
    application.payment_date, application.payment_method = None, ""
    if for_cause:
        _end_for_cause(application, reason, by, on)
    else:
        move(application, Status.APPROVED)
    with audit.because("Payment voided for cause" if for_cause else "Payment voided"):
        application.save(update_fields=PAID)
    return entry


def _end_for_cause(application: BenevolenceApplication, reason: str, by: Any, on: date) -> None:
    until = months_after(on, max(1, policy_on(on).bar_months))
    Bar.objects.create(
        member=application.member,
        application=application,
        from_date=on,
        until_date=until,
        reason=reason.strip(),
        by=by,
    )
    move(application, Status.DENIED)
    application.approved_amount, application.decided_on, application.reapply_on = None, on, until


@transaction.atomic
def reissue(
    application: BenevolenceApplication,
    *,
    method: str,
    reason: str,
    by: Any,
    reference: str = "",
    on: date | None = None,
) -> LedgerEntry:
    """Void the payment and pay again, both or neither: a lost check, a wrong account."""
    _take_back(application, reason, by, False, on or timezone.localdate())
    return pay(application, method=method, reference=reference, by=by, on=on)


@transaction.atomic
def deposit(
    fund: Fund, *, amount: Decimal, by: Any, memo: str = "", reference: str = "", on: date | None = None
) -> LedgerEntry:
    """Enter money that came in."""
    on = on or timezone.localdate()
    fund = Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    rules.may_enter(by, fund, amount=amount, memo=memo, needs_memo=False, on=on).enforce()
    return _enter(fund, LedgerEntry.Kind.DEPOSIT, amount, on, by, memo=memo.strip(), reference=reference.strip())


@transaction.atomic
def adjust(fund: Fund, *, amount: Decimal, memo: str, by: Any, on: date | None = None) -> LedgerEntry:
    """Correct the books by an entry of its own, up or down, with the reason: a bank's fee, a miscounted deposit."""
    on = on or timezone.localdate()
    fund = Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    rules.may_enter(by, fund, amount=amount, memo=memo, needs_memo=True, on=on).enforce()
    not_in_future(on).enforce()
    return _enter(fund, LedgerEntry.Kind.ADJUSTMENT, amount, on, by, memo=memo.strip())
