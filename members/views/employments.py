from ip2a.views.generic import RecordCreate, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from members import columns
from members.filters import MemberEmploymentFilter
from members.forms import MemberEmploymentForm, MemberEmploymentUpdateForm
from members.models import MemberEmployment
from members.views.asked import asked_for

GROUPS = [
    ("Who and where", ("member", "organization")),
    ("When", ("start_date", "end_date")),
    ("What", ("job_title", "hourly_rate", "reason")),
]

SHOWN = (
    "start_date",
    "end_date",
    "is_current",
    "job_title",
    "hourly_rate",
    "member__first_name",
    "member__last_name",
    "member__member_number",
    "organization__name",
)


class EmploymentList(RecordList):
    model = MemberEmployment
    title = "Jobs"
    filterset_class = MemberEmploymentFilter
    columns = columns.JOBS
    default_order = "-start"
    search_field = "member"
    main_filters = ("employer", "current", "job_title")
    create_label = "Add a job"
    empty_text = "Who works where, and since when. Add the first job, or import a list."

    def rows(self):
        return super().rows().live().for_table().only(*SHOWN)


class EmploymentCreate(RecordCreate):
    model = MemberEmployment
    form_class = MemberEmploymentForm
    groups = GROUPS

    def get_initial(self):
        return {**super().get_initial(), **asked_for(self.request, "member", "organization")}


class EmploymentUpdate(RecordUpdate):
    model = MemberEmployment
    form_class = MemberEmploymentUpdateForm
    groups = GROUPS


class EmploymentHistory(RecordHistory):
    model = MemberEmployment
