"""The charts as drawings: well-formed, without style or script, every word escaped, every value said and linked."""

import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest

from ip2a.charts import Bars, Columns, Lines, Series, Threshold, Value, in_full, sparkline
from ip2a.charts.scale import in_brief, on_axis, ticks
from ip2a.views.pattern_charts import charts

NASTY = '<b onclick="x()">A & B\'s</b> ]]> \N{SNOWMAN}'


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def elements(chart, name: str, of_class: str = "") -> list[ElementTree.Element]:
    found = parsed(chart.html).iter(name)
    return [element for element in found if of_class in element.get("class", "").split() or not of_class]


def marks(chart) -> list[tuple]:
    """What can be pointed at: element, address, stop of the keyboard, words."""
    found = [element for element in parsed(chart.html).iter() if element.get("class") == "mark"]
    return [(m.tag, m.get("href"), m.get("tabindex"), m.get("aria-label")) for m in found]


def every_pattern():
    samples = charts()
    return [*samples["bars"], *samples["columns"], *samples["lines"]]


@pytest.mark.parametrize("chart", every_pattern(), ids=lambda chart: f"{chart.look}-{chart.title}")
def test_every_drawing_is_well_formed_and_has_no_style_or_script(chart):
    for element in parsed(chart.html).iter():
        assert element.tag not in ("style", "script")
        assert [name for name in element.attrib if name == "style" or name.startswith("on")] == []


@pytest.mark.parametrize("chart", every_pattern(), ids=lambda chart: f"{chart.look}-{chart.title}")
def test_every_drawing_has_a_title_and_a_description(chart):
    if chart.is_empty:
        assert chart.html == f'<p class="chart-none">{chart.title}: nothing to draw yet.</p>'
        return
    assert chart.title in [title.text for title in elements(chart, "title")]
    assert all(description.text for description in elements(chart, "desc"))


def test_no_two_drawings_of_the_patterns_share_an_id():
    ids = [element.get("id") for chart in every_pattern() for element in parsed(chart.html).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", [Bars, Columns, Lines])
def test_names_are_escaped_everywhere(kind):
    values = [Value(3, "/x/?a=1&b=\"'<>"), 4]
    one = kind(NASTY, [NASTY, "B"], [Series(NASTY, values)], axis=NASTY, across=NASTY)
    two = kind(NASTY, [NASTY, "B"], [Series(NASTY, values), Series("B", [1, 2])], axis=NASTY, across=NASTY)
    for chart in (one, two):
        found = parsed(chart.html)
        assert list(found.iter("b")) == [b for b in found.iter("b") if "onclick" not in b.attrib]
        assert NASTY in [title.text for title in found.iter("title")]
        assert "/x/?a=1&b=\"'<>" in [link.get("href") for link in found.iter("a")]


def test_the_legend_of_lines_is_escaped():
    chart = Lines("A", ["1", "2"], [Series("A", [1, 2])], threshold=Threshold(3, NASTY), forecast_from=1)
    assert [item.find("span").text for item in elements(chart, "li")] == [f"{NASTY}: 3", "Dashed: a forecast"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://example.org/", "data:text/html,x"])
def test_a_value_leads_nowhere_else(url):
    with pytest.raises(ValueError, match="a page of this house"):
        Value(1, url)


def test_a_bar_says_its_value_and_opens_its_rows():
    chart = Bars("Cities", ["Tacoma", "Olympia"], [Series("Members", [Value(4210, "/members/?city=Tacoma"), 0])])
    links = [(link.get("href"), link.get("aria-label"), link.text) for link in elements(chart, "a")]
    assert links == [("/members/?city=Tacoma", "Tacoma: 4,210", "4,210")]
    assert [value.text for value in elements(chart, "span", "bars-value")] == [None, "0"]


def test_the_parts_of_a_bar_are_links_or_stops_of_the_keyboard_and_the_sum_stands_beside():
    chart = Bars("C", ["Volt"], [Series("Won", [Value(2, "/won/")]), Series("Lost", [3]), Series("Open", [0])])
    assert marks(chart) == [("a", "/won/", None, "Volt: Won 2"), ("g", None, "0", "Volt: Lost 3")]
    assert [value.text for value in elements(chart, "span", "bars-value")] == ["5"]


def test_two_hundred_names_are_bounded_and_the_others_said():
    chart = Bars("E", [f"E{n}" for n in range(200)], [Series("Cases", [1] * 200)])
    assert len(elements(chart, "li")) == 20
    assert elements(chart, "p", "chart-others")[0].text == "and 180 others with 180 together"


def test_one_more_than_the_most_is_drawn_rather_than_named_another():
    chart = Bars("E", [f"E{n}" for n in range(21)], [Series("Cases", [1] * 21)])
    assert (len(elements(chart, "li")), elements(chart, "p", "chart-others")) == (21, [])


def test_bars_below_nought_lie_to_its_left():
    chart = Bars("M", ["In", "Out"], [Series("Money", [2000, -4000])], "money")
    bars = [(bar.get("x"), bar.get("width")) for bar in elements(chart, "rect", "s1")]
    assert bars == [("66.667%", "33.333%"), ("0%", "66.667%")]


def test_stacked_columns_stand_on_each_other_and_hang_below_nought():
    chart = Columns("M", ["Jan"], [Series("In", [2]), Series("More", [2]), Series("Out", [-4])])
    heights = [
        (bar.get("y"), bar.get("height")) for name in ("s1", "s2", "s3") for bar in elements(chart, "rect", name)
    ]
    assert chart.marks == [-4, -2, 0, 2, 4]
    assert heights == [("57.5", "47.5"), ("10.0", "47.5"), ("105.0", "95.0")]


def test_a_column_of_one_series_is_itself_the_link_and_nought_is_said_too():
    chart = Columns("M", ["Jan", "Feb"], [Series("", [Value(7, "/jan/"), 0])])
    assert marks(chart) == [("a", "/jan/", None, "Jan: 7"), ("g", None, "0", "Feb: 0")]


def test_of_too_many_columns_the_last_are_drawn_and_it_says_so():
    chart = Columns("M", [str(n) for n in range(200)], [Series("Cases", range(200))])
    assert (len(elements(chart, "rect", "s1")), chart.labels[0], chart.across) == (120, "80", "The last 120 of 200")


def test_a_line_has_a_gap_where_a_value_is_not_known():
    chart = Lines("L", list("abcde"), [Series("Cases", [1, 2, None, 4, 5])])
    line = next(group for group in elements(chart, "g", "line"))
    assert [(piece.get("x1"), piece.get("x2")) for piece in line.findall("line")] == [("10%", "30%"), ("70%", "90%")]
    assert len(line.findall("svg")) == 4


def test_nought_is_a_value_and_not_a_gap():
    line = elements(Lines("L", list("abc"), [Series("Cases", [1, 0, 1])]), "g", "line")[0]
    assert len(line.findall("line")) == 2


def test_a_forecast_is_dashed_and_said_to_be_one():
    chart = Lines("L", list("abc"), [Series("Balance", [1, 2, 3])], "money", forecast_from=2)
    pieces = elements(chart, "g", "line")[0].findall("line")
    assert [piece.get("class") for piece in pieces] == [None, "is-guess"]
    assert [words for *_, words in marks(chart)] == [
        "a: Balance $1.00",
        "b: Balance $2.00",
        "c: Balance $3.00 (forecast)",
    ]


def test_a_threshold_beyond_the_values_is_in_the_picture():
    chart = Lines("L", list("ab"), [Series("Balance", [100, 200])], threshold=Threshold(5000, "Floor"))
    assert chart.marks[-1] >= 5000
    assert len([line for line in elements(chart, "line", "threshold") if line.get("x2") == "100%"]) == 1


def test_many_points_get_few_shapes_but_each_says_its_value():
    chart = Lines("L", [str(n) for n in range(200)], [Series("Cases", range(200))])
    assert len(elements(chart, "svg", "point")) == 40
    assert len(marks(chart)) == 200


@pytest.mark.parametrize("kind", [Bars, Columns, Lines])
def test_series_can_be_told_apart_without_colour(kind):
    chart = kind("C", ["a", "b"], [Series(str(n), [1, 2]) for n in range(4)])
    if kind is Lines:
        found = [ElementTree.tostring(group.find("svg")[0]) for group in elements(chart, "g", "line")]
    else:
        found = [elements(chart, "rect", f"s{n}")[0].get("fill") for n in range(1, 5)]
    assert len(set(found)) == 4


@pytest.mark.parametrize("kind", [Bars, Columns, Lines])
@pytest.mark.parametrize(
    "values",
    [[0], [0, 0], [None], [], [5], [-5], [1e300, 1], [float("nan"), 2], [float("inf"), 2], [Decimal("0.01"), 1.5]],
)
def test_odd_values_are_drawn_without_an_error(kind, values):
    labels = [str(n) for n in range(len(values))]
    for unit in ("count", "money", "days", "percent"):
        html = kind("Odd", labels, [Series("Cases", values), Series("More", values)], unit).html
        parsed(html)
        assert "nan" not in html
        assert "inf" not in html


def test_too_many_series_or_lines_of_another_length_are_refused():
    with pytest.raises(ValueError, match="one to 4 series"):
        Lines("L", ["a"], [Series(str(n), [1]) for n in range(5)])
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        Lines("L", ["a"], [Series("A", [1, 2])])


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (0, 0, "count", ["0", "1"]),
        (0, 1, "count", ["0", "1"]),
        (0, 7, "count", ["0", "2", "4", "6", "8"]),
        (0, 10_000, "count", ["0", "5k", "10k"]),
        (0, 12_345, "money", ["$0", "$5k", "$10k", "$15k"]),
        (-1_200, 500, "money", ["−$1,500", "−$1,000", "−$500", "$0", "$500"]),
        (0, 1_500_000, "money", ["$0", "$0.5M", "$1M", "$1.5M"]),
        (0, 3e17, "count", ["0", "1e17", "2e17", "3e17"]),
        (0, 95, "percent", ["0%", "25%", "50%", "75%", "100%"]),
        (0, 0.3, "percent", ["0%", "0.1%", "0.2%", "0.3%"]),
        (0, 40, "days", ["0", "14", "28", "42"]),
        (0, 0.4, "money", ["$0", "$0.1", "$0.2", "$0.3", "$0.4"]),
    ],
)
def test_an_axis_has_few_round_numbers(low, high, unit, words):
    assert on_axis(ticks(low, high, unit), unit) == words


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (1250, "count", "1,250"),
        (-3, "count", "−3"),
        (Decimal("1250.5"), "money", "$1,250.50"),
        (-1, "money", "−$1.00"),
        (1, "days", "1 day"),
        (12.25, "days", "12.2 days"),
        (37.5, "percent", "37.5%"),
        (100, "percent", "100%"),
        (-0.01, "count", "0"),
        (None, "count", ""),
    ],
)
def test_a_number_in_words(number, unit, words):
    assert in_full(number, unit) == words


def test_a_huge_amount_is_short_beside_its_bar():
    assert [in_brief(98_765_432_100, "money"), in_brief(1_234_567_890_123, "money")] == ["$98,765,432,100.00", "$1.23T"]


def test_a_sparkline_says_what_it_shows_and_lifts_the_pen_over_a_gap():
    drawn = parsed(sparkline("Cases & more", [3, None, 7, 5], labels=["Jan", "Feb", "Mar", "Apr"]))
    assert drawn.find("svg/title").text == "Cases & more: last 5 (Apr), least 3 (Jan), most 7 (Mar)."
    assert drawn.find("svg/path").get("d").count("M") == 2


def test_a_sparkline_of_nothing_is_a_dash_and_of_one_value_a_dot():
    assert sparkline("Cases", [None, None]) == '<span class="faint">–</span>'
    assert parsed(sparkline("Cases", [3])).find("svg/title").text == "Cases: 3."


def test_a_sparkline_may_open_its_rows():
    link = parsed(sparkline("Cases", [3, 4], url="/x/?a=1&b=2")).find("a")
    assert link.get("href") == "/x/?a=1&b=2"
