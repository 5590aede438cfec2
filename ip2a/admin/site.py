from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "ip2a.admin.site.Administration"


class Administration(admin.AdminSite):
    """Signing in, the second factor and rate limits are those of the rest of the house."""

    site_header = "IP2A administration"
    site_title = "IP2A administration"
    index_title = "Administration"

    def login(self, request, extra_context=None):
        from django.contrib.auth.views import (
            redirect_to_login,  # settings must be loaded
        )

        return redirect_to_login(request.get_full_path())
