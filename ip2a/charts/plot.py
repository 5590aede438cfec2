"""The frame of charts over time: an upright axis, labels below, one slot for each label.

Across, everything stands in percent, so that a drawing is as wide as its place while its words keep their size; upright
it stands in pixels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape

from ip2a.charts.parts import Chart, element, mark, percent, shortened, tip
from ip2a.charts.scale import on_axis, ticks

HEIGHT = 190
TOP = 10
WIDE_LABELS = 12
NARROW_LABELS = 4
LABEL_LETTERS = 12
LEAST_TARGET = 10


@dataclass(frozen=True)
class Plot(Chart):
    """What columns and lines share."""

    def extent(self) -> tuple[float, float]:
        """The least and the greatest that is drawn."""
        raise NotImplementedError

    def drawn(self) -> Iterable[str]:
        """The shapes, which do nothing."""
        raise NotImplementedError

    def targets(self) -> Iterable[str]:
        """Marks over single values that open their rows; over them lies nothing else."""
        raise NotImplementedError

    @cached_property
    def marks(self) -> list[float]:
        return ticks(*self.extent(), self.unit)

    def y(self, value: float) -> float:
        marks = self.marks
        low, high = marks[0], marks[-1]
        return round(TOP + (high - value) / (high - low) * HEIGHT, 2)

    def x(self, index: int) -> float:
        """The middle of a slot, in percent."""
        return (index + 0.5) * 100 / len(self.labels)

    @property
    def slot(self) -> float:
        return 100 / len(self.labels)

    def _drawing(self) -> str:
        drawing = element(
            "svg",
            {"class": "plot", "width": "100%", "height": HEIGHT + TOP + 22, "role": "group"},
            self._words(),
            *self._grid(),
            *self._below(),
            *self.drawn(),
            *(self._slice(index) for index in range(len(self.labels))),
            *self.targets(),
        )
        above = element("p", {"class": "chart-axis"}, escape(self.axis)) if self.axis else ""
        below = element("p", {"class": "chart-axis is-across"}, escape(self.across)) if self.across else ""
        return above + element("div", {"class": "chart-plot"}, drawing) + below

    def _grid(self) -> Iterable[str]:
        marks = self.marks
        for value, words in zip(marks, on_axis(marks, self.unit), strict=True):
            y = self.y(value)
            yield element("line", {"class": "nought" if not value else "grid", "x2": "100%", "y1": y, "y2": y})
            place = {"class": "tick", "x": 0, "y": y, "dx": -8, "dy": "0.32em", "text-anchor": "end"}
            yield element("text", {**place, "aria-hidden": "true"}, escape(words))

    def _below(self) -> Iterable[str]:
        """As many labels as there is room for: a dozen where it is wide, four on a phone."""
        count = len(self.labels)
        wide = -(-count // WIDE_LABELS)
        narrow = -(-count // (NARROW_LABELS * wide)) * wide
        for index in range(0, count, wide):
            last = index > 0 and self.x(index) > 94
            place = {"x": percent(100 if last else self.x(index)), "y": HEIGHT + TOP + 16}
            place |= {"text-anchor": "end" if last else "middle", "aria-hidden": "true"}
            classes = "tick wide" if index % narrow else "tick"
            yield element("text", {"class": classes, **place}, escape(shortened(self.labels[index], LABEL_LETTERS)))

    def _slice(self, index: int) -> str:
        """A whole slot, which says all its values. It is a link where there is one value only, and a stop of the
        keyboard where a value has no link of its own."""
        values = [row.at(index) for row in self.series]
        if all(value.known is None for value in values):
            return ""
        said = [(row.label, self.said(row, index)) for row in self.series]
        words = f"{self.labels[index]}: {', '.join(f'{label} {what}'.strip() for label, what in said)}"
        only = values[0].url if len(values) == 1 else ""
        rect = {"x": percent(index * self.slot), "y": TOP, "width": percent(self.slot), "height": HEIGHT}
        hit = element("rect", {"class": "hit", **rect})
        stops = any(value.known is not None and not value.url for value in values)
        return mark(only, words, hit, tip(self.x(index), [(self.labels[index], ""), *said]), tab=stops)

    def _target(self, row: int, index: int, hit: str) -> str:
        series = self.series[row]
        said = self.said(series, index)
        words = f"{self.labels[index]}: {series.label} {said}"
        return mark(
            series.at(index).url, words, hit, tip(self.x(index), [(self.labels[index], ""), (series.label, said)])
        )
