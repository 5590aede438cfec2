"""Spending of grants, and freezing reports to their funders."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from ip2a import audit, services
from training import counting, rules
from training.models import Expense, FunderReport, FunderReportDemographics, Grant
from training.rules.grants import left_of
from training.services.shared import in_words, locked


@transaction.atomic
def spend(expense: Expense, *, by: Any, version: int | None = None, reason: str = "") -> Expense:
    """Write down an expense. The grant is locked, so that two who spend at once do not spend the same money."""
    locked(expense.grant)
    rules.may_spend(by, expense).enforce()
    expense.is_over = expense.amount > left_of(expense.grant, expense)
    if not expense.is_over:
        expense.over_because = ""
    try:
        with transaction.atomic():
            return services.save(expense, by=by, version=version, reason=reason)  # type: ignore[return-value]
    except IntegrityError as error:
        raise in_words(Expense, error) from error


@transaction.atomic
def bring_back(expense: Expense, *, by: Any) -> Expense:
    """A removed expense counts again, if the grant still holds it."""
    locked(expense.grant)
    try:
        with transaction.atomic():
            return services.restore(expense, by=by)  # type: ignore[return-value]
    except IntegrityError as error:
        raise in_words(Expense, error) from error


@transaction.atomic
def freeze(grant: Grant, *, first: date, last: date, by: Any, note: str = "") -> FunderReport:
    """Count now and keep the numbers for good. What students told is kept apart, and only for who may read it."""
    rules.may_report(by, grant, first, last).enforce()
    with audit.because("Funder report"):
        report = FunderReport.objects.create(
            grant=grant,
            first_day=first,
            last_day=last,
            numbers=counting.numbers_of(grant, first, last),
            made_by=by,
            made_by_name=by.get_full_name(),
            note=note.strip(),
        )
        if counting.may_count_demographics(by):
            told = counting.demographics_of(grant, first, last)
            FunderReportDemographics.objects.create(report=report, numbers=told)
    return report
