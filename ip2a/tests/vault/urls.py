from django.urls import path

from ip2a.tests.vault import views

app_name = "vault"
urlpatterns = [
    path("secrets/", views.SecretList.as_view(), name="secret_list"),
    path("secrets/add/", views.SecretCreate.as_view(), name="secret_create"),
    path("secrets/<int:pk>/", views.SecretDetail.as_view(), name="secret_detail"),
    path("secrets/<int:pk>/edit/", views.SecretUpdate.as_view(), name="secret_update"),
    path("secrets/<int:pk>/history/", views.SecretHistory.as_view(), name="secret_history"),
]
