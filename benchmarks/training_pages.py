"""Attendance, cohorts and funder reports at 1,000 students, 500 instructors, 250 locations, 2 million marks.

    .venv/bin/python benchmarks/training_pages.py [--marks 2000000]

On a cluster of its own. The rows are made by the database, without the audit trail of the load itself.
"""

import argparse
import time

from figures import tell
from scratch import house, quantile

ROWS = """
INSERT INTO members_member (member_number, first_name, middle_name, last_name, address, city, state, zip_code, phone,
  email, status, classification, notes)
SELECT '7' || lpad(n::text, 6, '0'), 'Rosa', '', 'Lima ' || n, '', '', '', '', '', '', 'active', 'apprentice_1', ''
FROM generate_series(1, 1000) n;
INSERT INTO training_student (member_id, student_number, status, applied_on, status_on, notes, name)
SELECT id, 'S' || id, 'enrolled', '2024-01-02', '2024-01-02', '', '' FROM members_member;
INSERT INTO training_location (name, location_type, capacity, address, city, state, zip_code, phone, is_active, notes)
SELECT 'Site ' || n, 'school', 40, '', '', '', '', '', true, '' FROM generate_series(1, 250) n;
INSERT INTO training_instructor (first_name, last_name, phone, email, specialties, rate_type, rate, is_active, notes)
SELECT 'Ingrid', 'Teacher ' || n, '', '', '', 'hourly', 45, true, '' FROM generate_series(1, 500) n;
INSERT INTO training_cohort (code, status, start_date, end_date, max_students, notes, location_id)
SELECT 'C-' || n, 'active', '2024-01-01', '2026-12-31', 30, '', (SELECT min(id) FROM training_location) + n
FROM generate_series(1, 40) n;
INSERT INTO training_cohortinstructor (cohort_id, instructor_id, is_primary)
SELECT id, (SELECT min(id) FROM training_instructor) + row_number() OVER (ORDER BY id), true FROM training_cohort;
INSERT INTO training_enrollment (student_id, cohort_id, status, enrolled_on, reason)
SELECT s.id, c.id, 'in_progress', '2024-01-01', '' FROM
  (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM training_student) s
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM training_cohort) c ON c.place = s.place / 25;
INSERT INTO training_classsession (cohort_id, session_date, starts_at, ends_at, topic, is_cancelled, cancelled_because,
  taken_at)
SELECT c.id, '2024-01-01'::date + n / 2, make_time(8 + 5 * (n %% 2), 0, 0), make_time(12 + 5 * (n %% 2), 0, 0), '',
  false, '', now()
FROM training_cohort c, generate_series(0, %(sessions)s - 1) n;
INSERT INTO training_attendance (session_id, enrollment_id, status, note)
SELECT s.id, e.id, CASE WHEN (s.id + e.id) %% 10 = 0 THEN 'absent' ELSE 'present' END, ''
FROM training_classsession s JOIN training_enrollment e ON e.cohort_id = s.cohort_id;
UPDATE training_enrollment e SET attended = m.there, counted = m.counted FROM (
  SELECT enrollment_id, count(*) AS counted, count(*) FILTER (WHERE status = 'present') AS there
  FROM training_attendance GROUP BY 1) m WHERE e.id = enrollment_id;
INSERT INTO training_presence (session_id, attended, counted)
SELECT session_id, count(*) FILTER (WHERE status = 'present'), count(*) FROM training_attendance GROUP BY 1;
INSERT INTO training_certification (student_id, certification_type, title, number, issuer, status, issued_date,
  revoked_because)
SELECT id, 'osha_10', '', '', '', 'active', '2026-02-02', '' FROM training_student;
"""


def load(cluster, marks: int) -> None:
    """As superuser, with every trigger standing aside except those that fill in names and days."""
    import psycopg

    with psycopg.connect(cluster.url("superuser"), autocommit=True) as connection:
        for table in ("attendance", "classsession", "enrollment", "certification"):
            connection.execute(f"ALTER TABLE training_{table} DISABLE TRIGGER USER")
        for statement in filter(str.strip, (ROWS % {"sessions": marks // 1000}).split(";\n")):
            connection.execute(statement)
        for table in ("attendance", "classsession", "enrollment", "certification"):
            connection.execute(f"ALTER TABLE training_{table} ENABLE TRIGGER USER")
        connection.execute("VACUUM ANALYZE")


PAGE = {"p50": 15, "p99": 60}  # the members list's page times
SAVE = {"p50": 30}
REPORT = {"p50": 2000}


def measured(name: str, call, times: int = 40, wanted: dict[str, int] | None = None) -> None:
    call()
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        found.append((time.perf_counter() - begin) * 1000)
    p50, p99 = quantile(found, 0.5), quantile(found, 0.99)
    print(f"{name:<40}{p50:>9.1f} ms{p99:>9.1f} ms")
    for share, most in (wanted or {}).items():
        tell(f"training, {name}: {share}", {"p50": p50, "p99": p99}[share], "ms", most=most)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--marks", type=int, default=2_000_000)
    options = parser.parse_args()
    with house() as cluster:
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        load(cluster, options.marks)
        pages(options.marks)


def pages(marks: int) -> None:
    from datetime import date
    from itertools import count

    from django.test import Client

    from ip2a.factories import UserFactory
    from members.models import Member
    from training import factories, services
    from training.models import Attendance, ClassSession, Cohort, Student

    print(f"{Attendance.objects.count():,} marks of {marks:,} asked for\n{'':<40}{'p50':>12}{'p99':>12}")
    staff = UserFactory(role="staff")
    client = Client(headers={"host": "localhost"})
    client.force_login(staff)
    teacher = UserFactory(role="instructor")
    cohort = Cohort.objects.order_by("pk").first()
    factories.teaches(user=teacher, cohort=cohort, is_primary=False)
    own = Client(headers={"host": "localhost"})
    own.force_login(teacher)
    session = ClassSession.objects.filter(cohort=cohort).order_by("session_date").last()
    places = list(session.attendances.values_list("enrollment", flat=True))
    turn = count()

    def get(path, by=client):
        assert by.get(path).status_code == 200, path

    def save_row():
        mark = ("late", "excused")[next(turn) % 2]
        path = f"/training/classes/{session.pk}/attendance/"
        answer = own.post(path, {f"mark-{places[0]}": mark}, headers={"HX-Request": "true"})
        assert answer.status_code == 200 and b"Saved" in answer.content

    def save_all():
        mark = ("late", "excused")[next(turn) % 2]
        services.take_attendance(session, marks=dict.fromkeys(places, mark), by=teacher)

    measured("attendance: save one row", save_row, wanted=SAVE)
    measured(f"attendance: save a class of {len(places)}", save_all, wanted=SAVE)
    measured("attendance: open the grid", lambda: get(f"/training/classes/{session.pk}/attendance/", own))
    measured("cohort page", lambda: get(f"/training/cohorts/{cohort.pk}/"), wanted=PAGE)
    measured("cohort page, its instructor", lambda: get(f"/training/cohorts/{cohort.pk}/", own))
    for name in ("students", "cohorts", "classes", "certificates", "instructors", "locations"):
        measured(f"{name} list", lambda name=name: get(f"/training/{name}/"))
    measured("members list, to compare with", lambda: get("/members/"), wanted=PAGE)
    measured("member page, to compare with", lambda: get(f"/members/{Member.objects.first().pk}/"))
    student = Student.objects.first()
    measured("student page", lambda: get(student.get_absolute_url()))
    measured("students list, instructor", lambda: get("/training/students/", own))
    measured("home, instructor", lambda: get("/", own))
    grant = factories.GrantFactory(start_date=date(2024, 1, 1), target_enrolled=900, target_credentials=900)
    grant.cohorts.set(Cohort.objects.all())
    days = {"first": date(2026, 1, 1), "last": date(2026, 3, 31)}
    measured("funder report: count and freeze", lambda: services.freeze(grant, by=staff, **days), 10, REPORT)
    measured("grant page", lambda: get(grant.get_absolute_url()), wanted=PAGE)
    report = grant.reports.first()
    measured("funder report: open, with differences", lambda: get(report.get_absolute_url()), 10, REPORT)


if __name__ == "__main__":
    main()
