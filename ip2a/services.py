"""Saving a record by a form: the verbs that every model has."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.rules import may_change, may_remove


class Conflict(Exception):
    """Somebody saved the record between opening the form and saving it. ``current`` is what stands there now."""

    def __init__(self, current: models.Model):
        super().__init__("Somebody changed this since you opened it.")
        self.current = current


class Taken(Exception):
    """A constraint of the database said no; ``message`` is its own sentence, ``fields`` what it is about."""

    def __init__(self, message: str, fields: list[str]):
        super().__init__(message)
        self.message = message
        self.fields = fields


@transaction.atomic
def save(record: models.Model, *, by: Any, version: int | None = None, reason: str = "") -> models.Model:
    """Add or change a record.

    With ``version`` (the one the form was opened with) a change is refused by ``Conflict`` when the stored row has
    moved on. A broken constraint is raised as ``Taken`` with its sentence.
    """
    model = type(record)
    if record.pk:
        current = model._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
        may_change(by, current).enforce()
        if version is not None and current.version != version:
            raise Conflict(current)
    return write(record, reason=reason)


@transaction.atomic
def write(record: models.Model, *, reason: str = "") -> models.Model:
    """Store a record whose own rules were asked already. A broken constraint is raised as ``Taken``."""
    with audit.because(reason):
        try:
            with transaction.atomic():
                record.save()
        except IntegrityError as error:
            raise _taken(type(record), error) from error.__cause__
    record.refresh_from_db()
    record.__dict__.pop("stored", None)  # it is not what is stored any more
    return record


def _taken(model: type[models.Model], error: IntegrityError) -> Exception:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    for constraint in model._meta.constraints:
        if constraint.name == name:
            fields = [f for f in getattr(constraint, "fields", ()) if f]
            return Taken(str(constraint.violation_error_message), fields)
    return error


@transaction.atomic
def remove(record: models.Model, *, by: Any, reason: str) -> models.Model:
    """Take a removable record out of sight, with the reason; nothing is destroyed."""
    record = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    may_remove(by, record).enforce()
    if not reason.strip():
        raise Refused("Say why it is removed: the reason stays in the history.")
    record.deleted_at = timezone.now()
    with audit.because(reason.strip()):
        record.save(update_fields=["deleted_at"])
    return record


@transaction.atomic
def restore(record: models.Model, *, by: Any, reason: str = "") -> models.Model:
    """Bring a removed record back."""
    record = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    may_remove(by, record, restoring=True).enforce()
    record.deleted_at = None
    with audit.because(reason or "Removal taken back"):
        try:
            with transaction.atomic():
                record.save(update_fields=["deleted_at"])
        except IntegrityError as error:
            raise _taken(type(record), error) from error.__cause__
    return record
