from django.urls import path

from maintenance.backups import views

urlpatterns = [
    path("maintenance/backups/", views.BackupList.as_view(), name="backuprun_list"),
    path("maintenance/backups/make/", views.BackupMake.as_view(), name="backuprun_make"),
    path("maintenance/backups/bring-back/", views.BringBack.as_view(), name="backuprun_bring_back"),
    path("maintenance/backups/<int:pk>/", views.BackupDetail.as_view(), name="backuprun_detail"),
    path("maintenance/backups/<int:pk>/try/", views.BackupTry.as_view(), name="backuprun_try"),
]
