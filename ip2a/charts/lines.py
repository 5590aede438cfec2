"""Lines over time, one to four series."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from ip2a.charts.parts import Series, Threshold, element, percent, swatch
from ip2a.charts.plot import Plot
from ip2a.charts.scale import in_full

SHAPES_MOST = 40

# A shape for each series, around the point: lines can be told apart in black and white.
_SHAPES = (
    '<circle r="3.5"/>',
    '<rect x="-3.2" y="-3.2" width="6.4" height="6.4"/>',
    '<path d="M0-4.4 4.4 3.4H-4.4z"/>',
    '<path d="M0-4.8 4.8 0 0 4.8-4.8 0z"/>',
)


@dataclass(frozen=True)
class Lines(Plot):
    """A line for each series; where a value is None the line has a gap.

    ``threshold`` draws a limit across. From ``forecast_from`` on (an index of ``labels``) values are a guess: dashed,
    and said to be.
    """

    threshold: Threshold | None = None
    forecast_from: int | None = None
    look: ClassVar[str] = "lines"

    def extent(self) -> tuple[float, float]:
        found = (row.at(index).known for row in self.series for index in range(len(self.labels)))
        values = [value for value in found if value is not None]
        if self.threshold:
            values.append(float(self.threshold.number))
        return min(values, default=0), max(values, default=0)

    def said(self, row: Series, index: int) -> str:
        return super().said(row, index) + (" (forecast)" if self._is_guess(index) else "")

    def _is_guess(self, index: int) -> bool:
        return self.forecast_from is not None and index >= self.forecast_from

    def drawn(self) -> Iterable[str]:
        for number, row in enumerate(self.series):
            points = [(i, row.at(i).known) for i in range(len(self.labels))]
            inside = [*self._segments(points), *self._points(points, number)]
            yield element("g", {"class": f"line {self._class(number)}"}, *inside)
        yield from self._limit()

    def _segments(self, points: list[tuple[int, float | None]]) -> Iterable[str]:
        """Piece by piece, because a path cannot stand in percent."""
        for (before, one), (after, other) in zip(points, points[1:], strict=False):
            if one is None or other is None:
                continue
            ends = {"x1": percent(self.x(before)), "y1": self.y(one), "x2": percent(self.x(after)), "y2": self.y(other)}
            yield element("line", {"class": "is-guess" if self._is_guess(after) else "", **ends})

    def _points(self, points: list[tuple[int, float | None]], number: int) -> Iterable[str]:
        """Every point when there are few; of many each nth, and each that stands alone."""
        every = -(-len(points) // SHAPES_MOST)
        for index, value in points:
            alone = all(points[near][1] is None for near in (index - 1, index + 1) if 0 <= near < len(points))
            if value is not None and (index % every == 0 or alone):
                classes = "point is-guess" if self._is_guess(index) else "point"
                place = {"class": classes, "x": percent(self.x(index)), "y": self.y(value), "overflow": "visible"}
                yield element("svg", place, _SHAPES[number])

    def _limit(self) -> Iterable[str]:
        if self.threshold:
            y = self.y(float(self.threshold.number))
            yield element("line", {"class": "threshold", "x2": "100%", "y1": y, "y2": y})

    def targets(self) -> Iterable[str]:
        if len(self.series) == 1:
            return
        for number, row in enumerate(self.series):
            for index in range(len(self.labels)):
                value = row.at(index)
                if value.url and value.known is not None:
                    hit = {"class": "hit", "cx": percent(self.x(index)), "cy": self.y(value.known), "r": 9}
                    yield self._target(number, index, element("circle", hit))

    def _legend(self) -> str:
        rows = []
        if len(self.series) > 1:
            rows = [(self._swatch(number), row.label) for number, row in enumerate(self.series)]
        if self.threshold:
            line = '<line class="threshold" x2="14" y1="7" y2="7"/>'
            rows.append((swatch("", line), f"{self.threshold.label}: {in_full(self.threshold.number, self.unit)}"))
        if self.forecast_from is not None and self.forecast_from < len(self.labels):
            line = '<line class="is-guess" x2="14" y1="7" y2="7"/>'
            rows.append((swatch("line s1", line), "Dashed: a forecast"))
        items = [element("li", {}, drawn, element("span", {}, escape(words))) for drawn, words in rows]
        return element("ul", {"class": "chart-legend"}, *items) if items else ""

    def _swatch(self, number: int) -> str:
        line = '<line x2="14" y1="7" y2="7"/>'
        point = element("g", {"class": "point", "transform": "translate(7 7)"}, _SHAPES[number])
        return swatch(f"line {self._class(number)}", line + point)

    def _patterns(self) -> str:
        return ""
