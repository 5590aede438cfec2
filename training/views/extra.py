"""Pages of their own kind: the rank list, a cohort's calendar file, a tool's receipt, a frozen report."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import slugify
from django.views.generic import TemplateView, View

from ip2a import pdf
from ip2a.calendars.writing import calendar_with
from ip2a.pickers import number_of
from ip2a.reports.files import xlsx_file
from ip2a.reports.sections import Section
from ip2a.tables import Table
from ip2a.views.generic import Guarded, RecordDetail
from ip2a.words import format_day, format_moment
from members.models import Organization
from members.views.details import linked
from training import columns, counting, feeds, models
from training.reports import changed_section, demographics_section, sections_of


class RankList(Guarded, TemplateView):
    """Everybody who was interviewed for one JATC, the best first."""

    model = models.JatcApplication
    template_name = "training/ranks.html"

    def get_context_data(self, **kwargs):
        rows = self.visible()
        jatcs = Organization.objects.filter(pk__in=rows.order_by().values("jatc"))
        asked = number_of(self.request.GET.get("jatc"))
        chosen = get_object_or_404(jatcs, pk=asked) if asked is not None else jatcs.first()
        ranked = list(rows.filter(jatc=chosen).ranked().select_related("student", "jatc")) if chosen else []
        for place, application in enumerate(ranked, 1):
            application.place = place
        return super().get_context_data(
            title=f"Rank list: {chosen}" if chosen else "Rank list",
            crumbs=[("JATC applications", reverse("training:jatcapplication_list")), ("Rank list", None)],
            jatcs=[(jatc, f"?jatc={jatc.pk}", jatc == chosen) for jatc in jatcs],
            table=Table(columns.RANKS, ranked, caption="Rank list"),
            **kwargs,
        )


class CohortCalendar(Guarded, View):
    """The cohort's classes as a file for any calendar."""

    model = models.Cohort

    def get(self, request, *args, **kwargs) -> HttpResponse:
        sessions = models.ClassSession.objects.visible_to(request.user).filter(cohort=self.record).for_table()
        entries = [feeds.entry_of(session) for session in sessions.order_by("session_date", "starts_at")]
        content = calendar_with([(f"training-{entry.uid}", entry) for entry in entries])
        name = f"{slugify(self.record.code)}.ics"
        return HttpResponse(
            content,
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def paper(template: str, context: dict[str, Any], name: str, request: Any) -> HttpResponse:
    """As PDF, or as a page to print where no PDF can be made."""
    data = pdf.render_pdf(template, context)
    if data is None:
        return HttpResponse(pdf.render_html(template, {**context, "on_screen": True}, request))
    shown = {"Content-Disposition": f'inline; filename="{slugify(name)}.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=shown)


class ToolReceipt(Guarded, View):
    """What the student signs for."""

    model = models.ToolIssued

    def visible(self):
        return super().visible().select_related("student", "issued_by", "returned_to")

    def get(self, request, *args, **kwargs) -> HttpResponse:
        tool = self.record
        context = {"title": f"Receipt for {tool}", "by": request.user, "tool": tool}
        return paper("training/receipt.html", context, f"receipt-{tool.pk}", request)


class ReportDetail(RecordDetail):
    """The numbers as they were frozen, and what would be counted differently today."""

    model = models.FunderReport

    def visible(self):
        return super().visible().for_table()

    def url_of(self, page: str, *args) -> str:
        return "" if page == "update" else super().url_of(page, *args)  # nobody changes it

    def facts(self):
        r = self.record
        return [
            ("Grant", linked(r.grant)),
            ("Days", f"{format_day(r.first_day)} to {format_day(r.last_day)}"),
            ("Made", f"{format_moment(r.created_at)}, by {r.made_by_name}"),
            ("Note", r.note or "None"),
        ]

    @cached_property
    def told(self) -> models.FunderReportDemographics | None:
        rows = models.FunderReportDemographics.objects.visible_to(self.request.user)
        return rows.filter(report=self.record).first()

    def sections(self) -> list[Section]:
        told = self.told
        return [*sections_of(self.record.numbers), *([demographics_section(told.numbers)] if told else [])]

    def changes(self) -> Section:
        r, told = self.record, self.told
        found = counting.differences(r.numbers, counting.numbers_of(r.grant, r.first_day, r.last_day))
        if told is not None:
            now = counting.demographics_of(r.grant, r.first_day, r.last_day)
            found += counting.differences(told.numbers, now)
        return changed_section(found)

    def get(self, request, *args, **kwargs):
        r, asked = self.record, request.GET.get("format")
        name = f"{slugify(r.grant.name)}-{r.first_day}-{r.last_day}"
        if asked == "xlsx":
            return xlsx_file(name, self.sections())
        if asked == "pdf":
            context = {"title": str(r), "by": request.user, "report": r, "sections": self.sections()}
            return paper("training/funderreport_paper.html", context, name, request)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(sections=self.sections(), changes=self.changes(), **kwargs)
        actions = [{"label": "To print", "url": "?format=pdf"}, {"label": "Excel", "url": "?format=xlsx"}]
        return {**context, "primary_action": None, "secondary_actions": actions}
