"""What several verbs of the room do."""

from contextlib import nullcontext
from typing import Any

from django.db import IntegrityError, models, transaction

from ip2a import audit
from ip2a.answers import Refused

PROMISES = {
    "activity_not_in_future": "That day is still to come. Take today or an earlier day.",
    "unit_list_not_in_future": "The list is dated in the future. Type the day for which it is true.",
    "assessment_not_in_future": "That day is still to come. Take today or an earlier day.",
    "contact_not_in_future": "That day is still to come. Take today or an earlier day.",
    "card_not_in_future": "The card is dated in the future. Look at its date again.",
    "card_received_not_in_future": "It cannot have been received on a day that is still to come.",
    "custody_not_in_future": "It cannot have changed hands on a day that is still to come.",
    "unfair_not_in_future": "That day is still to come. Take today or an earlier day.",
    "card_within_campaign": "The card is dated before the campaign opened, so it is no evidence for it. Look at its "
    "date again, or correct the day on which the campaign opened.",
    "campaign_opens_before_its_cards": "Cards of the campaign are dated before that day. Take an earlier day.",
    "unit_list_frozen": "The list was used, so it stays as it is. Add another list.",
    "one_campaign": "They belong to different campaigns.",
}


def locked(record: models.Model, *joined: str) -> Any:
    """The record as it stands now, kept from others until the end."""
    rows = type(record)._default_manager.select_for_update(of=("self",)).select_related(*joined)
    return rows.get(pk=record.pk)


def store(record: models.Model, fields: list[str] | None = None, *, because: str = "") -> models.Model:
    """Save; what the database refuses is said in words."""
    with audit.because(because) if because else nullcontext():
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
