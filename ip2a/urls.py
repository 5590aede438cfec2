from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from ip2a.views import audit, health, home, patterns, search

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("search/", search.Search.as_view(), name="search"),
    path("pick/<str:label>/", search.Pick.as_view(), name="pick"),
    # Addresses are tried one after the other: those that are asked for most come first.
    path("", include("members.urls")),
    path("", include("grievances.urls")),
    path("account/", include("ip2a.accounts.sign_in_urls")),
    path("", include("ip2a.accounts.urls")),
    path("admin/", admin.site.urls),
    path("audit/", audit.AuditTrail.as_view(), name="audit_list"),
    path("documents/", include("ip2a.attachments.urls")),
    path("imports/", include("ip2a.imports.urls")),
    path("mail/", include("ip2a.post.urls")),
    path("papers/", include("ip2a.papers.urls")),
    path("progress/", include("ip2a.jobs.urls")),
    path("", include("ip2a.calendars.urls")),
    path("", include("maintenance.urls")),
    path("", include("benevolence.urls")),
    path("training/", include("training.urls")),
    path("organizing/", include("organizing.urls")),
]

if settings.IP2A_ENV == "dev":
    urlpatterns.append(path("patterns/", login_required(patterns.patterns), name="patterns"))
