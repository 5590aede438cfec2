"""Records as they come from the database: most of a page's records are only read, and there are hundreds of them."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
from django.utils.encoding import force_str


class Loaded:
    """In front of ``models.Model``: what Django does for a record of the database, without what only new ones need.

    ``Model.__init__`` looks for defaults, for names that are no fields, and for who wants to know; of a row there are
    values for all that was asked for, and nobody is told. A class with an ``__init__`` of its own, or one that somebody
    listens for, goes the long way.
    """

    @classmethod
    def from_db(cls, db: str | None, field_names: Iterable[str], values: Iterable[Any]) -> Self:
        if not _is_plain(cls):
            return super().from_db(db, field_names, values)  # type: ignore[misc]
        record = cls.__new__(cls)
        state = ModelState()
        state.db, state.adding = db, False
        known = record.__dict__
        known["_state"] = state
        known.update(zip(field_names, values, strict=True))
        return record

    def _get_FIELD_display(self, field: Any) -> str:  # noqa: N802 - Django's name for what get_status_display() does
        value = getattr(self, field.attname)
        try:
            return force_str(_labels(field).get(value, value), strings_only=True)
        except TypeError:  # a list of choices
            return super()._get_FIELD_display(field)  # type: ignore[misc]


@cache
def _is_plain(model: type[Any]) -> bool:
    listened_for = pre_init.has_listeners(model) or post_init.has_listeners(model)
    return model.__init__ is models.Model.__init__ and not listened_for


@cache
def _labels(field: Any) -> dict[Any, Any]:
    return dict(field.flatchoices)
