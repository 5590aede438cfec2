from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.urls import reverse

from ip2a.models.base import Removable, RemovableQuerySet
from ip2a.words import format_day


class DateRange(models.Func):
    """The days from the first to the last, both included; without a last one, without an end."""

    function = "daterange"
    output_field = DateRangeField()


class AbsenceQuerySet(RemovableQuerySet):
    def on(self, day: date):
        """Absences that count on a day."""
        return self.live().filter(models.Q(last_day=None) | models.Q(last_day__gte=day), first_day__lte=day)

    def not_over(self, day: date):
        return self.live().filter(models.Q(last_day=None) | models.Q(last_day__gte=day))

    def for_table(self):
        return self.select_related("user", "stand_in")


class Absence(Removable):
    """Days on which somebody is away, and who stands in for them. Without a last day it lasts until it is ended."""

    takes_documents = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="absences", verbose_name="who")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    stand_in = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="standing_in")
    note = models.CharField(max_length=300, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="absence_in_order",
                condition=models.Q(last_day=None) | models.Q(last_day__gte=models.F("first_day")),
                violation_error_message="The last day lies before the first one.",
            ),
            models.CheckConstraint(
                name="absence_somebody_else",
                condition=~models.Q(stand_in=models.F("user")),
                violation_error_message="Nobody stands in for themselves. Choose somebody else.",
            ),
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (
                        DateRange("first_day", "last_day", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(deleted_at=None),
                violation_error_message="These days overlap another absence. Change that one, or choose other days.",
            ),
        ]
        indexes = [models.Index(fields=["stand_in"], name="absence_of_stand_in")]

    def __str__(self):
        return f"{self.user}: {self.days}"

    def get_absolute_url(self):
        return reverse("accounts:absence_list")

    @property
    def days(self) -> str:
        """In words."""
        if self.last_day is None:
            return f"from {format_day(self.first_day)} until further notice"
        if self.last_day == self.first_day:
            return format_day(self.first_day)
        return f"{format_day(self.first_day)} to {format_day(self.last_day)}"
