"""Finding records by what people type: any word order, accents and typing mistakes forgiven, within rights.

A model that can be found has a folded ``search_text`` column with a trigram index and is registered by ``@searchable``.
First every word must stand there as it was typed; only when nothing is found that way, words that are one slip away
(two letters swapped, one too many, one missing, one wrong) or that look alike are taken too. Numbers are never guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import and_
from typing import Any
from urllib.parse import urlencode

from django.db import connection, models
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from ip2a import search_asking, search_words
from ip2a.search_words import Word

MOST_LETTERS = 200
MOST_WORDS = 6
FOUND_FIRST = 2_000  # rows; so many are put in order faster than a long list is read in its own
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
    """Rows that have every word; nearly so when there is no row that has them. The best first when ``ranked``,
    otherwise in the order of ``rows``."""
    words = words_of(text)
    if not words:
        return rows.none() if text.strip() else rows
    if not ranked and not any(Word.of(word).is_short for word in words):
        return _found_first(rows, words)
    found = exactly(rows, words, ranked=ranked)
    if not _can_forgive(words) or found.order_by().exists():
        return found
    return nearly(rows, words, ranked=ranked)


@dataclass(frozen=True)
class Few:
    """The numbers of all that was found, when they are few enough to be put in order; otherwise None, and how to find
    them in the order of a list."""

    numbers: list[int] | None
    narrow: Callable[[QuerySet], QuerySet]


def few(user: Any, rows_of: search_asking.RowsOf, text: str) -> Few | None:
    """As ``matching`` in the order of the rows, by a statement that is made once; None for words that have none.

    Raises Unaskable where the rows depend on more than the person.
    """
    words = words_of(text)
    if not words or any(Word.of(word).is_short for word in words):
        return None
    return _few(words, lambda look: search_asking.numbers(user, rows_of, look, words, FOUND_FIRST + 1))


def _found_first(rows: QuerySet, words: list[str]) -> QuerySet:
    def numbers(look: search_asking.Look) -> list[int]:
        return list(look(rows.order_by(), words).values_list("pk", flat=True)[: FOUND_FIRST + 1])

    return _few(words, numbers).narrow(rows)


def _few(words: list[str], numbers_by: Callable[[search_asking.Look], list[int]]) -> Few:
    """The index of words says which they are; only these are put in order.

    Left to itself, PostgreSQL reads a list in its order until a page is full: all of it for a name at its end. That is
    quick only for what is found everywhere.
    """
    for look in (_EXACTLY, _NEARLY) if _can_forgive(words) else (_EXACTLY,):
        numbers = numbers_by(look)
        if len(numbers) > FOUND_FIRST:
            return Few(None, partial(look, words=words))
        if numbers:
            return Few(numbers, partial(_with_numbers, numbers))
    return Few([], QuerySet.none)


def _with_numbers(numbers: list[int], rows: QuerySet) -> QuerySet:
    return rows.filter(pk__found_among=numbers)


@models.Field.register_lookup
class FoundAmong(models.Lookup):
    """``pk__found_among=[1, 2]``: as ``__among``, where they are few beside the table.

    The planner is not told how many they are. It would take a thousand for so common that a list read in its order
    meets fifty of them soon.
    """

    lookup_name = "found_among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(ARRAY(SELECT unnest(%s::bigint[])))", (*parameters, self.rhs)


def exactly(rows: QuerySet, words: Sequence[str | Word], *, ranked: bool = True) -> QuerySet:
    """Rows in which every word stands as it was typed, be it as a part of a longer one."""
    known = [_word(word) for word in words]
    found = rows.filter(reduce(and_, map(search_words.written, known)))
    return search_words.best_first(found, list(map(search_words.rank, known)), known[0]) if ranked else found


def nearly(rows: QuerySet, words: Sequence[str | Word], *, ranked: bool = True) -> QuerySet:
    """Rows in which every word stands, or one that is a typing mistake away, or one that looks alike."""
    known = [_word(word) for word in words]
    found = rows.filter(reduce(and_, map(search_words.written_nearly, known)))
    return search_words.best_first(found, list(map(search_words.rank_nearly, known)), known[0]) if ranked else found


_EXACTLY, _NEARLY = partial(exactly, ranked=False), partial(nearly, ranked=False)


def _word(word: str | Word) -> Word:
    return word if isinstance(word, Word) else Word.of(word)


def _can_forgive(words: list[str]) -> bool:
    return any(Word.of(word).is_forgiven for word in words)


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
    words = words_of(text)
    for look in _looks(words):
        found = search_asking.ask(user, [source], look, words, limit)
        if found:
            return [source.hit(record) for record in found[source.key]]
    return []


def find_everywhere(user: Any, text: str, *, limit: int = 10) -> Found:
    """The best hits of every source; what only comes close is looked for when nothing is found anywhere."""
    words = words_of(text)
    for look in _looks(words):
        found = search_asking.ask(user, sources(), look, words, limit + 1)
        if found:
            groups = [_group(source, found[source.key], text, limit) for source in sources() if source.key in found]
            return Found(groups, is_near=look is nearly)
    return Found()


def _looks(words: list[str]) -> tuple[search_asking.Look, ...]:
    """First as it was typed, then what comes close."""
    if not words:
        return ()
    return (exactly, nearly) if _can_forgive(words) else (exactly,)


def _group(source: Source, records: list[Any], text: str, limit: int) -> Group:
    more = source.list_url(text) if len(records) > limit else ""
    return Group(source, [source.hit(record) for record in records[:limit]], more)
