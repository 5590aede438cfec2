"""The search in two statements: the numbers of the best hits of all sources in one, then the records that were hit.

Each source is put into SQL once for a set of rights and the shapes of the words (``ip2a.search_words``); a search only
fills in its words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from ip2a.questions import Question, Unaskable, as_reader, mark, rights_of
from ip2a.search_words import MARK, Word


class Source(Protocol):
    """What is needed of ip2a.search.Source."""

    @property
    def model(self) -> Any: ...
    @property
    def key(self) -> str: ...
    @property
    def rows(self) -> Callable[[models.QuerySet], models.QuerySet]: ...


Look = Callable[..., models.QuerySet]
RowsOf = Callable[[Any], models.QuerySet]  # what somebody may see of what is searched
THE_READER = mark(0, 0)
_ARRAY = "ARRAY(SELECT hit.pk FROM ({sql}) AS hit)"


class Changing(Exception):
    """What this person sees of a source depends on more than their rights, such as the hour: it is asked anew."""


@dataclass(frozen=True)
class Pattern:
    """A parameter that is made of a word: itself, or between the signs of LIKE."""

    before: str
    mark: str
    after: str

    def filled(self, values: dict[str, str]) -> str:
        value = values[self.mark]
        if self.before or self.after:
            value = value.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return f"{self.before}{value}{self.after}"


def ask(user: Any, sources: Sequence[Source], look: Look, words: list[str], most: int) -> dict[str, list[Any]]:
    """The best records of each source in which there are any, by the source's key."""
    known = [Word.of(word) for word in words]
    parts = {source: part for source in sources if (part := _part(user, _seen(source), look, known, most)) is not None}
    hit = zip(parts, _numbers_of(list(parts.values())), strict=True)
    return {source.key: _records(user, source, numbers) for source, numbers in hit if numbers}


def numbers(user: Any, rows_of: RowsOf, look: Look, words: list[str], most: int) -> list[int]:
    """The numbers of so many of the rows that have the words."""
    part = _part(user, rows_of, look, [Word.of(word) for word in words], most)
    return _numbers_of([part])[0] if part is not None else []


def _numbers_of(parts: list[tuple[str, list[Any]]]) -> list[list[int]]:
    if not parts:
        return []
    statement = f"SELECT {', '.join(_ARRAY.format(sql=sql) for sql, _ in parts)}"
    # Planning takes PostgreSQL longer than searching (2.3 ms to 0.8 at the stress volume, rare and frequent words).
    return list(connection.ask(statement, [value for _, given in parts for value in given])[0])  # type: ignore[attr-defined]


@cache
def _seen(source: Source) -> RowsOf:
    return lambda user: source.rows(source.model._default_manager.visible_to(user))


def _part(user: Any, rows_of: RowsOf, look: Look, words: list[Word], most: int) -> tuple[str, list[Any]] | None:
    """SQL for the numbers of the best hits, with its parameters; None where this person sees nothing."""
    try:
        made = _made(rows_of, rights_of(user), look, tuple(word.marked(n) for n, word in enumerate(words)), most)
    except Changing:
        return _sql(look(rows_of(user), words).values_list("pk")[:most])
    if made is None:
        return None
    values = {key: value for number, word in enumerate(words) for key, value in word.values(number).items()}
    sql, parameters = made
    return sql, [_filled(one, values, user) for one in parameters]


def _filled(parameter: Any, values: dict[str, str], user: Any) -> Any:
    if isinstance(parameter, Pattern):
        return parameter.filled(values)
    return user.pk if parameter == THE_READER else parameter


@lru_cache(maxsize=2000)
def _made(
    rows_of: RowsOf, rights: frozenset[str], look: Look, words: tuple[Word, ...], most: int
) -> tuple[str, list[Any]] | None:
    try:
        made = _sql(look(as_reader(rights, rows_of), list(words)).values_list("pk")[:most])
    except Unaskable as error:
        raise Changing from error
    if made is None:
        return None
    if any(isinstance(one, date) for one in made[1]):
        raise Changing
    return made[0], [_pattern(one) for one in made[1]]


def _sql(rows: models.QuerySet) -> tuple[str, list[Any]] | None:
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, list(parameters)


def _pattern(parameter: Any) -> Any:
    found = MARK.search(parameter) if isinstance(parameter, str) else None
    return Pattern(parameter[: found.start()], found.group(), parameter[found.end() :]) if found else parameter


def _records(user: Any, source: Source, numbers: list[int]) -> list[Any]:
    """The records in the order of their numbers."""
    try:
        found = _question(source)(user, numbers)
    except Unaskable:
        found = _seen(source)(user).filter(pk__in=numbers)
    place = {number: n for n, number in enumerate(numbers)}
    return sorted(found, key=lambda record: place[record.pk])


@cache
def _question(source: Source) -> Question:
    def records(reader: Any, numbers: list[int]) -> models.QuerySet:
        return _seen(source)(reader).filter(pk__among=numbers)

    return Question(records)
