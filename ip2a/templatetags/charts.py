"""Charts in a template: ``{% chart section.chart %}`` and ``{% sparkline "Cases a month" numbers %}``."""

from django import template

from ip2a import charts

register = template.Library()
register.simple_tag(charts.sparkline, name="sparkline")


@register.simple_tag
def chart(drawing: charts.Chart) -> str:
    """The whole figure; empty charts say so."""
    return drawing.html
