"""Who is there, and may they: asked before any page of a record."""

from functools import cached_property
from typing import Any, NoReturn

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ip2a import compartments
from ip2a.models.base import page_url, record_url
from ip2a.questions import Question, Unaskable
from ip2a.rules import has_right


class Guarded(LoginRequiredMixin):
    """Asks who is there, then whether their role has the verb for this model."""

    model: type[models.Model]
    verb = "view"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not compartments.may_enter(request.user, self.model):
            raise Http404("No page of a compartment exists outside of it.")
        if request.user.is_authenticated and not has_right(request.user, self.verb, self.model):
            what = f"{_VERBS.get(self.verb, self.verb)} {self.model._meta.verbose_name_plural}"
            raise PermissionDenied(f"Your role may not {what}. Ask an administrator for the right.")
        return super().dispatch(request, *args, **kwargs)

    def visible(self):
        """Rows that this person may know of; every page starts here."""
        return self.model._default_manager.visible_to(self.request.user)

    @cached_property
    def record(self):
        return _record(self)

    def url_of(self, page: str, *args) -> str:
        name = f"{self.model._meta.app_label}:{self.model._meta.model_name}_{page}"
        if not args:
            return page_url(name)
        return record_url(name, *args) if len(args) == 1 and type(args[0]) is int else reverse(name, args=args)

    def templates_for(self, kind: str) -> list[str]:
        meta = self.model._meta
        return [
            f"{meta.app_label}/{meta.model_name}_{kind}.html",
            f"ip2a/record_{kind}.html",
        ]


_VERBS = {"view": "see", "add": "add", "change": "change", "delete": "remove"}

_asked: dict[type, "Question[Any]"] = {}


class Asking:
    """A request of which only the person is known: what one request says must not stay in what others ask."""

    def __init__(self, **known: Any) -> None:
        self.__dict__ |= known

    def __getattr__(self, name: str) -> Any:
        raise Unaskable(f"What is asked for depends on the request's {name}.")

    def __getitem__(self, name: str) -> Any:
        raise Unaskable(f"What is asked for depends on the address's {name}.")


def _record(view: "Guarded") -> Any:
    """By a statement that is made once for each page, where ``visible`` asks for nothing but the person."""
    kind = type(view)
    if kind not in _asked:
        _asked[kind] = _question_of(kind)
    try:
        found = _asked[kind](view.request.user, view.kwargs["pk"])
    except Unaskable:
        return get_object_or_404(view.visible(), pk=view.kwargs["pk"])
    return found[0] if found else _nothing(view.model)


def _nothing(model: type[models.Model]) -> NoReturn:
    raise Http404(f"There is no such {model._meta.verbose_name} that this person may see.")


def _question_of(kind: type["Guarded"]) -> "Question[Any]":
    def visible_one(reader: Any, key: int) -> models.QuerySet:
        view = kind.__new__(kind)
        view.request, view.kwargs = Asking(user=reader), Asking()  # type: ignore[attr-defined]
        return view.visible().filter(pk=key)

    return Question(visible_one)
