"""A filter for exactly one record, which a report's number sets: names may be shared, numbers are not."""

from collections.abc import Callable
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

LARGEST = 2**63 - 1


class RecordField(forms.Field):
    """The record whose number stands in the address; its chip says its name."""

    widget = forms.HiddenInput

    def __init__(self, queryset: QuerySet | Callable[[], QuerySet], **kwargs: Any):
        super().__init__(**kwargs)
        self.queryset = queryset

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        rows = self.queryset() if callable(self.queryset) else self.queryset.all()
        number = int(text) if text.isascii() and text.isdigit() and int(text) <= LARGEST else None
        record = rows.filter(pk=number).first() if number is not None else None
        if record is None:
            raise ValidationError("The record that this address names is not there (any more). Clear the filters.")
        return record


class RecordFilter(filters.Filter):
    """``employer_id = RecordFilter(Organization.objects.all(), field_name="employer", label="Employer")``

    It draws no input of its own: whoever comes from a report sees a chip, and may take it away.
    """

    field_class = RecordField

    def __init__(self, queryset: QuerySet | Callable[[], QuerySet], **kwargs: Any):
        super().__init__(queryset=queryset, **kwargs)
