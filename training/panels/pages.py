"""What the pages of students, cohorts, classes, instructors, grants and members show of training."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from ip2a.numbers import values
from ip2a.panels import Panel, panel
from ip2a.rules import has_right
from ip2a.tables import Column, Table
from training import columns, lookups, models, rates
from training.models.words import RUNNING

MOST = 25


def listed(
    request: Any, title: str, rows: QuerySet, shown: list[Column], empty: str, all_url: str = "", **more: Any
) -> Panel | None:
    """The first rows of a kind and the way to the rest; None where this person may see none of them."""
    visible = rows.model._default_manager.visible_to(request.user)
    if visible.query.is_empty():
        return None
    if visible.query.where:  # only a part is seen
        rows = rows.filter(pk__in=visible.order_by().values("pk"))
    found = list(rows[: MOST + 1])
    total = len(found) if len(found) <= MOST else rows.order_by().count()
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


@panel("training.student", order=10)
def places(request, student) -> Panel | None:
    rows = models.Enrollment.objects.filter(student=student).select_related("cohort")
    return listed(request, "Cohorts", rows, PLACES, "No place in a cohort yet.", prepare=with_rates)


@panel("training.student", order=20)
def certificates(request, student) -> Panel | None:
    rows = models.Certification.objects.filter(student=student).for_table()
    shown = without(columns.CERTIFICATIONS, "student")
    actions = add(request, "Add a certificate", "certification", student=student.pk)
    return listed(request, "Certificates", rows, shown, "No certificate yet.", actions=actions)


@panel("training.student", order=30)
def grades(request, student) -> Panel | None:
    rows = models.Grade.objects.filter(enrollment__student=student).for_table()
    actions = add(request, "Add a grade", "grade", student=student.pk)
    url = f"{reverse('training:grade_list')}?{urlencode({'q': student.name})}"
    return listed(request, "Grades", rows, without(columns.GRADES, "student"), "No grade yet.", url, actions=actions)


@panel("training.student", order=40)
def tools(request, student) -> Panel | None:
    rows = models.ToolIssued.objects.filter(student=student).for_table()
    actions = add(request, "Issue a tool", "toolissued", student=student.pk)
    return listed(request, "Tools", rows, without(columns.TOOLS, "student"), "No tool was issued.", actions=actions)


@panel("training.student", order=50)
def jatc(request, student) -> Panel | None:
    rows = models.JatcApplication.objects.filter(student=student).for_table()
    actions = add(request, "Add an application", "jatcapplication", student=student.pk)
    return listed(request, "JATC applications", rows, columns.JATC, "None yet.", actions=actions)


@panel("training.student", order=60)
def placements(request, student) -> Panel | None:
    rows = models.Placement.objects.filter(student=student).for_table()
    actions = add(request, "Add a placement", "placement", student=student.pk)
    shown = without(columns.PLACEMENTS, "student")
    return listed(request, "Placements", rows, shown, "Not placed yet.", actions=actions)


@panel("training.cohort", order=10)
def roster(request, cohort) -> Panel | None:
    """Everybody who has a place or had one, those who sit there first."""
    rows = models.Enrollment.objects.filter(cohort=cohort).select_related("student")
    url = f"{reverse('training:student_list')}?cohort_id={cohort.pk}"
    actions = []
    if has_right(request.user, "change", models.Student):
        actions = [("Enrol a student", reverse("training:cohort_enrol", args=[cohort.pk]))]
    empty = "Nobody has a place yet."
    return listed(request, "Students", _sitting_first(rows), ROSTER, empty, url, prepare=with_rates, actions=actions)


def _sitting_first(rows: QuerySet) -> QuerySet:
    return rows.order_by(F("ended_on").desc(nulls_first=True), "student__sort_key", "pk")


@panel("training.cohort", order=20)
def classes(request, cohort) -> Panel | None:
    """What comes next, then what was last."""
    today = timezone.localdate()
    rows = models.ClassSession.objects.filter(cohort=cohort).for_table()
    coming = rows.filter(session_date__gte=today).order_by("session_date", "starts_at")
    url = f"{reverse('training:classsession_list')}?cohort_id={cohort.pk}"
    past = coming if coming.exists() else rows
    title = "Classes to come" if past is coming else "Classes"
    found = listed(request, title, past, without(columns.CLASSES, "cohort"), "No class is planned.", url)
    if found is not None:
        found.actions = [("All classes", url)]
    return found


@panel("training.classsession", order=10)
def marks(request, session) -> Panel | None:
    rows = models.Attendance.objects.filter(session=session).select_related("enrollment__student")
    rows = rows.order_by("enrollment__student__sort_key")
    return listed(request, "Attendance", rows, MARKS, "Attendance was not taken yet.")


@panel("training.instructor", order=10)
def taught(request, instructor) -> Panel | None:
    rows = models.Cohort.objects.filter(teachers__instructor=instructor).for_table()
    shown = without(columns.COHORTS, "instructor")
    return listed(request, "Cohorts", rows, shown, "Teaches no cohort.", prepare=columns.with_seats)


@panel("training.instructor", order=20)
def hours(request, instructor) -> Panel | None:
    rows = models.InstructorHours.objects.filter(instructor=instructor).for_table()
    url = f"{reverse('training:instructorhours_list')}?{urlencode({'q': str(instructor)})}"
    return listed(request, "Hours", rows, without(columns.HOURS, "instructor"), "No hours yet.", url)


@panel("training.jatcapplication", order=10)
def scores(request, application) -> Panel | None:
    return listed(request, "Interviews", application.interviews.all(), SCORES, "Nobody has scored an interview yet.")


@panel("training.placement", order=10)
def follow_ups(request, placement) -> Panel | None:
    """When to ask again, and what was said."""
    found = listed(request, "Follow-up", placement.follow_ups.all(), ASKED, "Nobody is to be asked.")
    open_ = placement.follow_ups.open().first()
    if found is not None and open_ is not None and has_right(request.user, "change", models.FollowUp):
        found.actions = [(f"Ask after {open_.months} months", reverse("training:followup_ask", args=[open_.pk]))]
    return found


@panel("training.grant", order=10)
def cohorts_of_grant(request, grant) -> Panel | None:
    shown = without(columns.COHORTS, "places", "location")
    rows = grant.cohorts.all().for_table()
    return listed(request, "Cohorts", rows, shown, "The grant pays for no cohort yet.", prepare=columns.with_seats)


@panel("training.grant", order=20)
def expenses(request, grant) -> Panel | None:
    rows = models.Expense.objects.live().filter(grant=grant).for_table()
    url = f"{reverse('training:expense_list')}?grant_id={grant.pk}"
    actions = add(request, "Add an expense", "expense", grant=grant.pk)
    shown = without(columns.EXPENSES, "grant")
    return listed(request, "Expenses", rows, shown, "Nothing spent yet.", url, actions=actions)


@panel("training.grant", order=30)
def reports(request, grant) -> Panel | None:
    rows = models.FunderReport.objects.filter(grant=grant).for_table()
    return listed(request, "Funder reports", rows, without(columns.REPORTS, "grant"), "No report was made yet.")


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
