"""The pages of one record each: what it is, where it stands, what to do next."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from ip2a.questions import NOBODY, question
from ip2a.rules import has_right
from ip2a.views.generic import RecordDetail
from ip2a.words import format_day, format_money, state_chip
from members.views.details import linked, mail_link, phone_link, postal
from training import models, rates, rules
from training.models.words import NEXT_COHORT, CohortStatus, StudentStatus
from training.rules.students import running_place

MOVES = {
    CohortStatus.PLANNED: "Back to planned",
    CohortStatus.ENROLLING: "Open for enrolment",
    CohortStatus.ACTIVE: "Begin",
    CohortStatus.COMPLETED: "Complete the cohort",
    CohortStatus.CANCELLED: "Cancel the cohort",
}


class Detail(RecordDetail):
    """A verb is an entry of the menu; one that is refused tells why."""

    def entry(self, label: str, verb: str, answer=None, **more):
        found = {"label": label, "url": self.url_of(verb, self.record.pk), **more}
        return found | ({"disabled_reason": answer.reason} if answer is not None and not answer else {})

    def noted(self):
        return [("Notes", self.record.notes)] if self.record.notes else []


class StudentDetail(Detail):
    model = models.Student

    def visible(self):
        return super().visible().select_related("member")

    @cached_property
    def place(self):
        return running_place(self.record)

    def facts(self):
        place = self.place
        return [
            ("Number", self.record.student_number),
            ("Cohort", linked(place.cohort) if place else "None"),
            ("Attendance", rates.of_place(place).words),
            ("Status since", format_day(self.record.status_on)),
        ]

    def aside_facts(self):
        m = self.record.member
        who = linked(m) if has_right(self.request.user, "view", type(m)) else str(m)
        reached = [("Phone", phone_link(m.phone)), ("E-mail", mail_link(m.email))]
        return [("Member", who), *reached, ("Applied", format_day(self.record.applied_on)), *self.noted()]

    def next_action(self):
        s, user = self.record, self.request.user
        if s.status == StudentStatus.APPLICANT and rules.may_enrol(user, s):
            return {"text": "Applied, and has no place yet.", "url": self.url_of("enrol", s.pk), "label": "Enrol"}
        if s.status == StudentStatus.ON_LEAVE and rules.may_come_back(user, s):
            return {"text": "On leave; the place is kept.", "url": self.url_of("return", s.pk), "label": "Return"}
        return None

    def verbs(self):
        s, user = self.record, self.request.user
        if not has_right(user, "change", models.Student):
            return []
        asked = (
            ("Enrol in a cohort", "enrol", rules.may_enrol),
            ("Leave, and keep the place", "leave", rules.may_leave),
            ("Return from leave", "return", rules.may_come_back),
            ("Complete", "complete", rules.may_complete),
            ("Drop", "drop", rules.may_drop),
            ("Dismiss", "dismiss", rules.may_dismiss),
        )
        found = [self.entry(label, verb) for label, verb, may in asked if may(user, s)]
        if s.status in (StudentStatus.DROPPED, StudentStatus.DISMISSED):
            found.append(self.entry("Apply again", "apply_again"))
        if not models.Demographics.objects.visible_to(user).query.is_empty():
            found.append({"label": "Demographics", "url": reverse("training:demographics_update", args=[s.pk])})
        return found

    def get_context_data(self, **kwargs):
        return super().get_context_data(state=self.record, next_action=self.next_action(), **kwargs)


@question
def _teachers(reader: Any, cohort: int) -> QuerySet:
    return models.CohortInstructor.objects.filter(cohort=cohort).select_related("instructor")


class CohortDetail(Detail):
    model = models.Cohort

    def visible(self):
        return super().visible().for_table().with_seats()

    def facts(self):
        c = self.record
        rate = rates.of_cohorts([c.pk]).get(c.pk, rates.Rate())
        return [
            ("Starts", format_day(c.start_date)),
            ("Ends", format_day(c.end_date)),
            ("Places taken", f"{c.taken} of {c.max_students}"),
            ("Attendance", rate.words),
        ]

    def aside_facts(self):
        c = self.record
        teachers = _teachers(NOBODY, c.pk)
        said = [("Answers for it" if t.is_primary else "Teaches", str(t.instructor)) for t in teachers]
        where = linked(c.location) if c.location else ""
        return [("Location", where), *(said or [("Instructor", "")]), *self.noted()]

    def verbs(self):
        c, user = self.record, self.request.user
        found = []
        if rules.may_plan_classes(user, c):
            found.append(self.entry("Plan classes", "plan"))
        if rules.may_appoint(user, c):
            found.append(self.entry("Name an instructor", "appoint"))
        if has_right(user, "change", models.Student) and c.status in (CohortStatus.ENROLLING, CohortStatus.ACTIVE):
            found.append(self.entry("Enrol a student", "enrol"))
        for to in CohortStatus:
            if to in NEXT_COHORT[c.status] and rules.may_work_on(user, c):
                answer = rules.may_move_cohort(user, c, to)
                url = reverse("training:cohort_move", args=[c.pk, to.value])
                found.append({"label": MOVES[to], "url": url} | ({} if answer else {"disabled_reason": answer.reason}))
        return [*found, {"label": "Calendar file", "url": self.url_of("calendar", c.pk)}]

    def get_context_data(self, **kwargs):
        return super().get_context_data(state=self.record, **kwargs)


class ClassDetail(Detail):
    model = models.ClassSession

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        s = self.record
        return [
            ("Cohort", linked(s.cohort)),
            ("Day", format_day(s.session_date)),
            ("Time", f"{s.starts_at:%H:%M} to {s.ends_at:%H:%M}"),
            ("What", s.topic or (s.course.title if s.course else "")),
        ]

    def aside_facts(self):
        s = self.record
        said = [("Instructor", str(s.instructor or "")), ("Location", linked(s.location) if s.location else "")]
        return [*said, *([("Cancelled because", s.cancelled_because)] if s.is_cancelled else [])]

    def verbs(self):
        answer = rules.may_cancel_class(self.request.user, self.record)
        return [self.entry("Cancel this class", "cancel")] if answer else []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        s, answer = self.record, rules.may_take_attendance(self.request.user, self.record)
        if answer:
            context["secondary_actions"] = [a for a in [context["primary_action"]] if a]
            context["primary_action"] = self.entry("Attendance", "attendance")
        if s.is_cancelled or s.taken_at:
            words = ("Cancelled", "quiet") if s.is_cancelled else ("Attendance taken", "good")
            context["state_chip"] = state_chip(*words)
        return context


class LocationDetail(Detail):
    model = models.Location

    def facts(self):
        r = self.record
        return [("Type", r.get_location_type_display()), ("Holds", r.capacity), ("Phone", phone_link(r.phone))]

    def aside_facts(self):
        return [("Address", postal(self.record)), *self.noted()]


class CourseDetail(Detail):
    model = models.Course

    def facts(self):
        return [("Type", self.record.get_course_type_display()), ("Hours", self.record.hours)]

    def aside_facts(self):
        return [("Description", self.record.description)]


class InstructorDetail(Detail):
    model = models.Instructor

    def facts(self):
        r = self.record
        return [
            ("Phone", phone_link(r.phone)),
            ("E-mail", mail_link(r.email)),
            ("Teaches best", r.specialties),
            ("Rate", f"{format_money(r.rate)} {r.get_rate_type_display().lower()}" if r.rate is not None else ""),
        ]

    def aside_facts(self):
        r = self.record
        return [("Login", str(r.user or "None")), ("Teaches now", "Yes" if r.is_active else "No"), *self.noted()]


class GradeDetail(Detail):
    model = models.Grade

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        g = self.record
        return [
            ("Student", linked(g.enrollment.student)),
            ("Cohort", linked(g.enrollment.cohort)),
            ("Type", g.get_grade_type_display()),
            ("Score", f"{g.score:g} of {g.max_score:g} ({g.percent} %)"),
        ]

    def aside_facts(self):
        g = self.record
        course = linked(g.course) if g.course else ""
        return [("Title", g.title), ("Course", course), ("Graded", format_day(g.graded_on))]


class CertificationDetail(Detail):
    model = models.Certification

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        c = self.record
        return [
            ("Student", linked(c.student)),
            ("Issued", format_day(c.issued_date)),
            ("Expires", format_day(c.expiry_date) or "Never"),
            ("Card number", c.number),
        ]

    def aside_facts(self):
        c = self.record
        return [("Issued by", c.issuer), *([("Revoked because", c.revoked_because)] if c.revoked_because else [])]

    def verbs(self):
        c, user = self.record, self.request.user
        found = (
            [self.entry("It was issued", "certify")]
            if c.status == "pending" and has_right(user, "change", models.Certification)
            else []
        )
        return [*found, *([self.entry("Revoke", "revoke")] if rules.may_revoke(user, c) else [])]

    def get_context_data(self, **kwargs):
        return super().get_context_data(state=self.record, **kwargs)


class ToolDetail(Detail):
    model = models.ToolIssued

    def visible(self):
        return super().visible().select_related("student", "issued_by", "returned_to")

    def facts(self):
        t = self.record
        back = f"{format_day(t.returned_on)}, to {t.returned_to}" if t.returned_on else "Still out"
        return [
            ("Student", linked(t.student)),
            ("Issued", f"{format_day(t.issued_on)}, by {t.issued_by}"),
            ("Due back", format_day(t.due_on)),
            ("Returned", back),
        ]

    def aside_facts(self):
        t = self.record
        return [("How many", t.quantity), ("Value of one", format_money(t.value)), ("Condition", t.condition)]

    def verbs(self):
        back = [self.entry("Take back", "return")] if rules.may_return(self.request.user, self.record) else []
        return [*back, self.entry("Receipt to sign", "receipt")]

    def get_context_data(self, **kwargs):
        t = self.record
        late = t.returned_on is None and t.due_on and t.due_on < timezone.localdate()
        words = ("Returned", "good") if t.returned_on else ("Overdue", "bad") if late else ("Out", "info")
        return super().get_context_data(state_chip=state_chip(*words), **kwargs)


class HoursDetail(Detail):
    model = models.InstructorHours

    def visible(self):
        return super().visible().for_table()

    def facts(self):
        h = self.record
        return [
            ("Instructor", linked(h.instructor)),
            ("Hours", f"{h.hours:g}"),
            ("Rate", f"{format_money(h.rate)} {h.get_rate_type_display().lower()}" if h.rate is not None else ""),
            ("Amount", format_money(h.amount)),
        ]

    def aside_facts(self):
        h = self.record
        return [("Cohort", linked(h.cohort) if h.cohort else ""), ("What was done", h.description)]
