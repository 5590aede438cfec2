"""Agreements, their versions and holidays. Only a draft can be changed; the verbs are those of the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from grievances import agreements, clock, procedures
from grievances.admin.acts import Act, ActsMixin
from grievances.admin.forms import (
    AgreementForm,
    HolidayForm,
    MaybeReasonForm,
    NewAgreementForm,
    NewVersionForm,
    ReasonForm,
    TrialForm,
    VersionForm,
)
from grievances.models import (
    Agreement,
    AgreementEmployer,
    AgreementVersion,
    ContractHoliday,
    ProcedureLimit,
    ProcedureStep,
)
from ip2a import audit, services
from ip2a.admin.base import KeptAdmin

CHANGED = "Changed in the administration pages"
OF_THE_DAYS = {"calendar", "state", "kinds", "moves_holidays", "weekend", "zone"}


class PartyInline(admin.TabularInline):
    model = AgreementEmployer
    extra = 0
    can_delete = False
    autocomplete_fields = ["organization"]


class HolidayInline(admin.TabularInline):
    model = ContractHoliday
    form = HolidayForm
    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(removed_at=None)


@admin.register(Agreement)
class AgreementAdmin(KeptAdmin):
    """A new one starts from a shipped procedure; employers and holidays follow on its own page."""

    form = AgreementForm
    list_display = ["name", "calendar", "state", "is_active"]
    list_filter = ["is_active", "calendar"]
    search_fields = ["name"]
    actions = None
    readonly_fields = ["versions_line"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewAgreementForm}) | kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        facts = list(AgreementForm.Meta.fields)
        return [*facts, "versions_line"] if obj else ["template", "effective_from", *facts]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [PartyInline, HolidayInline] if obj else []

    @admin.display(description="Versions")
    def versions_line(self, agreement: Agreement) -> str:
        rows = [
            (reverse("admin:grievances_agreementversion_change", args=[v.pk]), v.number, v.get_state_display())
            for v in agreement.versions.order_by("number")
        ]
        return format_html_join(", ", '<a href="{}">Version {}: {}</a>', rows) or "None yet"

    def save_model(self, request: HttpRequest, obj: Agreement, form: forms.ModelForm, change: bool) -> None:
        if change:
            services.save(obj, by=request.user, reason=CHANGED)
            if OF_THE_DAYS & set(form.changed_data):
                agreements.recompute(obj, reason="The days off of the agreement were changed")
            return
        facts = {name: form.cleaned_data[name] for name in AgreementForm.Meta.fields}
        draft = agreements.make_from_template(
            form.cleaned_data["template"],
            by=request.user,
            effective_from=form.cleaned_data["effective_from"],
            **facts,
        )
        obj.pk = draft.agreement_id
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            if isinstance(row, ContractHoliday):
                agreements.save_holiday(row, by=request.user)
            else:
                services.write(row, reason=CHANGED)


@admin.register(ContractHoliday)
class HolidayAdmin(ActsMixin, KeptAdmin):
    form = HolidayForm
    list_display = ["name", "agreement", "effect", "recurs", "on", "beside", "days", "removed_at"]
    list_filter = ["agreement", "effect"]
    list_select_related = ["agreement"]
    search_fields = ["name", "agreement__name"]
    readonly_fields = ["agreement", "removed_at", "removed_reason"]
    fields = ["agreement", *HolidayForm.Meta.fields, "removed_at", "removed_reason"]
    actions = None
    acts = (
        Act(
            name="remove",
            label="Remove",
            about="The day counts again. Running cases are recomputed, and the dates that move stay visible.",
            form=ReasonForm,
            do=agreements.remove_holiday,
            done="{record} was removed.",
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the agreement's own page

    def save_model(self, request: HttpRequest, obj: ContractHoliday, form: Any, change: bool) -> None:
        agreements.save_holiday(obj, by=request.user)


class DraftInline:
    """Open while the version is a draft; to look at afterwards."""

    extra = 0

    def _open(self, request: HttpRequest, obj: Any) -> bool:
        return obj is not None and bool(agreements.may_change_procedure(request.user, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj)


class StepInline(DraftInline, admin.TabularInline):
    model = ProcedureStep


class LimitInline(DraftInline, admin.StackedInline):
    model = ProcedureLimit
    fields = (
        ("key", "position", "step_number"),
        ("label", "article"),
        ("side", "act"),
        ("trigger", "trigger_step"),
        ("amount", "unit", "counts_day_zero"),
        ("roll_weekend", "roll_holiday"),
        ("consequence", "runs_from_default", "late_answer_restarts", "may_skip"),
    )


@admin.register(AgreementVersion)
class VersionAdmin(ActsMixin, KeptAdmin):
    form = VersionForm
    list_display = ["__str__", "state", "effective_from", "effective_to"]
    list_filter = ["state", "agreement"]
    list_select_related = ["agreement"]
    inlines = [StepInline, LimitInline]
    fields = ["agreement_line", "state", *VersionForm.Meta.fields, "withdrawn_reason", "contradictions"]
    actions = None
    acts = (
        Act(
            name="put-in-force",
            label="Put in force",
            about="From its first day on, new cases are filed under it, and its procedure can no longer be changed. "
            "A version without a last day ends on the day before.",
            form=MaybeReasonForm,
            do=agreements.put_in_force,
            done="{record} is in force.",
            may=agreements.may_put_in_force,
        ),
        Act(
            name="withdraw",
            label="Withdraw",
            about="No new case is filed under it. Running cases keep it to their end.",
            form=ReasonForm,
            do=agreements.withdraw,
            done="{record} was withdrawn.",
            may=agreements.may_withdraw,
        ),
        Act(
            name="new-version",
            label="New version",
            about="A draft with the same procedure, to be changed and put in force.",
            form=NewVersionForm,
            do=agreements.new_version,
            done="{record} is ready to be changed.",
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a new version is copied from the one before

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        always = ["agreement_line", "state", "withdrawn_reason", "contradictions"]
        if obj is None or obj.is_draft:
            return always
        frozen = [name for name in VersionForm.Meta.fields if name not in ("note", "effective_to")]
        return [*always, *frozen]

    @admin.display(description="Agreement")
    def agreement_line(self, version: AgreementVersion) -> str:
        url = reverse("admin:grievances_agreement_change", args=[version.agreement_id])
        return format_html('<a href="{}">{}</a>', url, version.agreement)

    @admin.display(description="What keeps it from being put in force")
    def contradictions(self, version: AgreementVersion) -> str:
        wrong = procedures.contradictions(agreements.to_procedure(version)) if version.is_draft else []
        return format_html_join("", "{}<br>", [(line,) for line in wrong]) or "Nothing"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.working)
        return [
            path("<path:object_id>/working/", view, name="grievances_agreementversion_working"),
            *super().get_urls(),
        ]

    def act_links(self, request: HttpRequest, record: Any) -> list[tuple[str, str]]:
        working = reverse("admin:grievances_agreementversion_working", args=[record.pk])
        return [*super().act_links(request, record), ("Show the working", working)]

    def changeform_view(self, request: HttpRequest, object_id: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Somebody may put the draft in force between opening and saving it: the database then says no."""
        try:
            with audit.because(CHANGED):
                return super().changeform_view(request, object_id, *args, **kwargs)
        except IntegrityError as error:
            if "make a new version" not in str(error):
                raise
            messages.error(
                request, "Nothing was saved: this version was put in force meanwhile. Make a new version to change it."
            )
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: AgreementVersion, form: Any, change: bool) -> None:
        services.save(obj, by=request.user, reason=CHANGED)

    def working(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every limit from one day, with its working."""
        if not self.has_view_permission(request):  # who may see no row would be told that this one is gone
            raise PermissionDenied("Your role may not look at agreements.")
        version = self.get_object(request, object_id)
        if version is None:
            return HttpResponseRedirect(reverse("admin:grievances_agreementversion_changelist"))
        form = TrialForm(request.GET or None)
        start = form.cleaned_data["start"] if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"The working of {version}",
            "opts": self.opts,
            "form": form,
            "rows": self._worked(version, start) if start else [],
            "back_url": reverse("admin:grievances_agreementversion_change", args=[version.pk]),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/grievances/working.html", context)

    def _worked(self, version: AgreementVersion, start: Any) -> list[tuple[Any, Any, str]]:
        procedure, days_off = agreements.to_procedure(version), agreements.days_off(version.agreement)
        rows: list[tuple[Any, Any, str]] = []
        for limit in procedure.limits:
            try:
                zone = version.agreement.zone
                rows.append((limit, clock.working(limit, procedure, days_off, start, zone=zone), ""))
            except clock.ClockError as error:
                rows.append((limit, None, str(error)))
        return rows
