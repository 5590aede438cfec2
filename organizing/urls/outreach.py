from django.urls import path

from organizing.views.outreach import activities, agreements, reports, scores


def verbs(folder, name, **views):
    return [
        path(f"{folder}/<int:pk>/{verb.replace('_', '-')}/", view.as_view(), name=f"{name}_{verb}")
        for verb, view in views.items()
    ]


A, G = activities, agreements
urlpatterns = [
    path("activities/", A.ActivityList.as_view(), name="saltingactivity_list"),
    path("activities/reports/", reports.ActivityReport.as_view(), name="saltingactivity_report"),
    path("activities/add/", A.ActivityCreate.as_view(), name="saltingactivity_create"),
    path("activities/<int:pk>/", A.ActivityDetail.as_view(), name="saltingactivity_detail"),
    path("activities/<int:pk>/edit/", A.ActivityUpdate.as_view(), name="saltingactivity_update"),
    *verbs(
        "activities", "saltingactivity", history=A.ActivityHistory, remove=A.ActivityRemove, restore=A.ActivityRestore
    ),
    path("scores/", scores.ScoreList.as_view(), name="employerscore_list"),
    path("scores/heat/", reports.HeatReport.as_view(), name="employerscore_report"),
    path("scores/add/", scores.ScoreCreate.as_view(), name="employerscore_create"),
    path("agreements/", G.AgreementList.as_view(), name="saltingagreement_list"),
    path("agreements/add/", G.AgreementCreate.as_view(), name="saltingagreement_create"),
    path("agreements/<int:pk>/", G.AgreementDetail.as_view(), name="saltingagreement_detail"),
    path("agreements/<int:pk>/edit/", G.AgreementUpdate.as_view(), name="saltingagreement_update"),
    *verbs(
        "agreements",
        "saltingagreement",
        history=G.AgreementHistory,
        end=G.AgreementEnd,
        take_up=G.AgreementTakeUp,
        exempt=G.AgreementExempt,
    ),
]
