"""Taking up a complaint, with the limits that would run shown before anything is kept."""

from typing import Any

from django.urls import reverse

from grievances import agreements, clock, dues, rules, services, terms
from grievances.forms import ComplaintForm
from grievances.models import CaseType, Grievance
from grievances.terms import Event, Kind
from grievances.views.showing import Shown, shown_of
from ip2a.answers import Refused
from ip2a.views.generic import RecordCreate
from members.views.asked import asked_for

GROUPS = [
    ("Who", ("case_type", "member", "employer")),
    ("When", ("incident_date", "knowledge_date", "agreement_version")),
    ("What", ("subject", "contract_article", "violation_description", "remedy_sought")),
    ("Filing", ("is_filed", "filed_on", "filed_at", "served_on")),
]


class GrievanceCreate(RecordCreate):
    model = Grievance
    form_class = ComplaintForm
    groups = GROUPS
    saved_message = "{record} was taken up."

    def get_initial(self):
        return {**super().get_initial(), **asked_for(self.request, "member", "employer")}

    def form_valid(self, form):
        if "preview" in self.request.POST:
            return self.preview(form)
        return super().form_valid(form)

    def preview(self, form):
        """Nothing is kept: the same page with the limits, and everything typed still there."""
        try:
            self.check(form)
            limits = would_run(form)
        except (Refused, clock.ClockError) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        version = form.cleaned_data["agreement_version"]
        return self.render_to_response(self.get_context_data(form=form, previewed=limits, version_shown=version))

    def check(self, form) -> None:
        today, case, filed_on = dues.today(), form.instance, form.cleaned_data["filed_on"]
        rules.may_take_up(self.request.user, case, today=today).enforce()
        if filed_on:
            rules.may_file(self.request.user, case_to_file(case), on=filed_on, today=today).enforce()

    def perform(self, form):
        values = form.cleaned_data
        return services.take_up(
            form.save(commit=False),
            by=self.request.user,
            filed_on=values["filed_on"],
            filed_at=form.filed_moment(),
            served_on=values["served_on"],
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "title": "New grievance",
            "crumbs": [("Grievances", reverse("grievances:grievance_list")), ("New grievance", None)],
            "submit_label": "Take it up",
        }


def case_to_file(case: Grievance) -> Grievance:
    """The case as it would stand when it is filed at once."""
    case.status = Grievance.Status.INVESTIGATION
    return case


def would_run(form: ComplaintForm) -> list[Shown]:
    """The limits of this complaint as the clock would put them on the calendar."""
    values: dict[str, Any] = form.cleaned_data
    version = values["agreement_version"]
    procedure, days_off = agreements.to_procedure(version), agreements.days_off(version.agreement)
    starts = {CaseType.POLICY: procedure.policy_starts_at, CaseType.GROUP: procedure.group_starts_at}
    step = starts.get(CaseType(values["case_type"]), 1)
    events = [Event(Kind.INCIDENT, values["incident_date"], key="incident")]
    if values["knowledge_date"]:
        events.append(Event(Kind.KNOWLEDGE, values["knowledge_date"], key="knowledge"))
    if values["filed_on"]:
        events.append(Event(Kind.FILED, values["filed_on"], key="filed", at=form.filed_moment(), step=step))
    if values["served_on"]:
        events.append(Event(Kind.SERVED, values["served_on"], key="served", step=step))
    found = clock.compute(procedure, days_off, events, zone=version.agreement.zone)
    near = [d for d in found if d.step <= step + 1 and d.state not in (terms.State.VOID, terms.State.SKIPPED)]
    return [shown_of(deadline, days_off) for deadline in near]
