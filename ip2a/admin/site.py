"""The administration pages: Django's admin behind our sign-in."""

from functools import update_wrapper
from importlib import import_module
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ip2a import wording


class AdminConfig(DjangoAdminConfig):
    default_site = "ip2a.admin.site.Administration"

    def ready(self) -> None:
        wording.install()  # before anything else: the administration pages of rooms bring their forms along
        super().ready()
        import_module("ip2a.admin.accounts")  # after every app's own: it takes out what must not be there
        import_module("ip2a.admin.channels")
        import_module("ip2a.admin.jobs")
        import_module("ip2a.admin.papers")


class Administration(admin.AdminSite):
    """Signing in, the second factor and rate limits are those of the rest of the house; nothing is deleted here."""

    site_header = "IP2A administration"
    site_title = "IP2A administration"
    index_title = "Administration"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.disable_action("delete_selected")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not self.has_permission(request):
                raise PermissionDenied("Your role may not open the administration pages.")
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not self.has_permission(request):
            raise PermissionDenied("Your role may not open the administration pages.")
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("home")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    from django.contrib.auth.views import redirect_to_login  # settings must be loaded

    return redirect_to_login(request.get_full_path())
