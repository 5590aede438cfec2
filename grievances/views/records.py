"""The record of one step: who met, what was said, how it ended."""

from django.utils.html import format_html

from grievances import services
from grievances.forms import StepRecordForm
from grievances.models import GrievanceStepRecord
from ip2a.views.generic import RecordDetail, RecordUpdate
from ip2a.views.history import RecordHistory
from ip2a.words import format_day


class OfStep:
    """Step records have no list of their own: they stand on their case's page."""

    model = GrievanceStepRecord

    def visible(self):
        return super().visible().select_related("grievance__member", "grievance__employer")

    def url_of(self, page: str, *args) -> str:
        return self.record.grievance.get_absolute_url() if page == "list" else super().url_of(page, *args)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        case = self.record.grievance
        own = f"Step {self.record.step_number}"
        last = context["crumbs"][-1][0] if len(context["crumbs"]) > 2 else None
        trail = [("Grievance", f"{case.get_absolute_url()}#steps"), (str(case), case.get_absolute_url())]
        trail += [(own, self.record.get_absolute_url()), (last, None)] if last else [(own, None)]
        return context | {"crumbs": trail}


class StepDetail(OfStep, RecordDetail):
    def facts(self):
        record = self.record
        return [
            ("Meeting", format_day(record.meeting_date) or "None yet"),
            ("Outcome", record.get_outcome_display() or "Still running"),
            ("For the union", record.union_attendees),
            ("For the employer", record.employer_attendees),
        ]

    def aside_facts(self):
        case = self.record.grievance
        employer = format_html('<a href="{}">{}</a>', case.employer.get_absolute_url(), case.employer)
        notes = [("Notes", self.record.notes)] if self.record.notes else []
        return [("Grievant", str(case.member or "None: a policy grievance")), ("Employer", employer), *notes]


class StepUpdate(OfStep, RecordUpdate):
    form_class = StepRecordForm
    save = staticmethod(services.write_record)
    saved_message = "The record of step {record.step_number} was saved."


class StepHistory(OfStep, RecordHistory):
    pass
