"""What every chart is made of: values, series, and elements whose every word is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import Any, ClassVar, Literal

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from ip2a.charts.scale import Number, Unit, in_full, known
from ip2a.words import Tone

SERIES_MOST = 4
Pull = Literal["start", "end"]


@dataclass(frozen=True)
class Value:
    """A number and the address that opens its rows. None is a gap: not known, which is not nought."""

    number: Number | None
    url: str = ""

    def __post_init__(self) -> None:
        if self.url and not self.url.startswith(("/", "?", "#")):
            raise ValueError(f"A value leads to a page of this house, not to {self.url!r}.")

    @property
    def known(self) -> float | None:
        return known(self.number)


@dataclass(frozen=True)
class Series:
    """One row of values, with its word for the legend. ``tone`` gives it a colour of meaning."""

    label: str
    values: Sequence[Value | Number | None]
    tone: Tone | None = None

    def at(self, index: int) -> Value:
        value = self.values[index]
        return value if isinstance(value, Value) else Value(value)


@dataclass(frozen=True)
class Threshold:
    """A line across a chart: a limit, a floor, a target."""

    number: Number
    label: str


@dataclass(frozen=True)
class Chart:
    """What all charts share. ``axis`` is the word for the values, ``across`` the word for the labels.

    ``key`` makes the ids in the drawing; two charts of one title on one page need two.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: Unit = "count"
    axis: str = ""
    across: str = ""
    key: str = field(default="", kw_only=True)
    look: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= SERIES_MOST:
            raise ValueError(f"A chart has one to {SERIES_MOST} series, not {len(self.series)}: show more as a table.")
        for row in self.series:
            if len(row.values) != len(self.labels):
                raise ValueError(f"{row.label!r} has {len(row.values)} values for {len(self.labels)} labels.")

    @property
    def id(self) -> str:
        return f"chart-{self.key or slugify(self.title) or 'x'}"

    @property
    def is_empty(self) -> bool:
        """Nothing is known: an empty frame would say that everything is nought."""
        return all(row.at(i).known is None for row in self.series for i in range(len(self.labels)))

    @property
    def html(self) -> SafeString:
        """The whole figure: legend, axis words and drawing."""
        if self.is_empty:
            return mark_safe(element("p", {"class": "chart-none"}, escape(f"{self.title}: nothing to draw yet.")))
        return mark_safe(
            element(
                "figure",
                {"class": f"chart chart--{self.look}", "id": self.id, "role": "group", "aria-label": self.title},
                self._patterns(),
                self._legend(),
                self._drawing(),
            )
        )

    def __str__(self) -> SafeString:
        return self.html

    def said(self, row: Series, index: int) -> str:
        return in_full(row.at(index).number, self.unit) or "not known"

    def _stack(self, index: int) -> list[tuple[int, float, float]]:
        """(series, from, to) of one label's values end to end, from nought upwards and from nought downwards."""
        up = down = 0.0
        found = []
        for number, row in enumerate(self.series):
            value = row.at(index).known
            if not value:
                continue
            start = up if value > 0 else down
            found.append((number, start, start + value))
            up, down = (start + value, down) if value > 0 else (up, start + value)
        return found

    def _drawing(self) -> str:
        raise NotImplementedError

    def _words(self) -> str:
        """The drawing's name and description, for those who do not see it."""
        ends = [_spoken(self, row) for row in self.series]
        return element("title", {}, escape(self.title)) + element("desc", {}, escape(" ".join(ends)))

    def _class(self, number: int) -> str:
        tone = self.series[number].tone
        return f"s{number + 1}" + (f" tone-{tone}" if tone else "")

    def _fill(self, number: int) -> str:
        """Each series has a pattern of its own, so that it can be told apart without its colour."""
        return f"url(#{self.id}-{number + 1})" if number else "currentColor"

    def _patterns(self) -> str:
        if len(self.series) == 1:
            return ""
        drawn = [_pattern(f"{self.id}-{n + 1}", self._class(n), n) for n in range(1, len(self.series))]
        attributes = {"class": "chart-defs", "width": "0", "height": "0", "aria-hidden": "true", "focusable": "false"}
        return element("svg", attributes, element("defs", {}, *drawn))

    def _legend(self) -> str:
        if len(self.series) == 1:
            return ""
        rows = [
            element("li", {}, self._swatch(number), element("span", {}, escape(row.label)))
            for number, row in enumerate(self.series)
        ]
        return element("ul", {"class": "chart-legend"}, *rows)

    def _swatch(self, number: int) -> str:
        box = element("rect", {"width": 14, "height": 14, "rx": 2, "fill": self._fill(number)})
        return swatch(self._class(number), box)


def swatch(classes: str, inside: str) -> str:
    attributes = {"class": classes, "width": 14, "height": 14, "viewBox": "0 0 14 14", "aria-hidden": "true"}
    return element("svg", attributes | {"focusable": "false"}, inside)


def element(name: str, attributes: dict[str, Any], *inside: str) -> str:
    """One element. Attributes are escaped here; what stands inside is markup already."""
    written = "".join(f' {key}="{escape(str(text))}"' for key, text in attributes.items() if text not in (None, ""))
    content = "".join(inside)
    return f"<{name}{written}>{content}</{name}>" if content or name in _NEVER_SHORT else f"<{name}{written}/>"


# HTML elements that a page's parser would not close where XML does.
_NEVER_SHORT = ("a", "div", "figure", "li", "p", "span", "ul", "ol", "g", "svg")


def total(numbers: Iterable[Number]) -> Number:
    """Their sum; money stays exact beside plain numbers."""
    numbers = list(numbers)
    if any(isinstance(number, Decimal) for number in numbers):
        return sum((Decimal(str(number)) for number in numbers), Decimal(0))
    return sum(numbers)


def percent(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".") + "%"


def shortened(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


TIP_WIDTH = 136


def tip(left: float, lines: Iterable[tuple[str, str]], top: float = 0, height: float = 120) -> str:
    """A card beside the point ``left`` percent across, shown while its mark is pointed at or has the focus."""
    turned = left > 50
    rows = [
        element("span", {}, escape(label), " " + element("b", {}, escape(words)) if words else "")
        for label, words in lines
    ]
    place = {"x": percent(left), "y": top, "width": TIP_WIDTH, "height": height}
    push = {"transform": f"translate({-TIP_WIDTH - 8 if turned else 8} 0)"}
    card = element("div", {"class": "tip-card"}, *rows)
    return element("foreignObject", {"class": "tip is-turned" if turned else "tip", **place, **push}, card)


def mark(url: str, words: str, *inside: str, tab: bool = True) -> str:
    """A part of the drawing that says its value: a link to its rows, a stop of the keyboard, or for the mouse only."""
    if url:
        return element("a", {"class": "mark", "href": url, "aria-label": words}, *inside)
    if not tab:
        return element("g", {"class": "mark", "aria-hidden": "true"}, *inside)
    return element("g", {"class": "mark", "tabindex": 0, "role": "img", "aria-label": words}, *inside)


def _pattern(key: str, classes: str, number: int) -> str:
    size = {"width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    ground = element("rect", {"class": "pattern-ground", "width": 6, "height": 6})
    return element("pattern", {"id": key, "class": classes, **size}, ground, _INK[number - 1])


_INK = (
    '<path class="pattern-line" d="M-1 1l2-2M0 6l6-6M5 7l2-2"/>',
    '<circle class="pattern-dot" cx="1.5" cy="1.5" r="1.3"/><circle class="pattern-dot" cx="4.5" cy="4.5" r="1.3"/>',
    '<path class="pattern-line" d="M0 1.5h6M0 4.5h6"/>',
)


def _spoken(chart: Chart, row: Series) -> str:
    found = [(value, i) for i in range(len(chart.labels)) if (value := row.at(i).known) is not None]
    name = f"{row.label}: " if row.label else ""
    if not found:
        return f"{name}nothing known."
    if len(found) == 1:
        return f"{name}{chart.labels[found[0][1]]} {chart.said(row, found[0][1])}."
    low, high = min(found)[1], max(found, key=lambda pair: pair[0])[1]
    return (
        f"{name}{len(found)} values, the least {chart.said(row, low)} ({chart.labels[low]}), "
        f"the most {chart.said(row, high)} ({chart.labels[high]})."
    )
