"""Panels: what one app draws on another's page.

A room registers a function for a place ("home", or a model label such as "members.member"); the page knows no room.
The function gets the request and the subject and returns a Panel, or None when there is nothing for this person.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.template import RequestContext
from django.template.loader import get_template


@dataclass
class Panel:
    """A titled section. ``count`` stands beside the title; ``actions`` are (label, url) links at its right."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    count: int | str | None = None
    actions: list[tuple[str, str]] = field(default_factory=list)
    id: str = ""
    html: str = ""


Drawer = Callable[[Any, Any], Panel | None]
_panels: dict[str, list[tuple[int, str, Drawer]]] = defaultdict(list)


def panel(place: str, order: int = 50) -> Callable[[Drawer], Drawer]:
    """Register a function that draws a panel on a place's page; lower orders come first."""

    def register(function: Drawer) -> Drawer:
        _panels[place].append((order, f"{function.__module__}.{function.__name__}", function))
        return function

    return register


def draw(place: str, request, subject=None) -> list[Panel]:
    """Every panel of a place that this person may see, in order, with its HTML."""
    made = []
    for _, name, function in sorted(_panels[place], key=lambda entry: entry[:2]):
        one = function(request, subject)
        if one is not None:
            one.id = one.id or name.rpartition(".")[2].replace("_", "-")
            made.append(one)
    if made:
        _render(made, request, subject)
    return made


def _render(made: list[Panel], request: Any, subject: Any) -> None:
    """All panels in one context: asking the context processors for each would take longer than drawing it."""
    context = RequestContext(request)
    templates = [get_template(one.template).template for one in made]
    with context.bind_template(templates[0]):
        for one, template in zip(made, templates, strict=True):
            with context.push({**one.context, "panel": one, "subject": subject}):
                one.html = template.render(context)
