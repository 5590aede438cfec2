"""A line as high as a word, for a table's cell or beside a figure."""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from ip2a.charts.parts import Value, element
from ip2a.charts.scale import Number, Unit, in_full, known

WIDTH, HEIGHT, EDGE = 96, 24, 3


def sparkline(
    title: str, values: Sequence[Number | None], unit: Unit = "count", labels: Sequence[str] = (), url: str = ""
) -> SafeString:
    """The course of some values, the last one marked: ``sparkline("Cases a month", [3, 4, None, 7])``.

    It says its title, first, last, least and most to those who point at it or reach it by keyboard; ``url`` opens the
    rows. Without any value it is a dash.
    """
    numbers = [known(value) for value in values]
    points = [(index, value) for index, value in enumerate(numbers) if value is not None]
    if not points:
        return mark_safe(element("span", {"class": "faint"}, "–"))
    words = _words(title, values, points, unit, labels)
    drawing = element(
        "svg",
        {"class": "sparkline", "width": WIDTH, "height": HEIGHT, "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"}
        | ({} if url else {"tabindex": 0}),
        element("title", {}, escape(words)),
        element("path", {"d": _path(numbers, points)}),
        _dot(points[-1], numbers, points),
    )
    return mark_safe(element("a", {"class": "spark", "href": Value(0, url).url}, drawing) if url else drawing)


def _place(point: tuple[int, float], numbers: list, points: list[tuple[int, float]]) -> tuple[float, float]:
    low, high = min(v for _, v in points), max(v for _, v in points)
    across = point[0] / (len(numbers) - 1) if len(numbers) > 1 else 0.5
    up = (point[1] - low) / (high - low) if high > low else 0.5
    return (
        round(EDGE + across * (WIDTH - 2 * EDGE), 1),
        round(HEIGHT - EDGE - up * (HEIGHT - 2 * EDGE), 1),
    )


def _path(numbers: list, points: list[tuple[int, float]]) -> str:
    """A pen that lifts over gaps."""
    drawn, before = [], None
    for point in points:
        x, y = _place(point, numbers, points)
        drawn.append(f"{'L' if before is not None and point[0] == before + 1 else 'M'}{x} {y}")
        before = point[0]
    return "".join(drawn)


def _dot(point: tuple[int, float], numbers: list, points: list[tuple[int, float]]) -> str:
    x, y = _place(point, numbers, points)
    return element("circle", {"cx": x, "cy": y, "r": 2.5})


def _words(title: str, values: Sequence, points: list[tuple[int, float]], unit: Unit, labels: Sequence[str]) -> str:
    def said(index: int) -> str:
        return in_full(values[index], unit) + (f" ({labels[index]})" if labels else "")

    low, high = min(points, key=lambda p: p[1])[0], max(points, key=lambda p: p[1])[0]
    if len(points) == 1:
        return f"{title}: {said(points[0][0])}."
    return f"{title}: last {said(points[-1][0])}, least {said(low)}, most {said(high)}."
