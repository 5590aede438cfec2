"""What people type, turned into what the database stores: one converter for each column, made from its model field.

A converter takes the cell's text and returns the value as PostgreSQL reads it (or None for "not given"). It raises
``Bad`` with plain words. Converters are pure, so their answers are remembered.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models

from ip2a.exports import FORMULA_STARTS

Convert = Callable[[str], str | None]
EXCEL_DAY_ZERO = date(1899, 12, 30)
EARLIEST, LATEST = date(1850, 1, 1), date(2150, 12, 31)
LARGEST_ID = 2**63 - 1
DAY_WORDS = frozenset(
    {"st", "nd", "rd", "th", "of", "tues", "thur", "thurs"}
    | {name.lower() for name in (*calendar.day_abbr, *calendar.day_name)}
)
BLANKS = frozenset({"", "null", "none", "\\n", "n/a", "#n/a"})
SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
YES = frozenset({"t", "true", "y", "yes", "1", "1.0", "x", "on", "✓"})
NO = frozenset({"f", "false", "n", "no", "0", "0.0", "off", "-"})
MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if n}


class Bad(ValueError):
    """A cell that cannot be stored. ``rule`` names the kind of problem, ``words`` say it of this cell."""

    def __init__(self, rule: str, words: str):
        super().__init__(words)
        self.rule = rule
        self.words = words


def cleaned(text: str) -> str:
    """Without blanks around it, and without the apostrophe our own exports put before a formula's sign."""
    text = text.strip()
    if text[:1] == "'" and text[1:2] in FORMULA_STARTS and len(text) > 1:
        return text[1:]
    return text


def shown(text: str, length: int = 60) -> str:
    """A cell's text as it may stand in a sentence."""
    text = "".join(c if c.isprintable() else " " for c in text).strip()
    return f"'{text[:length]}…'" if len(text) > length else f"'{text}'"


def folded(text: str) -> str:
    """Letters and digits only, in lower case: how words, labels and headers are compared."""
    return re.sub(r"[\W_]+", "", text.casefold())


def text_of(label: str, *, longest: int | None, required: bool) -> Convert:
    def convert(text: str) -> str | None:
        value = cleaned(text)
        if not value:
            if required:
                raise Bad(f"{label} is missing", f"{label} is missing")
            return ""
        if "\x00" in value:
            raise Bad(f"{label} holds a NUL character", f"{label} {shown(value)} holds a NUL character; type it anew")
        if longest is not None and len(value) > longest:
            says = f"{label} {shown(value, 30)} has {len(value):,} characters; at most {longest} fit"
            raise Bad(f"{label} is too long", says)
        if value in SPREADSHEET_ERRORS:
            raise Bad(f"{label} is a spreadsheet error", f"{label} holds the spreadsheet error {value}")
        return value

    return convert


def choice_of(label: str, choices: type[models.TextChoices], words: Mapping[str, str]) -> Convert:
    """Values, names and labels are all understood, in any case; ``words`` adds further spellings."""
    known: dict[str, str] = {}
    for member in choices:
        known |= {folded(spelling): member.value for spelling in (member.value, member.name, str(member.label))}
    known |= {folded(spelling): value for spelling, value in words.items()}
    labels = {member.value: str(member.label) for member in choices}

    @lru_cache(maxsize=1_000)
    def meant(word: str) -> str:
        near = get_close_matches(word, known, 1, 0.7)
        return f"; did you mean {labels[known[near[0]]]}?" if near else ""

    def convert(text: str) -> str | None:
        word = folded(cleaned(text))
        if word in known:
            return known[word]
        if not word or word in BLANKS:
            return None
        listed = ", ".join(labels.values())
        raise Bad(f"{label} is not a known word", f"{label} {shown(text)} is not one of {listed}{meant(word)}")

    return convert


def yes_or_no(label: str) -> Convert:
    def convert(text: str) -> str | None:
        word = cleaned(text).lower()
        if word in YES:
            return "t"
        if word in NO:
            return "f"
        if word in BLANKS:
            return None
        raise Bad(f"{label} is neither yes nor no", f"{label} {shown(text)} is neither yes nor no")

    return convert


def day_of(label: str, *, required: bool) -> Convert:
    def convert(text: str) -> str | None:
        value = cleaned(text)
        if value.lower() in BLANKS:
            if required:
                raise Bad(f"{label} is missing", f"{label} is missing")
            return None
        day = read_day(value)
        if day is None:
            says = f"{label} {shown(text)} is not a date; write it as 2026-03-04 or 03/04/2026 (month first)"
            raise Bad(f"{label} is not a date", says)
        if not EARLIEST <= day <= LATEST:
            raise Bad(f"{label} is impossible", f"{label} {shown(text)} lies in the year {day.year}")
        return day.isoformat()

    return convert


def read_day(text: str) -> date | None:
    """2026-03-04, 03/04/2026 (month first), 4 Mar 2026, Mar 4, 2026, 20260304, an ISO moment, or Excel's number."""
    try:
        return date.fromisoformat(text[:10]) if text[4:5] == "-" and text[10:11] in ("", "T", " ") else _other_day(text)
    except (ValueError, OverflowError):
        return None


def _other_day(text: str) -> date | None:
    if re.fullmatch(r"\d{8}", text, re.ASCII):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if re.fullmatch(r"\d{2,5}(\.\d+)?", text, re.ASCII):
        days = int(float(text))
        return EXCEL_DAY_ZERO + timedelta(days) if days > 60 else None
    parts = [part for part in _parts_of_day(text) if part.lower() not in DAY_WORDS]
    if len(parts) != 3:
        return None
    if all(part.isdigit() for part in parts):
        first, second, third = map(int, parts)
        if len(parts[0]) == 4:
            return date(first, second, third)
        return date(third, first, second) if len(parts[2]) == 4 else None
    return _worded_day(parts)


def _parts_of_day(text: str) -> list[str]:
    """Numbers and words of a date, without a time behind it."""
    return re.findall(r"[0-9]+|[^\W\d_]+", re.split(r"[T ]+\d{1,2}:", text)[0])


def _worded_day(parts: list[str]) -> date | None:
    """A day, a year of four digits and the name of a month, in any order."""
    words = [part for part in parts if not part.isdigit()]
    numbers = sorted(int(part) for part in parts if part.isdigit())
    month = MONTHS.get(words[0][:3].lower()) if len(words) == 1 and len(words[0]) >= 3 else None
    return date(numbers[1], month, numbers[0]) if month and numbers[1] > 999 else None


def moment_of(label: str) -> Convert:
    """A date and time; without a zone it is taken as UTC, in which the old system wrote."""

    def convert(text: str) -> str | None:
        value = text.strip()
        try:
            if value.isascii() and datetime.fromisoformat(value).tzinfo is None and len(value) > 10:
                return value + "+00"
        except ValueError:
            pass
        value = cleaned(text)
        if value.lower() in BLANKS:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            day = read_day(value)
            if day is None:
                raise Bad(f"{label} is not a date", f"{label} {shown(text)} is not a date and time") from None
            moment = datetime(day.year, day.month, day.day)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()

    return convert


def number_of(label: str, *, required: bool = False) -> Convert:
    """A whole number that names a row, such as an old id."""

    def convert(text: str) -> str | None:
        if text.isdigit() and text.isascii() and len(text) < 19:
            return text
        value = cleaned(text).removesuffix(".0")
        if value.lower() in BLANKS:
            if required:
                raise Bad(f"{label} is missing", f"{label} is missing")
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 20 and 0 <= int(value) <= LARGEST_ID):
            raise Bad(f"{label} is not a number", f"{label} {shown(text)} is not a whole number")
        return value

    return convert


def money_of(label: str, digits: int, places: int) -> Convert:
    def convert(text: str) -> str | None:
        value = cleaned(text)
        if value.lower() in BLANKS:
            return None
        negative = value.startswith("(") and value.endswith(")")
        plain = re.sub(r"^(usd|\$)|(usd|\$)$|(?<=\d),(?=\d{3}(\D|$))|\s", "", value.strip("()").lower())
        try:
            number = Decimal(plain.replace("$", "", 1)) if re.fullmatch(r"-?\$?\d*\.?\d*", plain) else None
        except InvalidOperation:
            number = None
        if number is None:
            raise Bad(f"{label} is not an amount", f"{label} {shown(text)} is not an amount; write it as 1250.00")
        rounded = number.quantize(Decimal(1).scaleb(-places)) if len(plain) < 30 else number
        if rounded != number:
            raise Bad(f"{label} has too many decimals", f"{label} {shown(text)} has more than {places} decimals")
        if number < 0 or negative:
            raise Bad(f"{label} is negative", f"{label} {shown(text)} is negative")
        if number >= 10 ** (digits - places):
            raise Bad(f"{label} is too large", f"{label} {shown(text)} is too large")
        return str(rounded)

    return convert


def mail_of(label: str, longest: int | None, required: bool) -> Convert:
    convert_text, valid = text_of(label, longest=longest, required=required), EmailValidator()

    def convert(text: str) -> str | None:
        value = convert_text(text)
        try:
            if value:
                valid(value)
        except ValidationError:
            says = f"{label} {shown(text)} is not an e-mail address"
            raise Bad(f"{label} is not an address", says) from None
        return value

    return convert


def website_of(label: str, longest: int | None) -> Convert:
    convert_text, valid = text_of(label, longest=longest, required=False), URLValidator(("http", "https"))

    def convert(text: str) -> str | None:
        value = convert_text(text)
        if value and "://" not in value:
            value = f"https://{value}"
        try:
            if value:
                valid(value)
        except ValidationError:
            raise Bad(f"{label} is not an address", f"{label} {shown(text)} is not a web address") from None
        return value

    return convert


def for_field(field: models.Field, words: Mapping[str, str]) -> Convert:
    """The converter that a model field asks for."""
    label = str(field.verbose_name)
    required = not field.blank and not field.has_default()
    if field.choices:
        return choice_of(label, words_of(field), words)
    if isinstance(field, models.EmailField):
        return mail_of(label, field.max_length, required)
    if isinstance(field, models.URLField):
        return website_of(label, field.max_length)
    if isinstance(field, models.BooleanField):
        return yes_or_no(label)
    if isinstance(field, models.DateTimeField):
        return moment_of(label)
    if isinstance(field, models.DateField):
        return day_of(label, required=not field.null)
    if isinstance(field, models.DecimalField):
        return money_of(label, field.max_digits, field.decimal_places)
    if isinstance(field, models.IntegerField):
        return number_of(label, required=not field.null)
    return text_of(label, longest=field.max_length, required=required)


def words_of(field: models.Field) -> type[models.TextChoices]:
    """The choices as a class, whatever form the model gave them in."""
    return models.TextChoices(f"{field.name}_words", [(_name(v), (v, label)) for v, label in field.flatchoices])


def _name(value: str) -> str:
    return re.sub(r"\W+", "_", value).upper() or "BLANK"
