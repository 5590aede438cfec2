"""Words for the screen: dates, money, counts and states, the same everywhere.

Plain functions without locale machinery, because tables call them thousands of times a second; the template tags in
``ip2a.templatetags.ip2a`` only pass on to them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Tone = Literal["good", "warn", "bad", "info", "quiet"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Each tone has its own shape as well as its colour, so that a state can be told apart in black and white.
_SHAPES: dict[str, str] = {
    "good": '<circle cx="5" cy="5" r="4"/>',
    "warn": '<path d="M5 .8 9.6 9H.4z"/>',
    "bad": '<path d="M5 0l5 5-5 5-5-5z"/>',
    "info": '<rect x="1" y="1" width="8" height="8" rx="1"/>',
    "quiet": '<circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5"/>',
}

_tones: dict[str, Tone] = {}


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return timezone.localtime(value, timezone.get_default_timezone())  # the local's: no reader has another
    return value


def format_day(value: date | datetime | None) -> str:
    """``Wed 18 Mar 2026``; a datetime is taken to the local's time zone first; None is the empty string."""
    if not value:
        return ""
    day = _local(value)
    return f"{_DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def format_moment(value: datetime | None) -> str:
    """``Wed 18 Mar 2026, 14:05`` in the local's time zone; None is the empty string."""
    if not value:
        return ""
    at = _local(value)
    return f"{_DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def format_time(value: datetime | None) -> str:
    """``14:05`` in the local's time zone; None is the empty string."""
    return f"{_local(value):%H:%M}" if value else ""


def format_money(amount: Decimal | float | None) -> str:
    """``$1,250.00``; a debt has a true minus sign before the dollar; None is the empty string."""
    if amount is None or amount == "":
        return ""
    return f"\N{MINUS SIGN}${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def format_count(number: int | None) -> str:
    """``10,000``; None is the empty string."""
    return "" if number is None else f"{number:,}"


def counted(count: int, one: str, many: str) -> str:
    """``one``, or ``many`` with its {count} filled in."""
    return one if count == 1 else many.format(count=f"{count:,}")


def format_size(amount: int) -> str:
    """``2.5 MB``, with a space that does not break, as Django's ``filesizeformat`` writes it."""
    if amount < 1024:
        return f"{amount} byte{'' if amount == 1 else 's'}".replace(" ", "\N{NO-BREAK SPACE}")
    size, units = amount / 1024, iter(("KB", "MB", "GB", "TB"))
    unit = next(units)
    while size >= 1024:
        size, unit = size / 1024, next(units, "PB")
    return f"{size:.1f}\N{NO-BREAK SPACE}{unit}"


def register_tones(tones: Mapping[str, Tone]) -> None:
    """Say how states look. The same value looks the same everywhere, so a second, different tone is an error."""
    for value, tone in tones.items():
        if tone not in _SHAPES:
            raise ValueError(f"{tone!r} is not a tone; use one of {', '.join(_SHAPES)}.")
        if _tones.setdefault(value, tone) != tone:
            raise ValueError(f"State {value!r} already looks {_tones[value]!r}; it cannot also look {tone!r}.")


def tone_of(value: str) -> Tone:
    """The tone registered for a state's stored value; an unknown state is quiet."""
    return _tones.get(value, "quiet")


@lru_cache(maxsize=512, typed=True)
def state_chip(word: str, tone: str = "quiet") -> SafeString:
    """A state as word, shape and quiet colour. ``word`` is escaped."""
    shape = _SHAPES[tone]
    svg = f'<svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" focusable="false">{shape}</svg>'
    return mark_safe(f'<span class="chip chip--{tone}">{svg}{conditional_escape(word)}</span>')


def state_of(record: object, field: str = "status") -> SafeString:
    """The chip for a record's state field, in the words of its choices."""
    value = getattr(record, field)
    return state_chip(str(getattr(record, f"get_{field}_display")()), tone_of(value))


register_tones(
    {
        "active": "good",
        "inactive": "quiet",
        "suspended": "warn",
        "retired": "info",
        "deceased": "quiet",
        "current": "good",
        "ended": "quiet",
        "draft": "quiet",
        "pending": "warn",
        "running": "info",
        "done": "good",
        "failed": "bad",
        "undone": "quiet",
        "open": "info",
        "closed": "quiet",
    }
)
