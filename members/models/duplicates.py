from django.conf import settings
from django.db import models

from ip2a.models import Record
from ip2a.models.fields import among, filled


class Kind(models.TextChoices):
    MEMBERS = "members", "Members"
    ORGANIZATIONS = "organizations", "Employers and organizations"


class Merge(Record):
    """Two records became one. The names are copied as they were; ``batch`` finds every change in the audit trail."""

    Kind = Kind

    kind = models.CharField(max_length=20, choices=Kind)
    survivor_key = models.BigIntegerField()
    survivor_name = models.CharField(max_length=300)
    loser_key = models.BigIntegerField()
    loser_name = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    batch = models.BigIntegerField(unique=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="merge_kind_known", condition=among("kind", Kind)),
            models.CheckConstraint(name="merge_of_two", condition=~models.Q(survivor_key=models.F("loser_key"))),
            models.CheckConstraint(name="merge_has_reason", condition=filled("reason")),
            models.CheckConstraint(
                name="merge_undone_by_somebody",
                condition=models.Q(undone_at=None, undone_by=None)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="merge_once",
                fields=["kind", "loser_key"],
                condition=models.Q(undone_at=None),
                violation_error_message="This record was merged already.",
            ),
        ]

    def __str__(self):
        return f"{self.loser_name} into {self.survivor_name}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class Distinct(Record):
    """Somebody looked at two records that seem alike and knows that they are not the same."""

    Kind = Kind

    kind = models.CharField(max_length=20, choices=Kind)
    one_key = models.BigIntegerField()
    other_key = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "decision that two are not the same"
        verbose_name_plural = "decisions that two are not the same"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="distinct_kind_known", condition=among("kind", Kind)),
            models.CheckConstraint(name="distinct_in_order", condition=models.Q(one_key__lt=models.F("other_key"))),
            models.CheckConstraint(name="distinct_has_reason", condition=filled("reason")),
            models.UniqueConstraint(
                name="distinct_once",
                fields=["kind", "one_key", "other_key"],
                violation_error_message="That these two are not the same was written down already.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.one_key} and {self.other_key}"
