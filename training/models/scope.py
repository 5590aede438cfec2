"""Whose records somebody sees: all of them, or those of the own cohorts."""

from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from ip2a.models import RecordQuerySet

EVERY_COHORT = "training.every_cohort"


def sees_all(user: Any) -> bool:
    return user.has_perm(EVERY_COHORT)


def cohorts_of(user: Any) -> QuerySet:
    """Numbers of the cohorts that this person teaches."""
    teachers = apps.get_model("training.cohortinstructor")._base_manager  # by name: cohorts stand on this module
    return teachers.filter(instructor__user=user).values("cohort")


def students_of(user: Any) -> QuerySet:
    """Numbers of the students who have or had a place in these cohorts."""
    enrollments = apps.get_model("training.enrollment")._base_manager
    return enrollments.filter(cohort__in=cohorts_of(user)).values("student")


class Scoped(RecordQuerySet):
    """Rows that belong to a cohort, or to a student of one: ``of_cohort`` or ``of_student`` is the way there."""

    of_cohort = ""
    of_student = ""

    def visible_to(self, user: Any):
        rows = super().visible_to(user)
        if rows.query.is_empty() or sees_all(user):
            return rows
        if self.of_cohort:
            return rows.filter(**{f"{self.of_cohort}__in": cohorts_of(user)})
        return rows.filter(**{f"{self.of_student}__in": students_of(user)})

    def for_table(self):
        return self


def scoped(*, of_cohort: str = "", of_student: str = "") -> type[Scoped]:
    """A QuerySet of rows that belong to a cohort or a student, without questions of their own."""
    return type("ScopedQuerySet", (Scoped,), {"of_cohort": of_cohort, "of_student": of_student})
