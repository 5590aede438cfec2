"""Paying: what was approved, by the office that keeps the books, never alone, never below the floor."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from benevolence import roster
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    Decision,
    Fund,
    LedgerEntry,
    Payee,
    PaymentMethod,
    Status,
)
from benevolence.models.ledger import FIRST_DAY
from benevolence.rules.filing import amount_is_sensible, not_in_future
from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day, format_money
from members.models import Member


def may_keep_books(user: Any, fund: Fund, on: date | None = None) -> Answer:
    """Whether this person pays and keeps the books that day: the office named on the fund, or its stand-in."""
    if not has_right(user, "pay", BenevolenceApplication):
        return no("Only officers keep the books of the fund.")
    if fund.paying_level not in roster.levels_of(user, on or timezone.localdate()):
        return no(f"The {roster.named(fund.paying_level)} keeps the books of the fund; you do not hold that office.")
    return YES


def may_pay(
    user: Any,
    application: BenevolenceApplication,
    fund: Fund,
    *,
    method: str = "",
    reference: str = "",
    on: date | None = None,
) -> Answer:
    """Whether this application may be paid; with a method, whether it may be paid that way."""
    on = on or timezone.localdate()
    for answer in (_is_approved(application), may_keep_books(user, fund, on), _somebody_else(user, application)):
        if not answer:
            return answer
    if method:
        return _way(application, fund, method, reference, on)
    return YES


def _is_approved(application: BenevolenceApplication) -> Answer:
    if application.status == Status.PAID:
        return no(f"This application was paid on {format_day(application.payment_date)} already.")
    if application.status != Status.APPROVED:
        return no("Only an approved application is paid.")
    return YES


def _somebody_else(user: Any, application: BenevolenceApplication) -> Answer:
    if Member.objects.filter(user=user, pk=application.member_id).exists():
        return no("This is your own application. The stand-in for your office pays it.")
    approvers = BenevolenceReview.objects.filter(
        application=application, attempt=application.attempt, decision=Decision.APPROVED
    ).values_list("reviewer", flat=True)
    if set(approvers) == {user.pk}:
        return no("You alone approved this. Somebody else pays it: the stand-in for your office.")
    return YES


def _way(application: BenevolenceApplication, fund: Fund, method: str, reference: str, on: date) -> Answer:
    if method not in PaymentMethod.values:
        return no("Choose how it is paid: by check, by ACH transfer or to the creditor.")
    answer = _day(application, on)
    if not answer:
        return answer
    story = ApplicationStory.objects.filter(application=application).first()
    to_creditor = story is not None and story.payee == Payee.CREDITOR
    if to_creditor != (method == PaymentMethod.CREDITOR):
        return no("The creditor is the payee of this case." if to_creditor else "The member is the payee of this case.")
    if method == PaymentMethod.CHECK and not reference.strip():
        return no("Write the number of the check.")
    same = LedgerEntry.objects.payments().filter(fund=fund, payment_method=method, reference=reference.strip())
    if reference.strip() and same.exists():
        return no(f"“{reference.strip()}” is already in the books. Check the number.")
    return YES


def _day(application: BenevolenceApplication, on: date) -> Answer:
    answer = not_in_future(on)
    if answer and application.decided_on is not None and on < application.decided_on:
        return no(f"It was approved on {format_day(application.decided_on)} and cannot have been paid before.")
    return answer


def may_take_out(fund: Fund, amount: Decimal, on: date, floor: Decimal, lowest: Decimal) -> Answer:
    """Whether the fund can give that amount; ``lowest`` is its lowest balance from that day on."""
    if lowest - amount < floor:
        return no(
            f"The fund holds {format_money(lowest)} and may not fall below {format_money(floor)}, so "
            f"{format_money(amount)} cannot be taken out. Enter a deposit first."
        )
    return YES


def may_void(
    user: Any, application: BenevolenceApplication, payment: LedgerEntry | None, reason: str, on: date | None = None
) -> Answer:
    on = on or timezone.localdate()
    if application.status != Status.PAID or payment is None:
        return no("There is no payment to void.")
    answer = may_keep_books(user, payment.fund, on)
    if not answer:
        return answer
    if on < payment.entry_date:
        return no(f"The payment is of {format_day(payment.entry_date)}. Void it on that day or a later one.")
    answer = not_in_future(on)
    if answer and not reason.strip():
        return no("Say why the payment is voided: the reason stays in the books.")
    return answer


def may_enter(user: Any, fund: Fund, *, amount: Decimal, memo: str, needs_memo: bool, on: date) -> Answer:
    """Whether money may be entered in the books: a deposit (above zero) or an adjustment (with its reason)."""
    answer = may_keep_books(user, fund, on)
    if not answer:
        return answer
    answer = amount_is_sensible(abs(amount) if needs_memo and amount.is_finite() else amount)
    if not answer:
        return answer
    if needs_memo and not memo.strip():
        return no("Say what is adjusted and why: the reason stays in the books.")
    if on < FIRST_DAY:
        return no("That day lies before 1990. Check the year.")
    return not_in_future(on)
