"""The tags of every page: dates, money, counts, states, icons, and the query string with something changed."""

from collections.abc import Callable
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.template.base import FilterExpression, Node, Parser, TextNode, Token, Variable
from django.templatetags.static import StaticNode, do_static
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from ip2a import icons, timeline, words

register = template.Library()

register.filter("day", words.format_day)
register.filter("moment", words.format_moment)
register.filter("clock", words.format_time)
register.filter("money", words.format_money)
register.filter("count", words.format_count)
register.filter("size", words.format_size)
_simple = template.Library()
_simple.simple_tag(icons.icon, name="icon")


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    """``{% icon "search" 20 %}``. One whose name and size stand in the template is drawn when the template is read."""
    return _settled(_simple.tags["icon"](parser, token), lambda node: (*node.args, *node.kwargs.values()))


@register.tag
def static(parser: Parser, token: Token) -> Node:
    """Django's own; the address of a file that is named in the template is looked up when the template is read."""
    return _settled(do_static(parser, token), lambda node: (node.path,))


def _settled(node: Any, asked: Callable[[Any], tuple[FilterExpression, ...]]) -> Node:
    """A tag that is given constants alone says the same on every page: it becomes plain text."""
    name = node.varname if isinstance(node, StaticNode) else node.target_var
    return TextNode(node.render(template.Context())) if not name and all(map(_is_constant, asked(node))) else node


def _is_constant(expression: FilterExpression) -> bool:
    is_name = isinstance(expression.var, Variable) and expression.var.lookups is not None
    return not is_name and not expression.filters


@register.filter
def state(record: object, field: str = "status") -> SafeString:
    """The chip of a record's state: ``{{ member|state }}``, ``{{ case|state:"current_step" }}``; a chip stays."""
    return record if isinstance(record, SafeString) else words.state_of(record, field)


@register.simple_tag
def chip(word: str, tone: str = "quiet") -> SafeString:
    """A chip for a state that is not a field: ``{% chip "Current" "good" %}``."""
    return words.state_chip(str(word), tone)


register.simple_tag(timeline.drawn, name="timeline_days")


@register.simple_tag
def printed_at() -> str:
    """This moment, for the foot of a print."""
    return words.format_moment(timezone.now())


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """The page's own query string with some values changed; None takes a value out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def table_head(headers: list[dict[str, Any]], live: object = False) -> SafeString:
    """The head row of a table; ``live`` heads sort by swapping the results in place."""
    return mark_safe(f"<tr>{''.join(_head(number, head, live) for number, head in enumerate(headers, 1))}</tr>")


def _head(number: int, head: dict[str, Any], live: object) -> str:
    classes = " ".join(name for name, given in (("num", head["numeric"]), ("wide", head.get("wide"))) if given)
    shown = (f' class="{classes}"' if classes else "") + (f' aria-sort="{head["sorted"]}"' if head["sorted"] else "")
    label = escape(head["label"])
    if head["sort_url"]:
        url = escape(head["sort_url"])
        swap = f' hx-get="{url}" hx-target="#results" hx-swap="outerHTML" hx-push-url="true"' if live else ""
        arrow = icons.icon({"ascending": "up", "descending": "down"}.get(head["sorted"], "sort"), 14)
        label = f'<a id="sort-{number}" href="{url}"{swap}>{label}{arrow}</a>'
    return f'<th scope="col"{shown}>{label}</th>'


@register.filter
def undo_url(message: Message) -> str:
    """Where to send Undo for a message whose extra tags say ``undo:<url>``; otherwise empty."""
    marked = [tag for tag in (message.extra_tags or "").split() if tag.startswith("undo:")]
    return marked[0].removeprefix("undo:") if marked else ""


@register.filter
def tone(message: Message) -> str:
    """The tone of a message's level, which is also the name of its icon."""
    return {"success": "good", "warning": "warn", "error": "bad"}.get(message.level_tag, "info")


@register.filter
def field_kind(field: forms.BoundField) -> str:
    """How a form field is drawn: hidden, check, choices, file, typeahead, money, unit or plain."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if getattr(widget, "is_typeahead", False):
        return "typeahead"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.FileInput):
        return "file"
    if "data-unit" in widget.attrs:
        return "unit"
    return "money" if getattr(field.field, "decimal_places", None) == 2 else "plain"


@register.filter
def field_unit(field: forms.BoundField) -> str:
    """The unit written after the input, from the widget's ``data-unit``."""
    return field.field.widget.attrs.get("data-unit", "")
