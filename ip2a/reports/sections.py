"""A report's sections: a few computed rows, drawn and as a table. Every number may carry the address of its rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any, Literal

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from ip2a.charts import Bars, Chart, Series, Unit, Value, in_full
from ip2a.charts.parts import SERIES_MOST, element, total
from ip2a.words import format_day, state_chip

Kind = Literal["text", "day", "count", "money", "days", "percent"]
Opens = Callable[..., str]
UNITS = ("count", "money", "days", "percent")


@dataclass(frozen=True)
class Linked:
    """A value and the address that opens its rows.

    ``rows`` says how many rows that list has, where the value is not their number: a sum, a mean, a share.
    ``tone`` draws the words as a state's chip.
    """

    value: Any
    url: str = ""
    rows: int | None = None
    tone: str = ""

    @property
    def opens(self) -> bool:
        """Nought opens nothing: there would be no row."""
        if not self.url or self.value in (None, ""):
            return False
        return self.value != 0 if self.rows is None else self.rows > 0


@dataclass(frozen=True)
class Figure:
    """A column: text, day, or a number with its unit. ``linked=False`` for counts that are nobody's rows."""

    key: str
    label: str
    kind: Kind = "text"
    linked: bool = True

    @property
    def is_number(self) -> bool:
        return self.kind in UNITS

    def words(self, value: Any) -> str:
        if value is None or value == "":
            return ""
        if self.kind == "day":
            return format_day(value)
        return str(value) if self.kind == "text" else in_full(value, self.kind)


Row = Mapping[str, Any]


def plain(cell: Any) -> Any:
    return cell.value if isinstance(cell, Linked) else cell


def summed(rows: Iterable[Row], key: str, url: str = "") -> Linked:
    """The sum of one column, for a totals row."""
    values = [plain(row.get(key)) for row in rows]
    return Linked(total(value for value in values if value is not None), url)


@dataclass
class Section:
    """One part of a report.

    ``rows`` are mappings from a column's key to a value or a ``Linked`` value; the first column names the row.
    ``chart`` is a drawn chart, or a kind of chart (Bars, Columns, Lines), which then draws the columns that ``show``
    names (the first number, when it names none). ``totals`` is a last row. ``empty`` is said when there is no row.
    """

    title: str
    columns: Sequence[Figure]
    rows: Sequence[Row]
    chart: Chart | type[Chart] | None = None
    show: tuple[str, ...] = ()
    note: str = ""
    totals: Row | None = None
    empty: str = "There is nothing to count here yet."
    key: str = ""
    csv_url: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.key = self.key or slugify(self.title)
        if isinstance(self.chart, type):
            self.chart = self._drawn(self.chart) if self.rows else None

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def is_wide(self) -> bool:
        """The table may have to be moved sideways, by keyboard, too; on a phone its rows are cards."""
        return len(self.columns) > 3

    def _drawn(self, kind: type[Chart]) -> Chart:
        numbers = [column for column in self.columns if column.is_number]
        shown = [column for column in numbers if column.key in self.show] or numbers[:1]
        if len({column.kind for column in shown}) != 1 or len(shown) > SERIES_MOST:
            raise ValueError(f"{self.title!r}: a chart shows one to {SERIES_MOST} columns of one unit.")
        first = self.columns[0]
        unit: Unit = shown[0].kind  # type: ignore[assignment]
        return kind(
            self.title,
            labels=[first.words(plain(row.get(first.key))) for row in self.rows],
            series=[Series(column.label, [_value(row.get(column.key)) for row in self.rows]) for column in shown],
            unit=unit,
            axis=shown[0].label if len(shown) == 1 else "",
            across=first.label if kind is Bars else "",
            key=self.key,
        )

    @property
    def head(self) -> SafeString:
        cells = [_cell("th", column, {"scope": "col"}, escape(column.label)) for column in self.columns]
        return mark_safe(element("tr", {}, *cells))

    @property
    def body(self) -> SafeString:
        return mark_safe("".join(self._row(row) for row in self.rows))

    @property
    def foot(self) -> SafeString:
        return mark_safe(self._row(self.totals)) if self.totals else mark_safe("")

    def _row(self, row: Row) -> str:
        first, rest = self.columns[0], self.columns[1:]
        cells = [f'<th scope="row">{_shown(first, row.get(first.key))}</th>']
        cells += [_cell("td", c, {"data-label": c.label}, _shown(c, row.get(c.key))) for c in rest]
        return f"<tr>{''.join(cells)}</tr>"

    def lines(self) -> Iterable[list[Any]]:
        """Plain values, for a file: the rows, then the totals."""
        for row in [*self.rows, *([self.totals] if self.totals else [])]:
            yield [plain(row.get(column.key)) for column in self.columns]


def _value(cell: Any) -> Value:
    if isinstance(cell, Linked):
        return Value(cell.value, cell.url if cell.opens else "")
    return Value(cell)


def _shown(column: Figure, cell: Any) -> str:
    words = escape(column.words(plain(cell)))
    if isinstance(cell, Linked) and cell.tone:
        words = state_chip(column.words(cell.value), cell.tone)
    if isinstance(cell, Linked) and cell.opens:
        return f'<a href="{escape(cell.url)}">{words}</a>'
    value = plain(cell)
    return f'<time datetime="{value.isoformat()}">{words}</time>' if isinstance(value, date) else words


def _cell(name: str, column: Figure, attributes: dict[str, str], inside: str) -> str:
    written = "".join(f' {key}="{escape(text)}"' for key, text in attributes.items())
    look = ' class="num"' if column.is_number else ""
    return f"<{name}{look}{written}>{inside}</{name}>"
