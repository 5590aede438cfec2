"""What the pages of students, cohorts, classes, instructors, grants and members show of training."""

from collections.abc import Callable
from datetime import date
from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from ip2a.numbers import values
from ip2a.panels import Panel, panel
from ip2a.questions import Question
from ip2a.rules import has_right
from ip2a.tables import Column, Table
from training import columns, lookups, models, rates
from training.models.words import RUNNING

MOST = 25


def seen(rows_of: Callable[..., QuerySet]) -> Question:
    """Of these rows, those that somebody may see: the first of them, and how many they are."""

    def asked(reader: Any, *values: Any) -> QuerySet:
        rows = rows_of(*values)
        visible = rows.model._default_manager.visible_to(reader)
        if visible.query.is_empty():
            return rows.none()
        if visible.query.where:  # only a part is seen
            rows = rows.filter(pk__in=visible.order_by().values("pk"))
        return rows

    return Question(update_wrapper(asked, rows_of), first=MOST + 1)


def listed(
    request: Any,
    title: str,
    rows: Question,
    about: Any,
    shown: list[Column],
    empty: str,
    all_url: str = "",
    **more: Any,
) -> Panel | None:
    """The first rows about a record, or some values, and the way to the rest; None where this person may see none."""
    asked = (request.user, *(about if isinstance(about, tuple) else (about.pk,)))
    if not rows.has_answer(*asked):
        return None
    found = rows(*asked)
    total = len(found) if len(found) <= MOST else rows.count(*asked)
    prepare: Callable[[list], None] | None = more.get("prepare")
    if prepare:
        prepare(found[:MOST])
    context = {
        "table": Table(shown, found[:MOST], caption=title),
        "left": max(0, total - MOST) if all_url else 0,
        "total": total,
        "all_url": all_url,
        "empty": empty,
    }
    return Panel(title, "members/_listed.html", context, f"{total:,}", more.get("actions", []))


def without(shown: list[Column], *keys: str) -> list[Column]:
    return [column for column in shown if column.key not in keys and column.on_page]


def add(request: Any, label: str, name: str, **query: Any) -> list[tuple[str, str]]:
    model = apps.get_model("training", name)
    if not has_right(request.user, "add", model):
        return []
    return [(label, f"{reverse(f'training:{name}_create')}?{urlencode(query)}")]


PLACES = [
    Column("cohort", "Cohort", lambda e: e.cohort, kind="related", whole=True),
    Column("status", "Status", lambda e: e.status, kind="state", show=lambda e: e.get_status_display()),
    Column("from", "From", lambda e: e.enrolled_on, kind="day"),
    Column("to", "Last day", lambda e: e.ended_on, kind="day"),
    Column("rate", "Attendance", lambda e: e.rate.words, kind="word"),
    Column("reason", "Reason", lambda e: e.reason),
]
ROSTER = [
    Column("student", "Student", lambda e: e.student, kind="related", show=lambda e: e.student.name),
    *[column for column in PLACES if column.key in ("status", "from", "to", "rate")],
    Column("low", "Warning", lambda e: e.is_low, kind="yes"),
]
MARKS = [
    Column(
        "student", "Student", lambda a: a.enrollment.student, kind="related", show=lambda a: a.enrollment.student.name
    ),
    Column("status", "Mark", lambda a: a.status, kind="state", show=lambda a: a.get_status_display()),
]
SCORES = [
    Column("who", "Interviewer", lambda i: i.interviewer_name),
    Column("day", "Day", lambda i: i.held_on, kind="day"),
    Column("score", "Score", lambda i: i.score, kind="number"),
    Column("comments", "Comments", lambda i: i.comments),
]
ASKED = [
    Column("months", "After", lambda f: f"{f.months} months"),
    Column("due", "Due", lambda f: f.due_on, kind="day"),
    Column("done", "Asked", lambda f: f.done_on, kind="day"),
    Column("outcome", "What became of them", lambda f: f.get_outcome_display()),
    Column("wage", "Wage", lambda f: f.wage, kind="money"),
]


def with_rates(places: list) -> None:
    numbers = values(rates.WARNING, rates.LEAST_CLASSES)
    for place in places:
        place.rate = rates.of_place(place)
        running = place.status in RUNNING
        place.is_low = running and place.rate.is_low(numbers[rates.WARNING], numbers[rates.LEAST_CLASSES])


@seen
def _places(student: int) -> QuerySet:
    return models.Enrollment.objects.filter(student=student).select_related("cohort")


@panel("training.student", order=10)
def places(request, student) -> Panel | None:
    return listed(request, "Cohorts", _places, student, PLACES, "No place in a cohort yet.", prepare=with_rates)


@seen
def _certificates(student: int) -> QuerySet:
    return models.Certification.objects.filter(student=student).for_table()


@panel("training.student", order=20)
def certificates(request, student) -> Panel | None:
    shown = without(columns.CERTIFICATIONS, "student")
    actions = add(request, "Add a certificate", "certification", student=student.pk)
    return listed(request, "Certificates", _certificates, student, shown, "No certificate yet.", actions=actions)


@seen
def _grades(student: int) -> QuerySet:
    return models.Grade.objects.filter(enrollment__student=student).for_table()


@panel("training.student", order=30)
def grades(request, student) -> Panel | None:
    actions = add(request, "Add a grade", "grade", student=student.pk)
    url = f"{reverse('training:grade_list')}?{urlencode({'q': student.name})}"
    shown = without(columns.GRADES, "student")
    return listed(request, "Grades", _grades, student, shown, "No grade yet.", url, actions=actions)


@seen
def _tools(student: int) -> QuerySet:
    return models.ToolIssued.objects.filter(student=student).for_table()


@panel("training.student", order=40)
def tools(request, student) -> Panel | None:
    actions = add(request, "Issue a tool", "toolissued", student=student.pk)
    shown = without(columns.TOOLS, "student")
    return listed(request, "Tools", _tools, student, shown, "No tool was issued.", actions=actions)


@seen
def _applications(student: int) -> QuerySet:
    return models.JatcApplication.objects.filter(student=student).for_table()


@panel("training.student", order=50)
def jatc(request, student) -> Panel | None:
    actions = add(request, "Add an application", "jatcapplication", student=student.pk)
    return listed(request, "JATC applications", _applications, student, columns.JATC, "None yet.", actions=actions)


@seen
def _placements(student: int) -> QuerySet:
    return models.Placement.objects.filter(student=student).for_table()


@panel("training.student", order=60)
def placements(request, student) -> Panel | None:
    actions = add(request, "Add a placement", "placement", student=student.pk)
    shown = without(columns.PLACEMENTS, "student")
    return listed(request, "Placements", _placements, student, shown, "Not placed yet.", actions=actions)


@seen
def _roster(cohort: int) -> QuerySet:
    return _sitting_first(models.Enrollment.objects.filter(cohort=cohort).select_related("student"))


@panel("training.cohort", order=10)
def roster(request, cohort) -> Panel | None:
    """Everybody who has a place or had one, those who sit there first."""
    url = f"{reverse('training:student_list')}?cohort_id={cohort.pk}"
    actions = []
    if has_right(request.user, "change", models.Student):
        actions = [("Enrol a student", reverse("training:cohort_enrol", args=[cohort.pk]))]
    empty = "Nobody has a place yet."
    return listed(request, "Students", _roster, cohort, ROSTER, empty, url, prepare=with_rates, actions=actions)


def _sitting_first(rows: QuerySet) -> QuerySet:
    return rows.order_by(F("ended_on").desc(nulls_first=True), "student__sort_key", "pk")


@seen
def _classes(cohort: int) -> QuerySet:
    return models.ClassSession.objects.filter(cohort=cohort).for_table()


@seen
def _classes_to_come(cohort: int, today: date) -> QuerySet:
    rows = models.ClassSession.objects.filter(cohort=cohort, session_date__gte=today).for_table()
    return rows.order_by("session_date", "starts_at")


@panel("training.cohort", order=20)
def classes(request, cohort) -> Panel | None:
    """What comes next, then what was last."""
    coming = (cohort.pk, timezone.localdate())
    url = f"{reverse('training:classsession_list')}?cohort_id={cohort.pk}"
    shown, empty = without(columns.CLASSES, "cohort"), "No class is planned."
    found = listed(request, "Classes to come", _classes_to_come, coming, shown, empty, url)
    if found is not None and not found.context["total"]:
        found = listed(request, "Classes", _classes, cohort, shown, empty, url)
    if found is not None:
        found.actions = [("All classes", url)]
    return found


@seen
def _marks(session: int) -> QuerySet:
    rows = models.Attendance.objects.filter(session=session).select_related("enrollment__student")
    return rows.order_by("enrollment__student__sort_key")


@panel("training.classsession", order=10)
def marks(request, session) -> Panel | None:
    return listed(request, "Attendance", _marks, session, MARKS, "Attendance was not taken yet.")


@seen
def _taught(instructor: int) -> QuerySet:
    return models.Cohort.objects.filter(teachers__instructor=instructor).for_table()


@panel("training.instructor", order=10)
def taught(request, instructor) -> Panel | None:
    shown = without(columns.COHORTS, "instructor")
    return listed(request, "Cohorts", _taught, instructor, shown, "Teaches no cohort.", prepare=columns.with_seats)


@seen
def _hours(instructor: int) -> QuerySet:
    return models.InstructorHours.objects.filter(instructor=instructor).for_table()


@panel("training.instructor", order=20)
def hours(request, instructor) -> Panel | None:
    url = f"{reverse('training:instructorhours_list')}?{urlencode({'q': str(instructor)})}"
    return listed(request, "Hours", _hours, instructor, without(columns.HOURS, "instructor"), "No hours yet.", url)


@seen
def _scores(application: int) -> QuerySet:
    return models.Interview.objects.filter(application=application)


@panel("training.jatcapplication", order=10)
def scores(request, application) -> Panel | None:
    return listed(request, "Interviews", _scores, application, SCORES, "Nobody has scored an interview yet.")


@seen
def _follow_ups(placement: int) -> QuerySet:
    return models.FollowUp.objects.filter(placement=placement)


@panel("training.placement", order=10)
def follow_ups(request, placement) -> Panel | None:
    """When to ask again, and what was said."""
    found = listed(request, "Follow-up", _follow_ups, placement, ASKED, "Nobody is to be asked.")
    open_ = placement.follow_ups.open().first()
    if found is not None and open_ is not None and has_right(request.user, "change", models.FollowUp):
        found.actions = [(f"Ask after {open_.months} months", reverse("training:followup_ask", args=[open_.pk]))]
    return found


@seen
def _cohorts_of_grant(grant: int) -> QuerySet:
    return models.Cohort.objects.filter(grants=grant).for_table()


@panel("training.grant", order=10)
def cohorts_of_grant(request, grant) -> Panel | None:
    shown = without(columns.COHORTS, "places", "location")
    empty = "The grant pays for no cohort yet."
    return listed(request, "Cohorts", _cohorts_of_grant, grant, shown, empty, prepare=columns.with_seats)


@seen
def _expenses(grant: int) -> QuerySet:
    return models.Expense.objects.live().filter(grant=grant).for_table()


@panel("training.grant", order=20)
def expenses(request, grant) -> Panel | None:
    url = f"{reverse('training:expense_list')}?grant_id={grant.pk}"
    actions = add(request, "Add an expense", "expense", grant=grant.pk)
    shown = without(columns.EXPENSES, "grant")
    return listed(request, "Expenses", _expenses, grant, shown, "Nothing spent yet.", url, actions=actions)


@seen
def _reports(grant: int) -> QuerySet:
    return models.FunderReport.objects.filter(grant=grant).for_table()


@panel("training.grant", order=30)
def reports(request, grant) -> Panel | None:
    return listed(
        request, "Funder reports", _reports, grant, without(columns.REPORTS, "grant"), "No report was made yet."
    )


@panel("members.member", order=40)
def of_member(request, member) -> Panel | None:
    """The member as a student."""
    if not has_right(request.user, "view", models.Student):
        return None
    student = lookups.student_of(request.user, member)
    if student is None:
        if not has_right(request.user, "add", models.Student) or member.is_removed:
            return None
        actions = [("Take an application", f"{reverse('training:student_create')}?member={member.pk}")]
        return Panel("Training", "training/_of_member.html", {"student": None}, actions=actions, id="training")
    columns.with_places([student])
    shown = [column for column in columns.STUDENTS if column.on_page]
    table = Table(shown, [student], caption="Training")
    return Panel("Training", "training/_of_member.html", {"student": student, "table": table}, id="training")
