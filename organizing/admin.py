"""The tables of the room, to look at for those inside: every change has its verb on the pages.

For everybody else there are no such pages, whatever else they may administrate. What opens the room to them for a time
(one campaign, or the glass) opens its rows here as well, and opening one is written down.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from ip2a import compartments
from ip2a.admin.base import ReadOnlyAdmin
from ip2a.search import matching
from organizing.models import (
    AuthorizationCard,
    Campaign,
    EmployerScore,
    SaltingActivity,
    SaltingAgreement,
    UnfairPractice,
    UnitList,
    Worker,
)

OF_THE_DATABASE = ("id", "sort_key", "search_text")


class RoomAdmin(ReadOnlyAdmin):
    actions = None
    list_per_page = 50

    def get_urls(self) -> list[Any]:
        found = super().get_urls()
        for pattern in found:
            pattern.callback = self._walled(pattern.callback)
        return found

    def _walled(self, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Outside there is no such page. Who is not signed in is asked to, as everywhere."""

        def walled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not compartments.may_enter(request.user, self.model):
                raise Http404
            return page(request, *args, **kwargs)

        return update_wrapper(walled, page)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model._default_manager.visible_to(request.user).order_by(*self.ordering or ("-pk",))
        return rows.live() if hasattr(rows, "live") else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in self.model._meta.concrete_fields if field.name not in OF_THE_DATABASE]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None):
        record = self.get_object(request, object_id)
        if record is not None and self.has_view_permission(request, record):
            compartments.note_opening(request, record)
        return super().change_view(request, object_id, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None):
        if not self.has_view_permission(request):  # who may see no row would be told that this one is gone
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class NamedAdmin(RoomAdmin):
    """Searched as on the pages: in any order, without accents."""

    ordering = ("sort_key", "pk")
    search_fields = ("search_text",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        return (matching(queryset, search_term, ranked=False) if search_term.strip() else queryset), False


@admin.register(Campaign)
class CampaignAdmin(NamedAdmin):
    list_display = ("name", "status", "opened_on", "closed_on", "lead")
    list_filter = ("status",)
    list_select_related = ("lead",)


@admin.register(Worker)
class WorkerAdmin(NamedAdmin):
    list_display = ("__str__", "campaign", "crew", "shift", "location")
    list_select_related = ("campaign",)


@admin.register(UnitList)
class UnitListAdmin(RoomAdmin):
    list_display = ("campaign", "as_of", "source")
    list_select_related = ("campaign",)
    search_fields = ("source", "campaign__name")


@admin.register(AuthorizationCard)
class CardAdmin(RoomAdmin):
    list_display = ("worker", "campaign", "kind", "signed_on", "received_on", "voided_at")
    list_filter = ("kind",)
    list_select_related = ("worker", "campaign")
    search_fields = ("worker__search_text", "employer_named")


@admin.register(UnfairPractice)
class PracticeAdmin(RoomAdmin):
    list_display = ("organization", "campaign", "status", "occurred_on", "charge_number")
    list_filter = ("status",)
    list_select_related = ("campaign", "organization")
    search_fields = ("organization__name", "charge_number")


@admin.register(SaltingActivity)
class ActivityAdmin(RoomAdmin):
    list_display = ("activity_date", "activity_type", "organization", "member", "outcome", "cards_signed")
    list_filter = ("activity_type", "outcome")
    list_select_related = ("organization", "member")
    search_fields = ("organization__name", "member__last_name")
    ordering = ("-activity_date", "-pk")


@admin.register(EmployerScore)
class ScoreAdmin(RoomAdmin):
    list_display = ("organization", "score", "on", "by", "trade")
    list_filter = ("score", "trade")
    list_select_related = ("organization", "by")
    search_fields = ("organization__name",)


@admin.register(SaltingAgreement)
class AgreementAdmin(RoomAdmin):
    list_display = ("__str__", "starts_on", "ends_on", "ended_on", "directed_by")
    list_select_related = ("member", "organization", "directed_by")
    search_fields = ("organization__name", "member__last_name")
