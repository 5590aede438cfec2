"""The report on grievances, and the list of limits behind its numbers."""

from django.utils import timezone

from grievances import columns_reports, reports
from grievances.filters_reports import CaseReportFilter, DeadlineFilter
from grievances.models import CaseEvent, Deadline, Grievance, InformationRequest
from ip2a.reports import ReportPage
from ip2a.views.generic import RecordList


class GrievanceReport(ReportPage):
    model = Grievance
    title = "Grievance reports"
    intro = "Filed grievances only. A complaint that was never filed is not counted."
    list_title, list_url = "Grievances", "grievances:grievance_list"
    filterset_class = CaseReportFilter
    main_filters = ("filed", "employer", "subject")
    empty_title = "No grievances yet"
    empty_text = "Every grievance that was filed is counted here, with its limits, its end and what it was settled for."

    def rows(self):
        return super().rows().filter(filed_date__isnull=False)

    def sections(self, rows, user):
        today, opens = timezone.localdate(), self.opens
        events, limits, requests = (m.objects.visible_to(user) for m in (CaseEvent, Deadline, InformationRequest))
        return [
            *reports.cases(rows, opens, today),
            reports.times(rows, events, opens, today),
            *reports.limits(rows, limits, opens, today),
            *reports.settlements(rows, opens, today),
            *reports.requests(rows, requests, opens, today),
        ]


class DeadlineList(RecordList):
    model = Deadline
    title = "Limits"
    filterset_class = DeadlineFilter
    columns = columns_reports.LIMITS
    default_order = "-due"
    search_field = ""
    main_filters = ("side", "state", "step")
    empty_text = "Every limit of every grievance stands here: whose it is, when it was due and what became of it."

    def rows(self):
        return super().rows().standing().select_related("grievance__employer")

    def on_page(self, rows):
        return rows.only(*columns_reports.SHOWN_OF_LIMIT)
