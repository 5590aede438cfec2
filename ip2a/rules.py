"""What anybody may do with any record, before a room's own rules."""

from typing import Any

from django.db import models

from ip2a.answers import YES, Answer, no


def has_right(user: Any, verb: str, model: type[models.Model]) -> bool:
    return user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")


def may_add(user: Any, model: type[models.Model]) -> Answer:
    if not has_right(user, "add", model):
        return no(f"Your role may not add {model._meta.verbose_name_plural}. Ask an administrator for the right.")
    return YES


def may_change(user: Any, record: models.Model) -> Answer:
    if not has_right(user, "change", type(record)):
        return no(
            f"Your role may read this {record._meta.verbose_name} but not change it. Ask an administrator for that."
        )
    if getattr(record, "is_removed", False):
        return no(f"This {record._meta.verbose_name} was removed. Bring it back before changing it.")
    return YES


def may_remove(user: Any, record: models.Model, *, restoring: bool = False) -> Answer:
    if not has_right(user, "delete", type(record)):
        return no(f"Your role may not remove a {record._meta.verbose_name}.")
    if not restoring and (reason := record.stays_because()):
        return no(reason)
    if record.is_removed and not restoring:
        return no(f"This {record._meta.verbose_name} is already removed.")
    if restoring and not record.is_removed:
        return no(f"This {record._meta.verbose_name} is not removed.")
    return YES
