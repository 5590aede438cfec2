"""Verbs on one record of the administration pages: a page that asks, then does it or says why not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ip2a.answers import YES, Answer, Refused


@dataclass(frozen=True)
class Act:
    """``may`` answers before anything is asked; ``do`` gets the record, who asks, and the form's values."""

    name: str
    label: str
    about: str
    form: type[forms.Form]
    do: Callable[..., Any]
    done: str
    may: Callable[[Any, Any], Answer] = lambda user, record: YES


class ActsMixin:
    """Adds a page for each of ``acts``, and their links at the top of the record's page."""

    acts: tuple[Act, ...] = ()
    change_form_template = "admin/grievances/change_form_acts.html"

    def get_urls(self) -> list[Any]:
        own = [
            path(f"<path:object_id>/{act.name}/", self.admin_site.admin_view(self._page(act)), name=self.act_url(act))
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def act_url(self, act: Act) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.name.replace('-', '_')}"

    def act_links(self, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
        if not self.has_change_permission(request):
            return []
        return [(act.label, reverse(f"admin:{self.act_url(act)}", args=[record.pk])) for act in self.acts]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["act_links"] = self.act_links(request, obj) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _page(self, act: Act) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, object_id: str) -> HttpResponse:
            return self._asked(request, object_id, act)

        return page

    def _asked(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied("Your role may not open these pages.")
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_change_permission(request):
            raise PermissionDenied("Your role may look at agreements, but not change them.")
        answer = act.may(request.user, record)
        form = act.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and answer and form.is_valid():
            try:
                result = act.do(record, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, act.done.format(record=result))
                return HttpResponseRedirect(reverse(f"admin:{self._change_name(result)}", args=[result.pk]))
        return self._drawn(request, record, act, answer, form)

    def _drawn(self, request: HttpRequest, record: Any, act: Act, answer: Answer, form: forms.Form) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.label}: {record}",
            "opts": self.opts,
            "original": record,
            "act": act,
            "form": form,
            "refused_because": answer.reason,
            "back_url": reverse(f"admin:{self._change_name(record)}", args=[record.pk]),
            "media": self.media + form.media,
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/grievances/act.html", context, status=status)

    def _change_name(self, record: Any) -> str:
        return f"{record._meta.app_label}_{record._meta.model_name}_change"
