from ip2a.views.generic import RecordCreate, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from members import columns
from members.filters import MemberFilter
from members.forms import MemberForm, MemberUpdateForm
from members.models import Member

GROUPS = [
    (
        "Who",
        ("member_number", "first_name", "middle_name", "last_name", "date_of_birth"),
    ),
    ("Standing", ("status", "classification", "hire_date")),
    ("How to reach them", ("phone", "email", "address", "city", "state", "zip_code")),
    ("Notes", ("notes", "reason")),
]

SHOWN = ("last_name", "first_name", "member_number", "status", "classification", "city", "phone", "hire_date")


class MemberList(RecordList):
    model = Member
    title = "Members"
    filterset_class = MemberFilter
    columns = columns.MEMBERS
    default_order = "name"
    main_filters = ("status", "classification", "has_job")
    create_label = "Add a member"
    empty_text = "Everybody who belongs to the local stands here. Add the first one, or import a list."

    def rows(self):
        return super().rows().live()

    def on_page(self, rows):
        return rows.only(*SHOWN)

    def enrich(self, records):
        columns.current_jobs(records)
        if "format" in self.request.GET:  # only a file has the column
            columns.exempt_days(records, self.request.user)


class MemberCreate(RecordCreate):
    model = Member
    form_class = MemberForm
    groups = GROUPS


class MemberUpdate(RecordUpdate):
    model = Member
    form_class = MemberUpdateForm
    groups = GROUPS


class MemberHistory(RecordHistory):
    model = Member
