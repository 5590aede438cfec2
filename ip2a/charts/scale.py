"""Axes with round numbers, and a number's words: in full for reading, short for an axis."""

import math
from decimal import Decimal
from typing import Literal

from ip2a.words import format_money

Unit = Literal["count", "money", "days", "percent"]
Number = int | float | Decimal

BRIEF_LETTERS = 18
_MINUS = "\N{MINUS SIGN}"
_SHORT = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))
# Steps people expect beside 1, 2 and 5: weeks and months for days, quarters for percent.
_STEPS: dict[str, tuple[float, ...]] = {
    "days": (1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730),
    "percent": (0.1, 0.2, 0.5, 1, 2, 5, 10, 25, 50, 100),
}


def known(number: Number | None) -> float | None:
    """The number as a float; what is missing, infinite or not a number is None."""
    if number is None:
        return None
    value = float(number)
    return value if math.isfinite(value) else None


def in_full(number: Number | None, unit: Unit = "count") -> str:
    """``1,250``, ``$1,250.00``, ``12 days``, ``37.5%``; None is the empty string."""
    if number is None or known(number) is None:
        return ""
    if unit == "money":
        return format_money(number)
    words = _plain(abs(number))
    sign = _MINUS if number < 0 and words != "0" else ""
    return f"{sign}{words}{_ending(words, unit)}"


def in_brief(number: Number, unit: Unit = "count") -> str:
    """In full as long as that has room beside a bar; beyond, as on an axis: the table has the rest."""
    words = in_full(number, unit)
    return words if len(words) <= BRIEF_LETTERS else on_axis([float(number)], unit)[0]


def _ending(words: str, unit: Unit) -> str:
    if unit == "percent":
        return "%"
    return (" day" if words == "1" else " days") if unit == "days" else ""


def _plain(number: Number, places: int = 1) -> str:
    """At most so many places, and none that say nothing."""
    words = f"{number:,.{places}f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def ticks(low: float, high: float, unit: Unit = "count", parts: int = 4) -> list[float]:
    """Round numbers from below ``low`` to above ``high``, about ``parts`` steps apart; nought is always one of them."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    step = _step((high - low) / parts, unit)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def _step(least: float, unit: Unit) -> float:
    for step in _STEPS.get(unit, ()):
        if step >= least * 0.999999:
            return step
    power = 10.0 ** math.floor(math.log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least * 0.999999)
    return max(step, 1.0) if unit in ("count", "days") else step


def on_axis(marks: list[float], unit: Unit = "count") -> list[str]:
    """Short words for an axis, all in the same measure: ``0``, ``$5k``, ``$10k``; never more than seven letters."""
    most = max(abs(mark) for mark in marks)
    if most >= 10_000 * _SHORT[0][0]:  # beyond the largest letter
        return [_power(mark) for mark in marks]
    size, letter = (1, "")
    if most >= 10_000:
        size, letter = next((size, letter) for size, letter in _SHORT if most >= size)
    return [_short(mark, size, letter, unit) for mark in marks]


def _short(mark: float, size: int, letter: str, unit: Unit) -> str:
    words = _plain(abs(mark) / size, 2)
    if words == "0":
        letter = ""
    sign = _MINUS if mark < 0 and words != "0" else ""
    return f"{sign}{'$' if unit == 'money' else ''}{words}{letter}{'%' if unit == 'percent' else ''}"


def _power(mark: float) -> str:
    return f"{mark:.0e}".replace("e+", "e").replace("-", _MINUS) if mark else "0"
