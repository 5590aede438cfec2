"""Who may look inside: what officers and organizers see of it, and decide."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from ip2a import compartments, pickers
from ip2a.answers import Answer, Refused
from ip2a.views.generic import Guarded, RecordAct
from ip2a.words import format_moment
from organizing.forms_acts.access import AskForm, EndForm, GlassForm
from organizing.models import BreakGlass, CampaignAccess
from organizing.models.scope import ROOM
from organizing.rules import access as rules
from organizing.services import access as services

TITLE = "Who may look inside"
SHOWN = 50


class Access(Guarded, TemplateView):
    """Openings by officers and people named for a campaign, newest first."""

    model = CampaignAccess
    template_name = "organizing/access.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows = list(self.visible().for_table()[: SHOWN * 4])
        is_inside = ROOM in compartments.open_to(user)
        waiting = [row for row in rows if row.granted_at is None and row.ended_at is None]
        return super().get_context_data(
            title=TITLE,
            crumbs=[(TITLE, None)],
            glasses=BreakGlass.objects.visible_to(user).for_table()[:SHOWN],
            waiting=[(row, rules.may_grant(user, row)) for row in waiting],
            running=[row for row in rows if row.granted_at is not None and row.ended_at is None],
            past=[row for row in rows if row.ended_at is not None][:SHOWN],
            may_break=rules.may_break_glass(user),
            may_ask=rules.may_ask(user),
            is_inside=is_inside,
            **kwargs,
        )


class OnAccess(Guarded, FormView):
    """A page that asks what must be known, then does it and goes back to the list."""

    template_name = "ip2a/confirm.html"
    heading = ""
    question = ""
    consequences: tuple[str, ...] = ()

    def may(self) -> Answer:
        raise NotImplementedError

    def do(self, values: dict[str, Any]) -> str:
        raise NotImplementedError

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect("organizing:access")
        return super().get(request, *args, **kwargs)

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        pickers.for_user(form, self.request.user)
        return form

    def form_valid(self, form) -> HttpResponse:
        try:
            messages.success(self.request, self.do(form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return HttpResponseRedirect(reverse("organizing:access"))

    def form_invalid(self, form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "title": self.heading,
            "crumbs": [(TITLE, reverse("organizing:access")), (self.heading, None)],
            "reason_field": context["form"],
            "question": self.question,
            "consequences": self.consequences,
            "submit_label": self.heading,
            "cancel_url": reverse("organizing:access"),
        }


class GlassOpen(OnAccess):
    model = BreakGlass
    verb = "add"
    form_class = GlassForm
    heading = "Open the compartment"

    @property
    def consequences(self) -> tuple[str, ...]:
        return (
            f"For {rules.glass_hours()} hours you read everything the organizers read. You change nothing.",
            "All other officers and all organizers are told now, with your reason.",
            "Every record you open is written down.",
        )

    def may(self) -> Answer:
        return rules.may_break_glass(self.request.user)

    def do(self, values: dict[str, Any]) -> str:
        glass = services.break_glass(by=self.request.user, reason=values["reason"])
        return f"The compartment is open to you until {format_moment(glass.expires_at)}. Everybody concerned was told."


class GlassEnd(RecordAct):
    model = BreakGlass
    done_message = "The compartment is closed again."

    def act(self, record: BreakGlass, user: Any) -> None:
        services.end_glass(record, by=user)

    def next_url(self, record: BreakGlass) -> str:
        return reverse("organizing:access")


class AccessAsk(OnAccess):
    model = CampaignAccess
    verb = "add"
    form_class = AskForm
    heading = "Ask to name somebody"
    consequences = (
        "The campaign exists for this person once an officer grants it: its workers, cards and lists.",
        "Nothing else of organizing does: no salts, no scores, no other campaign.",
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def may(self) -> Answer:
        return rules.may_ask(self.request.user)

    def do(self, values: dict[str, Any]) -> str:
        access = services.ask(values.pop("campaign"), by=self.request.user, **values)
        return f"The officers were asked to name {access.person}."


class AccessGrant(RecordAct):
    model = CampaignAccess
    done_message = "{record.person} was named, and told so."

    def visible(self):
        return super().visible().for_table()

    def may(self) -> Answer:
        return rules.may_grant(self.request.user, self.record)

    def act(self, record: CampaignAccess, user: Any) -> None:
        services.grant(record, by=user)

    def next_url(self, record: CampaignAccess) -> str:
        return reverse("organizing:access")


class AccessEnd(OnAccess):
    model = CampaignAccess
    verb = "change"
    form_class = EndForm
    heading = "End access"

    def visible(self):
        return super().visible().for_table()

    @property
    def question(self) -> str:
        return f"{self.record.person} and “{self.record.label}”"

    def may(self) -> Answer:
        return rules.may_end_access(self.request.user, self.record)

    def do(self, values: dict[str, Any]) -> str:
        access = services.end_access(self.record, by=self.request.user, reason=values["reason"])
        return f"“{access.label}” is closed to {access.person}."
