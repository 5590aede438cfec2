"""Filters of the list of grievances that the reports' numbers set. Most have no input: whoever comes from a report
sees a chip, and may take it away."""

import django_filters as filters
from django import forms
from django.db.models import Q

from grievances.outcomes import REACHED, Ending, article, ending, reached
from ip2a.filters import ChoiceFilter, TextFilter

KNOWN = [("yes", "Yes"), ("no", "No")]


class HiddenChoiceFilter(filters.ChoiceFilter):
    def __init__(self, **kwargs):
        super().__init__(widget=forms.HiddenInput, **kwargs)


class CountedFilter(filters.FilterSet):
    outcome = ChoiceFilter(label="Outcome", choices=Ending, method="by_outcome")
    precedent = ChoiceFilter(
        label="Precedent", choices=[("yes", "With"), ("no", "Without"), ("open", "Not said")], method="by_precedent"
    )
    paid = HiddenChoiceFilter(label="Settled for money", choices=KNOWN, method="by_money")
    reached = HiddenChoiceFilter(label="Came to", choices=REACHED, method="by_reached")
    article_is = TextFilter(label="Article exactly", widget=forms.HiddenInput, max_length=100, method="by_one_article")
    article_named = HiddenChoiceFilter(label="Article named", choices=KNOWN, method="by_named_article")
    subject_named = HiddenChoiceFilter(label="Subject named", choices=KNOWN, method="by_named_subject")

    def by_outcome(self, rows, name, value):
        return rows.annotate(ending=ending()).filter(ending=value)

    def by_precedent(self, rows, name, value):
        return rows.filter(has_precedent={"yes": True, "no": False}.get(value))

    def by_money(self, rows, name, value):
        return rows.filter(settlement_amount__isnull=value == "no")

    def by_reached(self, rows, name, value):
        return rows.filter(reached(value))

    def by_one_article(self, rows, name, value):
        # Most are told apart by the text itself, before the expression is asked.
        return rows.annotate(article=article()).filter(contract_article__contains=value, article=value)

    def by_named_article(self, rows, name, value):
        nameless = Q(contract_article="")
        return rows.filter(nameless if value == "no" else ~nameless)

    def by_named_subject(self, rows, name, value):
        return rows.filter(subject__isnull=value == "no")
