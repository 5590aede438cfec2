"""The report: state and amounts for everybody who may see them; reasons, levels and the fund for those inside."""

from django.db import transaction
from django.utils import timezone

from benevolence import filters, reports, statements
from benevolence.models import BenevolenceApplication, Fund, Policy
from benevolence.reports.fund import course
from benevolence.reports.levels import paces
from ip2a.reports import ReportPage


class ApplicationReport(ReportPage):
    model = BenevolenceApplication
    title = "Benevolence reports"
    list_title, list_url = "Benevolence", "benevolence:benevolenceapplication_list"
    filterset_class = filters.ApplicationReportFilter
    main_filters = ("submitted", "decided")
    empty_title = "No applications yet"
    empty_text = "As soon as somebody has applied, what was asked for, approved and paid is counted here."

    def sections(self, rows, user):
        today = timezone.localdate()
        decided, paid = reports.decisions(rows, today), reports.payments(rows, today)
        return [
            reports.by_state(reports.states(rows), self.opens),
            reports.by_month(rows, decided, paid, self.opens, today),
            reports.by_quarter(decided, self.opens, today),
        ]


class ApplicationReportInside(ApplicationReport):
    """Also what is told by reason, how long each level takes, and, as long as nothing is filtered, the fund."""

    filterset_class = filters.ApplicationReportFilterInside
    main_filters = ("submitted", "decided", "reason")

    def sections(self, rows, user):
        today = timezone.localdate()
        groups, decided = reports.states(rows), reports.decisions(rows, today)
        paid = reports.payments(rows, today)
        policy = Policy.objects.in_force(today)
        found = paces(rows, filters.a_year_before(), narrowed=self.listing.is_filtered)
        sections = [
            reports.by_state(groups, self.opens),
            reports.by_month(rows, decided, paid, self.opens, today),
            reports.by_quarter(decided, self.opens, today),
            reports.by_reason(groups, self.opens),
            reports.denials(groups, self.opens),
            reports.paid_by_reason(paid, self.opens, today),
            reports.time_of_levels(found, policy and policy.review_days, self.opens),
        ]
        return sections if self.listing.is_filtered else [*sections, *self.of_the_fund(today)]

    def of_the_fund(self, today):
        fund = Fund.objects.filter(is_default=True).first()
        year = statements.year_of(today)
        of_years = [reports.benefits(year), reports.benefits(year - 1)]
        return of_years if fund is None else [reports.projection(course(fund, today), fund), *of_years]


@transaction.non_atomic_requests
def report(request):
    """One address for both: the reason is a part of the story."""
    inside = request.user.has_perm("ip2a.enter_benevolence")
    return (ApplicationReportInside if inside else ApplicationReport).as_view()(request)
