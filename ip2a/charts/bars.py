"""Bars that lie, a row for each label: for comparing things with names, which may be long."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import ClassVar

from ip2a.charts.parts import TIP_WIDTH, Chart, element, mark, percent, tip, total
from ip2a.charts.scale import in_brief, in_full, on_axis, ticks

THICK = 16
BARS_MOST = 20


@dataclass(frozen=True)
class Bars(Chart):
    """A row for each label with its value beside it; several series lie end to end, and the sum stands beside them.

    ``Bars("Members by city", ["Tacoma", "Olympia"], [Series("Members", [Value(4210, "/members/?city=Tacoma"), 12])])``
    Of more than ``most`` labels the first are drawn, and the others said: "and 180 others".
    """

    most: int = BARS_MOST
    look: ClassVar[str] = "bars"

    @cached_property
    def shown(self) -> int:
        """How many rows are drawn: never all but one."""
        return len(self.labels) if len(self.labels) <= self.most + 1 else self.most

    @cached_property
    def marks(self) -> list[float]:
        ends = [end for index in range(self.shown) for _, *pair in self._stack(index) for end in pair]
        return ticks(min(ends, default=0), max(ends, default=0), self.unit)

    def x(self, value: float) -> float:
        low, high = self.marks[0], self.marks[-1]
        return (value - low) * 100 / (high - low)

    def _drawing(self) -> str:
        head = ""
        if self.across or self.axis:
            words = (element("span", {}, escape(self.across)), element("span", {}, escape(self.axis)))
            head = element("p", {"class": "chart-axis bars-head"}, *words)
        rows = [self._row(index) for index in range(self.shown)]
        return head + element("ol", {"class": "bars"}, *rows) + self._axis() + self._others()

    def _row(self, index: int) -> str:
        label = element("span", {"class": "bars-label"}, escape(self.labels[index]))
        return element("li", {}, label, self._bar(index), self._value(index))

    def _value(self, index: int) -> str:
        """The number in words, a link where it opens its rows. The parts of a sum say theirs in the drawing."""
        values = [row.at(index) for row in self.series]
        numbers = [value.number for value in values if value.number is not None and value.known is not None]
        words = escape(in_brief(total(numbers), self.unit) if numbers else "not known")
        url = values[0].url if len(values) == 1 else ""
        linked = element("a", {"href": url, "aria-label": f"{self.labels[index]}: {words}"}, words) if url else words
        return element("span", {"class": "bars-value"}, linked)

    def _bar(self, index: int) -> str:
        nought = percent(self.x(0))
        ground = element("rect", {"class": "bars-ground", "width": "100%", "height": THICK, "rx": 2})
        base = element("line", {"class": "nought", "x1": nought, "x2": nought, "y2": THICK})
        parts = [self._part(number, start, end) for number, start, end in self._stack(index)]
        marks = self._marks(index) if len(self.series) > 1 else ()
        place = {"class": "bar-drawing", "width": "100%", "height": THICK}
        alone = len(self.series) == 1
        told = {"aria-hidden": "true", "focusable": "false"} if alone else {"role": "group"}
        name = "" if alone else element("title", {}, escape(self.labels[index]))
        return element("svg", place | told, name, ground, *parts, base, *marks)

    def _part(self, number: int, start: float, end: float) -> str:
        left, right = sorted((self.x(start), self.x(end)))
        seen = {"x": percent(left), "width": percent(max(right - left, 0.3)), "height": THICK}
        return element("rect", {"class": self._class(number), **seen, "fill": self._fill(number)})

    def _marks(self, index: int) -> Iterable[str]:
        for number, start, end in self._stack(index):
            row, said = self.series[number], self.said(self.series[number], index)
            left, right = sorted((self.x(start), self.x(end)))
            rect = {"class": "hit", "x": percent(left), "width": percent(max(right - left, 1.5)), "height": THICK}
            words = f"{self.labels[index]}: {row.label} {said}"
            card = tip((left + right) / 2, [(row.label, said)], top=THICK + 2, height=TIP_WIDTH)
            yield mark(row.at(index).url, words, element("rect", rect), card)

    def _axis(self) -> str:
        """Round numbers under the bars; the name and the description of the whole drawing stand here."""
        marks = self.marks
        words = []
        for number, (value, said) in enumerate(zip(marks, on_axis(marks, self.unit), strict=True)):
            anchor = "start" if number == 0 else "end" if number == len(marks) - 1 else "middle"
            place = {"class": "tick wide" if number % 2 else "tick", "x": percent(self.x(value)), "y": 12}
            if number == len(marks) - 1:
                place["class"] = "tick"
            words.append(element("text", {**place, "text-anchor": anchor}, escape(said)))
        place = {"class": "bars-axis", "width": "100%", "height": 16, "role": "img"}
        return element("div", {"class": "bars-foot"}, element("svg", place, self._words(), *words))

    def _others(self) -> str:
        left = range(self.shown, len(self.labels))
        if not left:
            return ""
        values = [row.at(index) for row in self.series for index in left]
        numbers = [value.number for value in values if value.number is not None and value.known is not None]
        words = f"and {len(left):,} others"
        if numbers and self.unit in ("count", "money"):
            words += f" with {in_full(total(numbers), self.unit)} together"
        return element("p", {"class": "chart-others"}, escape(words))
