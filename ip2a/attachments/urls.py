from django.urls import path

from ip2a.views import attachments

urlpatterns = [
    path("add/<str:label>/<int:pk>/", attachments.Upload.as_view(), name="attachment_create"),
    path("<int:pk>/", attachments.AttachmentDetail.as_view(), name="attachment_detail"),
    path("<int:pk>/file/", attachments.AttachmentDownload.as_view(), name="attachment_download"),
    path("<int:pk>/edit/", attachments.AttachmentUpdate.as_view(), name="attachment_update"),
    path("<int:pk>/remove/", attachments.AttachmentRemove.as_view(), name="attachment_remove"),
    path("<int:pk>/restore/", attachments.AttachmentRestore.as_view(), name="attachment_restore"),
    path("<int:pk>/history/", attachments.AttachmentHistory.as_view(), name="attachment_history"),
]
