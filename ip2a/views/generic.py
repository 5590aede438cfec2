"""The five kinds of page: list, detail, create, update, act. A view is attributes over one of these.

Whoever is not signed in goes to sign-in; whoever lacks the model's right gets 403 with the reason; a record that a
person may not see is 404.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from ip2a import compartments, merging, panels
from ip2a.answers import YES, Answer, Refused
from ip2a.rules import has_right, may_change
from ip2a.views.around import around
from ip2a.views.forms import RecordCreate, RecordForm, RecordUpdate
from ip2a.views.guarded import Guarded
from ip2a.views.lists import RecordList

__all__ = ["Guarded", "RecordAct", "RecordCreate", "RecordDetail", "RecordForm", "RecordList", "RecordUpdate"]


@around(transaction.non_atomic_requests)
class RecordDetail(Guarded, TemplateView):
    """A record with its facts, next action, and the panels that any app draws on it."""

    def get(self, request, *args, **kwargs):
        successor = merging.successor_of(self.record)
        if successor is not None:
            messages.info(request, f"{self.record} was merged into this {self.model._meta.verbose_name}.")
            return redirect(successor)
        compartments.note_opening(request, self.record)
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        return self.templates_for("detail")

    def facts(self) -> list[tuple[str, Any]]:
        return []

    def aside_facts(self) -> list[tuple[str, Any]]:
        return []

    def verbs(self) -> list[dict[str, Any]]:
        """Entries of the record's menu: {label, url, method, disabled_reason}."""
        return []

    def get_context_data(self, **kwargs):
        answer = may_change(self.request.user, self.record)
        edit = {
            "label": "Edit",
            "url": self.url_of("update", self.record.pk),
            "disabled_reason": answer.reason,
        }
        return super().get_context_data(
            record=self.record,
            title=str(self.record),
            crumbs=[
                (
                    str(self.model._meta.verbose_name_plural).capitalize(),
                    self.url_of("list"),
                ),
                (str(self.record), None),
            ],
            facts=self.facts(),
            aside_facts=self.aside_facts(),
            primary_action=edit if has_right(self.request.user, "change", self.model) else None,
            menu_actions=self.verbs(),
            panels=panels.draw(self.model._meta.label_lower, self.request, self.record),
            history_url=self.url_of("history", self.record.pk),
            **kwargs,
        )


class RecordAct(Guarded, View):
    """POST one verb to one record; a refusal is a message with the reason, never an error page."""

    http_method_names = ["post"]
    verb = "change"
    done_message = ""

    def may(self) -> Answer:
        return YES

    def act(self, record, user) -> Any:
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        record = self.record
        try:
            self.may().enforce()
            self.act(record, request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            if self.done_message:
                messages.success(
                    request,
                    self.done_message.format(record=record),
                    extra_tags=self.undo_tag(record),
                )
        return redirect(self.next_url(record))

    def undo_tag(self, record) -> str:
        return ""

    def next_url(self, record) -> str:
        return record.get_absolute_url()
