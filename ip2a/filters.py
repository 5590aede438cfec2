"""Filters that every room's lists use, on django-filter."""

import django_filters as filters
from django import forms

from ip2a.search import matching


class ChoiceFilter(filters.ChoiceFilter):
    """One of a few fixed choices, or any."""

    def __init__(self, **kwargs):
        kwargs.setdefault("empty_label", "Any")
        super().__init__(**kwargs)


class YesNoFilter(ChoiceFilter):
    def __init__(self, *, yes="Yes", no="No", **kwargs):
        super().__init__(choices=[("yes", yes), ("no", no)], **kwargs)


class TextFilter(filters.CharFilter):
    """A typed text; bounded, because an address can carry anything."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)


class SearchFilter(TextFilter):
    """Names, numbers, phones, e-mails; any word order, small typos forgiven."""

    def __init__(self, **kwargs):
        super().__init__(label="Search", widget=forms.SearchInput(), **kwargs)

    def filter(self, rows, value):
        return matching(rows, value, ranked=False) if value else rows


class DayRangeWidget(forms.MultiWidget):
    """Two date fields named ``<name>_from`` and ``<name>_to``."""

    template_name = "ip2a/widgets/range.html"

    def __init__(self):
        day = {"type": "date"}
        super().__init__(
            {"from": forms.DateInput(day, format="%Y-%m-%d"), "to": forms.DateInput(day, format="%Y-%m-%d")}
        )

    def decompress(self, value):
        return [value.start, value.stop] if value else [None, None]


class DayRangeField(forms.MultiValueField):
    def __init__(self, **kwargs):
        fields = (forms.DateField(required=False), forms.DateField(required=False))
        super().__init__(fields, require_all_fields=False, widget=DayRangeWidget(), **kwargs)

    def compress(self, values):
        start, stop = values if values else (None, None)
        if start and stop and stop < start:
            raise forms.ValidationError("The range ends before it begins: swap the two dates.")
        return slice(start, stop) if start or stop else None


class DayRangeFilter(filters.Filter):
    """From and to, both days included; either may be empty."""

    field_class = DayRangeField

    def filter(self, rows, value):
        if value and value.start:
            rows = rows.filter(**{f"{self.field_name}__gte": value.start})
        if value and value.stop:
            rows = rows.filter(**{f"{self.field_name}__lte": value.stop})
        return rows
