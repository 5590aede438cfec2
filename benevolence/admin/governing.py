"""The fund's rules and offices. An adopted policy is to look at; a new version of it can be changed."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from benevolence import rules, services
from benevolence.admin.acts import Act, ActsMixin
from benevolence.admin.forms import HandOverForm, NewVersionForm, NothingForm, PolicyForm, StandInForm
from benevolence.models import Fund, Office, Policy, PolicyLevel, PolicyReasonCap, StandIn, Strike
from ip2a import audit
from ip2a import services as records
from ip2a.admin.base import KeptAdmin
from ip2a.answers import Refused
from members.admin import CorrectionForm

CHANGED = "Changed in the administration pages"
CHANGE_POLICY = "benevolence.change_policy"


class DraftInline(admin.TabularInline):
    """Open while the policy is a draft; to look at afterwards."""

    extra = 0

    def _open(self, request: HttpRequest, obj: Any) -> bool:
        return obj is not None and bool(rules.may_change_policy(request.user, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._open(request, obj) and super().has_delete_permission(request, obj)


class LevelInline(DraftInline):
    model = PolicyLevel


class ReasonCapInline(DraftInline):
    model = PolicyReasonCap


@admin.register(Policy)
class PolicyAdmin(ActsMixin, KeptAdmin):
    form = PolicyForm
    inlines = (LevelInline, ReasonCapInline)
    list_display = ("__str__", "effective_from", "effective_until", "adopted")
    readonly_fields = ("number", "effective_until", "adopted_at", "adopted_by")
    actions = None
    fieldsets = (
        (None, {"fields": ("number", "title", "effective_from", "effective_until", "adopted_at", "adopted_by")}),
        ("Who may receive", {"fields": ("membership_months", "standings", "suspends_in_strike", "bar_months")}),
        (
            "How much",
            {"fields": ("largest_amount", "rolling_cap", "rolling_months", "lifetime_cap", "fund_floor")},
        ),
        ("How it is decided", {"fields": ("document_threshold", "review_days", "answer_days", "reapply_days")}),
        ("Fairness", {"fields": ("is_blind", "relatives_must_recuse")}),
        ("Emergencies", {"fields": ("emergency_max", "emergency_level", "emergency_confirm_days")}),
        ("Payment", {"fields": ("payee_rule",)}),
    )
    acts = (
        Act(
            "new-version",
            "New version",
            "A draft with everything this policy says, to be changed and then adopted.",
            NewVersionForm,
            services.new_version,
            "The draft is ready to be changed. Adopt it when it is right.",
            CHANGE_POLICY,
            lambda user, policy: rules.may_change_policy(user),
        ),
        Act(
            "adopt",
            "Adopt",
            "From its first day on, applications are judged by it. Cases already submitted keep theirs.",
            NothingForm,
            services.adopt,
            "The policy is adopted.",
            CHANGE_POLICY,
            rules.may_adopt,
        ),
        Act(
            "take-back",
            "Take the adoption back",
            "The policy is a draft again, and the one before it goes on.",
            NothingForm,
            services.take_back,
            "The policy is a draft again.",
            CHANGE_POLICY,
            rules.may_take_back,
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a new version is copied from the one before

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or bool(rules.may_change_policy(request.user, obj)))

    @admin.display(description="adopted", boolean=True)
    def adopted(self, policy: Policy) -> bool:
        return policy.is_adopted

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        records.save(obj, by=request.user, reason=CHANGED)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        with audit.because(CHANGED):
            for gone in formset.deleted_objects:
                gone.delete()
        for row in rows:
            records.write(row, reason=CHANGED)


class AskedAdmin(KeptAdmin):
    """Rows that are added by a service: the page asks what the service needs."""

    add_form_class: type
    about = ""
    actions = None

    def add(self, values: dict[str, Any], by: Any) -> Any:
        raise NotImplementedError

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied(f"Your role may not add {self.opts.verbose_name_plural}.")
        form = self.make_form(request, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                made = self.add(form.cleaned_data, request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"{made}: saved.")
                return HttpResponseRedirect(self.list_url())
        context = {
            **self.admin_site.each_context(request),
            "title": f"Add {self.opts.verbose_name}",
            "opts": self.opts,
            "record_title": "Add",
            "label": f"Add {self.opts.verbose_name}",
            "about": self.about,
            "form": form,
            "back_url": self.list_url(),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/benevolence/act.html", context, status=status)

    def make_form(self, request: HttpRequest, data: Any) -> Any:
        return self.add_form_class(data)

    def list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        records.save(obj, by=request.user, reason=CHANGED)


class TenureAdmin(AskedAdmin):
    """Only the last day can be changed; who held a level when stays as it was."""

    form = CorrectionForm
    list_display = ("level_name", "person", "starts_on", "ends_on")
    list_filter = ("level",)
    list_select_related = ("person",)
    readonly_fields = ("level", "person", "starts_on")

    @admin.display(description="level", ordering="level")
    def level_name(self, row: Any) -> str:
        return row.get_level_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("person")


@admin.register(Office)
class OfficeAdmin(TenureAdmin):
    add_form_class = HandOverForm
    about = "The office passes to this person. Cases that wait at the level come to the new holder."
    fields = ("level", "person", "starts_on", "ends_on", "opened")

    def add(self, values: dict[str, Any], by: Any) -> Office:
        return services.hand_over(values["level"], to=values["to"], on=values["on"], by=by)


@admin.register(StandIn)
class StandInAdmin(TenureAdmin):
    add_form_class = StandInForm
    about = "Decides what the holder of the level may not decide; or everything, while the holder is away."
    list_display = (*TenureAdmin.list_display, "covers_all")
    fields = ("level", "person", "starts_on", "ends_on", "covers_all", "opened")

    def add(self, values: dict[str, Any], by: Any) -> StandIn:
        return services.appoint_stand_in(by=by, **values)


@admin.register(Strike)
class StrikeAdmin(KeptAdmin):
    """Times in which the fund takes no applications, where the policy says so."""

    list_display = ("name", "started_on", "ended_on")
    actions = None

    def save_model(self, request: HttpRequest, obj: Strike, form: Any, change: bool) -> None:
        (records.save(obj, by=request.user, reason=CHANGED) if change else records.write(obj, reason=CHANGED))


@admin.register(Fund)
class FundAdmin(KeptAdmin):
    """Its name and the office that pays. Its money moves by entries alone."""

    form = CorrectionForm
    list_display = ("name", "is_default", "paying_level")
    fields = ("name", "paying_level", "is_default", "opened")
    readonly_fields = ("is_default",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # the first one is there from the beginning, and no page would pay from a second

    def save_model(self, request: HttpRequest, obj: Fund, form: Any, change: bool) -> None:
        records.save(obj, by=request.user, reason=CHANGED)
