"""What the verbs of every room do with a record: keep it from others, store it, say what the database refuses."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from django.db import IntegrityError, models, transaction

from ip2a import audit
from ip2a.answers import Refused

_promises: dict[str, str] = {}


def promise(sentences: Mapping[str, str]) -> None:
    """Say in words what triggers of a room refuse, by the name of the constraint they give. Constraints of a model
    bring their own words."""
    if taken := sorted(_promises.keys() & sentences.keys()):
        raise ValueError(f"Two rooms have a promise named {', '.join(taken)}.")
    _promises.update(sentences)


def locked(record: models.Model, *joined: str) -> Any:
    """The record as it stands now, kept from others until the end."""
    rows = type(record)._default_manager.select_for_update(of=("self",)).select_related(*joined)
    return rows.get(pk=record.pk)


def store(record: models.Model, fields: list[str] | None = None, *, because: str = "") -> models.Model:
    """Save; what the database refuses is said in words. Without a reason of its own an outer one stays."""
    with audit.because(because) if because else nullcontext():
        try:
            with transaction.atomic():
                record.save(update_fields=fields) if fields else record.save()
        except IntegrityError as error:
            raise in_words(type(record), error) from error
    return record


def in_words(model: type[models.Model], error: IntegrityError) -> Exception:
    """The refusal as a sentence; the error itself where nobody found words for it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if name in _promises:
        return Refused(_promises[name])
    for constraint in model._meta.constraints:
        if constraint.name == name:
            return Refused(str(constraint.violation_error_message))
    return error


def needs_reason(reason: str, what: str) -> str:
    """The reason without blanks around it; refused when there is none."""
    if not reason.strip():
        raise Refused(f"Say why {what}: the reason stays in the history.")
    return reason.strip()
