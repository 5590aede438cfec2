"""The house's addresses, and those of the app that proves its walls."""

from django.urls import include, path

from ip2a.urls import urlpatterns as house

urlpatterns = [*house, path("vault/", include("ip2a.tests.vault.urls"))]
