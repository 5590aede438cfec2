"""How employers stand to the union."""

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from ip2a.views.generic import RecordCreate, RecordList
from organizing.columns import outreach as columns
from organizing.filters.outreach import ScoreFilter
from organizing.forms.outreach import ScoreForm
from organizing.models import EmployerScore
from organizing.services import outreach as services


class ScoreList(RecordList):
    """Of each employer the last score; with the filter for it, every score there was."""

    model = EmployerScore
    title = "Employer scores"
    filterset_class = ScoreFilter
    columns = columns.SCORES
    default_order = "-on"
    search_field = "employer"
    main_filters = ("score", "trade", "city")
    create_label = "Score an employer"
    empty_text = "How each employer stands to the union, from hostile to supportive, who says so and why."

    def rows(self):
        rows = super().rows().for_table()
        if self.request.GET.get("every") == "yes":
            return rows
        last = EmployerScore.objects.filter(organization=OuterRef("organization")).order_by("-on", "-id")
        return rows.filter(pk=Subquery(last.values("pk")[:1]))


class ScoreCreate(RecordCreate):
    model = EmployerScore
    form_class = ScoreForm
    groups = [("Who and how", ("organization", "score", "on")), ("Why", ("why", "trade", "notes"))]
    save = staticmethod(services.score)
    saved_message = "{record}. The scores before stay in the history."

    def get_initial(self):
        return {"on": timezone.localdate(), **super().get_initial()}

    def success_url_for(self, record):
        return record.organization.get_absolute_url()
