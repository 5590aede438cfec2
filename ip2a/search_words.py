"""How one word is looked for in a folded text: as it stands, or a slip of the finger away; and what counts more.

A word knows in what ways it may be forgiven (``shape``). Words of one shape make the same SQL with other values, so
``ip2a.search`` puts a question into SQL once for each shape, with marks in the places of the words.
"""

import re
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.lookups import Contains, StartsWith

LEAST_FORGIVEN = 4  # letters; in a shorter word one slip makes any other
LEAST_ALIKE = 7  # letters; from here on two slips are forgiven, by likeness
MOST_FORGIVEN = 20
PHONE = re.compile(r"\+?[\d().\-/]*\d[\d().\-/]*(x\d+)?")


@dataclass(frozen=True)
class Word:
    """``forms`` are the word, and a phone number also as its digits; ``slip`` is a pattern, "" where none is tried."""

    text: str
    forms: tuple[str, ...]
    slip: str
    is_short: bool
    is_forgiven: bool
    is_alike: bool

    @classmethod
    def of(cls, text: str) -> "Word":
        forgiven = len(text) >= LEAST_FORGIVEN and ("@" in text or not any(letter.isdigit() for letter in text))
        has_slips = forgiven and len(text) <= MOST_FORGIVEN and "@" not in text
        return cls(
            text, _forms(text), slip_of(text) if has_slips else "", len(text) < 3, forgiven, len(text) >= LEAST_ALIKE
        )

    @property
    def shape(self) -> tuple:
        return len(self.forms), bool(self.slip), self.is_short, self.is_forgiven, self.is_alike

    def marked(self, number: int) -> "Word":
        """A word of this shape that says nothing: marks to be found again in what was made of it."""
        forms = tuple(
            _mark(number, f"form{place}") if place else _mark(number, "text") for place in range(len(self.forms))
        )
        return replace(self, text=forms[0], forms=forms, slip=self.slip and _mark(number, "slip"))

    def values(self, number: int) -> dict[str, str]:
        """What stands for each mark."""
        named = {_mark(number, f"form{place}"): form for place, form in enumerate(self.forms) if place}
        return {_mark(number, "text"): self.text, _mark(number, "slip"): self.slip, **named}


def _mark(number: int, part: str) -> str:
    return f"\ue000{number}{part}\ue001"


MARK = re.compile("\ue000[0-9a-z]+\ue001")


def _forms(word: str) -> tuple[str, ...]:
    """A word, and a phone number also as its digits, without the country's 1 in front."""
    if not PHONE.fullmatch(word):
        return (word,)
    digits = "".join(letter for letter in word if letter.isdigit())
    bare = digits.removeprefix("00").removeprefix("1") if len(digits) > 10 else digits
    return tuple(dict.fromkeys([word, bare]))


def slip_of(word: str) -> str:
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


def written(word: Word) -> Q:
    if word.is_short:  # too short for the index inside a word, and nobody means it there
        return Q(search_text__startswith=word.text) | Q(search_text__contains=f" {word.text}")
    return reduce(or_, (Q(search_text__contains=form) for form in word.forms))


def written_nearly(word: Word) -> Q:
    if not word.is_forgiven:
        return written(word)
    near = Q(search_text__contains=word.text)
    if word.slip:
        near |= Q(search_text__regex=word.slip)
    if word.is_alike:
        near |= Q(search_text__trigram_word_similar=word.text)
    return near


class Padded(Func):
    """A text with a blank at either end, so that whole words can be found without a regular expression."""

    template = "(' ' || %(expressions)s || ' ')"
    output_field = TextField()


def rank(word: Word) -> Any:
    """The whole name or number counts most, then the beginning of one, then a part."""
    name, text = Padded(F("sort_key")), Padded(F("search_text"))
    return Case(
        When(Contains(name, f" {word.text} "), then=Value(4.0)),
        When(Contains(text, f" {word.text} "), then=Value(3.0)),
        When(Contains(name, f" {word.text}"), then=Value(2.0)),
        When(Contains(text, f" {word.text}"), then=Value(1.5)),
        default=Value(1.0),
        output_field=FloatField(),
    )


def rank_nearly(word: Word) -> Any:
    if not word.is_forgiven:
        return rank(word)
    slip = [When(sort_key__regex=word.slip, then=Value(2.0))] if word.slip else []
    return Case(
        When(sort_key__contains=word.text, then=Value(3.0)),
        *slip,
        When(search_text__contains=word.text, then=Value(1.5)),
        default=TrigramWordSimilarity(word.text, "search_text"),
        output_field=FloatField(),
    )


def best_first(rows: QuerySet, ranks: list[Any], first: Word) -> QuerySet:
    begins = Case(
        When(StartsWith(F("sort_key"), first.text), then=Value(0.5)), default=Value(0.0), output_field=FloatField()
    )
    whole = reduce(lambda one, other: one + other, ranks, begins)
    return rows.annotate(search_rank=whole).order_by(F("search_rank").desc(), "sort_key", "pk")
