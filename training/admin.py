"""Training in the administration pages, to look at: every change has its verb on the pages."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from ip2a.admin.base import ReadOnlyAdmin
from ip2a.search import matching
from training.models import Cohort, Grant, Instructor, Student


class TrainingAdmin(ReadOnlyAdmin):
    actions = None
    list_per_page = 50
    search_fields = ("search_text",)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None):
        if not self.has_view_permission(request):  # who may see no row would be told that this one is gone
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def get_queryset(self, request: HttpRequest):
        rows = self.model._default_manager.visible_to(request.user).order_by("sort_key", "id")
        return rows.live() if hasattr(rows, "live") else rows

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return (matching(queryset, search_term, ranked=False) if search_term.strip() else queryset), False


@admin.register(Student)
class StudentAdmin(TrainingAdmin):
    list_display = ("name", "student_number", "status", "applied_on", "status_on")
    list_filter = ("status",)


@admin.register(Cohort)
class CohortAdmin(TrainingAdmin):
    list_display = ("code", "status", "start_date", "end_date", "max_students")
    list_filter = ("status",)


@admin.register(Instructor)
class InstructorAdmin(TrainingAdmin):
    list_display = ("__str__", "rate_type", "rate", "is_active")
    list_filter = ("rate_type", "is_active")


@admin.register(Grant)
class GrantAdmin(TrainingAdmin):
    list_display = ("name", "funder", "start_date", "end_date", "amount")
