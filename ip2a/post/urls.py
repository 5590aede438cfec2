from django.urls import path

from ip2a.post import views

app_name = "post"
urlpatterns = [
    path("", views.MessageList.as_view(), name="message_list"),
    path("<int:pk>/", views.MessageDetail.as_view(), name="message_detail"),
    path("<int:pk>/history/", views.MessageHistory.as_view(), name="message_history"),
    path("<int:pk>/again/", views.SendAgain.as_view(), name="message_again"),
    path("<int:pk>/give-up/", views.GiveUp.as_view(), name="message_give_up"),
]
