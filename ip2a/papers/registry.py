"""Kinds of papers, as the rooms declare them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any

from django.apps import apps
from django.db import models

from ip2a.answers import Answer
from ip2a.models import Attachment
from ip2a.papers import wording
from ip2a.rules import may_change

Fill = Callable[[Any, Any], Mapping[str, str | None]]
May = Callable[[Any, Any], Answer]
Home = Callable[[Any], Any]


@dataclass(frozen=True)
class Paper:
    """A kind of letter or form about records of one model. ``body`` is the shipped wording."""

    key: str
    model: str
    title: str
    body: str
    fields: Mapping[str, str]
    fill: Fill
    may: May
    category: str
    home: Home = field(default=lambda record: record)

    @property
    def known_fields(self) -> dict[str, str]:
        """Every placeholder this paper may use, with what it stands for."""
        return {**self.fields, **wording.HOUSE_FIELDS} if self.model else dict(self.fields)


def _nothing(record: Any, user: Any) -> dict[str, str | None]:
    return {}


# Not a paper of its own: it stands on top of every one, and is worded like them.
LETTERHEAD = Paper(
    key="ip2a.letterhead",
    model="",
    title="Letterhead of every paper",
    body="{local_name}\n",
    fields={"local_name": wording.HOUSE_FIELDS["local_name"]},
    fill=_nothing,
    may=may_change,
    category=Attachment.Category.CORRESPONDENCE,
)
_papers: dict[str, Paper] = {LETTERHEAD.key: LETTERHEAD}


def paper(
    *,
    key: str,
    model: str,
    title: str,
    body: str,
    fields: Mapping[str, str],
    category: str = Attachment.Category.CORRESPONDENCE,
    may: May = may_change,
    kept_with: Home = lambda record: record,
) -> Callable[[Fill], Fill]:
    """Declare a kind of paper; the decorated function tells what a record says for each field (see ip2a.papers)."""

    def register(fill: Fill) -> Fill:
        kind = Paper(key, model.lower(), title, _unfolded(body), dict(fields), fill, may, str(category), kept_with)
        _check(kind)
        _papers[key] = kind
        return fill

    return register


def _unfolded(body: str) -> str:
    """Without the indentation of the code. A line of code that ends in a backslash goes on in the next one."""
    return re.sub(r"(?<=\S) {2,}", " ", cleandoc(body)) + "\n"


def _check(kind: Paper) -> None:
    if kind.key in _papers:
        raise ValueError(f"Two papers are named {kind.key}.")
    if kind.category not in Attachment.Category.values:
        raise ValueError(f"{kind.key}: {kind.category!r} is no category of documents.")
    wording.may_say(kind.body, kind.known_fields).enforce()


def papers() -> list[Paper]:
    return list(_papers.values())


def of_model(label: str) -> list[Paper]:
    """In the order in which they were declared."""
    return [kind for kind in _papers.values() if kind.model == label]


def named(key: str) -> Paper | None:
    return _papers.get(key)


def model_of(kind: Paper) -> type[models.Model]:
    return apps.get_model(kind.model)
