"""Verbs on pages of their own: they say what will happen, ask, and show the answers once more where needed."""

from typing import Any

from django import forms

from benevolence.models import BenevolenceApplication
from ip2a.answers import Refused
from ip2a.words import format_day, format_money
from members.views.acts import Confirmed


def said(form: forms.Form, field: forms.BoundField) -> str:
    """What was answered, in words; "" where nothing was."""
    value = form.cleaned_data.get(field.name)
    if value in (None, "", False):
        return ""
    if value is True:
        return "Yes"
    choices = dict(getattr(field.field, "choices", None) or ()) if isinstance(value, str) else {}
    if value in choices:
        return str(choices[value])
    if hasattr(value, "isoformat"):
        return format_day(value)
    return format_money(value) if getattr(field.field, "decimal_places", None) == 2 else str(value)


class Checked:
    """Shows the answers once more before a verb that cannot be taken back."""

    check_template = "benevolence/check.html"

    def form_valid(self, form):
        if "change" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        if "confirmed" in self.request.POST:
            return super().form_valid(form)
        try:
            self.probe(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        self.template_name = self.check_template
        answers = [(field.label, said(form, field)) for field in form.visible_fields() if said(form, field)]
        return self.render_to_response(self.get_context_data(form=form) | {"answers": answers})

    def probe(self, values: dict[str, Any]) -> None:
        """Refuse now what the service would refuse."""


class ApplicationAct(Confirmed):
    """A verb on an application, as seen by this person."""

    model = BenevolenceApplication

    def visible(self):
        return super().visible().select_related("member", "filed_by", "policy")

    def facts(self):
        case = self.record
        return [
            ("Member", case.member),
            ("Asked for", format_money(case.amount_requested)),
            ("Approved", format_money(case.approved_amount) or "Nothing yet"),
            ("Status", case.state),
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        name = self.record.number or "Draft"
        crumbs = [
            ("Benevolence", self.url_of("list")),
            (name, self.record.get_absolute_url()),
            (self.submit_label, None),
        ]
        return context | {"crumbs": crumbs}

    def title(self) -> str:
        return f"{self.submit_label}: {self.record.number or 'draft'}"
