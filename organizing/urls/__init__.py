"""Every path of the room, by area: who may enter, the campaigns, and what goes on at employers."""

from organizing.urls import access, outreach, workspace

app_name = "organizing"
urlpatterns = [*access.urlpatterns, *workspace.urlpatterns, *outreach.urlpatterns]
