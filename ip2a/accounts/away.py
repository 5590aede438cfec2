"""When I am away: everybody's own page, and the same for others by those who manage accounts."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from ip2a.accounts import absences
from ip2a.accounts.people import role_lines
from ip2a.accounts.rules import may_keep_absences
from ip2a.answers import Refused
from ip2a.models import Absence, User
from ip2a.views.forms import RecordCreate, RecordUpdate
from ip2a.views.guarded import Guarded

TITLE = "When I am away"
PAST_SHOWN = 20


class StandInField(forms.ModelChoiceField):
    """Colleagues by name, each with the roles that say what they could do in one's place."""

    def label_from_instance(self, user: User) -> str:
        roles = [label for label, _ in role_lines({group.name for group in user.groups.all()})]
        return f"{user} ({', '.join(roles)})" if roles else str(user)


class AbsenceForm(forms.ModelForm):
    stand_in = StandInField(
        queryset=User.objects.none(),
        label="Stands in",
        empty_label="Choose a colleague",
        help_text="Gets your reminders, too, as far as their own role lets them see the records.",
    )
    reason = forms.CharField(
        label="Reason for the change", required=False, max_length=300, help_text="Shown in the history."
    )

    class Meta:
        model = Absence
        fields = ["first_day", "last_day", "stand_in", "note"]
        labels = {"note": "Note for the stand-in"}
        help_texts = {
            "last_day": "The last day away. Leave it empty while you do not know; end it when you are back.",
            "note": "Goes to them by mail. Where things are, whom to ask.",
        }
        widgets = {name: forms.DateInput({"type": "date"}, format="%Y-%m-%d") for name in ("first_day", "last_day")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.filter(is_active=True).exclude(pk=self.instance.user_id)
        self.fields["stand_in"].queryset = colleagues.prefetch_related("groups")
        if self.instance.pk is None:
            del self.fields["reason"]


class Away(LoginRequiredMixin, TemplateView):
    """One's own absences, and for whom one stands in."""

    template_name = "ip2a/accounts/away.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        user, today = self.request.user, timezone.localdate()
        own = Absence.objects.filter(user=user).for_table()
        to_come = Absence.objects.filter(stand_in=user).not_over(today).for_table().order_by("first_day")
        return super().get_context_data(
            title=TITLE,
            coming=own.not_over(today).order_by("first_day"),
            past=own.live().exclude(pk__in=own.not_over(today))[:PAST_SHOWN],
            standing_in=to_come,
            today=today,
            **kwargs,
        )


class OfAbsence(Guarded):
    """Asks the rule instead of a right of the role: everybody may, for themselves."""

    model = Absence
    form_class = AbsenceForm
    groups = [("Days", ("first_day", "last_day")), ("In my place", ("stand_in", "note")), ("", ("reason",))]
    save = staticmethod(absences.save)
    saved_message = "{record.user} is away {record.days}; {record.stand_in} stands in."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            answer = may_keep_absences(request.user, self.person)
            if not answer:
                raise PermissionDenied(answer.reason)
        return super(Guarded, self).dispatch(request, *args, **kwargs)

    def visible(self) -> Any:
        return Absence.objects.live().for_table()

    @cached_property
    def person(self) -> User:
        return self.record.user

    @property
    def back_url(self) -> str:
        return self.url_of("list") if self.person.pk == self.request.user.pk else self.person.get_absolute_url()

    def url_of(self, page: str, *args: Any) -> str:
        return reverse(f"accounts:absence_{page}", args=args)

    def success_url_for(self, record: Absence) -> str:
        return self.back_url

    def page(self, title: str, context: dict) -> dict:
        own = self.person.pk == self.request.user.pk
        crumb = (TITLE if own else str(self.person), self.back_url)
        return context | {"title": title, "crumbs": [crumb, (title, None)], "cancel_url": self.back_url}


class AbsenceCreate(OfAbsence, RecordCreate):
    @cached_property
    def person(self) -> User:
        return self.request.user

    def instance(self) -> Absence:
        return Absence(user=self.person)

    def perform(self, form: AbsenceForm) -> Absence:
        return self.save(form.save(commit=False), by=self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict:
        own = self.person.pk == self.request.user.pk
        title = "Say when you are away" if own else f"Say when {self.person} is away"
        return self.page(title, super().get_context_data(**kwargs)) | {"submit_label": "Save"}


class PersonAway(AbsenceCreate):
    """For somebody else, by those who manage accounts."""

    @cached_property
    def person(self) -> User:
        return get_object_or_404(User, pk=self.kwargs["pk"])


class AbsenceUpdate(OfAbsence, RecordUpdate):
    def get_context_data(self, **kwargs: Any) -> dict:
        context = self.page("Change the absence", super().get_context_data(**kwargs))
        return context | {"refused_because": ""}


class AbsenceEnd(OfAbsence, View):
    """Back at work, or not going after all: one button."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            absence = absences.end(self.record, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            taken_back = "The absence was taken back."
            done = taken_back if absence.is_removed else f"Welcome back. The absence ended: {absence.days}."
            own = self.person.pk == request.user.pk
            messages.success(request, done if own else done.removeprefix("Welcome back. "))
        return redirect(self.back_url)
