from django.core.validators import MinValueValidator
from django.db import models

from ip2a.models import Importable, Removable, RemovableQuerySet
from ip2a.models.base import record_url
from members.models.member import Member
from members.models.organization import Organization


class EmploymentQuerySet(RemovableQuerySet):
    def current(self):
        return self.live().filter(end_date=None)

    def overlapping(self, start, end):
        """Jobs that share a day with this stretch (None = still lasting); leaving and starting on one day do not."""
        begun = self if end is None else self.filter(start_date__lt=end)
        return begun.filter(models.Q(end_date=None) | models.Q(end_date__gt=start))

    def for_table(self):
        return self.select_related("member", "organization")


class MemberEmployment(Importable, Removable):
    """A member's job at an organization, from start to end; without an end it is current."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="employments", db_index=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="employments",
        db_index=False,
        verbose_name="employer",
    )
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True, help_text="Leave empty while the job lasts.")
    job_title = models.CharField(max_length=100, blank=True)
    hourly_rate = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    is_current = models.GeneratedField(
        expression=models.Q(end_date__isnull=True),
        output_field=models.BooleanField("current"),
        db_persist=True,
    )

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = "job"
        ordering = ["-start_date", "-id"]
        constraints = [
            models.CheckConstraint(
                name="employment_ends_after_start",
                condition=models.Q(end_date=None) | models.Q(end_date__gte=models.F("start_date")),
                violation_error_message="The job ends before it starts: check both dates.",
            ),
            models.CheckConstraint(
                name="employment_rate_not_negative",
                condition=models.Q(hourly_rate=None) | models.Q(hourly_rate__gte=0),
                violation_error_message="An hourly rate cannot be negative.",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-start_date", "-id"], name="employment_of_member"),
            models.Index(
                fields=["organization", "-start_date", "-id"],
                name="employment_at_employer",
            ),
            models.Index(fields=["-start_date", "-id"], name="employment_by_start", include=["deleted_at", "member"]),
            models.Index(
                fields=["end_date", "id"],
                name="employment_in_order_of_end",
                condition=models.Q(deleted_at=None),
                include=["member"],
            ),
            models.Index(fields=["job_title", "id"], name="employment_by_title", condition=models.Q(deleted_at=None)),
            models.Index(fields=["hourly_rate", "id"], name="employment_by_rate", condition=models.Q(deleted_at=None)),
            models.Index(  # without a rate last this way, too
                models.F("hourly_rate").desc(nulls_last=True),
                models.F("id").desc(),
                name="employment_by_highest_rate",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=["member"],
                name="employment_current",
                condition=models.Q(end_date=None, deleted_at=None),
                include=["organization"],
            ),
            models.Index(
                fields=["organization"],
                name="employment_current_at",
                condition=models.Q(end_date=None, deleted_at=None),
                include=["member"],
            ),
        ]

    def __str__(self):
        return f"{self.member} at {self.organization}"

    def get_absolute_url(self):
        return record_url("members:memberemployment_detail", self.pk)
