"""Grades, certifications, tools and hours."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import audit, post, services
from ip2a.answers import Refused
from ip2a.models import User
from ip2a.numbers import values
from ip2a.words import format_day
from training import rules
from training.models import Certification, Enrollment, Grade, InstructorHours, ToolIssued
from training.models.words import CertificationStatus
from training.rates import CERTIFICATE_DAYS
from training.rules.shared import not_in_future
from training.rules.work import may_activate
from training.services.shared import locked, needs_reason, store

EXPIRING = post.declare_kind("training.certificate-expires", "Certificates that expire")


@transaction.atomic
def save_grade(grade: Grade, *, by: Any, version: int | None = None, reason: str = "") -> Grade:
    rules.may_grade(by, grade.enrollment).enforce()
    not_in_future(grade.graded_on).enforce()
    return services.save(grade, by=by, version=version, reason=reason)


@transaction.atomic
def save_certification(
    certification: Certification, *, by: Any, version: int | None = None, reason: str = ""
) -> Certification:
    """Add or correct a certificate. A new one with a day of issue is active at once, or expired if it ran out."""
    rules.may_certify(by, certification.student).enforce()
    if certification.issued_date is not None:
        not_in_future(certification.issued_date).enforce()
    if certification.pk is None and certification.issued_date is not None:
        certification.status = CertificationStatus.ACTIVE
    return services.save(certification, by=by, version=version, reason=reason)


@transaction.atomic
def certify(certification: Certification, *, on: date, by: Any, expires: date | None = None) -> Certification:
    """A pending certificate was issued on that day."""
    certification = locked(certification)
    may_activate(by, certification).enforce()
    not_in_future(on).enforce()
    certification.status, certification.issued_date = CertificationStatus.ACTIVE, on
    certification.expiry_date = expires or certification.expiry_date
    store(certification, ["status", "issued_date", "expiry_date"], because="Issued")
    return certification


@transaction.atomic
def revoke(certification: Certification, *, reason: str, by: Any) -> Certification:
    """The certificate is no longer worth anything."""
    certification = locked(certification)
    rules.may_revoke(by, certification).enforce()
    certification.revoked_because = needs_reason(reason, "it is revoked")
    certification.status = CertificationStatus.REVOKED
    store(certification, ["status", "revoked_because"], because=certification.revoked_because)
    return certification


@transaction.atomic
def expire(*, on: date | None = None) -> int:
    """Every active certificate whose day has come is expired. Safe to run twice, and late."""
    with audit.because("Its expiry date has come"):
        rows = Certification.objects.due_to_expire(on or timezone.localdate())
        return rows.update(status=CertificationStatus.EXPIRED)


@transaction.atomic
def remind_of_expiry(*, on: date | None = None) -> int:
    """Tell the instructors, or the staff where nobody teaches the student, once for each of the days ahead.

    Run late, only the nearest of the reminders that are due is sent.
    """
    on = on or timezone.localdate()
    days = sorted(int(number) for number in values(*CERTIFICATE_DAYS).values())
    soon = Certification.objects.expiring(on + timedelta(days=1), on + timedelta(days=max(days))).for_table()
    certificates = list(soon)
    told = _instructors_of([certificate.student_id for certificate in certificates])
    staff = None
    sent = 0
    for certificate in certificates:
        ahead = next(day for day in days if (certificate.expiry_date - on).days <= day)
        people = told.get(certificate.student_id)
        if not people:
            staff = _staff() if staff is None else staff
            people = staff
        sent += sum(_remind(certificate, person, ahead) for person in people)
    return sent


def _remind(certificate: Certification, person: User, ahead: int) -> bool:
    words = f"{certificate.words} of {certificate.student} expires on {format_day(certificate.expiry_date)}"
    key = f"{EXPIRING}:{certificate.pk}:{certificate.expiry_date}:{ahead}:user {person.pk}"
    return bool(post.send(to=person, subject=words, body="", kind=EXPIRING, about=certificate, key=key, digest=True))


def _instructors_of(students: list[int]) -> dict[int, list[User]]:
    """Logins of those who teach these students now."""
    found: dict[int, list[User]] = {}
    rows = Enrollment.objects.running().filter(student__in=students, cohort__teachers__instructor__user__is_active=True)
    pairs = rows.order_by("pk").values_list("student", "cohort__teachers__instructor__user").distinct()
    people = User.objects.in_bulk({user for _, user in pairs})
    for student, user in pairs:
        found.setdefault(student, []).append(people[user])
    return found


def _staff() -> list[User]:
    """Those who run the programme and add certificates."""
    return [
        user
        for user in User.objects.filter(is_active=True).order_by("pk")
        if user.has_perm("training.every_cohort") and user.has_perm("training.add_certification")
    ]


@transaction.atomic
def issue(tool: ToolIssued, *, by: Any, version: int | None = None, reason: str = "") -> ToolIssued:
    """Hand a tool out, or correct what was written down."""
    rules.may_issue(by, tool.student).enforce()
    not_in_future(tool.issued_on).enforce()
    if tool.pk is None:
        tool.issued_by = by
    return services.save(tool, by=by, version=version, reason=reason)


@transaction.atomic
def take_back(tool: ToolIssued, *, by: Any, on: date | None = None, condition: str = "") -> ToolIssued:
    """The tool came back on that day."""
    tool, on = locked(tool), on or timezone.localdate()
    rules.may_return(by, tool).enforce()
    not_in_future(on).enforce()
    if on < tool.issued_on:
        raise Refused(f"It was issued on {format_day(tool.issued_on)}, so it cannot have come back before.")
    tool.returned_on, tool.returned_to, tool.condition = on, by, condition.strip()
    store(tool, ["returned_on", "returned_to", "condition"], because="Returned")
    return tool


@transaction.atomic
def log_hours(hours: InstructorHours, *, by: Any, version: int | None = None, reason: str = "") -> InstructorHours:
    """Write down a day's work. A new entry copies the rate as it is now."""
    rules.may_log_hours(by, hours.instructor, hours.cohort).enforce()
    not_in_future(hours.work_date).enforce()
    if hours.pk is None:
        hours.rate_type, hours.rate = hours.instructor.rate_type, hours.instructor.rate
    return services.save(hours, by=by, version=version, reason=reason)
