"""Cases in the administration pages: everything of a file, to look at. Its verbs stand on its own page; nothing is
changed, added or deleted here. Only the subjects that are offered are an administrator's to keep."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from grievances.filters import found_by
from grievances.models import (
    CaseEvent,
    Deadline,
    Decision,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    InformationRequest,
    Notice,
    Reminder,
    RequestEntry,
    Subject,
)
from ip2a import services
from ip2a.admin.base import KeptAdmin, ReadOnlyAdmin

KEPT_BY_HOUSE = ("created_at", "updated_at", "version", "search_text")
CHANGED = "Changed in the administration pages"


class LookInline(admin.TabularInline):
    """Rows of a file, to look at; each leads to its own page."""

    extra = 0
    can_delete = False
    show_change_link = True
    related: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model._default_manager.visible_to(request.user).order_by(*self.get_ordering(request))
        return rows.select_related(*self.related)


class StepInline(LookInline):
    model = GrievanceStepRecord
    fields = ("step_number", "meeting_date", "outcome", "union_attendees", "employer_attendees", "notes")
    ordering = ("step_number",)


class GrievantInline(LookInline):
    model = Grievant
    fields = ("member", "joined_on", "left_on", "reason")
    ordering = ("joined_on", "id")
    related = ("member",)


class EventInline(LookInline):
    model = CaseEvent
    fields = ("happened_on", "kind", "step_number", "agreed_by", "reason", "paper", "corrects", "is_void", "by_name")
    ordering = ("happened_on", "id")
    related = ("paper", "corrects")
    fk_name = "grievance"


class DeadlineInline(LookInline):
    model = Deadline
    fields = ("label", "side", "state", "starts_on", "due_on", "met_on", "sentence", "superseded_reason")
    ordering = ("due_on", "id")


class RequestInline(LookInline):
    model = InformationRequest
    fields = ("direction", "what", "state", "asked_on", "due_on", "answered_on")
    ordering = ("asked_on", "id")


class DecisionInline(LookInline):
    model = Decision
    fields = ("decided_on", "kind", "reason", "appeal_until", "by_name")
    ordering = ("decided_on", "id")


class EntryInline(LookInline):
    model = RequestEntry
    fields = ("happened_on", "kind", "text", "until_on", "paper", "by_name")
    ordering = ("happened_on", "id")
    related = ("paper",)
    show_change_link = False


class NoticeInline(LookInline):
    model = Notice
    fields = ("told_on", "told_how", "told_whom", "note", "paper", "by_name")
    ordering = ("told_on", "id")
    related = ("paper",)
    show_change_link = False


class CaseFileAdmin(ReadOnlyAdmin):
    """What belongs to a case."""

    actions = None
    list_per_page = 50
    search_help_text = "The case's number, article, grievant or employer"
    search_fields = ("pk",)  # asked by get_search_results
    of_case = "grievance"
    joined: tuple[str, ...] = ("grievance",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self.model._default_manager.visible_to(request.user).order_by(*self.get_ordering(request))
        return rows.select_related(*self.joined)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term.strip():
            return queryset, False
        cases = found_by(Grievance.objects.visible_to(request.user).order_by(), search_term)
        return queryset.filter(**{f"{self.of_case}__in": cases.values("pk")}), False

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.has_view_permission(request):  # asked first, or a stranger is told that there is no such record
            raise PermissionDenied("Your role may not look at case files.")
        return super().history_view(request, *args, **kwargs)

    @admin.display(description="Whole file")
    def whole_file(self, record: Any) -> str:
        """The page of the case, with its verbs."""
        case = record if isinstance(record, Grievance) else record.grievance
        return format_html('<a href="{}">{}</a>', case.get_absolute_url(), case)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.get_fields(request, obj))  # what only verbs set is in no form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        names = [field.name for field in self.model._meta.fields if field.name not in ("id", *KEPT_BY_HOUSE)]
        return ["whole_file", *names]


@admin.register(Grievance)
class GrievanceAdmin(CaseFileAdmin):
    list_display = (
        "__str__",
        "member",
        "employer",
        "status",
        "current_step",
        "assigned_rep",
        "next_due_on",
        "filed_date",
    )
    list_filter = ("status", "current_step", "case_type", "subject")
    ordering = ("-filed_date", "-id")
    inlines = (
        GrievantInline,
        StepInline,
        EventInline,
        DeadlineInline,
        RequestInline,
        DecisionInline,
    )
    joined = ("member", "employer", "assigned_rep", "subject", "agreement_version__agreement")
    of_case = "pk"


@admin.register(GrievanceStepRecord)
class StepAdmin(CaseFileAdmin):
    list_display = ("grievance", "step_number", "meeting_date", "outcome")
    list_filter = ("outcome", "step_number")
    ordering = ("-id",)


@admin.register(Grievant)
class GrievantAdmin(CaseFileAdmin):
    list_display = ("grievance", "member", "joined_on", "left_on")
    ordering = ("-id",)
    joined = ("grievance", "member")


@admin.register(CaseEvent)
class EventAdmin(CaseFileAdmin):
    list_display = ("grievance", "kind", "happened_on", "step_number", "agreed_by", "by_name")
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(Deadline)
class DeadlineAdmin(CaseFileAdmin):
    list_display = ("grievance", "label", "side", "state", "due_on", "met_on", "superseded_reason")
    list_filter = ("state", "side", "step_number")
    ordering = ("-id",)


@admin.register(InformationRequest)
class RequestAdmin(CaseFileAdmin):
    list_display = ("grievance", "direction", "what", "state", "asked_on", "due_on", "answered_on")
    list_filter = ("direction", "state")
    ordering = ("-asked_on", "-id")
    inlines = (EntryInline,)


@admin.register(Decision)
class DecisionAdmin(CaseFileAdmin):
    list_display = ("grievance", "kind", "decided_on", "by_name")
    list_filter = ("kind",)
    ordering = ("-decided_on", "-id")
    inlines = (NoticeInline,)


@admin.register(Reminder)
class ReminderAdmin(CaseFileAdmin):
    list_display = ("grievance", "kind", "due_on", "given_on", "text")
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(Subject)
class SubjectAdmin(KeptAdmin):
    """What cases are about. A subject that is no longer used is not offered any more; old cases keep it."""

    actions = None
    list_display = ("name", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "is_active")

    def save_model(self, request: HttpRequest, obj: Subject, form: Any, change: bool) -> None:
        services.save(obj, by=request.user, reason=CHANGED)
