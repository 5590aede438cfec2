"""Finding records by what people type: any word order, accents and typing mistakes forgiven, within rights.

A model that can be found has a folded ``search_text`` column with a trigram index and is registered by ``@searchable``.
First every word must stand there as it was typed; only when nothing is found that way, words that are one slip away
(two letters swapped, one too many, one missing, one wrong) or that look alike are taken too. Numbers are never guessed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, models
from django.db.models import Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.lookups import Contains, StartsWith
from django.urls import NoReverseMatch, reverse

MOST_LETTERS = 200
MOST_WORDS = 6
LEAST_FORGIVEN = 4  # letters; in a shorter word one slip makes any other
LEAST_ALIKE = 7  # letters; from here on two slips are forgiven, by likeness
MOST_FORGIVEN = 20
PHONE = re.compile(r"\+?[\d().\-/]*\d[\d().\-/]*(x\d+)?")
COUNTRY = ("+1", "001")
EDGES = " \t\r\n,;:!?\"'()[]{}<>*"


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

    def list_url(self, text: str) -> str:
        """The model's list, filtered by the same words; "" when there is no such list."""
        try:
            address = reverse(f"{self.model._meta.app_label}:{self.model._meta.model_name}_list")
        except NoReverseMatch:
            return ""
        return f"{address}?{urlencode({'q': text})}"


@dataclass(frozen=True)
class Group:
    """The best hits of one source; ``more_url`` leads to all of them when there are more."""

    source: Source
    hits: list[Hit]
    more_url: str = ""


@dataclass(frozen=True)
class Found:
    """What one search found. ``is_near``: nothing is written as it was typed, these only come close."""

    groups: list[Group] = field(default_factory=list)
    is_near: bool = False

    @property
    def hits(self) -> list[Hit]:
        return [hit for group in self.groups for hit in group.hits]

    @property
    def has_more(self) -> bool:
        return any(group.more_url for group in self.groups)


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


def sources_for(user: Any) -> list[Source]:
    """The sources in which this person may find anything at all."""
    return [s for s in sources() if not s.model._default_manager.visible_to(user).query.is_empty()]


def source_of(key: str) -> Source | None:
    return _sources.get(key)


def fold(text: str) -> str:
    """What the database's ip2a_fold makes of a text; it is asked only when there is more than plain ASCII."""
    text = text.replace("\x00", "")
    if text.isascii():
        return text.lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip2a_fold(%s)", [text])
        return cursor.fetchone()[0]


def words_of(text: str) -> list[str]:
    """The words to look for: folded, without marks around them, each once; none when there is no letter or digit."""
    words = [word.strip(EDGES) for word in fold(text[:MOST_LETTERS]).replace(",", " ").split()]
    known = [word for word in words if any(letter.isalnum() for letter in word)]
    if len(known) > 1:
        known = [word for word in known if word not in COUNTRY]
    return list(dict.fromkeys(known))[:MOST_WORDS]


def matching(rows: QuerySet, text: str, *, ranked: bool = True) -> QuerySet:
    """Rows that have every word; nearly so when there is no row that has them. The best first when ``ranked``."""
    words = words_of(text)
    if not words:
        return rows.none() if text.strip() else rows
    found = exactly(rows, words, ranked=ranked)
    if not _can_forgive(words) or found.order_by().exists():
        return found
    return nearly(rows, words, ranked=ranked)


def exactly(rows: QuerySet, words: list[str], *, ranked: bool = True) -> QuerySet:
    """Rows in which every word stands as it was typed, be it as a part of a longer one."""
    found = rows.filter(reduce(and_, (_written(word) for word in words)))
    return _best_first(found, [_rank(word) for word in words], words[0]) if ranked else found


def nearly(rows: QuerySet, words: list[str], *, ranked: bool = True) -> QuerySet:
    """Rows in which every word stands, or one that is a typing mistake away, or one that looks alike."""
    found = rows.filter(reduce(and_, (_written_nearly(word) for word in words)))
    return _best_first(found, [_rank_nearly(word) for word in words], words[0]) if ranked else found


def _can_forgive(words: list[str]) -> bool:
    return any(_is_forgiven(word) for word in words)


def _is_forgiven(word: str) -> bool:
    return len(word) >= LEAST_FORGIVEN and ("@" in word or not any(letter.isdigit() for letter in word))


def _has_slips(word: str) -> bool:
    return len(word) <= MOST_FORGIVEN and "@" not in word


def _written(word: str) -> Q:
    if len(word) < 3:  # too short for the index inside a word, and nobody means it there
        return Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    return reduce(or_, (Q(search_text__contains=form) for form in _forms(word)))


def _forms(word: str) -> list[str]:
    """A word, and a phone number also as its digits, without the country's 1 in front."""
    if not PHONE.fullmatch(word):
        return [word]
    digits = "".join(letter for letter in word if letter.isdigit())
    return list(dict.fromkeys([word, digits.removeprefix("00").removeprefix("1") if len(digits) > 10 else digits]))


def _written_nearly(word: str) -> Q:
    if not _is_forgiven(word):
        return _written(word)
    near = Q(search_text__contains=word)
    if _has_slips(word):
        near |= Q(search_text__regex=_slip(word))
    if len(word) >= LEAST_ALIKE:
        near |= Q(search_text__trigram_word_similar=word)
    return near


def _slip(word: str) -> str:
    """A pattern for what was meant when one slip of the finger made this word.

    Nested, letter by letter, and not a list of whole words: PostgreSQL runs it five times as fast.
    """
    first, second, rest = word[0], word[1], word[2:]
    meant = f"{_escaped(first)}{_slip_within(word[1:])}|{_escaped(second + first + rest)}|{_escaped(word[1:])}"
    return rf"(^|[ '&/-])({meant})($|[ '&/@-])"


def _slip_within(rest: str) -> str:
    if not rest:
        return ".?"
    swapped = [_escaped(rest[1] + rest[0] + rest[2:])] if len(rest) > 1 and rest[0] != rest[1] else []
    wrong_or_too_many, missing = f".?{_escaped(rest[1:])}", f".{_escaped(rest)}"
    return f"({'|'.join([_escaped(rest[0]) + _slip_within(rest[1:]), wrong_or_too_many, missing, *swapped])})"


def _escaped(word: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\{letter}" for letter in word)


class Padded(Func):
    """A text with a blank at either end, so that whole words can be found without a regular expression."""

    template = "(' ' || %(expressions)s || ' ')"
    output_field = TextField()


def _rank(word: str) -> Any:
    """The whole name or number counts most, then the beginning of one, then a part."""
    name, text = Padded(F("sort_key")), Padded(F("search_text"))
    return Case(
        When(Contains(name, f" {word} "), then=Value(4.0)),
        When(Contains(text, f" {word} "), then=Value(3.0)),
        When(Contains(name, f" {word}"), then=Value(2.0)),
        When(Contains(text, f" {word}"), then=Value(1.5)),
        default=Value(1.0),
        output_field=FloatField(),
    )


def _rank_nearly(word: str) -> Any:
    if not _is_forgiven(word):
        return _rank(word)
    slip = [When(sort_key__regex=_slip(word), then=Value(2.0))] if _has_slips(word) else []
    return Case(
        When(sort_key__contains=word, then=Value(3.0)),
        *slip,
        When(search_text__contains=word, then=Value(1.5)),
        default=TrigramWordSimilarity(word, "search_text"),
        output_field=FloatField(),
    )


def _best_first(rows: QuerySet, ranks: list[Any], first_word: str) -> QuerySet:
    begins = Case(
        When(StartsWith(F("sort_key"), first_word), then=Value(0.5)), default=Value(0.0), output_field=FloatField()
    )
    rank = reduce(lambda one, other: one + other, ranks, begins)
    return rows.annotate(search_rank=rank).order_by(F("search_rank").desc(), "sort_key", "pk")


def find_in(rows: QuerySet, text: str, *, source: Source, limit: int = 10) -> list[Hit]:
    """The best hits among given rows."""
    words = words_of(text)
    rows = source.rows(rows)
    if not words:
        return []
    found = list(exactly(rows, words)[:limit])
    if not found and _can_forgive(words):
        found = list(nearly(rows, words)[:limit])
    return [source.hit(record) for record in found]


def find(user: Any, text: str, *, source: Source, limit: int = 10) -> list[Hit]:
    """The best hits of one source among what this person may see."""
    return find_in(source.model._default_manager.visible_to(user), text, source=source, limit=limit)


def find_everywhere(user: Any, text: str, *, limit: int = 10) -> Found:
    """The best hits of every source; what only comes close is looked for when nothing is found anywhere."""
    words = words_of(text)
    if not words:
        return Found()
    for look in (exactly, nearly) if _can_forgive(words) else (exactly,):
        groups = [_group(source, user, look, words, text, limit) for source in sources_for(user)]
        groups = [group for group in groups if group.hits]
        if groups:
            return Found(groups, is_near=look is nearly)
    return Found()


def _group(source: Source, user: Any, look: Callable, words: list[str], text: str, limit: int) -> Group:
    rows = look(source.rows(source.model._default_manager.visible_to(user)), words)
    records = list(rows[: limit + 1])
    more = source.list_url(text) if len(records) > limit else ""
    return Group(source, [source.hit(record) for record in records[:limit]], more)
