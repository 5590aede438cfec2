from django.urls import path

from ip2a.views import imports

app_name = "imports"
urlpatterns = [
    path("", imports.BatchList.as_view(), name="batch_list"),
    path("add/", imports.BatchCreate.as_view(), name="batch_create"),
    path("<int:pk>/", imports.BatchDetail.as_view(), name="batch_detail"),
    path("<int:pk>/columns/", imports.choose_columns, name="batch_columns"),
    path("<int:pk>/start/", imports.start, name="batch_start"),
    path("<int:pk>/undo/", imports.BatchUndo.as_view(), name="batch_undo"),
    path("<int:pk>/progress/", imports.progress, name="batch_progress"),
    path("<int:pk>/refused/", imports.refused, name="batch_refused"),
]
