"""A figure: what a script measured, and what we want it to be.

Scripts say each by ``tell``, beside what they print. Run by hand, that is all; run by ``python -m benchmarks``, the
figure goes into the table of RESULTS.md as well.
"""

import json
import os
from dataclasses import asdict, dataclass

FILE = "IP2A_FIGURES"  # names the file that ``tell`` adds lines to
DIGITS = {"s": 1, "ms": 1, "x": 2, "%": 1}


@dataclass(frozen=True)
class Figure:
    """``most`` and ``least`` are the goal: one of them, both, or none where it is only worth knowing."""

    name: str
    measured: float
    unit: str = ""
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """None where nothing is wanted of it."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.measured <= self.most) and (self.least is None or self.measured >= self.least)

    @property
    def goal(self) -> str:
        if self.most is not None and self.most == self.least:
            return said(self.most, self.unit)
        bounds = (("at least", self.least), ("at most", self.most))
        return ", ".join(f"{words} {_round(bound, self.unit)}" for words, bound in bounds if bound is not None)


def tell(
    name: str, measured: float, unit: str = "", *, most: float | None = None, least: float | None = None, note: str = ""
) -> Figure:
    """``unit`` is "x" for how many times as much, or what follows the number; ``note`` what it was compared with."""
    figure = Figure(name, float(measured), unit, most, least, note)
    if path := os.environ.get(FILE):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(figure)) + "\n")
    return figure


def said(value: float, unit: str) -> str:
    """As it is measured: with the digits that mean something."""
    digits = DIGITS.get(unit, 0 if value == int(value) or value >= 10 else 1)
    return _with(f"{value:,.{digits}f}", unit)


def _round(bound: float, unit: str) -> str:
    """As it is wanted: without digits that nobody asked for."""
    return _with(f"{bound:,.10f}".rstrip("0").rstrip("."), unit)


def _with(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit == "x" else f"{number} {unit}".rstrip()
