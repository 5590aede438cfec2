"""Django's own form controls, put together in Python.

Each input, option and attribute list is a template of its own in Django, which on a page with a form takes longer than
everything else on it. What is drawn here is the same to the letter; controls that are not known here, and those whose
template a room has made its own, are drawn by their templates as before.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = "django/forms/widgets/"
Draw = Callable[[dict[str, Any]], str]


class Renderer(TemplatesSetting):
    """For ``FORM_RENDERER``."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        draw = DRAWN.get(template_name)
        if draw is not None and (drawn := draw(context["widget"])):
            return mark_safe(drawn)  # noqa: S308 - every value is escaped below
        return super().render(template_name, context, request)  # type: ignore[no-any-return]


def attributes(widget: dict[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def control(widget: dict[str, Any]) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{conditional_escape(value)}"'
    name = conditional_escape(widget["name"])
    return f'<input type="{conditional_escape(widget["type"])}" name="{name}"{shown}{attributes(widget)}>'


def textarea(widget: dict[str, Any]) -> str:
    text = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{attributes(widget)}>\n{text}</textarea>'


def select(widget: dict[str, Any]) -> str:
    """Nothing for a select with groups, or with options that are drawn in their own way or not told by a text."""
    parts = []
    for group, options, _ in widget["optgroups"]:
        if group or any(o["template_name"] != OPTION or not isinstance(o["label"], str) for o in options):
            return ""
        parts += map(_option, options)
    return f'<select name="{conditional_escape(widget["name"])}"{attributes(widget)}>{"".join(parts)}\n</select>'


def _option(option: dict[str, Any]) -> str:
    shown = f'<option value="{conditional_escape(option["value"])}"{attributes(option)}>'
    return f"\n  {shown}{conditional_escape(option['label'])}</option>\n"


OPTION = f"{FOLDER}select_option.html"
CONTROLS = ("checkbox", "color", "date", "email", "file", "hidden", "input", "number", "password", "search", "tel")
DRAWN: dict[str, Draw] = {
    **{f"{FOLDER}{name}.html": control for name in (*CONTROLS, "text", "url")},
    f"{FOLDER}textarea.html": textarea,
    f"{FOLDER}select.html": select,
}
