"""Finding records by what people type: any word order, accents and small typos forgiven, within rights.

A model that can be found has a folded ``search_text`` column with a trigram index and is registered by ``@searchable``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, models
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When

MOST_WORDS = 6
SIMILAR_FROM = 0.55


@dataclass(frozen=True)
class Hit:
    """One line of a result: the name, one fact that tells it apart, where it leads."""

    id: int
    label: str
    fact: str
    url: str


Describe = Callable[[Any], tuple[str, str]]


@dataclass(frozen=True)
class Source:
    """How records of a model are found and described. ``order`` sorts the groups of results."""

    model: type[models.Model]
    title: str
    describe: Describe
    rows: Callable[[QuerySet], QuerySet]
    order: int

    @property
    def key(self) -> str:
        return self.model._meta.label_lower

    def hit(self, record: Any) -> Hit:
        label, fact = self.describe(record)
        return Hit(record.pk, label, fact, record.get_absolute_url())


_sources: dict[str, Source] = {}


def searchable(
    model: type[models.Model],
    *,
    title: str,
    rows: Callable[[QuerySet], QuerySet] = lambda rows: rows,
    order: int = 50,
) -> Callable[[Describe], Describe]:
    """Register a model: the decorated function gives (label, one distinguishing fact) for a record.

    ``rows`` narrows and joins (live rows, select_related).
    """

    def register(describe: Describe) -> Describe:
        source = Source(model, title, describe, rows, order)
        _sources[source.key] = source
        return describe

    return register


def sources() -> list[Source]:
    return sorted(_sources.values(), key=lambda source: (source.order, source.title))


def source_of(key: str) -> Source | None:
    return _sources.get(key)


def fold(text: str) -> str:
    """What the database's ip2a_fold makes of a text; one short query, so that both always agree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip2a_fold(%s)", [text.replace("\x00", "")])
        return cursor.fetchone()[0]


def words_of(text: str) -> list[str]:
    return fold(text[:200]).replace(",", " ").replace("(", " ").replace(")", " ").split()[:MOST_WORDS]


def matching(rows: QuerySet, text: str, *, ranked: bool = True) -> QuerySet:
    """Rows whose search_text has every word, as a part of it or nearly; the best first when ``ranked``."""
    words = words_of(text)
    if not words:
        return rows.none() if text.strip() else rows
    rank: Any = Value(0.0, output_field=FloatField())
    for word in words:
        condition = Q(search_text__contains=word)
        if len(word) > 3 and not word.isdigit():
            condition |= Q(search_text__trigram_word_similar=word)
        rows = rows.filter(condition)
        rank = rank + _rank(word)
    if not ranked:
        return rows
    return rows.annotate(search_rank=rank).order_by(F("search_rank").desc(), "sort_key", "pk")


def _rank(word: str) -> Any:
    """A whole word counts most, then the beginning of one, then a part, then likeness."""
    return Case(
        When(search_text__regex=rf"(^|\s){_escaped(word)}(\s|$)", then=Value(3.0)),
        When(search_text__regex=rf"(^|\s){_escaped(word)}", then=Value(2.0)),
        When(search_text__contains=word, then=Value(1.0)),
        default=TrigramWordSimilarity(word, "search_text"),
        output_field=FloatField(),
    )


def _escaped(word: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\{letter}" for letter in word)


def find_in(rows: QuerySet, text: str, *, source: Source, limit: int = 10) -> list[Hit]:
    """The best hits among given rows."""
    return [source.hit(record) for record in matching(source.rows(rows), text)[:limit]]


def find(user: Any, text: str, *, source: Source, limit: int = 10) -> list[Hit]:
    """The best hits of one source among what this person may see."""
    return find_in(source.model._default_manager.visible_to(user), text, source=source, limit=limit)
