"""Picking one record among thousands in a form: a type-ahead that is a plain search without JavaScript.

The widget is two inputs: ``<name>`` holds the record's id, ``<name>_q`` what was typed. With JavaScript the list comes
from the picker's address; without it, a form that comes back with text but no id is shown again with the matches as
radio buttons (``<name>_choice``), and the button "Find" asks for them. Whatever is typed and is not the chosen record
is a new search: nobody saves the record that stood there before.
"""

from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from ip2a import search
from ip2a.questions import question

LONGEST_ID = 18


def number_of(text: Any) -> int | None:
    """A record's id out of an address or a form; None when it is none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


@question
def _described(reader: Any, model: type[models.Model], number: int) -> models.QuerySet:
    """Among the records that a search finds, with what describes them."""
    source = search.source_of(model._meta.label_lower)
    assert source is not None
    return source.rows(model._default_manager.visible_to(reader)).filter(pk=number)


@question
def _any(reader: Any, model: type[models.Model], number: int) -> models.QuerySet:
    return model._default_manager.visible_to(reader).filter(pk=number)


class Picker(forms.Widget):
    """``user`` sets whose rights hold; without one nothing is found and nothing is shown."""

    template_name = "ip2a/widgets/typeahead.html"
    is_typeahead = True

    def __init__(self, label: str, attrs: dict[str, Any] | None = None):
        super().__init__(attrs)
        self.model_label = label
        self.user: Any = None
        self.query = ""
        self.is_finding = False
        self.matches: list[search.Hit] = []

    def visible(self) -> models.QuerySet:
        manager = apps.get_model(self.model_label)._default_manager
        return manager.none() if self.user is None else manager.visible_to(self.user)

    def live(self) -> models.QuerySet:
        rows = self.visible()
        return rows.live() if hasattr(rows, "live") else rows

    def value_from_datadict(self, data, files, name):
        self.query = (data.get(f"{name}_q") or "").replace("\x00", "").strip()[: search.MOST_LETTERS]
        self.is_finding = data.get("find") == name
        if self.is_finding:
            return None
        if data.get(f"{name}_choice"):
            return data[f"{name}_choice"]
        kept = data.get(name)
        if not kept or f"{name}_q" not in data:
            return kept or None
        return kept if self.query and self.query == self.label_of(kept) else None

    def value_omitted_from_data(self, data, files, name):
        return all(key not in data for key in (name, f"{name}_q", f"{name}_choice"))

    def find(self) -> list[search.Hit]:
        """What the typed text means, kept to be offered as choices."""
        self.matches = search.find_in(self.live(), self.query, source=search.source_of(self.model_label))
        return self.matches

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        label = "" if self.matches else self.label_of(value)
        context["widget"] |= {
            "value": value or "",
            "label": label,
            "query": "" if label else self.query,
            "matches": self.matches,
            "url": reverse("pick", args=[self.model_label]),
            "placeholder": self.attrs.get("placeholder", "Type a name or number"),
        }
        return context

    def label_of(self, value: Any) -> str:
        source, number = search.source_of(self.model_label), number_of(value)
        if source is None or number is None or self.user is None:
            return ""
        found = _described.anyway(self.user, source.model, number) or _any.anyway(self.user, source.model, number)
        return source.describe(found[0])[0] if found else ""

    def id_for_label(self, id_):
        return id_


class PickerField(forms.ModelChoiceField):
    """A record of a searchable model. RecordForm says whose rights hold; elsewhere call ``for_user(form, user)``."""

    def __init__(self, label_or_model: str, **kwargs):
        self.model_label = label_or_model
        super().__init__(queryset=None, widget=Picker(label_or_model), **kwargs)
        self.error_messages["invalid_choice"] = "That record is not there (any more). Search for it again."
        self.error_messages["required"] = "Type a name or number, then choose one."

    def clean(self, value):
        self.queryset = self.widget.live()
        if self.widget.is_finding or (not value and self.widget.query):
            self.widget.find()
            raise ValidationError(self._found(), code="choose")
        return super().clean(value)

    def to_python(self, value):
        if value not in self.empty_values and not isinstance(value, models.Model) and number_of(value) is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)

    def _found(self) -> str:
        typed, count = self.widget.query, len(self.widget.matches)
        if not typed:
            return "Type a name or number first, then find."
        if not count:
            return f"Nothing found for “{typed}”. Try a number or a part of the name."
        return (
            f"Is it this one, found for “{typed}”?" if count == 1 else f"Choose one of the {count} found for “{typed}”."
        )


def pickers_of(fields: dict[str, forms.Field]) -> dict[str, PickerField]:
    return {name: field for name, field in fields.items() if isinstance(field, PickerField)}


def for_user(form: forms.BaseForm, user: Any) -> None:
    """Keep every picker of a form within this person's rights."""
    for field in pickers_of(form.fields).values():
        field.widget.user = user


def presets(form_class: type[forms.BaseForm], given: Any, user: Any) -> dict[str, Any]:
    """What an address such as ``?member=12`` fills in beforehand; what does not exist for this person is ignored."""
    found: dict[str, Any] = {}
    for name, field in form_class.base_fields.items():
        text = given.get(name, "")
        if isinstance(field, PickerField):
            number = number_of(text)
            model = apps.get_model(field.model_label)
            if number is not None and model._default_manager.visible_to(user).filter(pk=number).exists():
                found[name] = number
        elif text and text in {str(value) for value, _ in getattr(field, "choices", ())}:
            found[name] = text
    return found
