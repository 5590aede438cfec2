"""Charts drawn on the server: SVG of attributes and classes only, in the colours of the style sheet.

    from ip2a.charts import Bars, Columns, Lines, Series, Threshold, Value, sparkline

    Bars(
        "Cases by article",
        labels=["Overtime", "Seniority"],
        series=[Series("Cases", [Value(12, "/grievances/?article=5"), Value(3, "/grievances/?article=9")])],
        axis="Cases",
        across="Article",
    )

``Bars`` compare names (several series lie end to end), ``Columns`` count in time (several series stand on each other),
``Lines`` follow one to four courses (None is a gap; ``threshold=Threshold(5000, "Floor")``, ``forecast_from=12``),
``sparkline`` is as high as a word. ``unit`` is count, money, days or percent. A ``Value`` with a ``url``
opens its rows.

In a template: ``{% load charts %}{% chart section.chart %}``, ``{% sparkline "Cases a month" numbers %}``. Each drawing
has a title and a description, tells its values to mouse and keyboard without script, and can be read without colour.
The numbers must also stand in a table beside it: ip2a.reports does that.
"""

from ip2a.charts.bars import Bars
from ip2a.charts.columns import Columns
from ip2a.charts.lines import Lines
from ip2a.charts.parts import Chart, Series, Threshold, Value
from ip2a.charts.scale import Unit, in_full
from ip2a.charts.sparkline import sparkline

__all__ = [
    "Bars",
    "Chart",
    "Columns",
    "Lines",
    "Series",
    "Threshold",
    "Unit",
    "Value",
    "in_full",
    "sparkline",
]
