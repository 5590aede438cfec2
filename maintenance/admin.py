from django.contrib import admin
from django.http import HttpRequest

from ip2a import services
from ip2a.admin.base import KeptAdmin
from maintenance.models import Threshold


@admin.register(Threshold)
class ThresholdAdmin(KeptAdmin):
    """The local's own numbers. They are declared in code; here each is set."""

    list_display = ("name", "value", "unit", "default", "about")
    fields = ("name", "about", "value", "unit", "default")
    readonly_fields = ("name", "about", "unit", "default")
    search_fields = ("name", "about")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Threshold, form, change: bool) -> None:
        services.save(obj, by=request.user, reason="Set in the administration pages")
