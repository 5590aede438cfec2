"""Columns that the database computes, so that they can never disagree with what they come from."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Concat


class Fold(models.Func):
    """Lower case without accents."""

    function = "ip2a_fold"
    output_field = models.TextField()


class Digits(models.Func):
    """Only the digits of a text."""

    function = "ip2a_digits"
    output_field = models.TextField()


def _joined(parts, separator: str):
    words = []
    for part in parts:
        words += [
            models.Value(separator),
            models.F(part) if isinstance(part, str) else part,
        ]
    return Fold(Concat(*words[1:], output_field=models.TextField())) if len(words) > 2 else Fold(words[1])


def sort_key(*names: str) -> models.GeneratedField:
    """How rows sort by name. Two spaces between the parts put "Smith, A" before "Smith Jr, A"."""
    return models.GeneratedField(
        expression=_joined(names, "  "),
        output_field=models.TextField(),
        db_persist=True,
    )


def search_text(*parts) -> models.GeneratedField:
    """Everything a record is looked up by, folded. Index it with ``search_index``."""
    return models.GeneratedField(expression=_joined(parts, " "), output_field=models.TextField(), db_persist=True)


def search_index(name: str) -> GinIndex:
    return GinIndex(OpClass(models.F("search_text"), name="gin_trgm_ops"), name=name)


def filled(*names: str) -> models.Q:
    """None of these texts is blank."""
    condition = models.Q()
    for name in names:
        condition &= ~models.Q(**{name: ""})
    return condition


def among(name: str, choices: type[models.TextChoices]) -> models.Q:
    """The value is one of the choices."""
    return models.Q(**{f"{name}__in": choices.values})
