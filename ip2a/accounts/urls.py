"""The People pages: accounts and access."""

from django.urls import path

from ip2a.accounts import away, views

app_name = "accounts"
urlpatterns = [
    path("account/away/", away.Away.as_view(), name="absence_list"),
    path("account/away/add/", away.AbsenceCreate.as_view(), name="absence_create"),
    path("account/away/<int:pk>/edit/", away.AbsenceUpdate.as_view(), name="absence_update"),
    path("account/away/<int:pk>/end/", away.AbsenceEnd.as_view(), name="absence_end"),
    path("people/<int:pk>/away/", away.PersonAway.as_view(), name="user_away"),
    path("people/", views.PeopleList.as_view(), name="user_list"),
    path("people/invite/", views.Invite.as_view(), name="user_create"),
    path("people/<int:pk>/", views.PersonDetail.as_view(), name="user_detail"),
    path("people/<int:pk>/edit/", views.PersonUpdate.as_view(), name="user_update"),
    path("people/<int:pk>/history/", views.PersonHistory.as_view(), name="user_history"),
    path("people/<int:pk>/roles/", views.ChangeRoles.as_view(), name="user_roles"),
    path("people/<int:pk>/resend/", views.Resend.as_view(), name="user_resend"),
    path("people/<int:pk>/deactivate/", views.Deactivate.as_view(), name="user_deactivate"),
    path("people/<int:pk>/reactivate/", views.Reactivate.as_view(), name="user_reactivate"),
    path("people/<int:pk>/sign-out/", views.SignOut.as_view(), name="user_sign_out"),
    path("people/<int:pk>/remove-factor/", views.RemoveFactor.as_view(), name="user_remove_factor"),
]
