from django.urls import path

from organizing import models
from organizing.views.workspace import chart, details, imports, lists, quick, same, verbs
from organizing.views.workspace.acts import history_of


def kept(folder, name, model, *views):
    """List, add, page, edit and history of a model."""
    every, create, detail, update = views
    return [
        path(f"{folder}/", every.as_view(), name=f"{name}_list"),
        path(f"{folder}/add/", create.as_view(), name=f"{name}_create"),
        path(f"{folder}/<int:pk>/", detail.as_view(), name=f"{name}_detail"),
        path(f"{folder}/<int:pk>/edit/", update.as_view(), name=f"{name}_update"),
        path(f"{folder}/<int:pk>/history/", history_of(model).as_view(), name=f"{name}_history"),
    ]


L, D, V, M = lists, details, verbs, models
urlpatterns = [
    *kept("campaigns", "campaign", M.Campaign, L.CampaignList, L.CampaignCreate, D.CampaignDetail, L.CampaignUpdate),
    path("campaigns/<int:pk>/chart/", chart.WallChart.as_view(), name="campaign_chart"),
    path("campaigns/<int:pk>/same/", same.SameWorkers.as_view(), name="campaign_same"),
    path("campaigns/<int:pk>/employer/", V.CampaignEmployer.as_view(), name="campaign_employer"),
    path("campaigns/<int:pk>/move/<str:to>/", V.CampaignMove.as_view(), name="campaign_move"),
    *kept("lists", "unitlist", M.UnitList, L.UnitListList, L.UnitListCreate, D.UnitListDetail, L.UnitListUpdate),
    path("lists/<int:pk>/import/", imports.ListTakeIn.as_view(), name="unitlist_import"),
    path("lists/taken-in/<int:pk>/back/", imports.ListImportUndo.as_view(), name="listimport_undo"),
    path("lists/<int:pk>/put/", V.ListAddWorker.as_view(), name="unitlist_put"),
    path("lists/<int:pk>/freeze/", V.ListFreeze.as_view(), name="unitlist_freeze"),
    *kept("workers", "worker", M.Worker, L.WorkerList, L.WorkerCreate, D.WorkerDetail, L.WorkerUpdate),
    path("workers/<int:pk>/quick/", quick.WorkerQuick.as_view(), name="worker_quick"),
    path("workers/<int:pk>/assess/", V.WorkerAssess.as_view(), name="worker_assess"),
    path("workers/<int:pk>/contact/", V.WorkerContact.as_view(), name="worker_contact"),
    path("workers/<int:pk>/assign/", V.WorkerAssign.as_view(), name="worker_assign"),
    path("workers/<int:pk>/leave/", V.WorkerLeave.as_view(), name="worker_leave"),
    path("workers/<int:pk>/return/", V.WorkerReturn.as_view(), name="worker_return"),
    *kept("cards", "authorizationcard", M.AuthorizationCard, L.CardList, L.CardCreate, D.CardDetail, L.CardUpdate),
    path("cards/<int:pk>/void/", V.CardVoid.as_view(), name="authorizationcard_void"),
    path("cards/<int:pk>/hand/", V.CardHand.as_view(), name="authorizationcard_hand"),
    *kept(
        "practices",
        "unfairpractice",
        M.UnfairPractice,
        L.PracticeList,
        L.PracticeCreate,
        D.PracticeDetail,
        L.PracticeUpdate,
    ),
    path("practices/<int:pk>/move/<str:to>/", V.PracticeMove.as_view(), name="unfairpractice_move"),
    path("practices/<int:pk>/serve/", V.PracticeServe.as_view(), name="unfairpractice_serve"),
    path("practices/<int:pk>/worker/", V.PracticeWorker.as_view(), name="unfairpractice_worker"),
]
