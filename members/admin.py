"""Members and employers in the administration pages: to look at and to correct a fact.

Adding, ending, removing and merging have verbs of their own on the pages; what those verbs change is read-only here.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ip2a import services
from ip2a.admin.base import KeptAdmin
from ip2a.search import matching
from members.models import Member, MemberEmployment, Organization, OrganizationContact

KEPT_BY_HOUSE = ("legacy_id", "deleted_at", "created_at", "updated_at", "version")


class CorrectionForm(forms.ModelForm):
    """Remembers which version it was opened with; what somebody else saved meanwhile is not written over."""

    opened = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["opened"] = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        now = type(self.instance)._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if self.cleaned_data.get("opened") != now.version:
            raise forms.ValidationError(
                "Somebody changed this since you opened it, so nothing was saved. Open it again in another window, "
                "compare, and correct it there."
            )
        return data


class CorrectedAdmin(KeptAdmin):
    """Every change goes through the same service, rules and audit trail as on the pages."""

    actions = None
    form = CorrectionForm
    list_per_page = 50
    search_help_text = "Name, number, phone or e-mail, in any order"
    search_fields = ("search_text",)  # asked by get_search_results

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.visible_to(request.user).order_by(*self.get_ordering(request))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return (matching(queryset, search_term, ranked=False) if search_term.strip() else queryset), False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        services.save(obj, by=request.user, reason="Corrected in the administration pages")


@admin.register(Organization)
class OrganizationAdmin(CorrectedAdmin):
    list_display = ("name", "org_type", "is_signatory", "city", "phone")
    list_filter = ("org_type", "is_signatory", "state")
    ordering = ("sort_key", "id")
    readonly_fields = ("merged_into", *KEPT_BY_HOUSE)


@admin.register(OrganizationContact)
class ContactAdmin(CorrectedAdmin):
    list_display = ("__str__", "organization", "title", "is_primary", "phone", "email")
    list_filter = ("is_primary",)
    list_select_related = ("organization",)
    ordering = ("sort_key", "id")
    autocomplete_fields = ("organization",)
    readonly_fields = ("is_primary", *KEPT_BY_HOUSE)


@admin.register(Member)
class MemberAdmin(CorrectedAdmin):
    list_display = ("__str__", "status", "classification", "city", "hire_date")
    list_filter = ("status", "classification")
    ordering = ("sort_key", "id")
    autocomplete_fields = ("user",)
    readonly_fields = ("status", "merged_into", *KEPT_BY_HOUSE)


@admin.register(MemberEmployment)
class EmploymentAdmin(CorrectedAdmin):
    list_display = ("member", "organization", "job_title", "start_date", "end_date", "hourly_rate")
    list_filter = (("is_current", admin.BooleanFieldListFilter),)  # a generated field would be asked for its values
    list_select_related = ("member", "organization")
    ordering = ("-start_date", "-id")
    search_help_text = "The member's name or number"
    autocomplete_fields = ("member", "organization")
    readonly_fields = ("end_date", "is_current", *KEPT_BY_HOUSE)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        members = matching(Member.objects.visible_to(request.user), search_term, ranked=False)
        return queryset.filter(member__in=members.values("pk")), False
