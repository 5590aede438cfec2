"""Picking one record among thousands in a form: a type-ahead that is a plain search without JavaScript.

The widget is two inputs: ``<name>`` holds the record's id, ``<name>_q`` what was typed. With JavaScript the list comes
from the picker's address; without it, a form that comes back with text but no id is shown again with the matches as
radio buttons.
"""

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse

from ip2a import search


class Picker(forms.Widget):
    template_name = "ip2a/widgets/typeahead.html"

    def __init__(self, label: str, attrs: dict[str, Any] | None = None):
        super().__init__(attrs)
        self.model_label = label
        self.query = ""
        self.matches: list[search.Hit] = []

    def value_from_datadict(self, data, files, name):
        typed = data.get(f"{name}_q")
        self.query = (typed or "").strip()[:200]
        if choice := data.get(f"{name}_choice"):
            return choice
        chosen = data.get(name) or None
        # Without script the old id comes back although other words were typed over its name: the words count.
        if chosen and typed is not None and self.query != self.label_of(chosen):
            return None
        return chosen

    def value_omitted_from_data(self, data, files, name):
        return name not in data and f"{name}_q" not in data

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "value": value or "",
            "label": self.label_of(value),
            "query": self.query,
            "matches": self.matches,
            "url": reverse("pick", args=[self.model_label]),
        }
        return context

    def label_of(self, value: Any) -> str:
        source = search.source_of(self.model_label)
        if not value or source is None or not str(value).isdigit():
            return ""
        record = source.model._default_manager.filter(pk=value).first()
        return source.describe(record)[0] if record else ""


class PickerField(forms.ModelChoiceField):
    """A required or optional record of a searchable model. Set ``field.user`` to keep within that person's rights."""

    user: Any = None

    def __init__(self, label_or_model: str, **kwargs):
        self.model_label = label_or_model
        super().__init__(queryset=None, widget=Picker(label_or_model), **kwargs)
        self.error_messages["invalid_choice"] = "That record is not there (any more). Search for it again."

    def rows(self):
        model = apps.get_model(self.model_label)
        rows = model._default_manager.visible_to(self.user) if self.user is not None else model._default_manager.all()
        return rows.live() if hasattr(rows, "live") else rows

    def clean(self, value):
        self.queryset = self.rows()
        typed = self.widget.query
        if not value and typed:
            self.widget.matches = search.find_in(self.rows(), typed, source=search.source_of(self.model_label))
            raise ValidationError(self._found(typed))
        return super().clean(value)

    def _found(self, typed: str) -> str:
        if not self.widget.matches:
            return f"Nothing found for “{typed}”. Try a number or a part of the name."
        return f"Choose one of the {len(self.widget.matches)} found for “{typed}”."
