"""Columns over time, one series or a few stacked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from ip2a.charts.parts import element, percent
from ip2a.charts.plot import LEAST_TARGET, Plot

COLUMNS_MOST = 120
WIDEST = 12


@dataclass(frozen=True)
class Columns(Plot):
    """One column for each label; several series stand on each other, what is below nought hangs under it.

    ``Columns("Jobs started", labels=["Jan 2026", "Feb 2026"], series=[Series("Started", [12, 9])], axis="Jobs")``
    Of more than 120 labels the last 120 are drawn.
    """

    look: ClassVar[str] = "columns"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.labels) > COLUMNS_MOST:
            kept = [replace(row, values=row.values[-COLUMNS_MOST:]) for row in self.series]
            object.__setattr__(self, "across", _cut(self.across, len(self.labels)))
            object.__setattr__(self, "labels", self.labels[-COLUMNS_MOST:])
            object.__setattr__(self, "series", kept)

    def extent(self) -> tuple[float, float]:
        ends = [end for index in range(len(self.labels)) for _, *pair in self._stack(index) for end in pair]
        return min(ends, default=0), max(ends, default=0)

    def drawn(self) -> Iterable[str]:
        wide = min(self.slot * 0.72, WIDEST)
        for index in range(len(self.labels)):
            place = {"x": percent(self.x(index) - wide / 2), "width": percent(wide)}
            for number, start, end in self._stack(index):
                top, bottom = sorted((self.y(start), self.y(end)))
                seen = {"y": top, "height": round(max(bottom - top, 1), 2), "fill": self._fill(number)}
                yield element("rect", {"class": self._class(number), **place, **seen})

    def targets(self) -> Iterable[str]:
        if len(self.series) == 1:
            return
        place = {"class": "hit", "width": percent(self.slot)}
        for index in range(len(self.labels)):
            for number, start, end in self._stack(index):
                if self.series[number].at(index).url:
                    top, bottom = sorted((self.y(start), self.y(end)))
                    rect = place | {"x": percent(index * self.slot), "y": top}
                    yield self._target(
                        number, index, element("rect", rect | {"height": max(round(bottom - top, 2), LEAST_TARGET)})
                    )


def _cut(across: str, count: int) -> str:
    said = f"the last {COLUMNS_MOST} of {count:,}"
    return f"{across}, {said}" if across else said.capitalize()
