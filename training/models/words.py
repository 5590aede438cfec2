"""The fixed words of the training room, and where each state may go."""

from django.db import models


class StudentStatus(models.TextChoices):
    APPLICANT = "applicant", "Applicant"
    ENROLLED = "enrolled", "Enrolled"
    ON_LEAVE = "on_leave", "On leave"
    COMPLETED = "completed", "Completed"
    DROPPED = "dropped", "Dropped"
    DISMISSED = "dismissed", "Dismissed"


class RateType(models.TextChoices):
    HOURLY = "hourly", "Hourly"
    DAILY = "daily", "Daily"
    FLAT = "flat", "Flat"
    SALARY = "salary", "Salary"


class LocationType(models.TextChoices):
    TRAINING_SITE = "training_site", "Training site"
    SCHOOL = "school", "School"
    OFFICE = "office", "Office"
    JOBSITE = "jobsite", "Jobsite"
    VENDOR = "vendor", "Vendor"
    OTHER = "other", "Other"


class CohortStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    ENROLLING = "enrolling", "Enrolling"
    ACTIVE = "active", "Active"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class CourseType(models.TextChoices):
    CORE = "core", "Core"
    ELECTIVE = "elective", "Elective"
    REMEDIAL = "remedial", "Remedial"
    ADVANCED = "advanced", "Advanced"
    CERTIFICATION = "certification", "Certification"


class EnrollmentStatus(models.TextChoices):
    ENROLLED = "enrolled", "Enrolled"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    DROPPED = "dropped", "Dropped"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DEFERRED = "deferred", "Deferred"


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", "Present"
    ABSENT = "absent", "Absent"
    LATE = "late", "Late"
    EXCUSED = "excused", "Excused"
    EARLY_DEPARTURE = "early_departure", "Left early"


class GradeType(models.TextChoices):
    ASSIGNMENT = "assignment", "Assignment"
    QUIZ = "quiz", "Quiz"
    EXAM = "exam", "Exam"
    PROJECT = "project", "Project"
    PARTICIPATION = "participation", "Participation"
    FINAL = "final", "Final"


class CertificationType(models.TextChoices):
    OSHA_10 = "osha_10", "OSHA 10"
    OSHA_30 = "osha_30", "OSHA 30"
    FIRST_AID = "first_aid", "First aid"
    CPR = "cpr", "CPR"
    FORKLIFT = "forklift", "Forklift"
    AERIAL_LIFT = "aerial_lift", "Aerial lift"
    CONFINED_SPACE = "confined_space", "Confined space"
    HAZMAT = "hazmat", "Hazardous materials"
    FLAGGER = "flagger", "Flagger"
    ELECTRICAL_TRAINEE = "electrical_trainee", "Electrical trainee card"
    OTHER = "other", "Other"


class CertificationStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


class JatcStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    INTERVIEW_SCHEDULED = "interview_scheduled", "Interview scheduled"
    INTERVIEWED = "interviewed", "Interviewed"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    WAITLISTED = "waitlisted", "Waitlisted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PlacementKind(models.TextChoices):
    APPRENTICESHIP = "apprenticeship", "Entered apprenticeship"
    TRADE_JOB = "trade_job", "Job in the trade"
    OTHER_JOB = "other_job", "Other job"
    EDUCATION = "education", "Further education"


class FollowUpOutcome(models.TextChoices):
    SAME = "same", "Still there"
    ELSEWHERE = "elsewhere", "Works elsewhere"
    NOT_WORKING = "not_working", "Not working"
    UNREACHED = "unreached", "Could not be reached"


class PaymentMethod(models.TextChoices):
    CASH = "cash", "Cash"
    CHECK = "check", "Check"
    CARD = "card", "Card"
    ACH = "ach", "ACH transfer"
    WIRE = "wire", "Wire"
    GRANT = "grant", "Grant"
    OTHER = "other", "Other"


S, C, E = StudentStatus, CohortStatus, EnrollmentStatus
J, R = JatcStatus, CertificationStatus

NEXT_STUDENT: dict[str, frozenset[str]] = {
    S.APPLICANT: frozenset({S.ENROLLED, S.DROPPED}),
    S.ENROLLED: frozenset({S.ON_LEAVE, S.COMPLETED, S.DROPPED, S.DISMISSED}),
    S.ON_LEAVE: frozenset({S.ENROLLED, S.DROPPED, S.DISMISSED}),
    S.COMPLETED: frozenset({S.ENROLLED}),
    S.DROPPED: frozenset({S.APPLICANT}),
    S.DISMISSED: frozenset({S.APPLICANT}),
}
NEXT_COHORT: dict[str, frozenset[str]] = {
    C.PLANNED: frozenset({C.ENROLLING, C.CANCELLED}),
    C.ENROLLING: frozenset({C.PLANNED, C.ACTIVE, C.CANCELLED}),
    C.ACTIVE: frozenset({C.COMPLETED, C.CANCELLED}),
    C.COMPLETED: frozenset(),
    C.CANCELLED: frozenset(),
}
NEXT_ENROLLMENT: dict[str, frozenset[str]] = {
    E.ENROLLED: frozenset({E.IN_PROGRESS, E.DROPPED, E.WITHDRAWN, E.DEFERRED}),
    E.IN_PROGRESS: frozenset({E.COMPLETED, E.DROPPED, E.WITHDRAWN, E.DEFERRED}),
    E.DEFERRED: frozenset({E.ENROLLED, E.IN_PROGRESS, E.DROPPED, E.WITHDRAWN}),
    E.COMPLETED: frozenset(),
    E.DROPPED: frozenset(),
    E.WITHDRAWN: frozenset(),
}
NEXT_CERTIFICATION: dict[str, frozenset[str]] = {
    R.PENDING: frozenset({R.ACTIVE, R.REVOKED}),
    R.ACTIVE: frozenset({R.EXPIRED, R.REVOKED}),
    R.EXPIRED: frozenset(),
    R.REVOKED: frozenset(),
}
NEXT_JATC: dict[str, frozenset[str]] = {
    J.DRAFT: frozenset({J.SUBMITTED, J.WITHDRAWN}),
    J.SUBMITTED: frozenset({J.UNDER_REVIEW, J.INTERVIEW_SCHEDULED, J.REJECTED, J.WITHDRAWN}),
    J.UNDER_REVIEW: frozenset({J.INTERVIEW_SCHEDULED, J.WAITLISTED, J.REJECTED, J.WITHDRAWN}),
    J.INTERVIEW_SCHEDULED: frozenset({J.INTERVIEWED, J.UNDER_REVIEW, J.REJECTED, J.WITHDRAWN}),
    J.INTERVIEWED: frozenset({J.ACCEPTED, J.WAITLISTED, J.REJECTED, J.WITHDRAWN}),
    J.WAITLISTED: frozenset({J.INTERVIEW_SCHEDULED, J.ACCEPTED, J.REJECTED, J.WITHDRAWN}),
    J.ACCEPTED: frozenset({J.WITHDRAWN}),
    J.REJECTED: frozenset(),
    J.WITHDRAWN: frozenset(),
}

RUNNING = (E.ENROLLED, E.IN_PROGRESS, E.DEFERRED)
SEATED = (*RUNNING, E.COMPLETED)  # who takes or took a place; a place on leave is kept
OPEN_COHORTS = (C.ENROLLING, C.ACTIVE)
THERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.EARLY_DEPARTURE)
COUNTED = (*THERE, AttendanceStatus.ABSENT)  # excused days count neither for nor against


def money(verbose_name: str = "", **options) -> models.DecimalField:
    """A sum in dollars and cents."""
    return models.DecimalField(verbose_name or None, max_digits=10, decimal_places=2, **options)
