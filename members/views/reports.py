from django.utils import timezone

from ip2a.reports import ReportPage
from members import reports
from members.filters import MemberEmploymentFilter, MemberReportFilter
from members.models import Member, MemberEmployment


class MemberReport(ReportPage):
    model = Member
    title = "Member reports"
    list_title, list_url = "Members", "members:member_list"
    filterset_class = MemberReportFilter
    main_filters = ("status", "classification", "joined")
    empty_title = "No members yet"
    empty_text = "Everybody who belongs to the local is counted here. Add the first one, or import a list."

    def rows(self):
        return super().rows().live()

    def sections(self, rows, user):
        today = timezone.localdate()
        groups = reports.standing(rows)
        jobs = self.narrowed(MemberEmployment.objects.visible_to(user).live(), MemberEmploymentFilter)
        return [
            reports.by_choice("By status", "status", groups, self.opens),
            reports.by_choice("By classification", "classification", groups, self.opens),
            reports.by_year(groups, self.opens, today),
            reports.jobs_by_month(jobs, self.opens, today),
            reports.top_employers(rows, self.opens),
        ]
