from django.urls import path

from maintenance.resilience import views

urlpatterns = [
    path("maintenance/resilience/", views.ReportList.as_view(), name="resiliencereport_list"),
    path("maintenance/resilience/make/", views.ReportMake.as_view(), name="resiliencereport_make"),
    path("maintenance/resilience/reports/", views.OlderReports.as_view(), name="resiliencereport_older"),
    path("maintenance/resilience/<int:pk>/", views.ReportDetail.as_view(), name="resiliencereport_detail"),
    path("maintenance/resilience/<int:pk>/export/", views.ReportExport.as_view(), name="resiliencereport_export"),
]
