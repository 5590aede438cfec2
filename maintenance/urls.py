from django.urls import path

from maintenance import views
from maintenance.backups.urls import urlpatterns as backups
from maintenance.resilience.urls import urlpatterns as resilience

app_name = "maintenance"
urlpatterns = [
    path("maintenance/repairs/", views.FindingList.as_view(), name="finding_list"),
    path("maintenance/repairs/check/", views.FindingCheck.as_view(), name="finding_check"),
    path("maintenance/repairs/<str:name>/", views.FindingDetail.as_view(), name="finding_detail"),
    *backups,
    *resilience,
]
