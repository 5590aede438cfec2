"""The columns of the training room's lists, for the page and for the exported file."""

from django.db.models import Count, QuerySet

from ip2a.questions import NOBODY, question
from ip2a.tables import Column
from ip2a.words import register_tones
from training import rates
from training.models import Cohort, Enrollment
from training.models.words import RUNNING

register_tones(
    {
        "applicant": "info",
        "enrolled": "good",
        "on_leave": "warn",
        "completed": "good",
        "dropped": "quiet",
        "dismissed": "bad",
        "planned": "quiet",
        "enrolling": "info",
        "cancelled": "quiet",
        "in_progress": "good",
        "expired": "bad",
        "revoked": "bad",
        "interview_scheduled": "info",
        "interviewed": "info",
        "accepted": "good",
        "rejected": "bad",
        "waitlisted": "warn",
        "present": "good",
        "absent": "bad",
        "late": "warn",
        "excused": "quiet",
        "early_departure": "warn",
    }
)


def _status(sort: tuple[str, ...] = ("status",)) -> Column:
    return Column(
        "status", "Status", lambda r: r.status, sort=sort, kind="state", show=lambda r: r.get_status_display()
    )


def student_of(of=lambda r: r.student) -> Column:
    return Column("student", "Student", of, kind="related", show=lambda r: str(of(r)))


@question
def _running(reader, students: list[int]) -> QuerySet:
    rows = Enrollment.objects.filter(student__pk__among=students, status__in=RUNNING)
    return rows.order_by().select_related("cohort")


def with_places(students: list) -> None:
    """Give each student the running place with its rate, with one query for all."""
    if not students:
        return
    found = {place.student_id: place for place in _running(NOBODY, [student.pk for student in students])}
    for student in students:
        student.place = found.get(student.pk)
        student.rate = rates.of_place(student.place)


@question
def _seated(reader, cohorts: list[int]) -> QuerySet:
    rows = Enrollment.objects.seated().filter(cohort__pk__among=cohorts).order_by()
    return rows.values_list("cohort").annotate(n=Count("pk"))


@question
def _primary(reader, cohorts: list[int]) -> QuerySet:
    teachers = Cohort.teachers.rel.related_model.objects.filter(cohort__pk__among=cohorts, is_primary=True)
    return teachers.select_related("instructor")


def with_seats(cohorts: list) -> None:
    """Give each cohort its taken places, its attendance and who answers for it."""
    if not cohorts:
        return
    numbers = [cohort.pk for cohort in cohorts]
    seated: dict[int, int] = dict(_seated(NOBODY, numbers))
    primary = {row.cohort_id: str(row.instructor) for row in _primary(NOBODY, numbers)}
    known = rates.of_cohorts(numbers)
    for cohort in cohorts:
        cohort.taken = seated.get(cohort.pk, 0)
        cohort.primary = primary.get(cohort.pk, "")
        cohort.rate = known.get(cohort.pk, rates.Rate())


STUDENTS = [
    Column("name", "Name", lambda s: s.name, sort=("sort_key",), kind="link"),
    Column("number", "Number", lambda s: s.student_number, sort=("student_number",)),
    _status(("status", "sort_key")),
    Column(
        "cohort",
        "Cohort",
        lambda s: s.place and s.place.cohort,
        kind="related",
        show=lambda s: s.place.cohort.code,
        whole=True,
    ),
    Column("rate", "Attendance", lambda s: s.rate.words, kind="word"),
    Column("applied", "Applied", lambda s: s.applied_on, sort=("applied_on",), kind="day", wide=True),
    Column("since", "Status since", lambda s: s.status_on, sort=("status_on",), kind="day"),
    Column("phone", "Phone", lambda s: s.member.phone, on_page=False),
    Column("email", "E-mail", lambda s: s.member.email, on_page=False),
]
COHORTS = [
    Column("code", "Code", lambda c: c.code, sort=("sort_key",), kind="link", whole=True),
    _status(("status", "sort_key")),
    Column("start", "Starts", lambda c: c.start_date, sort=("start_date",), kind="day"),
    Column("end", "Ends", lambda c: c.end_date, sort=("end_date",), kind="day"),
    Column("taken", "Taken", lambda c: c.taken, kind="number"),
    Column("places", "Places", lambda c: c.max_students, sort=("max_students",), kind="number"),
    Column("rate", "Attendance", lambda c: c.rate.words, kind="word"),
    Column("instructor", "Instructor", lambda c: c.primary),
    Column("location", "Location", lambda c: c.location.name if c.location else "", wide=True),
]
CLASSES = [
    Column("day", "Day", lambda s: s.session_date, sort=("session_date", "starts_at"), kind="daylink"),
    Column("time", "Time", lambda s: f"{s.starts_at:%H:%M} to {s.ends_at:%H:%M}", kind="word"),
    Column("cohort", "Cohort", lambda s: s.cohort, kind="related", whole=True),
    Column("what", "What", lambda s: s.topic or (s.course.title if s.course else "")),
    Column("instructor", "Instructor", lambda s: str(s.instructor) if s.instructor else ""),
    Column("location", "Location", lambda s: s.location.name if s.location else "", wide=True),
    Column("state", "Attendance", lambda s: "Cancelled" if s.is_cancelled else "Taken" if s.taken_at else ""),
]
LOCATIONS = [
    Column("name", "Name", lambda r: r.name, sort=("sort_key",), kind="link"),
    Column("type", "Type", lambda r: r.get_location_type_display(), sort=("location_type", "sort_key")),
    Column("capacity", "Holds", lambda r: r.capacity, sort=("capacity",), kind="number"),
    Column("city", "City", lambda r: r.city, sort=("city", "sort_key")),
    Column("active", "In use", lambda r: r.is_active, kind="yes"),
]
COURSES = [
    Column("code", "Code", lambda r: r.code, sort=("sort_key",), kind="link"),
    Column("title", "Title", lambda r: r.title, sort=("title",)),
    Column("type", "Type", lambda r: r.get_course_type_display(), sort=("course_type", "sort_key")),
    Column("hours", "Hours", lambda r: r.hours, sort=("hours",), kind="number"),
    Column("active", "Taught now", lambda r: r.is_active, kind="yes"),
]
INSTRUCTORS = [
    Column("name", "Name", str, sort=("sort_key",), kind="link"),
    Column("phone", "Phone", lambda r: r.phone),
    Column("email", "E-mail", lambda r: r.email, wide=True),
    Column("specialties", "Teaches best", lambda r: r.specialties),
    Column("rate_type", "Paid", lambda r: r.get_rate_type_display(), sort=("rate_type", "sort_key")),
    Column("rate", "Rate", lambda r: r.rate, sort=("rate",), kind="money"),
    Column("active", "Teaches now", lambda r: r.is_active, kind="yes"),
]
GRADES = [
    Column("day", "Graded", lambda g: g.graded_on, sort=("graded_on",), kind="daylink"),
    student_of(lambda g: g.enrollment.student),
    Column("cohort", "Cohort", lambda g: g.enrollment.cohort.code),
    Column("type", "Type", lambda g: g.get_grade_type_display(), sort=("grade_type", "graded_on")),
    Column("title", "Title", lambda g: g.title or (g.course.title if g.course else "")),
    Column("score", "Score", lambda g: g.score, sort=("score",), kind="number"),
    Column("max", "Out of", lambda g: g.max_score, kind="number"),
    Column("percent", "Percent", lambda g: g.percent, kind="number"),
]
CERTIFICATIONS = [
    Column("what", "Certificate", lambda c: c.words, kind="link"),
    student_of(),
    _status(("status", "expiry_date")),
    Column("issued", "Issued", lambda c: c.issued_date, sort=("issued_date",), kind="day"),
    Column("expires", "Expires", lambda c: c.expiry_date, sort=("expiry_date",), kind="day"),
    Column("number", "Card number", lambda c: c.number, wide=True),
    Column("issuer", "Issued by", lambda c: c.issuer, on_page=False),
]
TOOLS = [
    Column("tool", "Tool", str, sort=("tool",), kind="link"),
    student_of(),
    Column("quantity", "How many", lambda t: t.quantity, kind="number"),
    Column("issued", "Issued", lambda t: t.issued_on, sort=("issued_on",), kind="day"),
    Column("due", "Due back", lambda t: t.due_on, sort=("due_on",), kind="day"),
    Column("returned", "Returned", lambda t: t.returned_on, sort=("returned_on",), kind="day"),
    Column("value", "Value", lambda t: t.value, kind="money", wide=True),
]
HOURS = [
    Column("day", "Day", lambda h: h.work_date, sort=("work_date",), kind="daylink"),
    Column("instructor", "Instructor", lambda h: h.instructor, kind="related", show=lambda h: str(h.instructor)),
    Column("cohort", "Cohort", lambda h: h.cohort.code if h.cohort else ""),
    Column("hours", "Hours", lambda h: h.hours, sort=("hours",), kind="number"),
    Column("paid", "Paid", lambda h: h.get_rate_type_display()),
    Column("rate", "Rate", lambda h: h.rate, kind="money"),
    Column("amount", "Amount", lambda h: h.amount, sort=("amount",), kind="money"),
    Column("what", "What was done", lambda h: h.description, wide=True),
]
JATC = [
    Column("student", "Student", lambda a: str(a.student), sort=("student__sort_key",), kind="link"),
    Column("jatc", "JATC", lambda a: a.jatc.name, sort=("jatc__sort_key",)),
    _status(("status", "submitted_on")),
    Column("submitted", "Submitted", lambda a: a.submitted_on, sort=("submitted_on",), kind="day"),
    Column("interview", "Interview", lambda a: a.interview_at, sort=("interview_at",), kind="moment"),
    Column("mean", "Mean score", lambda a: None if a.mean is None else round(a.mean, 1), kind="number"),
    Column("scores", "Scores", lambda a: a.scores, kind="number", wide=True),
]
PLACEMENTS = [
    Column("start", "Since", lambda p: p.start_date, sort=("start_date",), kind="daylink"),
    student_of(),
    Column("kind", "What", lambda p: p.get_kind_display(), sort=("kind", "start_date")),
    Column("employer", "Employer", lambda p: p.employer.name if p.employer else ""),
    Column("title", "Job title", lambda p: p.job_title, wide=True),
    Column("wage", "Wage", lambda p: p.wage, sort=("wage",), kind="money"),
]
GRANTS = [
    Column("name", "Name", lambda g: g.name, sort=("sort_key",), kind="link"),
    Column("funder", "Funder", lambda g: g.funder, sort=("funder",)),
    Column("start", "From", lambda g: g.start_date, sort=("start_date",), kind="day"),
    Column("end", "To", lambda g: g.end_date, sort=("end_date",), kind="day"),
    Column("amount", "Amount", lambda g: g.amount, sort=("amount",), kind="money"),
    Column("spent", "Spent", lambda g: g.spent, kind="money"),
    Column("left", "Left", lambda g: g.amount - g.spent, kind="money"),
]
EXPENSES = [
    Column("day", "Day", lambda e: e.expense_date, sort=("expense_date",), kind="daylink"),
    Column("payee", "Paid to", lambda e: e.payee, sort=("payee",)),
    Column("grant", "Grant", lambda e: e.grant, kind="related"),
    Column("what", "What for", lambda e: e.description),
    Column("amount", "Amount", lambda e: e.amount, sort=("amount",), kind="money"),
    Column("method", "Paid by", lambda e: e.get_payment_method_display()),
    Column("over", "Beyond the grant", lambda e: e.is_over, sort=("is_over",), kind="yes"),
    Column("reference", "Reference", lambda e: e.reference, on_page=False),
]
REPORTS = [
    Column("last", "Up to", lambda r: r.last_day, sort=("last_day",), kind="daylink"),
    Column("first", "From", lambda r: r.first_day, kind="day"),
    Column("grant", "Grant", lambda r: r.grant, kind="related"),
    Column("made", "Made", lambda r: r.created_at, sort=("created_at",), kind="moment"),
    Column("by", "By", lambda r: r.made_by_name),
    Column("note", "Note", lambda r: r.note),
]
RANKS = [
    Column("place", "Rank", lambda a: a.place, kind="number"),
    *[column for column in JATC if column.key in ("student", "status", "submitted", "mean", "scores")],
]
RANKS = [RANKS[1], RANKS[0], *RANKS[2:]]
