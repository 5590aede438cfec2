"""What needs an instructor, and those who run the programme, today. Each panel is bounded."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from ip2a.numbers import value, values
from ip2a.panels import Panel, panel
from ip2a.questions import question
from ip2a.tables import Table
from training import columns, models, rates
from training.models.words import RUNNING
from training.panels.pages import ROSTER, listed, seen, with_rates

SHOWN = 10
MOST_STUDENTS = 500


@question
def _instructor(reader) -> QuerySet:
    return models.Instructor.objects.filter(user=reader)


@question(first=SHOWN)
def _expiring(reader, today: date, until: date) -> QuerySet:
    rows = models.Certification.objects.visible_to(reader).expiring(today, until)
    return rows.for_table().order_by("expiry_date", "pk")


@question(first=SHOWN)
def _to_ask_again(reader, today: date) -> QuerySet:
    return models.FollowUp.objects.due(today).select_related("placement__student").order_by("due_on")


def teaches(request) -> models.Instructor | None:
    if not request.user.has_perm("training.take_attendance"):
        return None
    if not hasattr(request, "_teaches"):  # asked by three panels
        request._teaches = next(iter(_instructor(request.user)), None)
    return request._teaches


@seen
def _not_taken(instructor: int, first: date, last: date) -> QuerySet:
    rows = models.ClassSession.objects.filter(cohort__teachers__instructor=instructor).held().for_table()
    return rows.filter(taken_at=None, session_date__range=(first, last))


@panel("home", order=20)
def attendance_to_take(request, subject) -> Panel | None:
    """An instructor's classes that were held and have no marks yet."""
    instructor = teaches(request)
    if instructor is None:
        return None
    today = timezone.localdate()
    about = (instructor.pk, today - timedelta(days=30), today)
    url = f"{reverse('training:classsession_list')}?taken=no"
    return listed(request, "Attendance to take", _not_taken, about, columns.CLASSES[:4], "Everything is taken.", url)


@panel("home", order=22)
def low_attendance(request, subject) -> Panel | None:
    """Students of the own cohorts who attend too little. Only where there are any."""
    instructor = teaches(request)
    if instructor is None:
        return None
    rows = models.Enrollment.objects.filter(cohort__teachers__instructor=instructor, status__in=RUNNING)
    places = list(rows.select_related("student", "cohort").order_by("student__sort_key")[:MOST_STUDENTS])
    with_rates(places)
    low = sorted((place for place in places if place.is_low), key=lambda place: place.rate.percent)
    if not low:
        return None
    shown = [column for column in ROSTER if column.key in ("student", "rate", "status")]
    context = {"table": Table(shown, low[:SHOWN], caption="Low attendance"), "left": 0}
    percent = value(rates.WARNING).normalize()
    return Panel(f"Attendance below {percent:f} %", "members/_listed.html", context, f"{len(low):,}")


def runs_it(request) -> bool:
    return request.user.has_perm("training.add_student")


@panel("home", order=40)
def certificates_expiring(request, subject) -> Panel | None:
    """Certificates that run out soon, for the own students or for all. Only where there are any."""
    if not (runs_it(request) or teaches(request)):
        return None
    ahead = max(int(number) for number in values(*rates.CERTIFICATE_DAYS).values())
    today = timezone.localdate()
    until = today + timedelta(days=ahead)
    found = _expiring(request.user, today, until)
    if not found:
        return None
    total = _expiring.count(request.user, today, until) if len(found) == SHOWN else len(found)
    url = f"{reverse('training:certification_list')}?status=active&sort=expires&expires_from={today}"
    shown = [column for column in columns.CERTIFICATIONS if column.key in ("what", "student", "expires")]
    table = Table(shown, found, caption="Certificates that expire soon")
    context = {"table": table, "left": total - len(found), "total": total, "all_url": url}
    return Panel("Certificates that expire soon", "members/_listed.html", context, f"{total:,}")


@panel("home", order=42)
def follow_ups_due(request, subject) -> Panel | None:
    """Placed students who are to be asked again. Only where there are any."""
    if not runs_it(request):
        return None
    today = timezone.localdate()
    due = _to_ask_again(request.user, today)
    if not due:
        return None
    total = _to_ask_again.count(request.user, today) if len(due) == SHOWN else len(due)
    return Panel("Placed students to ask again", "training/_home_follow_ups.html", {"due": due}, f"{total:,}")
