"""Verbs: each asks on a page of its own what must be known, then does it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404

from ip2a import pickers
from ip2a.answers import YES, no
from ip2a.rules import has_right
from ip2a.words import format_day
from members.views.acts import Confirmed
from training import forms_acts as forms
from training import models, rules, services
from training.models.words import CohortStatus, StudentStatus
from training.rules.work import may_activate
from training.views.details import MOVES


class Act(Confirmed):
    verb = "change"
    done = "{record}: done."
    asks_for: tuple[str, str] = ("", "")  # a right to another kind of record, and what the role may not do without it

    def dispatch(self, request, *args, **kwargs):
        right, what = self.asks_for
        if right and request.user.is_authenticated and not request.user.has_perm(right):
            raise PermissionDenied(f"Your role may not {what}. Ask an administrator for the right.")
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        pickers.for_user(form, self.request.user)
        return form

    def act(self, values):
        self.do(values)
        messages.success(self.request, self.done.format(record=self.record))

    def do(self, values):
        raise NotImplementedError


class StudentAct(Act):
    model = models.Student

    def facts(self):
        s = self.record
        return [("Status", s.get_status_display()), ("Since", format_day(s.status_on))]


class StudentEnrol(StudentAct):
    form_class = forms.EnrolForm
    submit_label = "Enrol"
    done = "{record} has a place now."

    def may(self):
        return rules.may_enrol(self.request.user, self.record)

    def do(self, values):
        services.enrol(self.record, cohort=values["cohort"], by=self.request.user, on=values["on"])

    def get_initial(self):
        return {**super().get_initial(), **pickers.presets(self.form_class, self.request.GET, self.request.user)}


class StudentLeave(StudentAct):
    form_class = forms.OnBecauseForm
    submit_label = "Go on leave"
    done = "{record} is on leave. The place is kept."

    def may(self):
        return rules.may_leave(self.request.user, self.record)

    def do(self, values):
        services.leave(self.record, by=self.request.user, **values)


class StudentReturn(StudentAct):
    form_class = forms.OnForm
    submit_label = "Return from leave"
    done = "{record} sits in class again."

    def may(self):
        return rules.may_come_back(self.request.user, self.record)

    def do(self, values):
        services.come_back(self.record, by=self.request.user, **values)


class StudentComplete(StudentAct):
    form_class = forms.OnForm
    submit_label = "Complete"
    done = "{record} completed the programme."

    def may(self):
        return rules.may_complete(self.request.user, self.record)

    def do(self, values):
        services.complete(self.record, by=self.request.user, **values)


class StudentDrop(StudentAct):
    form_class = forms.OnBecauseForm
    submit_label = "Drop"
    danger = True
    consequences = ("The student leaves for good, and the place is free again.", "They may apply again later.")
    done = "{record} left the programme."

    def may(self):
        return rules.may_drop(self.request.user, self.record)

    def do(self, values):
        services.drop(self.record, by=self.request.user, **values)


class StudentDismiss(StudentDrop):
    submit_label = "Dismiss"
    consequences = ("The programme sends the student away, and the place is free again.",)
    done = "{record} was dismissed."

    def may(self):
        return rules.may_dismiss(self.request.user, self.record)

    def do(self, values):
        services.dismiss(self.record, by=self.request.user, **values)


class StudentApplyAgain(StudentAct):
    form_class = forms.BecauseForm
    submit_label = "Apply again"
    done = "{record} is an applicant again."

    def may(self):
        may = has_right(self.request.user, "change", models.Student)
        over = self.record.status in (StudentStatus.DROPPED, StudentStatus.DISMISSED)
        return YES if may and over else no("Only who was dropped or dismissed applies again.")

    def do(self, values):
        services.apply_again(self.record, by=self.request.user, **values)


class CohortMove(Act):
    model = models.Cohort
    form_class = forms.PerhapsBecauseForm

    @property
    def to(self):
        if self.kwargs["to"] not in CohortStatus.values:
            raise Http404("A cohort has no such state.")
        return CohortStatus(self.kwargs["to"])

    @property
    def submit_label(self):
        return MOVES[self.to]

    @property
    def danger(self):
        return self.to == CohortStatus.CANCELLED

    def may(self):
        return rules.may_move_cohort(self.request.user, self.record, self.to)

    def do(self, values):
        services.move_cohort(self.record, to=self.to, by=self.request.user, reason=values["reason"])


class CohortAppoint(Act):
    model = models.Cohort
    form_class = forms.AppointForm
    submit_label = "Name an instructor"

    def may(self):
        return rules.may_appoint(self.request.user, self.record)

    def do(self, values):
        services.appoint(self.record, by=self.request.user, **values)


class CohortEnrol(Act):
    """Enrol by the cohort's page: the student is typed here."""

    model = models.Cohort
    form_class = forms.EnrolHereForm
    submit_label = "Enrol a student"

    def may(self):
        right = has_right(self.request.user, "change", models.Student)
        return YES if right else no("Your role may not enrol students.")

    def do(self, values):
        services.enrol(values["student"], cohort=self.record, by=self.request.user, on=values["on"])


class CohortPlan(Act):
    model = models.Cohort
    form_class = forms.PlanForm
    submit_label = "Plan classes"

    def get_initial(self):
        return {"first_day": self.record.start_date, "last_day": self.record.end_date}

    def may(self):
        return rules.may_plan_classes(self.request.user, self.record)

    def act(self, values):
        kept = ("starts_at", "ends_at", "course", "instructor", "topic")
        made = services.plan_classes(
            self.record, days=self.bound.days(), by=self.request.user, **{name: values[name] for name in kept}
        )
        messages.success(self.request, f"{len(made)} classes were planned.")

    def form_valid(self, form):
        self.bound = form
        return super().form_valid(form)


class ClassCancel(Act):
    model = models.ClassSession
    form_class = forms.BecauseForm
    submit_label = "Cancel this class"
    danger = True
    done = "The class of {record} is cancelled."

    def may(self):
        return rules.may_cancel_class(self.request.user, self.record)

    def do(self, values):
        services.cancel_class(self.record, by=self.request.user, **values)


class Certify(Act):
    model = models.Certification
    form_class = forms.CertifyForm
    submit_label = "It was issued"
    done = "{record} is active."

    def may(self):
        return may_activate(self.request.user, self.record)

    def do(self, values):
        services.certify(self.record, by=self.request.user, **values)


class Revoke(Act):
    model = models.Certification
    form_class = forms.BecauseForm
    submit_label = "Revoke"
    danger = True
    done = "{record} was revoked."

    def may(self):
        return rules.may_revoke(self.request.user, self.record)

    def do(self, values):
        services.revoke(self.record, by=self.request.user, **values)


class ToolReturn(Act):
    model = models.ToolIssued
    form_class = forms.ReturnForm
    submit_label = "Take back"
    done = "{record} came back."

    def may(self):
        return rules.may_return(self.request.user, self.record)

    def do(self, values):
        services.take_back(self.record, by=self.request.user, **values)
