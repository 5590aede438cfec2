from django.db.models import OuterRef, Subquery
from django.utils import timezone

from ip2a.reports import ReportPage
from organizing.filters.outreach import ActivityFilter, ScoreFilter
from organizing.models import EmployerScore, SaltingActivity
from organizing.reports import outreach as reports


class ActivityReport(ReportPage):
    model = SaltingActivity
    title = "Activity reports"
    list_title, list_url = "Activities", "organizing:saltingactivity_list"
    filterset_class = ActivityFilter
    search_field = "employer"
    main_filters = ("kind", "outcome", "day")
    empty_title = "No activities yet"
    empty_text = "As soon as visits, talks and meetings are written down, they are counted here."

    def rows(self):
        return super().rows().live()

    def sections(self, rows, user):
        return [
            reports.by_month(rows, self.opens, timezone.localdate()),
            reports.by_organizer(rows, self.opens),
            reports.by_employer(rows, self.opens),
            reports.by_choice(rows, "activity_type", "By type", self.opens),
            reports.by_choice(rows, "outcome", "By outcome", self.opens),
        ]


class HeatReport(ReportPage):
    model = EmployerScore
    title = "Where it is warm"
    intro = "How employers stand to the union, by city and by trade."
    list_title, list_url = "Employer scores", "organizing:employerscore_list"
    filterset_class = ScoreFilter
    search_field = "employer"
    main_filters = ("score", "trade", "city")
    empty_title = "No employer is scored yet"
    empty_text = "As soon as employers are scored, they stand here by city and trade."

    def rows(self):
        last = EmployerScore.objects.filter(organization=OuterRef("organization")).order_by("-on", "-id")
        return super().rows().filter(pk=Subquery(last.values("pk")[:1]))

    def sections(self, rows, user):
        return [reports.heat(rows, self.opens), reports.by_stance(rows, self.opens)]
