"""Reviews, recusals, payments and all that nobody changes: for those inside to look at; openings are written down."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from benevolence import rules, services
from benevolence.admin.acts import Act, ActsMixin
from benevolence.admin.forms import ReasonForm, RelativeForm
from benevolence.admin.governing import AskedAdmin
from benevolence.models import (
    Bar,
    BenevolenceReview,
    Confirmation,
    LedgerEntry,
    Recusal,
    Relative,
    StoryAddition,
    Submission,
)
from ip2a import compartments, pickers
from ip2a.admin.base import ReadOnlyAdmin


class InsideAdmin(ReadOnlyAdmin):
    """Rows of the compartment. A case is named by its number alone: its review may be blind."""

    actions = None
    list_per_page = 50
    hidden = ("id", "application")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model._default_manager.visible_to(request.user).order_by("-pk")
        names = {field.name for field in self.model._meta.get_fields()}
        return rows.select_related("application") if "application" in names else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        own = [field.name for field in self.model._meta.concrete_fields if field.name not in self.hidden]
        return ["case", *own] if hasattr(self.model, "application") else own

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None):
        record = self.get_object(request, object_id)
        if record is not None and self.has_view_permission(request, record):
            compartments.note_opening(request, record)
        return super().change_view(request, object_id, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None):
        """Asks for the right first: a row that is not seen must not be told from one that is not there."""
        if not self.has_view_permission(request):
            raise PermissionDenied("Your role may not look at these records.")
        return super().history_view(request, object_id, extra_context)

    @admin.display(description="Application", ordering="application__number")
    def case(self, row: Any) -> str:
        if row.application is None:
            return ""
        return format_html('<a href="{}">{}</a>', row.application.get_absolute_url(), row.application.number or "Draft")

    @admin.display(description="Application")
    def case_number(self, row: Any) -> str:
        return row.application.number if row.application else ""


@admin.register(BenevolenceReview)
class ReviewAdmin(InsideAdmin):
    list_display = ("__str__", "case_number", "reviewer_name", "approved_amount", "review_date")
    list_filter = ("review_level", "decision")
    search_fields = ("application__number", "reviewer_name")


@admin.register(Recusal)
class RecusalAdmin(InsideAdmin):
    list_display = ("__str__", "case_number", "review_level", "is_recused", "recused_on")
    list_filter = ("kind", "is_recused")


@admin.register(Confirmation)
class ConfirmationAdmin(InsideAdmin):
    list_display = ("case_number", "by_name", "agrees", "confirmed_on")
    list_display_links = ("by_name",)


@admin.register(StoryAddition)
class AdditionAdmin(InsideAdmin):
    list_display = ("__str__", "case_number", "created_at")


@admin.register(Submission)
class SubmissionAdmin(InsideAdmin):
    list_display = ("case_number", "attempt", "amount_requested", "by_name", "submitted_on")
    list_filter = ("is_emergency",)
    hidden = (*InsideAdmin.hidden, "employers")


@admin.register(LedgerEntry)
class LedgerAdmin(InsideAdmin):
    list_display = ("__str__", "entry_date", "amount", "case_number", "payee_name", "reference", "by_name")
    list_filter = ("kind", "payment_method")
    search_fields = ("reference", "payee_name", "application__number")


@admin.register(Relative)
class RelativeAdmin(InsideAdmin, AskedAdmin):
    """An officer's own word: it is added here, or on a case."""

    add_form_class = RelativeForm
    about = "Cases of a relative ask you to step aside. What you declare stays."
    list_display = ("__str__", "declared_on")
    list_select_related = ("officer", "member")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("benevolence.add_relative") and request.user.has_perm("ip2a.enter_benevolence")

    def make_form(self, request: HttpRequest, data: Any) -> RelativeForm:
        form = RelativeForm(data)
        pickers.for_user(form, request.user)
        return form

    def add(self, values: dict[str, Any], by: Any) -> Relative:
        return services.declare_relative(values["member"], kinship=values["kinship"], by=by)


@admin.register(Bar)
class BarAdmin(ActsMixin, InsideAdmin):
    list_display = ("__str__", "from_date", "until_date", "lifted_at")
    list_select_related = ("member",)
    acts = (
        Act(
            "lift",
            "Lift the bar",
            "The member can apply again from now on.",
            ReasonForm,
            services.lift_bar,
            "The bar is lifted.",
            "benevolence.change_bar",
            lambda user, bar: rules.may_lift_bar(user, bar, "asked for below"),
        ),
    )
