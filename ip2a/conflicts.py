"""Two people, one record: what the second one is shown, and how the choice comes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.forms import ModelForm
from django.http import QueryDict

from ip2a.models import AuditEntry
from ip2a.words import format_day, format_money

MOST_ENTRIES = 100


@dataclass(frozen=True)
class Line:
    """One field in which the two versions differ. ``take`` is what is proposed: "mine" or "theirs"."""

    field: str
    label: str
    yours: str
    theirs: str
    take: str
    is_clash: bool


@dataclass(frozen=True)
class Differences:
    """Field by field what was typed and what stands there now, and who put it there when."""

    fields: list[Line]
    who: str
    when: datetime | None


def differences(form: ModelForm, current: models.Model, opened: int) -> Differences:
    """Compare a form's cleaned values with the stored record; ``opened`` is the version the form was opened with.

    A field that only one of the two changed keeps that change; where both did, what was typed is proposed.
    """
    since = _entries_since(current, opened)
    before = _values_before(since)
    lines = [_line(form, name, current, before) for name in form.fields if _differs(form, name, current)]
    last = since[-1] if since else None
    return Differences(lines, (last.actor_name or last.command) if last else "", last.at if last else None)


def _entries_since(current: models.Model, opened: int) -> list[AuditEntry]:
    """The changes made after the form was opened, oldest first: each raised the version by one."""
    newer = min(max(current.version - opened, 1), MOST_ENTRIES)
    changes = AuditEntry.objects.about(current).filter(action=AuditEntry.Action.UPDATE)
    return list(changes[:newer])[::-1]


def _values_before(entries: list[AuditEntry]) -> dict[str, Any]:
    """Column by column what stood there when the form was opened, of those that others changed."""
    before: dict[str, Any] = {}
    for entry in entries:
        for column, value in (entry.old or {}).items():
            before.setdefault(column, value)
    return before


def _differs(form: ModelForm, name: str, current: models.Model) -> bool:
    if name not in form.cleaned_data or not hasattr(current, name):
        return False
    return _plain(form.cleaned_data[name]) != _plain(getattr(current, name))


def _plain(value: Any) -> Any:
    return "" if value is None else getattr(value, "pk", value)


def _line(form: ModelForm, name: str, current: models.Model, before: dict[str, Any]) -> Line:
    yours, theirs = form.cleaned_data[name], getattr(current, name)
    column = _column(current, name)
    they_changed = column in before
    you_changed = not they_changed or _plain(yours) != _plain(_revived(current, name, before[column]))
    label = str(form.fields[name].label or name)
    return Line(
        name,
        label,
        shown(form, name, yours),
        shown(form, name, theirs),
        take="mine" if you_changed else "theirs",
        is_clash=you_changed and they_changed,
    )


def _column(current: models.Model, name: str) -> str:
    try:
        return current._meta.get_field(name).column
    except FieldDoesNotExist:
        return name


def _revived(current: models.Model, name: str, value: Any) -> Any:
    """A value of the audit trail as the field's own type; one that the field cannot read stays as it is."""
    field = current._meta.get_field(name)
    try:
        return (field.target_field if field.is_relation else field).to_python(value)
    except ValidationError:
        return value


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


def resolved(data: QueryDict, form_class: type[ModelForm], current: models.Model) -> QueryDict:
    """The posted data with "take theirs" carried out for the fields where that was chosen."""
    taken = [key.removeprefix("keep_") for key, value in data.items() if key.startswith("keep_") and value == "theirs"]
    if not taken:
        return data
    data = data.copy()
    for name in taken:
        if name not in form_class.base_fields or not hasattr(current, name):
            continue
        for part in (name, f"{name}_q", f"{name}_choice"):
            data.pop(part, None)
        value = form_class.base_fields[name].prepare_value(getattr(current, name))
        value = getattr(value, "pk", value)
        if value not in (None, "", False):
            data[name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return data
