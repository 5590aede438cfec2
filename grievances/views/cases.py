"""The list of cases, a new one, and the facts of one."""

from grievances import columns, dues, services
from grievances.filters import GrievanceFilter
from grievances.forms import FactsForm
from grievances.models import Grievance
from ip2a.views.generic import RecordList, RecordUpdate
from ip2a.views.history import RecordHistory

SHOWN = (
    "grievance_number",
    "member__first_name",
    "member__last_name",
    "member__member_number",
    "employer__name",
    "subject__name",
    "assigned_rep__first_name",
    "assigned_rep__last_name",
    "assigned_rep__email",
    "agreement_version",
    "contract_article",
    "current_step",
    "status",
    "filed_date",
    "next_due_on",
    "employer_due_on",
)


class GrievanceList(RecordList):
    model = Grievance
    title = "Grievances"
    filterset_class = GrievanceFilter
    columns = columns.CASES
    default_order = "-filed"
    main_filters = ("status", "step", "whose")
    create_label = "New grievance"
    empty_text = "Complaints and grievances stand here, each with the limits that run. Take up the first one."

    def rows(self):
        return super().rows().for_table()

    def on_page(self, rows):
        return rows.only(*SHOWN)

    def enrich(self, records):
        dues.attach_days_off(records)


class GrievanceUpdate(RecordUpdate):
    model = Grievance
    form_class = FactsForm
    groups = [
        ("What it is about", ("case_type", "subject", "contract_article")),
        ("What happened", ("violation_description", "remedy_sought")),
        ("", ("reason",)),
    ]
    save = staticmethod(services.correct_facts)


class GrievanceHistory(RecordHistory):
    model = Grievance
