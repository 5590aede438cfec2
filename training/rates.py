"""Attendance as a share, and the numbers of this room that a local may set differently."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from ip2a import numbers
from ip2a.questions import NOBODY, question
from training.models import Enrollment

WARNING = numbers.declare(
    "training.attendance-warning",
    80,
    unit="percent",
    about="A student who attended less than this share of the classes is shown to the instructor.",
)
LEAST_CLASSES = numbers.declare(
    "training.attendance-least-classes",
    4,
    unit="classes",
    about="How many classes must have counted before anybody is warned of a low attendance.",
)
CERTIFICATE_DAYS = tuple(
    numbers.declare(
        f"training.certificate-{name}-reminder",
        days,
        unit="days",
        about="How long before a certificate expires somebody is reminded of it.",
    )
    for name, days in (("first", 60), ("second", 30), ("last", 7))
)
FOLLOW_UP_MONTHS = tuple(
    numbers.declare(
        f"training.{name}-follow-up",
        months,
        unit="months",
        about="How long after a placement the student is asked again.",
    )
    for name, months in (("first", 3), ("second", 6), ("last", 12))
)
SMALLEST_CELL = numbers.declare(
    "training.smallest-cell",
    5,
    unit="students",
    about="Fewer students than this with one answer are not told in a funder report, so that nobody is recognized.",
)
USUAL_PLACES = numbers.declare(
    "training.usual-places", 30, unit="students", about="How many places a new cohort has, unless another is typed."
)


@dataclass(frozen=True)
class Rate:
    """Classes attended (late and left early, too) of those that counted; excused ones do not count."""

    there: int = 0
    counted: int = 0

    @property
    def percent(self) -> Decimal | None:
        if not self.counted:
            return None
        return (Decimal(self.there) * 100 / self.counted).quantize(Decimal("0.1"))

    @property
    def words(self) -> str:
        return "" if self.percent is None else f"{self.percent.normalize():f} % of {self.counted:,}"

    def is_low(self, warning: Decimal, least: Decimal) -> bool:
        return self.percent is not None and self.counted >= least and self.percent < warning


def of_place(place: Enrollment | None) -> Rate:
    """The rate of one enrolment; the database adds it up while attendance is taken."""
    return Rate(place.attended, place.counted) if place is not None else Rate()


def of_cohorts(cohorts: Iterable[int]) -> dict[int, Rate]:
    """The rate of each of these cohorts that has any."""
    return {key: Rate(there, counted) for key, there, counted in _totals(NOBODY, list(cohorts))}


@question
def _totals(reader: Any, cohorts: list[int]) -> QuerySet:
    rows = Enrollment.objects.filter(cohort__pk__among=cohorts, counted__gt=0).order_by().values_list("cohort")
    return rows.annotate(a=Sum("attended"), b=Sum("counted"))
