"""What several rules ask."""

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from ip2a.answers import YES, Answer, no
from ip2a.questions import once
from ip2a.rules import has_right
from ip2a.words import format_day


@once
def knows(user: Any, record: models.Model) -> bool:
    """Whether this record is one of those that the person sees: an instructor's own cohorts, say.

    A page asks several rules about one record, so the answer stays with the record; services lock a fresh one.
    """
    rows = type(record)._default_manager.visible_to(user)  # type: ignore[attr-defined]
    return not rows.query.where or rows.filter(pk=record.pk).exists()


def may(user: Any, verb: str, model: type[models.Model], about: models.Model | None = None) -> Answer:
    """The right to a kind of record, and that what it is about is one of the own."""
    if not has_right(user, verb, model):
        word = {"add": "add", "change": "change"}[verb]
        return no(f"Your role may not {word} {model._meta.verbose_name_plural}. Ask an administrator for the right.")
    if getattr(about, "is_removed", False):
        return no(f"{about} was merged into another record. Take that one.")
    if about is not None and not knows(user, about):
        return no(f"This {about._meta.verbose_name} does not belong to a cohort of yours.")
    return YES


def not_in_future(day: date) -> Answer:
    return no(f"{format_day(day)} is still to come. Take today or an earlier day.") if _is_ahead(day) else YES


def _is_ahead(day: date) -> bool:
    return day > timezone.localdate()


def first_no(*answers: Answer) -> Answer:
    """The first refusal, or yes."""
    return next((answer for answer in answers if not answer), YES)
