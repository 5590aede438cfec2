"""Who is there, and may they: asked before any page of a record."""

from functools import cached_property

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ip2a import compartments
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
        return get_object_or_404(self.visible(), pk=self.kwargs["pk"])

    def url_of(self, page: str, *args) -> str:
        return reverse(
            f"{self.model._meta.app_label}:{self.model._meta.model_name}_{page}",
            args=args,
        )

    def templates_for(self, kind: str) -> list[str]:
        meta = self.model._meta
        return [
            f"{meta.app_label}/{meta.model_name}_{kind}.html",
            f"ip2a/record_{kind}.html",
        ]


_VERBS = {"view": "see", "add": "add", "change": "change", "delete": "remove"}
