"""The verbs that take a case from step to step."""

from grievances import forms_acts as forms
from grievances import rules, services
from grievances.models import Status
from grievances.views.act import CaseAct
from ip2a.answers import YES, Answer, no
from ip2a.pickers import number_of
from ip2a.words import format_day


class CaseFiling(CaseAct):
    label = "File it"
    question = "It gets its number, and the clock of its first step starts."
    form_class = forms.FileForm

    def may(self) -> Answer:
        return rules.may_file(self.request.user, self.record, on=self.today, today=self.today)

    def act(self, values):
        case = services.file(
            self.record, by=self.request.user, on=values["on"], at=values.get("at"), served_on=values["served_on"]
        )
        self.__dict__["record"] = case
        return f"Filed as {case} on {format_day(case.filed_date)}."


class CaseAssign(CaseAct):
    label = "Give it to a representative"
    form_class = forms.AssignForm

    def facts(self):
        return [*super().facts(), ("Has it now", self.record.assigned_rep or "Nobody")]

    def act(self, values):
        services.assign(self.record, by=self.request.user, **values)
        return f"{values['to']} has the case now."


class CaseInvestigate(CaseAct):
    label = "Investigate"
    form_class = forms.InvestigateForm

    def may(self) -> Answer:
        return rules.may_investigate(self.request.user, self.record)

    def act(self, values):
        services.investigate(self.record, by=self.request.user, **values)
        return "The case is under investigation. Its limits run on."

    def consequences(self):
        return ["The limits of the agreement run on while you look into it."]


class CasePlan(CaseAct):
    label = "Plan the meeting"
    form_class = forms.PlanForm

    def may(self) -> Answer:
        return may_meet(self, held=False)

    def act(self, values):
        services.plan_meeting(self.record, by=self.request.user, **values)
        return f"The meeting is planned for {format_day(values['on'])}."


class CaseMeet(CaseAct):
    label = "Write down the meeting"
    form_class = forms.MeetForm

    def may(self) -> Answer:
        return may_meet(self, held=True)

    def act(self, values):
        services.hold_meeting(self.record, by=self.request.user, **values)
        return f"The meeting of {format_day(values['on'])} is written down."


def may_meet(view: CaseAct, *, held: bool) -> Answer:
    """Nothing was typed yet, so only the case is asked."""
    case = view.record
    if not case.is_filed:
        return rules.first_no(rules.may_pursue(view.request.user), rules.must_be_filed(case))
    return rules.may_meet(view.request.user, case, on=view.today, today=view.today, held=held)


def may_answer(view: CaseAct) -> Answer:
    case = view.record
    if not case.is_filed:
        return rules.first_no(rules.may_pursue(view.request.user), rules.must_be_filed(case))
    return rules.may_answer(view.request.user, case, on=view.today, today=view.today)


class CaseServe(CaseAct):
    label = "Received by the employer"
    question = "The day on which the employer received the filing, or the appeal to this step."
    form_class = forms.ServeForm

    def may(self) -> Answer:
        return may_answer(self)

    def act(self, values):
        services.serve(self.record, by=self.request.user, **values)
        return f"Received by the employer on {format_day(values['on'])}."


class CaseAnswer(CaseAct):
    label = "Write down the answer"
    form_class = forms.AnswerForm

    def may(self) -> Answer:
        return may_answer(self)

    def act(self, values):
        values["is_denied"] = values["is_denied"] == "yes"
        services.receive_answer(self.record, by=self.request.user, **values)
        outcome = "The grievance was denied" if values["is_denied"] else "The employer answered"
        return f"{outcome} on {format_day(values['on'])}."


class CaseAdvance(CaseAct):
    form_class = forms.AdvanceForm

    @property
    def to(self) -> int:
        """The step that the form was opened for: whoever comes second is told who came first."""
        return number_of(self.request.POST.get("to")) or self.file.step.number + 1

    @property
    def label(self) -> str:
        step = self.file.steps.get(self.to)
        return f"Advance to step {self.to}" if step else "Advance"

    def get_initial(self):
        return {**super().get_initial(), "to": self.to}

    def may(self) -> Answer:
        if self.request.method == "POST":
            return YES  # the service asks, with the case locked, and names who was faster
        case = self.record
        if not case.is_filed:
            return rules.must_be_filed(case)
        return rules.may_advance(
            self.request.user, case, self.file.procedure, to=self.to, on=self.today, today=self.today
        )

    def consequences(self):
        step = self.file.steps.get(self.to)
        if step is None:
            return []
        return [f"Step {step.number} is: {step.name}{f' ({step.who})' if step.who else ''}."]

    def act(self, values):
        services.advance(self.record, by=self.request.user, **values)
        return f"Advanced to step {values['to']} on {format_day(values['on'])}."


class CaseRefer(CaseAct):
    form_class = forms.ReferForm

    @property
    def label(self) -> str:
        return f"Refer to {self.file.procedure.steps[-1].name}"

    def may(self) -> Answer:
        case = self.record
        if not case.is_filed:
            return rules.first_no(rules.may_pursue(self.request.user), rules.must_be_filed(case))
        return rules.may_refer(self.request.user, case, self.file.procedure, on=self.today, today=self.today)

    def act(self, values):
        services.refer(self.record, by=self.request.user, **values)
        return f"Referred on {format_day(values['on'])}. The decision is kept with its reason."


class CaseAward(CaseAct):
    label = "Write down the award"
    form_class = forms.AwardForm

    def may(self) -> Answer:
        in_arbitration = self.record.status == Status.ARBITRATION
        missing = no(f"{self.record} is not in arbitration, so there is no award to write down.")
        return rules.first_no(rules.may_pursue(self.request.user), YES if in_arbitration else missing)

    def consequences(self):
        return ["What follows from it is written down next: settle the case, or close it."]

    def act(self, values):
        services.decide_award(self.record, by=self.request.user, **values)
        return "The award is written down. Settle or close the case with what follows from it."
