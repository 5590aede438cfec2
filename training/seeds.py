"""A believable programme: cohorts over two years with their classes, marks, grades, certificates and what followed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from ip2a.models import User
from ip2a.seeds import DEMO_LOGINS
from maintenance.seeding import Seed, seeder
from members.models import Member, Organization
from training import counting, models
from training.models.student import Ancestry, Gender, YesNo
from training.services.after import months_after


@dataclass(frozen=True)
class Amounts:
    students: int
    instructors: int
    locations: int
    cohorts: int


AMOUNTS = {
    "quick": Amounts(50, 6, 4, 4),
    "normal": Amounts(500, 54, 25, 24),
    "stress": Amounts(1000, 500, 250, 40),
}
WEEKS = 12
SEATS = 30
PLACES = ("Kent", "Renton", "Tacoma", "Everett", "Seattle", "Auburn", "Olympia", "Burien", "Puyallup")
HOUSES = ("Training center", "Technical college", "Union hall", "Supply house", "Community center")
COURSES = (
    ("EL-101", "Electrical theory", "core", 48),
    ("EL-102", "Applied mathematics", "core", 40),
    ("EL-103", "Tools and materials", "core", 24),
    ("EL-110", "Conduit bending", "core", 32),
    ("EL-120", "Blueprint reading", "elective", 16),
    ("EL-090", "Mathematics, from the beginning", "remedial", 24),
    ("EL-201", "Motor controls", "advanced", 32),
    ("OS-010", "OSHA 10", "certification", 10),
)
FIRST_NAMES = ("Ingrid", "Samuel", "Grace", "Tomás", "Linh", "Omar", "Beth", "Kofi", "Maja", "Andre", "Joy", "Peter")
LAST_NAMES = ("Hale", "Ortiz", "Nguyen", "Berg", "Adeyemi", "Walsh", "Kim", "Novak", "Reyes", "Stone", "Ito", "Diaz")
ENDS = {"completed": 74, "withdrawn": 15, "dropped": 11}
MARKS = {"present": 84, "absent": 7, "late": 5, "excused": 3, "early_departure": 1}
TOOLS = ("Multimeter", "Hand bender 1/2 in", "Lineman pliers", "Hard hat", "Cordless drill", "Tape, 25 ft")
CARDS = (("osha_10", 0), ("first_aid", 2), ("cpr", 2), ("forklift", 1))  # and for how many years they hold
WHY = ("Moved away", "Found another job", "Family reasons", "Child care", "Too often absent")
TEACHING = time(8), time(12)
LABELS = (
    *("Location", "Course", "Instructor", "Cohort", "CohortInstructor", "Student", "Enrollment", "Leave"),
    *("ClassSession", "Attendance", "Grade", "Certification", "ToolIssued", "InstructorHours", "JatcApplication"),
    *("Interview", "Placement", "FollowUp", "Grant", "Expense", "FunderReport", "Demographics"),
)


@seeder("training.programme", makes=[f"training.{label}" for label in LABELS], needs=["members.members", "ip2a.logins"])
def programme(seed: Seed) -> Iterator[None]:
    """Everything from the classroom to the report of the funder."""
    told = _Programme(seed)
    yield
    told.tell()


def _letters(number: int) -> str:
    """A, B … Z, AA, AB …"""
    found = ""
    while number:
        number, place = divmod(number - 1, 26)
        found = chr(65 + place) + found
    return found


class _Programme:
    def __init__(self, seed: Seed):
        amounts = AMOUNTS[seed.size]
        self.seed, self.chance = seed, seed.chance
        self.amounts = Amounts(*(seed.scaled(amount) for amount in astuple(amounts)))
        self.amounts = replace(self.amounts, cohorts=max(4, self.amounts.cohorts))
        self.staff = User.objects.filter(email="staff@ip2a.test").first() or User.objects.order_by("pk").first()
        login = next(one.email for one in DEMO_LOGINS if one.role == "instructor")
        self.teacher = User.objects.filter(email=login).first()
        self.interviewers = list(User.objects.filter(groups__name="representative").order_by("pk")[:1])
        self.people = list(Member.objects.live().exclude(status="deceased").order_by("pk").only("pk"))
        self.jatcs = list(Organization.objects.live().filter(org_type="jatc").order_by("pk"))
        self.firms = list(Organization.objects.live().filter(org_type="employer").order_by("pk"))

    def tell(self) -> None:
        self._places()
        self._instructors()
        self._cohorts()
        self._students()
        self._classes()
        self._work()
        self._after()
        self._money()

    def later(self, day: date, least: int, most: int) -> date:
        """Some days later, never after the last day."""
        return min(self.seed.today, day + timedelta(days=self.chance.randint(least, most)))

    def _places(self) -> None:
        kinds = models.Location.Type.values
        made = [
            models.Location(
                name=f"{HOUSES[n % len(HOUSES)]} {PLACES[n % len(PLACES)]}{f' {n // 45 + 1}' if n >= 45 else ''}",
                location_type=kinds[n % 5],
                capacity=self.chance.choice((18, 24, 30, 36, 60)),
                city=PLACES[n % len(PLACES)],
                state="WA",
            )
            for n in range(self.amounts.locations)
        ]
        self.seed.create(made)
        self.locations = made
        self.courses = [models.Course(code=c, title=t, course_type=k, hours=h) for c, t, k, h in COURSES]
        self.seed.create(self.courses)

    def _instructors(self) -> None:
        user = self.teacher
        rates = {"hourly": 48, "daily": 360, "flat": 2400, "salary": 6100}
        made = []
        for n in range(self.amounts.instructors):
            kind = self.chance.choices(list(rates), (70, 12, 10, 8))[0]
            name = FIRST_NAMES[n % 12], LAST_NAMES[(n // 12 + n) % 12]
            if n == 0 and user is not None:
                kind, name = "hourly", (user.first_name, user.last_name)
            made.append(models.Instructor(first_name=name[0], last_name=name[1], user=user if n == 0 else None))
            made[-1].rate_type, made[-1].rate = kind, Decimal(rates[kind] + self.chance.randint(-4, 9))
            made[-1].email = f"instructor{n + 1}@example.org"
        self.seed.create(made)
        self.instructors = made

    def _cohorts(self) -> None:
        """As many as there are, evenly over two years; the last ones still run or are to come."""
        step = 670 / (self.amounts.cohorts - 2)
        self.cohorts, teachers = [], []
        roomy = [one for one in self.locations if one.capacity >= SEATS] or self.locations
        in_quarter: Counter[str] = Counter()
        for n in range(self.amounts.cohorts):
            ago = -20 if n == self.amounts.cohorts - 1 else round(700 - n * step)
            start = self.seed.today - timedelta(days=ago)
            start -= timedelta(days=start.weekday())
            end = start + timedelta(weeks=WEEKS) - timedelta(days=3)
            ended, begun = end <= self.seed.today, start <= self.seed.today - timedelta(days=14)
            status = "completed" if ended else "active" if begun else "enrolling"
            quarter = f"IP2A-{start.year}-Q{(start.month + 2) // 3}"
            in_quarter[quarter] += 1
            code = f"{quarter}{_letters(in_quarter[quarter])}"
            cohort = models.Cohort(code=code, status=status, start_date=start, end_date=end, max_students=SEATS)
            cohort.location = roomy[n % len(roomy)]
            self.cohorts.append(cohort)
        self.seed.create(self.cohorts)
        for n, cohort in enumerate(self.cohorts):
            main = self.instructors[0 if n in (1, len(self.cohorts) - 3) else n % len(self.instructors)]
            other = self.instructors[(n * 2 + 1) % len(self.instructors)]
            teachers.append(models.CohortInstructor(cohort=cohort, instructor=main, is_primary=True))
            if other is not main:
                teachers.append(models.CohortInstructor(cohort=cohort, instructor=other))
        self.seed.create(teachers)
        self.primary = {t.cohort_id: t.instructor for t in teachers if t.is_primary}

    def _students(self) -> None:
        self.chance.shuffle(self.people)
        people = self.people[: self.amounts.students]
        applicants = len(people) // 25
        self.places, self.students, self.leaves = [], [], []
        for n, member in enumerate(sorted(people, key=lambda m: m.pk)[applicants:]):
            self._enrol(member, self.cohorts[n * len(self.cohorts) // (len(people) - applicants)])
        for member in sorted(people, key=lambda m: m.pk)[:applicants]:
            day = self.seed.today - timedelta(days=self.chance.randint(3, 60))
            self.students.append(models.Student(member=member, applied_on=day, status_on=day))
        self.students.sort(key=lambda s: (s.applied_on, s.member.pk))
        counts: dict[int, int] = {}
        for student in self.students:
            year = student.applied_on.year
            counts[year] = counts.get(year, 0) + 1
            student.student_number = f"ST-{year}-{counts[year]:04d}"
        self.seed.create([models.NumberSeries(year=y, last=n) for y, n in counts.items()])
        self.seed.create(self.students)
        self.seed.create(self.places)
        self.seed.create(self.leaves)

    def _enrol(self, member: Member, cohort: models.Cohort) -> None:
        applied = min(cohort.start_date, self.seed.today) - timedelta(days=self.chance.randint(14, 80))
        student = models.Student(member=member, applied_on=applied, status="enrolled")
        student.status_on = min(cohort.start_date, self.seed.today)
        place = models.Enrollment(student=student, cohort=cohort, enrolled_on=cohort.start_date, status="enrolled")
        if cohort.status == "active":
            place.status = "in_progress"
            if self.chance.random() < 0.04:
                place.status, student.status = "deferred", "on_leave"
                away = self.seed.today - timedelta(days=self.chance.randint(1, 10))
                self.leaves.append(models.Leave(enrollment=place, first_day=away, reason="A new child"))
                student.status_on = away
        elif cohort.status == "completed":
            place.status = str(self.seed.weighted(ENDS))
            done = place.status == "completed"
            place.ended_on = cohort.end_date if done else self.later(cohort.start_date, 10, 75)
            place.reason = "" if done else self.chance.choice(WHY)
            student.status = {"withdrawn": "dropped", "dropped": "dismissed"}.get(place.status, "completed")
            student.status_on = place.ended_on
        self.students.append(student)
        self.places.append(place)

    def _classes(self) -> None:
        """Two mornings a week, with the marks of everybody who belongs to the class."""
        sessions, marks = [], []
        for cohort in self.cohorts:
            for n in range(WEEKS * 2):
                day = cohort.start_date + timedelta(days=7 * (n // 2) + (1 if n % 2 else 3))
                taken = cohort.status in ("completed", "active") and day <= self.seed.today - timedelta(days=2)
                session = models.ClassSession(cohort=cohort, session_date=day, starts_at=TEACHING[0])
                session.ends_at, session.location = TEACHING[1], cohort.location
                session.instructor, session.course = self.primary[cohort.pk], self.courses[n % len(self.courses)]
                session.taken_at = timezone.make_aware(datetime.combine(day, time(12, 5))) if taken else None
                sessions.append(session)
        self.seed.create(sessions)
        self.sessions = sessions
        away = {leave.enrollment_id: leave.first_day for leave in self.leaves}
        seats: dict[int, list[models.Enrollment]] = {}
        for place in self.places:
            seats.setdefault(place.cohort_id, []).append(place)
        for session in sessions:
            for place in seats.get(session.cohort_id, []) if session.taken_at else []:
                last = min(place.ended_on or self.seed.today, away.get(place.pk, date.max) - timedelta(days=1))
                if session.session_date <= last:
                    marks.append(models.Attendance(session=session, enrollment=place))
                    marks[-1].status = str(self.seed.weighted(MARKS))
        self.seed.create(marks)

    def _work(self) -> None:
        grades, cards, tools = [], [], []
        for place in self.places:
            begun = place.cohort.start_date <= self.seed.today - timedelta(days=14)
            for n in range(self.chance.randint(1, 3) if begun else 0):
                day = min(place.ended_on or self.seed.today, self.later(place.enrolled_on, 7, 60))
                score = Decimal(min(100, max(40, round(self.chance.gauss(81, 10)))))
                kind = ("quiz", "exam", "project")[n]
                course = self.chance.choice(self.courses)
                grades.append(
                    models.Grade(enrollment=place, grade_type=kind, score=score, graded_on=day, course=course)
                )
            if begun and self.chance.random() < 0.8:
                cards += self._cards(place)
            if begun and self.chance.random() < 0.5:
                tools.append(self._tool(place))
        self.seed.create(grades)
        self.seed.create(cards)
        self.seed.create(tools)
        rows = [
            models.InstructorHours(
                instructor=s.instructor,
                cohort=s.cohort,
                work_date=s.session_date,
                hours=Decimal(4),
                rate_type=s.instructor.rate_type,
                rate=s.instructor.rate,
                description=s.course.title,
            )
            for s in self.sessions
            if s.taken_at
        ]
        self.seed.create(rows)

    def _cards(self, place: models.Enrollment) -> list[models.Certification]:
        found = []
        for kind, years in (("osha_10", None), ("first_aid", 2), ("cpr", 2), ("forklift", 1))[
            : self.chance.randint(1, 4)
        ]:
            day = min(place.ended_on or self.seed.today, self.later(place.enrolled_on, 14, 70))
            card = models.Certification(student=place.student, certification_type=kind, issued_date=day)
            card.number = f"{kind[:2].upper()}{self.chance.randint(100_000, 999_999)}"
            card.issuer, card.expiry_date = (
                "Puget Sound Electrical JATC",
                months_after(day, 12 * years) if years else None,
            )
            over = card.expiry_date is not None and card.expiry_date <= self.seed.today
            card.status = "expired" if over else "active"
            found.append(card)
        return found

    def _tool(self, place: models.Enrollment) -> models.ToolIssued:
        tool = models.ToolIssued(student=place.student, tool=self.chance.choice(TOOLS), issued_by=self.staff)
        tool.issued_on, tool.due_on = min(place.enrolled_on, self.seed.today), place.cohort.end_date
        tool.value = Decimal(self.chance.randint(12, 160))
        if place.ended_on:
            tool.returned_on, tool.returned_to = place.ended_on, self.staff
        return tool

    def _after(self) -> None:
        jatcs, firms = self.jatcs, self.firms
        done = [place for place in self.places if place.status == "completed"]
        if not jatcs or not firms:
            return
        applications, placements = [], []
        for n, place in enumerate(done):
            submitted = self.later(place.ended_on, 2, 20)
            status = self.chance.choices(("accepted", "waitlisted", "rejected", "submitted"), (60, 15, 10, 15))[0]
            application = models.JatcApplication(student=place.student, jatc=jatcs[n % len(jatcs)], status=status)
            application.submitted_on = submitted
            if status != "submitted":
                application.decided_on = self.later(submitted, 15, 40)
                application.interview_at = timezone.make_aware(datetime.combine(submitted, time(10)))
            applications.append(application)
            if self.chance.random() < 0.72:
                kind = "apprenticeship" if status == "accepted" else "trade_job"
                placement = models.Placement(student=place.student, kind=kind, employer=firms[n % len(firms)])
                placement.start_date = self.later(place.ended_on, 10, 45)
                placement.wage = Decimal(self.chance.randint(2200, 3100)) / 100
                placements.append(placement)
        self.seed.create(applications)
        self._scores([a for a in applications if a.status != "submitted"])
        self.seed.create(placements)
        self._follow_ups(placements)

    def _scores(self, applications: list[models.JatcApplication]) -> None:
        rows = [
            models.Interview(
                application=application,
                interviewer=user,
                interviewer_name=user.get_full_name(),
                held_on=application.submitted_on,
                score=Decimal(self.chance.randint(55, 98)),
            )
            for application in applications
            for user in self.interviewers
        ]
        self.seed.create(rows)

    def _follow_ups(self, placements: list[models.Placement]) -> None:
        rows = []
        for placement in placements:
            for months in (3, 6, 12):
                asked = models.FollowUp(placement=placement, months=months)
                asked.due_on = months_after(placement.start_date, months)
                if asked.due_on <= self.seed.today - timedelta(days=20):
                    asked.done_on = self.later(asked.due_on, 0, 15)
                    asked.outcome = self.chance.choices(("same", "elsewhere", "unreached"), (78, 12, 10))[0]
                    asked.wage = None if asked.outcome == "unreached" else placement.wage + months * Decimal("0.2")
                rows.append(asked)
        self.seed.create(rows)

    def _money(self) -> None:
        first, year = self.cohorts[0].start_date, self.seed.today.year
        grants = [
            models.Grant(name=name, funder=funder, grant_number=number, start_date=start, end_date=end, amount=amount)
            for name, funder, number, start, end, amount in (
                ("Apprenticeship expansion", "US Department of Labor", "AP-33981", first, date(year, 12, 31), 480_000),
                (
                    "Women in the trades",
                    "State workforce board",
                    f"WF-{year - 1}-114",
                    date(year - 1, 7, 1),
                    date(year + 1, 6, 30),
                    150_000,
                ),
            )
        ]
        for grant in grants:
            grant.target_enrolled, grant.target_completed = len(self.students), len(self.students) * 7 // 10
            grant.target_credentials, grant.target_placed = len(self.students), len(self.students) // 2
        self.seed.create(grants)
        grants[0].cohorts.set(self.cohorts)
        grants[1].cohorts.set([c for c in self.cohorts if c.start_date >= grants[1].start_date][::2])
        rows = []
        for grant in grants:
            day = grant.start_date
            while (day := day + timedelta(days=self.chance.randint(9, 24))) < self.seed.today:
                expense = models.Expense(grant=grant, expense_date=day, amount=Decimal(self.chance.randint(80, 4200)))
                expense.payee, expense.description = self.chance.choice(HOUSES), self.chance.choice(TOOLS)
                expense.payment_method = self.chance.choice(("check", "card", "ach"))
                rows.append(expense)
        self.seed.create(rows)
        self._demographics()
        self._reports(grants[0])

    def _demographics(self) -> None:
        rows = [
            models.Demographics(
                student=student,
                gender=self.chance.choices(Gender.values, (30, 62, 2, 1, 5))[0],
                ancestry=[self.chance.choices(Ancestry.values, (4, 10, 16, 20, 3, 40, 3, 4))[0]],
                veteran=self.chance.choices(YesNo.values, (12, 82, 6))[0],
                disability=self.chance.choices(YesNo.values, (7, 80, 13))[0],
                told_on=student.applied_on,
            )
            for student in self.students
            if self.chance.random() < 0.85
        ]
        self.seed.create(rows)

    def _last_quarters(self) -> list[tuple[date, date]]:
        """The two before the one that ended last: funders are told late."""
        begins = date(self.seed.today.year, (self.seed.today.month - 1) // 3 * 3 + 1, 1)
        starts = [begins]
        for _ in range(3):
            starts.append((starts[-1] - timedelta(days=80)).replace(day=1))
        return [(starts[n], starts[n - 1] - timedelta(days=1)) for n in (3, 2)]

    def _reports(self, grant: models.Grant) -> None:
        for first, last in self._last_quarters():
            report = models.FunderReport(grant=grant, first_day=first, last_day=last, made_by=self.staff)
            report.numbers, report.made_by_name = counting.numbers_of(grant, first, last), self.staff.get_full_name()
            report.save()
