from django.urls import path

from ip2a.papers import views

urlpatterns = [
    path("<str:label>/<int:pk>/<str:key>/", views.Drafting.as_view(), name="paper_draft"),
]
