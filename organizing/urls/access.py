from django.urls import path

from organizing.views.access import pages

urlpatterns = [
    path("access/", pages.Access.as_view(), name="access"),
    path("access/ask/", pages.AccessAsk.as_view(), name="campaignaccess_ask"),
    path("access/<int:pk>/grant/", pages.AccessGrant.as_view(), name="campaignaccess_grant"),
    path("access/<int:pk>/end/", pages.AccessEnd.as_view(), name="campaignaccess_end"),
    path("access/open/", pages.GlassOpen.as_view(), name="breakglass_open"),
    path("access/openings/<int:pk>/end/", pages.GlassEnd.as_view(), name="breakglass_end"),
]
