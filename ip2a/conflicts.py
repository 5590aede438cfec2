"""Two people, one record: what the second one is shown, and how the choice comes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import ModelForm
from django.http import QueryDict

from ip2a.models import AuditEntry
from ip2a.words import format_day, format_money


@dataclass(frozen=True)
class Differences:
    """Field by field what was typed and what stands there now, and who put it there when."""

    fields: list[dict[str, Any]]
    who: str
    when: datetime | None


def differences(form: ModelForm, current: Any) -> Differences:
    """Compare a form's cleaned values with the stored record."""
    found = []
    for name in form.fields:
        if name not in form.cleaned_data or not hasattr(current, name):
            continue
        yours, theirs = form.cleaned_data[name], getattr(current, name)
        if (yours if yours is not None else "") != (theirs if theirs is not None else ""):
            label = form.fields[name].label or name
            found.append(
                {
                    "field": name,
                    "label": label,
                    "yours": shown(form, name, yours),
                    "theirs": shown(form, name, theirs),
                }
            )
    last = AuditEntry.objects.about(current).first()
    return Differences(
        found,
        last.actor_name or last.command if last else "",
        last.at if last else None,
    )


def shown(form: ModelForm, name: str, value: Any) -> str:
    """A value in the words of its field."""
    if value in (None, ""):
        return "(empty)"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    choices = dict(getattr(form.fields[name], "choices", None) or ()) if isinstance(value, str) else {}
    if value in choices:
        return str(choices[value])
    if hasattr(value, "strftime"):
        return format_day(value)
    return format_money(value) if name.endswith(("_rate", "_amount")) else str(value)


def resolved(data: QueryDict, form_class: type[ModelForm], current: Any) -> QueryDict:
    """The posted data with "take theirs" carried out for the fields where that was chosen."""
    taken = [key.removeprefix("keep_") for key, value in data.items() if key.startswith("keep_") and value == "theirs"]
    if not taken:
        return data
    data = data.copy()
    for name in taken:
        if name not in form_class.base_fields:
            continue
        data.pop(name, None)
        value = form_class.base_fields[name].prepare_value(getattr(current, name))
        value = getattr(value, "pk", value)
        if value not in (None, "", False):
            data[name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return data
