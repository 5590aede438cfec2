"""The pages of the mail: everything that was written, one mail, and the decisions about what did not go out."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView

from ip2a.answers import Answer, Refused
from ip2a.models import Message
from ip2a.post import kinds, rules, services
from ip2a.post.columns import COLUMNS, MessageFilter
from ip2a.rules import has_right
from ip2a.tables import Column, Table
from ip2a.views.generic import RecordDetail, RecordList
from ip2a.views.history import RecordHistory
from ip2a.words import format_moment

LINES_SHOWN = 200
LINE_COLUMNS = [
    Column("subject", "Line", lambda m: m.subject, kind="link"),
    Column("kind", "Kind", lambda m: kinds.label_of(m.kind)),
    Column("written", "Written", lambda m: m.created_at, kind="moment"),
]


class Mail:
    """What every page about mail shares."""

    model = Message

    def url_of(self, page: str, *args: Any) -> str:
        return reverse(f"post:message_{'again' if page == 'update' else page}", args=args)

    def templates_for(self, kind: str) -> list[str]:
        return [f"ip2a/post/message_{kind}.html", f"ip2a/record_{kind}.html"]


class MessageList(Mail, RecordList):
    title = "Mail sent"
    filterset_class = MessageFilter
    columns = COLUMNS
    default_order = "-written"
    main_filters = ("state", "kind", "to")
    empty_text = "Every mail that IP2A sends of itself will stand here, with what became of it."

    def rows(self):
        return self.visible().for_table()

    def on_page(self, rows):
        return rows.defer("body")


class MessageDetail(Mail, RecordDetail):
    def facts(self) -> list[tuple[str, Any]]:
        row = self.record
        return [
            ("To", row.recipient or row.address),
            ("Address", row.address),
            ("Kind", kinds.label_of(row.kind)),
            ("Written", format_moment(row.created_at)),
            ("Sent", format_moment(row.sent_at) or "No"),
            *([("Next try", format_moment(row.next_try_at))] if row.next_try_at else []),
        ]

    def aside_facts(self) -> list[tuple[str, Any]]:
        row = self.record
        carried = [("In the digest", _link(row.carrier, format_moment(row.carrier.created_at)))] if row.carrier else []
        about = [("About", self.subject)] if self.subject else []
        return [*about, *carried, ("Tries", row.tries), ("Message number", row.message_id.strip("<>"))]

    @cached_property
    def subject(self) -> Any:
        """What it is about, as far as the reader may see it."""
        record = self.record.record()
        if record is None or not hasattr(record, "get_absolute_url"):
            return None
        seen = type(record)._default_manager.visible_to(self.request.user).filter(pk=record.pk).exists()
        return _link(record, str(record)) if seen else None

    def get_context_data(self, **kwargs: Any) -> dict:
        row, user = self.record, self.request.user
        lines = list(row.lines.filter(pk__in=Message.objects.visible_to(user)).order_by("pk")[:LINES_SHOWN])
        context = super().get_context_data(mail=row, lines=Table(LINE_COLUMNS, lines, caption="Lines"), **kwargs)
        again, given_up = rules.may_send_again(user, row), rules.may_give_up(user, row)
        return context | {
            "primary_action": _action("Send again", self.url_of("again", row.pk), again),
            "secondary_actions": [_action("Give up", self.url_of("give_up", row.pk), given_up)] if given_up else [],
        }


def _link(record: Any, words: str) -> str:
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), words)


def _action(label: str, url: str, answer: Answer) -> dict[str, Any] | None:
    return {"label": label, "url": url} if answer else None


class MessageHistory(Mail, RecordHistory):
    pass


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=300, help_text="It stays with the mail, beside your name.")


class Decision(LoginRequiredMixin, FormView):
    """Says what will happen, then does it: for those who look after the mail, and those who see it on its record."""

    form_class: type[forms.Form] = forms.Form
    template_name = "ip2a/confirm.html"
    submit_label = ""
    done_message = ""
    danger = False

    @cached_property
    def record(self) -> Message:
        row = Message.objects.for_table().filter(pk=self.kwargs["pk"]).first()
        if row is not None and self.is_seen(row):
            return row
        if not has_right(self.request.user, "change", Message):  # the same answer whether it is there or not
            raise PermissionDenied(rules.NO_RIGHT)
        raise Http404

    def is_seen(self, row: Message) -> bool:
        user = self.request.user
        if Message.objects.visible_to(user).filter(pk=row.pk).exists():
            return True
        record = row.record()
        return record is not None and services.of(record, user).filter(pk=row.pk).exists()

    def may(self) -> Answer:
        raise NotImplementedError

    def act(self, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.back_url)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            self.act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.done_message.format(record=self.record))
        return redirect(self.back_url)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @cached_property
    def back_url(self) -> str:
        """The mail's own page, or the page of its record for those who may not open the former."""
        if has_right(self.request.user, "view", Message):
            return self.record.get_absolute_url()
        record = self.record.record()
        return f"{record.get_absolute_url()}#mail" if hasattr(record, "get_absolute_url") else reverse("home")

    def consequences(self) -> list[str]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        row = self.record
        return context | {
            "title": f"{self.submit_label}: {row}",
            "crumbs": [(str(row), self.back_url), (self.submit_label, None)],
            "reason_field": context["form"],
            "facts": [("To", row.to), ("Address", row.address), ("State", row.get_state_display())],
            "question": row.last_error,
            "consequences": self.consequences(),
            "submit_label": self.submit_label,
            "danger": self.danger,
            "cancel_url": self.back_url,
        }


class SendAgain(Decision):
    submit_label = "Send again"
    done_message = "“{record}” is on its way again."

    def may(self) -> Answer:
        return rules.may_send_again(self.request.user, self.record)

    def act(self, values: dict[str, Any]) -> None:
        services.send_again(self.record, by=self.request.user)

    def consequences(self) -> list[str]:
        row = self.record
        lines = []
        if row.state == Message.State.UNSURE:
            lines.append("It may have arrived already: then the person gets it twice.")
        if row.recipient is not None and row.recipient.email != row.address:
            lines.append(f"It goes to the address the account has now: {row.recipient.email}.")
        if row.carrier_id:
            lines.append("It is a line of a digest: the whole digest is sent again.")
        return lines


class GiveUp(Decision):
    form_class = ReasonForm
    submit_label = "Give up"
    done_message = "“{record}” will not be sent again by itself."
    danger = True

    def may(self) -> Answer:
        return rules.may_give_up(self.request.user, self.record)

    def act(self, values: dict[str, Any]) -> None:
        services.give_up(self.record, by=self.request.user, reason=values["reason"])

    def consequences(self) -> list[str]:
        lines = ["It is not tried any more, and it leaves the home page. It stays in the list, with your reason."]
        if self.record.carrier_id:
            lines.append("It is a line of a digest: the whole digest is given up.")
        return lines
