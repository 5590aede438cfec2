"""The grid of one class: a row for each student, saved as one goes or all at once."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import TemplateView

from ip2a.answers import Refused
from ip2a.numbers import values
from ip2a.pickers import number_of
from ip2a.rules import has_right
from ip2a.views.around import around
from ip2a.views.generic import Guarded
from ip2a.words import format_day, format_time
from training import models, rates, rules, services
from training.models.words import AttendanceStatus

A = AttendanceStatus
LETTERS = {A.PRESENT: "P", A.ABSENT: "A", A.LATE: "L", A.EXCUSED: "E", A.EARLY_DEPARTURE: "D"}
CHOICES = [*((status.value, LETTERS[status], status.label) for status in LETTERS), ("", "–", "Not marked")]
MARK = "mark-"


@dataclass(frozen=True)
class Row:
    """A student of the class on its day."""

    enrollment: int
    student: models.Student
    mark: str
    rate: rates.Rate
    is_low: bool


def roster(session: models.ClassSession) -> list[Row]:
    """Who belongs to the class on its day, by name, with the mark and the rate so far."""
    places = models.Enrollment.objects.on(session.session_date).filter(cohort=session.cohort_id)
    places = list(places.select_related("student").order_by("student__sort_key", "pk"))
    marks = dict(session.attendances.values_list("enrollment", "status"))
    numbers = values(rates.WARNING, rates.LEAST_CLASSES)
    warning, least = numbers[rates.WARNING], numbers[rates.LEAST_CLASSES]
    found = ((place, rates.of_place(place)) for place in places)
    return [
        Row(place.pk, place.student, marks.get(place.pk, ""), rate, rate.is_low(warning, least))
        for place, rate in found
    ]


@around(transaction.non_atomic_requests)  # the service has its own transaction
class AttendanceGrid(Guarded, TemplateView):
    model = models.ClassSession
    template_name = "training/attendance.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not has_right(request.user, "add", models.Attendance):
            raise PermissionDenied("Your role may not take attendance. The cohort's instructors do.")
        return super().dispatch(request, *args, **kwargs)

    def visible(self):
        return super().visible().select_related("cohort")

    def get(self, request, *args, **kwargs):
        answer = rules.may_take_attendance(request.user, self.record)
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def marks(self) -> dict[int, str]:
        given = self.request.POST
        found = {number_of(key.removeprefix(MARK)): given[key] for key in given if key.startswith(MARK)}
        return {pk: mark for pk, mark in found.items() if pk is not None}

    def post(self, request, *args, **kwargs) -> HttpResponse:
        try:
            changed = services.take_attendance(self.record, marks=self.marks(), by=request.user)
        except Refused as refusal:
            return self.told(request, str(refusal), bad=True)
        return self.told(request, "Nothing changed." if not changed else "Saved.")

    def told(self, request, words: str, *, bad: bool = False) -> HttpResponse:
        if request.htmx:
            marked = self.record.attendances.count()
            return render(request, "training/_saved.html", {"words": words, "bad": bad, "marked": marked})
        (messages.error if bad else messages.success)(request, words)
        return redirect(reverse("training:classsession_attendance", args=[self.record.pk]))

    def get_context_data(self, **kwargs):
        session, rows = self.record, roster(self.record)
        return super().get_context_data(
            title=f"Attendance: {session}",
            crumbs=[
                ("Cohorts", reverse("training:cohort_list")),
                (str(session.cohort), session.cohort.get_absolute_url()),
                (format_day(session.session_date), session.get_absolute_url()),
                ("Attendance", None),
            ],
            session=session,
            rows=rows,
            choices=CHOICES,
            marked=sum(bool(row.mark) for row in rows),
            taken=format_time(session.taken_at),
            **kwargs,
        )
