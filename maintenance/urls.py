from django.urls import path

from maintenance import views
from maintenance.backups.urls import urlpatterns as backups
from maintenance.resilience.urls import urlpatterns as resilience

app_name = "maintenance"
urlpatterns = [
    path("maintenance/repairs/", views.FindingList.as_view(), name="finding_list"),
    path("maintenance/repairs/check/", views.FindingCheck.as_view(), name="finding_check"),
    path("maintenance/repairs/mend/", views.MendAll.as_view(), name="mend_all"),
    path("maintenance/repairs/runs/", views.RunList.as_view(), name="healrun_list"),
    path("maintenance/repairs/runs/<int:pk>/", views.RunDetail.as_view(), name="healrun_detail"),
    path("maintenance/repairs/runs/<int:pk>/undo/", views.UndoRun.as_view(), name="healrun_undo"),
    path("maintenance/repairs/quarantine/", views.QuarantineRowList.as_view(), name="quarantinerow_list"),
    path("maintenance/repairs/quarantine/<int:pk>/", views.QuarantineRowDetail.as_view(), name="quarantinerow_detail"),
    path("maintenance/repairs/quarantine/<int:pk>/back/", views.PutBack.as_view(), name="quarantinerow_back"),
    path("maintenance/repairs/<str:name>/", views.FindingDetail.as_view(), name="finding_detail"),
    path("maintenance/repairs/<str:name>/mend/", views.Mend.as_view(), name="finding_mend"),
    path("maintenance/repairs/<str:name>/not-now/", views.PutOff.as_view(), name="finding_put_off"),
    path("maintenance/repairs/<str:name>/take-up/", views.TakeUp.as_view(), name="finding_take_up"),
    path("maintenance/schedule/", views.Schedule.as_view(), name="schedule"),
    path("maintenance/schedule/turns/", views.TurnList.as_view(), name="scheduledrun_list"),
    path("maintenance/schedule/<str:key>/run/", views.RunNow.as_view(), name="schedule_run"),
    *backups,
    *resilience,
]
