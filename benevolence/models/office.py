"""Who holds which office, who stands in, and who is related to whom."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from benevolence.models.policy import between, covering
from benevolence.models.words import LEVELS, Level
from ip2a.models import Record, RecordQuerySet
from members.models import Member


class TenureQuerySet(RecordQuerySet):
    def on(self, day: date):
        return self.filter(covering(day, "starts_on", "ends_on"))

    def of(self, user: Any, on: date):
        return self.on(on).filter(person=user)


class Tenure(Record):
    """A level in the hands of a person for a time."""

    named_by = ("person",)
    takes_documents = False

    level = models.CharField(max_length=10, choices=Level)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day; leave empty while it lasts.")

    objects = TenureQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(name="%(class)s_level_known", condition=models.Q(level__in=LEVELS)),
            models.CheckConstraint(
                name="%(class)s_ends_after_start",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_message="The last day lies before the first: check both dates.",
            ),
            ExclusionConstraint(
                name="%(class)s_one_at_a_time",
                expressions=[
                    ("level", RangeOperators.EQUAL),
                    (between("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Somebody else has this level on some of these days.",
            ),
        ]

    def __str__(self):
        return f"{self.get_level_display()}: {self.person}"


class Office(Tenure):
    """The person who decides at a level. One person may hold two; two approvals are two persons all the same."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="offices", verbose_name="office holder"
    )


class StandIn(Tenure):
    """Who decides a level's cases that its holder cannot decide; with ``covers_all`` every case of these days."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="stand_ins")
    covers_all = models.BooleanField(
        "covers everything", default=False, help_text="The holder is away: the stand-in decides every case."
    )

    class Meta(Tenure.Meta):
        verbose_name = "stand-in"


class Kinship(models.TextChoices):
    SPOUSE = "spouse", "Spouse or partner"
    PARENT = "parent", "Parent"
    CHILD = "child", "Child"
    SIBLING = "sibling", "Brother or sister"
    OTHER = "other", "Other relative"


class Relative(Record):
    """An officer's word that a member is a relative."""

    named_by = ("officer", "member")
    Kinship = Kinship
    compartment = "benevolence"
    takes_documents = False

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    kinship = models.CharField(max_length=10, choices=Kinship)
    declared_on = models.DateField()

    class Meta:
        ordering = ["-declared_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="relative_kinship_known", condition=models.Q(kinship__in=[k.value for k in Kinship])
            ),
            models.UniqueConstraint(
                name="relative_once",
                fields=["officer", "member"],
                violation_error_message="This relation is declared already.",
            ),
        ]

    def __str__(self):
        return f"{self.officer}: {self.get_kinship_display().lower()} of {self.member}"
