"""Long work, for administrators to look at: what runs, what waits, what failed and why."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ip2a.admin.base import ReadOnlyAdmin
from ip2a.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Only about records that this administrator may see."""

    list_display = ["label", "state", "attempts", "started_by", "created_at", "heartbeat_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["started_by"]
    fields = [
        *("label", "kind", "state", "attempts", "error", "started_by", "data"),
        *("created_at", "queued_at", "started_at", "heartbeat_at", "finished_at"),
        *("stage", "done", "total", "result", "result_text", "result_url"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.visible_to(request.user)
