"""The ends of a case, each with its answers shown once more, and opening it again."""

from typing import Any

from grievances import forms_acts as forms
from grievances import rules, services
from grievances.models.duty import DecisionKind
from grievances.services import Told
from grievances.views.act import CaseAct
from ip2a.answers import Answer
from ip2a.words import format_day

TOLD = ("told_on", "told_how", "told_whom", "told_note")
APPEAL = ("appeal_until",)


class CaseEnd(CaseAct):
    """Asks how the grievant was told, where there is one."""

    checks = True
    danger = True
    groups = (("How the grievant was told", (*TOLD, *APPEAL)),)

    def fit(self, form):
        if self.record.member_id is None:
            for name in (*TOLD, *APPEAL):
                form.fields.pop(name, None)

    def told(self, values: dict[str, Any]) -> Told:
        return Told(
            on=values.pop("told_on", None),
            how=values.pop("told_how", ""),
            whom=values.pop("told_whom", ""),
            note=values.pop("told_note", ""),
        )

    def act(self, values):
        told = self.told(values)
        return self.end(values, told)

    def end(self, values: dict[str, Any], told: Told) -> str:
        raise NotImplementedError

    def check(self, values):
        values = dict(values)
        return self.check_end(values, self.told(values))

    def check_end(self, values: dict[str, Any], told: Told) -> Answer:
        raise NotImplementedError


class CaseSettle(CaseEnd):
    label = "Settle"
    danger = False
    paper_label = "The settlement in writing"
    form_class = forms.SettleForm

    def may(self) -> Answer:
        return rules.may_settle(self.request.user, self.record, on=self.today, today=self.today, resolution="said")

    def check_end(self, values, told):
        on, words = values["on"], values["resolution"]
        return rules.may_settle(self.request.user, self.record, on=on, today=self.today, resolution=words)

    def consequences(self):
        return ["The case ends here: no limit runs any more.", "It can be reopened, with a reason."]

    def end(self, values, told):
        services.settle(self.record, by=self.request.user, told=told, **values)
        return f"{self.record} is settled since {format_day(values['on'])}."


class CaseWithdraw(CaseEnd):
    label = "Withdraw"
    paper_label = "The notice of withdrawal"
    form_class = forms.WithdrawForm

    def may(self) -> Answer:
        return rules.may_withdraw(self.request.user, self.record, on=self.today, today=self.today, reason="said")

    def check_end(self, values, told):
        kind = DecisionKind.WITHDRAW if self.record.is_filed else DecisionKind.NOT_FILED
        on, why = values["on"], values["reason"]
        return rules.first_no(
            rules.may_withdraw(self.request.user, self.record, on=on, today=self.today, reason=why),
            services.must_tell(self.record, kind, told, on),
        )

    def consequences(self):
        told = ["The grievant must have been told before."] if self.record.member_id else []
        return [
            "The case ends here: the employer need not answer any more, and limits that pass are lost.",
            *told,
            "The reason stays in the file: a union may drop a case, but not without one.",
        ]

    def end(self, values, told):
        services.withdraw(self.record, by=self.request.user, told=told, **values)
        return f"{self.record} is withdrawn since {format_day(values['on'])}."


class CaseClose(CaseEnd):
    label = "Close"
    paper_label = "Paper"
    form_class = forms.CloseForm

    def may(self) -> Answer:
        on = max(self.today, self.record.filed_date or self.today)
        return rules.may_close(self.request.user, self.record, on=on, today=self.today, reason="said")

    def check_end(self, values, told):
        on, why = values["on"], values["reason"]
        must = services.must_tell(self.record, DecisionKind.CLOSE, told, on) if self.record.is_running else rules.YES
        return rules.first_no(
            rules.may_close(self.request.user, self.record, on=on, today=self.today, reason=why), must
        )

    def consequences(self):
        if not self.record.is_running:
            return ["The case is put away. It can be reopened, with a reason."]
        told = ["The grievant must have been told before."] if self.record.member_id else []
        return ["The case ends without a settlement: no limit runs any more.", *told]

    def end(self, values, told):
        services.close(self.record, by=self.request.user, told=told, **values)
        return f"{self.record} is closed since {format_day(values['on'])}."


class CaseReopen(CaseAct):
    label = "Reopen"
    form_class = forms.ReopenForm

    def may(self) -> Answer:
        return rules.may_reopen(self.request.user, self.record, on=self.today, today=self.today, reason="said")

    def consequences(self):
        return [
            "The case runs again where it stood, and its limits start anew on that day.",
            "What ended it stays in the timeline and in the history.",
        ]

    def act(self, values):
        services.reopen(self.record, by=self.request.user, **values)
        return f"{self.record} runs again since {format_day(values['on'])}."
