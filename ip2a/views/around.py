"""Decorators of a page, put around it when its address is made."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.decorators import classonlymethod
from django.views import View

Page = TypeVar("Page", bound=type[View])
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def around(*decorators: Decorator) -> Callable[[Page], Page]:
    """As ``method_decorator(…, name="dispatch")``, which decorates anew for each request; the first is outermost."""

    def decorate(page: Page) -> Page:
        before = page.as_view.__func__  # type: ignore[attr-defined]

        @classonlymethod
        def as_view(cls: Any, **initkwargs: Any) -> Callable[..., Any]:
            view = before(cls, **initkwargs)
            for decorator in reversed(decorators):
                view = decorator(view)
            return view

        page.as_view = as_view  # type: ignore[method-assign, assignment]
        return page

    return decorate
