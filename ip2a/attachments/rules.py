"""Who may add a document to a record. Changing, removing and restoring follow the rules of every record."""

from typing import Any

from django.db import models

from ip2a.answers import YES, Answer, no
from ip2a.compartments import of_model, open_to
from ip2a.models import Attachment
from ip2a.rules import has_right, may_add


def works_on(user: Any, model: type[models.Model]) -> bool:
    """Where a model says so, whoever changes its records inside its compartment adds their papers as well."""
    return model.papers_with_change and of_model(model) in open_to(user) and has_right(user, "change", model)


def may_attach(user: Any, record: models.Model, *, is_seen: bool = False) -> Answer:
    """``is_seen``: the page has made sure already that this person may see the record."""
    if not has_right(user, "add", Attachment) and not works_on(user, type(record)):
        return may_add(user, Attachment)
    if not is_seen:
        record = type(record)._default_manager.visible_to(user).filter(pk=record.pk).first()
    if record is None:
        return no("You may not see this record, so you cannot add a document to it.")
    if getattr(record, "is_removed", False):
        return no(f"This {record._meta.verbose_name} was removed. Bring it back before adding documents.")
    return YES
