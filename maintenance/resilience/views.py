"""The pages of the resilience report: the newest, each older one, and a button for another."""

from typing import Any

import django_filters as filters
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from ip2a import jobs
from ip2a.filters import ChoiceFilter, DayRangeFilter
from ip2a.tables import Column, Table
from ip2a.views.generic import Guarded, RecordList
from ip2a.words import format_moment
from maintenance.jobs import REPORT
from maintenance.resilience import exporting, reporting, showing
from maintenance.resilience.models import Level, ReportState, ResilienceReport

TITLE = "Resilience"
OLDER = 6
HOME = "/maintenance/resilience/"
COLUMNS = [
    Column("report", "Report", str, kind="link", sort=("id",)),
    Column("made", "Made", lambda report: report.started_at, kind="moment", sort=("started_at",)),
    Column("level", "Level", lambda report: report.level, kind="state", show=lambda r: r.get_level_display()),
    Column("over", "Over a threshold", lambda report: report.over, kind="number", sort=("over",)),
    Column("state", "State", lambda report: report.get_state_display()),
]


class ReportPage(Guarded, TemplateView):
    model = ResilienceReport
    template_name = "maintenance/resilience_report.html"

    def report(self) -> ResilienceReport | None:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, user = self.report(), self.request.user
        older = self.visible().defer("parts")[:OLDER]
        return super().get_context_data(
            report=report,
            parts=showing.parts(report, user) if report else [],
            chip=showing.chip(report.level) if report else "",
            over=[(level == Level.ACT, part, text) for level, part, text in reporting.over(report)] if report else [],
            facts=_facts(report) if report else [],
            job=jobs.latest(REPORT, None, user),
            older=Table(COLUMNS, older, caption="The newest reports"),
            may_make=user.has_perm("maintenance.add_resiliencereport"),
            **kwargs,
        )


class ReportList(ReportPage):
    """The newest report that was finished, with charts of all before it."""

    def report(self) -> ResilienceReport | None:
        return self.visible().filter(state=ReportState.DONE).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(title=TITLE, crumbs=[(TITLE, None)], **kwargs)
        if settings.REPLICAS:
            context["parts"] = showing.with_replicas(context["parts"])
        drawn = showing.charts() if context["report"] else {}
        for part in context["parts"]:
            part.chart = drawn.get(part.key)
        return context


class ReportDetail(ReportPage):
    def report(self) -> ResilienceReport:
        return get_object_or_404(self.visible(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [(TITLE, self.url_of("list")), (str(self.report()), None)]
        return super().get_context_data(title=str(self.report()), crumbs=crumbs, **kwargs)


class ReportFilter(filters.FilterSet):
    level = ChoiceFilter(choices=Level, label="Level")
    state = ChoiceFilter(choices=ReportState, label="State")
    made = DayRangeFilter(label="Made", field_name="started_at__date")

    class Meta:
        model = ResilienceReport
        fields: list[str] = []


class OlderReports(RecordList):
    model = ResilienceReport
    title = "All reports"
    filterset_class = ReportFilter
    columns = COLUMNS
    default_order = "-made"
    main_filters = ("level", "state")
    empty_text = "One is made every Sunday night, and whenever somebody asks for one."

    def rows(self):
        return self.visible().defer("parts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"crumbs": [(TITLE, HOME), (self.title, None)]}


class ReportExport(Guarded, View):
    """The whole report for programs. Documents are numbers only: their names are for those who may see them."""

    model = ResilienceReport
    http_method_names = ["get"]

    def get(self, request, pk: int) -> HttpResponse:
        response = HttpResponse(exporting.text(self.record), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="resilience-{self.record.pk}.json"'
        return response


class ReportMake(Guarded, View):
    model = ResilienceReport
    verb = "add"
    http_method_names = ["post"]

    def post(self, request) -> HttpResponse:
        job = jobs.start(REPORT, None, by=request.user)
        if job.is_new:
            messages.success(request, "The report is being made. You can go on working meanwhile.")
        else:
            messages.info(request, "A report is being made already. It stands here as soon as it is ready.")
        return redirect("maintenance:resiliencereport_list")


def _facts(report: ResilienceReport) -> list[tuple[str, Any]]:
    seconds = (report.ended_at - report.started_at).total_seconds() if report.ended_at else None
    return [
        ("Made", format_moment(report.started_at)),
        ("Over a threshold", report.over),
        ("Took", f"{seconds:.1f} s" if seconds is not None else "Not ended"),
        ("Started by", report.started_by.get_full_name() if report.started_by else "The system"),
    ]
