"""What the resilience report watches of members: the pages people open all day, and impossible numbers of jobs."""

from maintenance.resilience.watching import hot_query, outliers
from maintenance.thresholds import declare
from members.models import Member, MemberEmployment, Organization

OUTLIER_JOBS = declare(
    "members.outlier-jobs", 200, unit="jobs", about="Members with more jobs than this are counted as unlikely."
)
PAGE = 50

outliers(MemberEmployment, by="member", limit=OUTLIER_JOBS, sentence="{count} members have more than {limit} jobs.")


@hot_query("members.member-list", "First page of members")
def member_list():
    return Member.objects.live().order_by("sort_key", "pk")[:PAGE]


@hot_query("members.member-search", "Members whose name has “son”")
def member_search():
    return Member.objects.live().filter(search_text__contains="son").order_by("sort_key", "pk")[:PAGE]


@hot_query("members.job-list", "Newest jobs")
def job_list():
    return MemberEmployment.objects.live().for_table().order_by("-start_date", "-pk")[:PAGE]


@hot_query("members.organization-list", "First page of organizations")
def organization_list():
    return Organization.objects.live().order_by("sort_key", "pk")[:PAGE]
