from django.urls import path

from maintenance import views

app_name = "maintenance"
urlpatterns = [
    path("findings/", views.FindingList.as_view(), name="finding_list"),
    path("findings/check/", views.FindingCheck.as_view(), name="finding_check"),
    path("findings/<str:name>/", views.FindingDetail.as_view(), name="finding_detail"),
]
