"""Spending of a grant, and reporting to its funder."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right, may_change
from ip2a.words import format_day, format_money
from training.models import Expense, FunderReport, Grant
from training.rules.shared import not_in_future


def left_of(grant: Grant, besides: Expense | None = None) -> Decimal:
    """What is left of a grant, not counting one expense that is about to change."""
    rows = Expense.objects.live().filter(grant=grant)
    if besides is not None and besides.pk:
        rows = rows.exclude(pk=besides.pk)
    return grant.amount - (rows.aggregate(n=Sum("amount"))["n"] or Decimal(0))


def may_spend(user: Any, expense: Expense) -> Answer:
    """Whether this expense may be written down as it is: within the grant's days, and its money or a reason."""
    if not has_right(user, "change" if expense.pk else "add", Expense):
        return no("Your role may not write down expenses.")
    if expense.pk:
        answer = may_change(user, expense)
        if not answer:
            return answer
    grant, day = expense.grant, expense.expense_date
    if not grant.start_date <= day <= grant.end_date:
        first, last = format_day(grant.start_date), format_day(grant.end_date)
        return no(f"{grant} runs from {first} to {last}; {format_day(day)} lies outside. Check the day or the grant.")
    answer = not_in_future(day)
    if not answer:
        return answer
    left = left_of(grant, expense)
    if expense.amount > left and not expense.over_because.strip():
        there = f"{grant} has {format_money(left)} left, and this is {format_money(expense.amount)}."
        return no(f"{there} Correct the amount, or say why more is spent.")
    return YES


def may_report(user: Any, grant: Grant, first: date | None = None, last: date | None = None) -> Answer:
    """Whether a report over these days may be frozen: days of the grant that are over."""
    if not has_right(user, "add", FunderReport):
        return no("Your role may not make funder reports.")
    if first is None or last is None:
        return YES
    if last < first:
        return no("The report ends before it begins: swap the two days.")
    if last < grant.start_date or first > grant.end_date:
        days = f"{format_day(grant.start_date)} to {format_day(grant.end_date)}"
        return no(f"{grant} runs from {days}. Choose days within.")
    return not_in_future(last)
