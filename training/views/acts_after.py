"""Verbs of what follows the class and of what pays for it."""

from django.contrib import messages
from django.http import Http404
from django.urls import reverse

from ip2a.views.generic import RecordAct
from members.views.acts import RecordRemove
from training import forms_acts as forms
from training import models, rules, services
from training.models.words import JatcStatus
from training.views.acts import Act

DECISIONS = {
    JatcStatus.ACCEPTED: "Accept",
    JatcStatus.WAITLISTED: "Put on the waiting list",
    JatcStatus.REJECTED: "Reject",
}


class JatcAct(Act):
    model = models.JatcApplication
    to = ""

    def may(self):
        return rules.may_move_application(self.request.user, self.record, self.to)


class JatcSubmit(JatcAct):
    form_class = forms.OnForm
    submit_label = "Submit"
    to = JatcStatus.SUBMITTED

    def do(self, values):
        services.submit(self.record, by=self.request.user, **values)


class JatcTakeUp(JatcAct):
    form_class = forms.NothingForm
    submit_label = "Take it up"
    to = JatcStatus.UNDER_REVIEW

    def do(self, values):
        services.take_up(self.record, by=self.request.user)


class JatcSchedule(JatcAct):
    form_class = forms.ScheduleForm
    submit_label = "Agree on an interview"
    to = JatcStatus.INTERVIEW_SCHEDULED

    def do(self, values):
        services.schedule(self.record, by=self.request.user, **values)


class JatcWithdraw(JatcAct):
    form_class = forms.BecauseForm
    submit_label = "Withdraw"
    danger = True
    to = JatcStatus.WITHDRAWN

    def do(self, values):
        services.withdraw(self.record, by=self.request.user, **values)


class JatcDecide(JatcAct):
    form_class = forms.PerhapsBecauseForm

    @property
    def to(self):
        if self.kwargs["to"] not in DECISIONS:
            raise Http404("There is no such decision.")
        return JatcStatus(self.kwargs["to"])

    @property
    def submit_label(self):
        return DECISIONS[self.to]

    def may(self):
        return rules.may_decide(self.request.user, self.record, self.to)

    def do(self, values):
        services.decide(self.record, to=self.to, by=self.request.user, **values)


class JatcInterview(JatcAct):
    verb = "view"
    asks_for = ("training.add_interview", "score interviews")
    form_class = forms.ScoreForm
    submit_label = "Score the interview"
    consequences = ("A score stays as it is: nobody changes or deletes it.",)

    def may(self):
        return rules.may_interview(self.request.user, self.record)

    def do(self, values):
        services.interview(self.record, by=self.request.user, **values)


class FollowUpAsk(Act):
    model = models.FollowUp
    form_class = forms.FollowUpForm
    submit_label = "Write down the answer"
    done = "The answer was written down."

    def url_of(self, page, *args):
        return reverse("training:placement_list") if page == "list" else super().url_of(page, *args)

    def visible(self):
        return super().visible().for_table()

    def may(self):
        return rules.may_follow_up(self.request.user, self.record)

    def do(self, values):
        services.follow_up(self.record, by=self.request.user, **values)


class GrantReport(Act):
    model = models.Grant
    verb = "view"
    asks_for = ("training.add_funderreport", "make funder reports")
    form_class = forms.FreezeForm
    submit_label = "Make a funder report"
    consequences = (
        "The numbers are counted now and kept for good. What changes later is told beside them.",
        "Answers of few students are not told.",
    )

    def may(self):
        return rules.may_report(self.request.user, self.record)

    def act(self, values):
        self.made = services.freeze(self.record, by=self.request.user, **values)
        messages.success(self.request, "The report is frozen.")

    def next_url(self):
        return self.made.get_absolute_url()


class ExpenseRemove(RecordRemove):
    model = models.Expense
    submit_label = "Remove this expense"

    def next_url(self):
        return self.record.grant.get_absolute_url()


class ExpenseRestore(RecordAct):
    model = models.Expense
    verb = "delete"
    done_message = "{record} is back."

    def act(self, record, user):
        services.bring_back(record, by=user)
