"""What the trail's tables and columns are called on the screen."""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

from ip2a.guards import audited_tables

KEPT_BY_DATABASE = ("id", "created_at", "updated_at", "version")
# One and many, for tables whose model is not ours to name.
NOUNS = {
    "ip2a_user_groups": ("role of a person", "roles of people"),
    "mfa_authenticator": ("second factor", "second factors"),
}


@cache
def models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def noun(table: str) -> str:
    """What one row of a table is called: "Job"."""
    if table in NOUNS:
        return capitalized(NOUNS[table][0])
    model = models_by_table().get(table)
    return capitalized(str(model._meta.verbose_name) if model else table.replace("_", " "))


@cache
def choices() -> list[tuple[str, str]]:
    """Every audited table with its rows' name in the plural, for a filter."""
    known = models_by_table()
    named = [
        (t.name, capitalized(NOUNS[t.name][1] if t.name in NOUNS else str(known[t.name]._meta.verbose_name_plural)))
        for t in audited_tables()
    ]
    return sorted(named, key=lambda pair: pair[1])


@cache
def fields_of(model: type[models.Model]) -> dict[str, Any]:
    """A model's fields by column."""
    return {field.column: field for field in model._meta.concrete_fields}


@cache
def generic_key_of(model: type[models.Model], column: str) -> str | None:
    """For the column that holds the number of a record of any model: the column that says which model."""
    for field in model._meta.private_fields:
        if isinstance(field, GenericForeignKey) and model._meta.get_field(field.fk_field).column == column:
            return model._meta.get_field(field.ct_field).column
    return None


def capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
