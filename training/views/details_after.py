"""The pages of what follows the class and of what pays for it: applications, placements, grants, expenses."""

from django.urls import reverse

from ip2a.rules import has_right, may_remove
from ip2a.words import format_day, format_moment, format_money, state_chip
from members.views.details import linked
from training import models, rules
from training.models.words import JatcStatus
from training.views.details import Detail


class JatcDetail(Detail):
    model = models.JatcApplication

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        a = self.record
        mean = f"{a.mean:.1f} of {a.scores}" if a.scores else ""
        return [
            ("JATC", linked(a.jatc) if has_right(self.request.user, "view", type(a.jatc)) else str(a.jatc)),
            ("Submitted", format_day(a.submitted_on)),
            ("Interview", format_moment(a.interview_at)),
            ("Mean score", mean),
        ]

    def aside_facts(self):
        return [
            ("Student", linked(self.record.student)),
            ("Decided", format_day(self.record.decided_on)),
            *self.noted(),
        ]

    def verbs(self):
        a, user = self.record, self.request.user
        moves = (
            ("Submit", "submit", JatcStatus.SUBMITTED),
            ("Take it up", "take_up", JatcStatus.UNDER_REVIEW),
            ("Agree on an interview", "schedule", JatcStatus.INTERVIEW_SCHEDULED),
            ("Withdraw", "withdraw", JatcStatus.WITHDRAWN),
        )
        found = [self.entry(label, verb) for label, verb, to in moves if rules.may_move_application(user, a, to)]
        for to, label in (
            (JatcStatus.ACCEPTED, "Accept"),
            (JatcStatus.WAITLISTED, "Put on the waiting list"),
            (JatcStatus.REJECTED, "Reject"),
        ):
            if rules.may_move_application(user, a, to):
                answer = rules.may_decide(user, a, to)
                url = reverse("training:jatcapplication_decide", args=[a.pk, to.value])
                found.append({"label": label, "url": url} | ({} if answer else {"disabled_reason": answer.reason}))
        if rules.may_interview(user, a):
            found.insert(0, self.entry("Score the interview", "interview"))
        return [*found, {"label": "Rank list", "url": f"{reverse('training:jatcapplication_ranks')}?jatc={a.jatc_id}"}]

    def get_context_data(self, **kwargs):
        return super().get_context_data(state=self.record, **kwargs)


class PlacementDetail(Detail):
    model = models.Placement

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        p = self.record
        return [
            ("Student", linked(p.student)),
            ("Since", format_day(p.start_date)),
            ("Employer", linked(p.employer) if p.employer else ""),
            ("Wage", format_money(p.wage)),
        ]

    def aside_facts(self):
        return [("Job title", self.record.job_title), *self.noted()]


class GrantDetail(Detail):
    model = models.Grant

    def visible(self):
        return super().visible().with_spent()

    def facts(self):
        g = self.record
        return [
            ("Runs", f"{format_day(g.start_date)} to {format_day(g.end_date)}"),
            ("Amount", format_money(g.amount)),
            ("Spent", format_money(g.spent)),
            ("Left", format_money(g.amount - g.spent)),
        ]

    def aside_facts(self):
        g = self.record
        return [("Funder", g.funder), ("Number", g.grant_number), *self.noted()]

    def verbs(self):
        answer = rules.may_report(self.request.user, self.record)
        return [self.entry("Make a funder report", "report")] if answer else []


class ExpenseDetail(Detail):
    model = models.Expense

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        e = self.record
        return [
            ("Grant", linked(e.grant)),
            ("Amount", format_money(e.amount)),
            ("Paid by", e.get_payment_method_display()),
            ("What for", e.description),
        ]

    def aside_facts(self):
        e = self.record
        over = [("Beyond the grant because", e.over_because)] if e.is_over else []
        return [("Day", format_day(e.expense_date)), ("Reference", e.reference), *over]

    def verbs(self):
        answer = may_remove(self.request.user, self.record)
        return [self.entry("Remove this expense", "remove")] if answer else []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        e = self.record
        if e.is_over:
            context["state_chip"] = state_chip("Beyond the grant", "warn")
        if e.is_removed:
            context["state_chip"] = state_chip("Removed", "bad")
            if may_remove(self.request.user, e, restoring=True):
                context["primary_action"] = self.entry("Bring back", "restore", method="post")
        return context
