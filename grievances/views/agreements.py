"""Agreements to read: whom they bind, how long everybody has, which days are off, and a date to try out."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from grievances import agreements, clock, daysoff, telling, terms
from grievances.models import Agreement, AgreementEmployer, AgreementVersion
from grievances.models.procedure import LimitConsequence, LimitSide
from ip2a.filters import ChoiceFilter, SearchFilter, YesNoFilter
from ip2a.rules import has_right
from ip2a.tables import Column
from ip2a.views.generic import RecordDetail, RecordList
from ip2a.views.history import RecordHistory
from ip2a.words import register_tones, state_chip, tone_of

register_tones({"in_force": "good"})
CALENDAR = dict(Agreement.Calendar.choices)
SIDE = dict(LimitSide.choices)
CONSEQUENCE = dict(LimitConsequence.choices)
COLUMNS = [
    Column("name", "Name", lambda a: a.name, sort=("name",), kind="link"),
    Column("employers", "Employers now", lambda a: a.bound, sort=("bound", "name"), kind="number"),
    Column("version", "Version in force", lambda a: a.in_force_now, kind="word"),
    Column("calendar", "Public holidays", lambda a: CALENDAR[a.calendar], sort=("calendar", "name")),
    Column("state", "State", lambda a: a.state, sort=("state", "name")),
    Column("active", "Active", lambda a: a.is_active, sort=("is_active", "name"), kind="yes"),
]


class AgreementFilter(filters.FilterSet):
    q = SearchFilter(method="named")
    is_active = YesNoFilter(label="Active", method="active")
    calendar = ChoiceFilter(choices=Agreement.Calendar, label="Public holidays")

    class Meta:
        model = Agreement
        fields: list[str] = []

    def named(self, rows, name, value):
        return rows.filter(Q(name__icontains=value) | Q(state__iexact=value))

    def active(self, rows, name, value):
        return rows.filter(is_active=value == "yes")


class AgreementList(RecordList):
    model = Agreement
    title = "Agreements"
    filterset_class = AgreementFilter
    columns = COLUMNS
    default_order = "name"
    main_filters = ("is_active", "calendar")
    empty_text = "The contracts with your employers stand here, each with its grievance procedure. An administrator "
    empty_text += "enters them in the administration pages."

    def rows(self):
        today = timezone.localdate()
        now = AgreementEmployer.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
        parties = now.filter(agreement=OuterRef("pk")).order_by().values("agreement")
        bound = parties.annotate(bound=Count("organization", distinct=True)).values("bound")
        return super().rows().annotate(bound=Coalesce(Subquery(bound), 0))

    def enrich(self, records):
        in_force = AgreementVersion.objects.filter(agreement__in=[a.pk for a in records])
        numbers = {v.agreement_id: f"Version {v.number}" for v in in_force_on(in_force, timezone.localdate())}
        for agreement in records:
            agreement.in_force_now = numbers.get(agreement.pk, "")


def in_force_on(versions, day: date):
    in_force = versions.filter(state=AgreementVersion.State.IN_FORCE, effective_from__lte=day)
    return in_force.exclude(effective_to__lt=day)


class AgreementHistory(RecordHistory):
    model = Agreement


class TrialForm(forms.Form):
    """A limit and the day that would start it."""

    limit = forms.ChoiceField(label="What is due")
    start = forms.DateField(
        label="Starts on",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Type the day as 2026-03-03, or pick it.", "required": "Type the day."},
    )
    at = forms.TimeField(
        label="At",
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Type the time as 16:00."},
    )

    def __init__(self, *args: Any, procedure: terms.Procedure, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["limit"].choices = [(limit.key, limit.label) for limit in procedure.limits]

    def clean_start(self) -> date:
        start = self.cleaned_data["start"]
        if not 1950 <= start.year <= 2150:
            raise forms.ValidationError(f"The year {start.year} cannot be meant.")
        return start


@dataclass(frozen=True)
class Line:
    """A limit in words."""

    limit: terms.Limit
    side: str
    how_long: str
    missed: str


class AgreementDetail(RecordDetail):
    model = Agreement

    def url_of(self, page: str, *args: Any) -> str:
        if page == "update":
            return reverse("admin:grievances_agreement_change", args=args)
        return super().url_of(page, *args)

    @cached_property
    def versions(self) -> list[AgreementVersion]:
        return list(self.record.versions.select_related("agreement").order_by("-number"))

    @cached_property
    def shown(self) -> AgreementVersion | None:
        """The version asked for, or the one in force today, or the newest."""
        wanted = self.request.GET.get("version", "")
        asked = [v for v in self.versions if str(v.number) == wanted]
        today = timezone.localdate()
        now = [v for v in self.versions if v.state == "in_force" and v.effective_from <= today]
        current = [v for v in now if v.effective_to is None or v.effective_to >= today]
        return next(iter([*asked, *current, *self.versions]), None)

    def facts(self):
        agreement = self.record
        holidays = CALENDAR[agreement.calendar]
        if agreement.calendar == Agreement.Calendar.STATE:
            holidays = f"Federal holidays and those of {agreement.state}"
        weekend = ", ".join(daysoff.WEEKDAYS[n] for n in sorted(agreement.weekend)) or "None"
        return [("Public holidays", holidays), ("Weekend", weekend), ("Time zone", agreement.zone)]

    def get_context_data(self, **kwargs):
        version = self.shown
        procedure = agreements.to_procedure(version) if version else None
        days_off = agreements.days_off(self.record)
        context = super().get_context_data(
            version=version,
            version_chip=state_chip(version.get_state_display(), tone_of(version.state)) if version else "",
            versions=self.versions,
            steps=self._steps(procedure) if procedure else [],
            procedure=procedure,
            parties=self.record.parties.select_related("organization"),
            years=self._holidays(days_off),
            **kwargs,
        )
        if context["primary_action"] and not self.request.user.has_perm("ip2a.use_admin"):
            context["primary_action"] = None
        return {**context, **(self._trial(procedure, days_off) if procedure and procedure.limits else {})}

    def _steps(self, procedure: terms.Procedure) -> list[tuple[terms.Step, list[Line]]]:
        lines = [
            Line(limit, SIDE[limit.side], telling.waiting(limit, article=False), CONSEQUENCE[limit.consequence])
            for limit in procedure.limits
        ]
        return [(step, [line for line in lines if line.limit.step == step.number]) for step in procedure.steps]

    def _holidays(self, days_off: daysoff.DaysOff) -> list[tuple[int, list[tuple[date, str, bool]]]]:
        this = timezone.localdate().year
        return [
            (
                year,
                [
                    (day, name, why is daysoff.Off.CONTRACT)
                    for day, (why, name) in days_off.holidays_in(year).items()
                    if not days_off.is_weekend(day)
                ],
            )
            for year in (this, this + 1)
        ]

    def _trial(self, procedure: terms.Procedure, days_off: daysoff.DaysOff) -> dict[str, Any]:
        asked = "start" in self.request.GET
        form = TrialForm(
            self.request.GET if asked else None, procedure=procedure, initial={"start": timezone.localdate()}
        )
        if not asked or not form.is_valid():
            return {"trial": form}
        values = form.cleaned_data
        limit = next(limit for limit in procedure.limits if limit.key == values["limit"])
        try:
            tried = clock.working(
                limit, procedure, days_off, values["start"], at=self._moment(values), zone=self.record.zone
            )
        except clock.ClockError as error:
            form.add_error(None, str(error))
            return {"trial": form}
        return {"trial": form, "tried": tried}

    def _moment(self, values: dict[str, Any]) -> datetime | None:
        at: time | None = values["at"]
        return datetime.combine(values["start"], at, ZoneInfo(self.record.zone)) if at else None

    def verbs(self):
        if self.shown is None or not has_right(self.request.user, "change", AgreementVersion):
            return []
        url = reverse("admin:grievances_agreementversion_change", args=[self.shown.pk])
        return [{"label": f"Version {self.shown.number} in the administration pages", "url": url}]
