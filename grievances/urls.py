from django.urls import path

from grievances.views import agreements

app_name = "grievances"
urlpatterns = [
    path("agreements/", agreements.AgreementList.as_view(), name="agreement_list"),
    path("agreements/<int:pk>/", agreements.AgreementDetail.as_view(), name="agreement_detail"),
    path("agreements/<int:pk>/history/", agreements.AgreementHistory.as_view(), name="agreement_history"),
]
