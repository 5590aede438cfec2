"""What several verbs do."""

from typing import Any

from django.db import IntegrityError, models, transaction

from ip2a import audit
from ip2a.answers import Refused

PROMISES = {
    "enrollment_within_capacity": "The cohort is full: somebody took the last place just now. Choose another cohort.",
    "cohort_holds_its_students": "More students have a place than that. Take a higher number.",
    "cohort_holds_its_classes": "A class of this cohort lies outside of these days. Move or cancel it first.",
    "session_within_cohort": "The class lies outside of the days of its cohort. Choose a day within.",
    "session_stays_when_taken": "Attendance was taken, so the class keeps its cohort and its day.",
    "attendance_of_the_enrolled": "Attendance is taken of those who belong to the class on its day.",
    **dict.fromkeys(
        [f"{name}_moves" for name in ("student", "cohort", "enrollment", "certification", "jatcapplication")],
        "Somebody else changed its state just now. Look at it again.",
    ),
    "expense_within_grant": "The grant does not hold that much any more. Correct the amount, or say why more is spent.",
}


def locked(record: models.Model, *joined: str) -> Any:
    """The record as it stands now, kept from others until the end."""
    rows = type(record)._default_manager.select_for_update(of=("self",)).select_related(*joined)
    return rows.get(pk=record.pk)


def store(record: models.Model, fields: list[str] | None = None, *, because: str = "") -> models.Model:
    """Save; what the database refuses is said in words."""
    with audit.because(because):
        try:
            with transaction.atomic():
                record.save(update_fields=fields) if fields else record.save()
        except IntegrityError as error:
            raise in_words(type(record), error) from error
    return record


def in_words(model: type[models.Model], error: IntegrityError) -> Exception:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if name in PROMISES:
        return Refused(PROMISES[name])
    for constraint in model._meta.constraints:
        if constraint.name == name:
            return Refused(str(constraint.violation_error_message))
    return error


def needs_reason(reason: str, what: str) -> str:
    """The reason without blanks around it; refused when there is none."""
    if not reason.strip():
        raise Refused(f"Say why {what}: the reason stays in the history.")
    return reason.strip()
