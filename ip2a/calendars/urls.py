from django.urls import path, re_path

from ip2a.calendars import views

app_name = "calendars"
urlpatterns = [
    path("account/calendar/", views.MyCalendar.as_view(), name="my_calendar"),
    path("account/calendar/off/", views.turn_off, name="turn_off"),
    re_path(r"^calendar/(?P<token>[A-Za-z0-9_-]{20,100})\.ics$", views.read, name="read"),
]
