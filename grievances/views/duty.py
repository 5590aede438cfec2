"""Who belongs to a case, what was decided in it, and how the grievant was told."""

from functools import cached_property

from django.shortcuts import get_object_or_404

from grievances import forms_acts as forms
from grievances import rules, services
from grievances.models import Decision, Grievant
from grievances.models.duty import DecisionKind
from grievances.views.act import CaseAct
from ip2a.answers import Answer
from ip2a.words import format_day

# The others are written down by the verb that does them.
FREE_KINDS = (DecisionKind.ADVANCE, DecisionKind.NOT_ARBITRATE, DecisionKind.NOT_FILED)


class GroupJoin(CaseAct):
    label = "Add a member to the group"
    form_class = forms.JoinForm

    def may(self) -> Answer:
        return rules.may_join(self.request.user, self.record, on=self.today, today=self.today)

    def act(self, values):
        services.join(self.record, by=self.request.user, **values)
        return f"{values['member']} joined the group."

    def next_url(self):
        return f"{super().next_url()}#people"


class GroupLeave(CaseAct):
    label = "Leave the group"
    form_class = forms.LeaveForm

    @cached_property
    def grievant(self) -> Grievant:
        rows = Grievant.objects.filter(grievance=self.record).select_related("member")
        return get_object_or_404(rows, pk=self.kwargs["part"])

    def may(self) -> Answer:
        on = max(self.today, self.grievant.joined_on)
        return rules.may_leave(self.request.user, self.grievant, on=on, today=on, reason="said")

    def facts(self):
        return [("Member", self.grievant.member), ("Joined", format_day(self.grievant.joined_on))]

    def act(self, values):
        services.leave(self.grievant, by=self.request.user, **values)
        return f"{self.grievant} left the group on {format_day(values['on'])}."

    def next_url(self):
        return f"{super().next_url()}#people"


class CaseDecide(CaseAct):
    label = "Write down a decision"
    form_class = forms.DecideForm

    def fit(self, form):
        kinds = [kind for kind in FREE_KINDS if kind != DecisionKind.NOT_FILED or not self.record.is_filed]
        form.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]

    def consequences(self):
        return [
            "It moves nothing by itself. Referring, settling, withdrawing and closing write down their own decision."
        ]

    def act(self, values):
        services.decide(self.record, by=self.request.user, **values)
        return "The decision is kept with its reason."

    def next_url(self):
        return f"{super().next_url()}#decisions"


class DecisionTell(CaseAct):
    label = "Tell the grievant"
    form_class = forms.TellForm

    @cached_property
    def decision(self) -> Decision:
        return get_object_or_404(Decision.objects.filter(grievance=self.record), pk=self.kwargs["part"])

    def facts(self):
        decision = self.decision
        return [
            ("Decision", decision.get_kind_display()),
            ("Decided", format_day(decision.decided_on)),
            ("Grievant", self.record.member or "None"),
        ]

    def get_initial(self):
        return {**super().get_initial(), "whom": self.record.member.full_name if self.record.member else ""}

    def act(self, values):
        services.tell(self.decision, by=self.request.user, **values)
        return f"Written down: the grievant was told on {format_day(values['on'])}."

    def next_url(self):
        return f"{super().next_url()}#decisions"
