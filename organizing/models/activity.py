"""What salts and organizers do at an employer, how the employer stands, and under which paper a salt works."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from ip2a.models import Importable
from ip2a.models.base import Removable, RemovableQuerySet, record_url
from ip2a.models.fields import among, filled
from members.models import Exemption, Member, Organization
from organizing.models.scope import OrganizingRecord, WalledQuerySet
from organizing.models.words import ActivityOutcome, ActivityType, EmployerStance, Trade

LATELY = timedelta(days=30)


class DateRange(Func):
    """From one day to another, both included; without an end, for good."""

    function = "daterange"
    output_field = DateRangeField()


def days(start: str, end: str) -> DateRange:
    return DateRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class ActivityQuerySet(RemovableQuerySet, WalledQuerySet):
    def for_table(self):
        return self.select_related("member", "organization")


class SaltingActivity(Importable, Removable, OrganizingRecord):
    """What somebody did at an employer on a day. A correction keeps the old values in the audit trail, with its reason;
    what was entered twice is removed from sight.

    That the day does not lie in the future is held by the database (``activity_not_in_future``).
    """

    Type = ActivityType
    Outcome = ActivityOutcome

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="salting_activities", db_index=False, verbose_name="salt or organizer"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="salting_activities", db_index=False, verbose_name="employer"
    )
    activity_type = models.CharField("type", max_length=20, choices=ActivityType)
    activity_date = models.DateField("date", default=timezone.localdate)
    outcome = models.CharField(max_length=10, choices=ActivityOutcome)
    location = models.CharField(max_length=200, blank=True)
    workers_contacted = models.PositiveIntegerField(default=0)
    cards_signed = models.PositiveIntegerField(default=0)
    description = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    corrected_at = models.DateTimeField(null=True, blank=True, editable=False)
    correction_reason = models.CharField("why it was corrected", max_length=300, blank=True, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = "salting activity"
        verbose_name_plural = "salting activities"
        ordering = ["-activity_date", "-id"]
        constraints = [
            models.CheckConstraint(name="activity_type_known", condition=among("activity_type", ActivityType)),
            models.CheckConstraint(name="activity_outcome_known", condition=among("outcome", ActivityOutcome)),
            models.CheckConstraint(
                name="activity_numbers_not_negative",
                condition=Q(workers_contacted__gte=0, cards_signed__gte=0),
                violation_error_message="Workers and cards are counted from nought.",
            ),
            models.CheckConstraint(
                name="activity_cards_within_contacts",
                condition=Q(activity_type=ActivityType.CARD_SIGNING) | Q(cards_signed__lte=F("workers_contacted")),
                violation_error_message=(
                    "More cards than workers contacted: only a card signing can have that. Check both numbers."
                ),
            ),
            models.CheckConstraint(
                name="activity_nobody_met_nobody_signed",
                condition=~Q(outcome=ActivityOutcome.NO_CONTACT) | Q(workers_contacted=0, cards_signed=0),
                violation_error_message="The outcome says that nobody was met, yet workers or cards are counted.",
            ),
            models.CheckConstraint(
                name="activity_corrected_for_a_reason",
                condition=Q(corrected_at=None, correction_reason="")
                | Q(corrected_at__isnull=False) & filled("correction_reason"),
            ),
        ]
        indexes = [
            models.Index(fields=["-activity_date", "-id"], name="activity_by_day"),
            models.Index(fields=["organization", "-activity_date"], name="activity_at_employer"),
            models.Index(fields=["member", "-activity_date"], name="activity_of_member"),
        ]

    def __str__(self):
        return f"{self.get_activity_type_display()} at {self.organization}"

    def get_absolute_url(self):
        return record_url("organizing:saltingactivity_detail", self.pk)


class ScoreQuerySet(WalledQuerySet):
    def for_table(self):
        return self.select_related("organization", "by")


class EmployerScore(OrganizingRecord):
    """How an employer stands (DOMAIN: salting_score). Rows are only ever added; the newest day's last row counts.

    Scores of an imported file are written by the database, from what the import keeps for the compartment, and go with
    it when the import is taken back (``organizing_score_from_import``). No other row is ever changed or deleted.
    """

    Stance = EmployerStance
    never_deleted = False
    takes_documents = False

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="salting_scores", db_index=False, verbose_name="employer"
    )
    score = models.PositiveSmallIntegerField("salting score", choices=EmployerStance)
    on = models.DateField("as of", default=timezone.localdate)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    why = models.CharField(max_length=300, blank=True, help_text="What made you say so.")
    notes = models.TextField(blank=True)
    trade = models.CharField(
        max_length=20, choices=Trade, blank=True, help_text="What they mostly do. Empty: as it was said last."
    )
    source = models.CharField(max_length=300, blank=True, editable=False, help_text="Where an imported score is from.")
    kept_number = models.BigIntegerField(
        null=True, blank=True, editable=False, help_text="Of the import's kept values."
    )

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = "employer score"
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="employer_score_known",
                condition=Q(score__in=EmployerStance.values),
                violation_error_message="A score is one of the five words from hostile to supportive.",
            ),
            models.CheckConstraint(
                name="employer_score_by_somebody",
                condition=Q(by__isnull=False) | filled("source"),
                violation_error_message="Say who scores the employer, or where the score comes from.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-on", "-id"], name="score_of_employer"),
            models.Index(fields=["-on", "-id"], name="score_by_day"),
            models.Index(fields=["kept_number"], name="score_from_import", condition=Q(kept_number__isnull=False)),
        ]

    def __str__(self):
        return f"{self.organization}: {self.get_score_display()}"


class AgreementQuerySet(WalledQuerySet):
    def for_table(self):
        return self.select_related("member", "organization", "directed_by")

    def lately_over(self):
        """Ended in the last weeks, and nobody of ours ended them."""
        today = timezone.localdate()
        since = today - LATELY
        return self.filter(ended_by=None).filter(
            Q(ended_on__gte=since) | Q(ended_on=None, ends_on__gte=since, ends_on__lt=today)
        )

    def running(self, on=None):
        day = on or timezone.localdate()
        return self.filter(starts_on__lte=day, ended_on=None).filter(Q(ends_on=None) | Q(ends_on__gte=day))


class SaltingAgreement(OrganizingRecord):
    """The signed paper under which a member works as a salt, directed by the local. It ends when the employer signs.

    The paper itself is a document of this record.
    """

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="salting_agreements", db_index=False, verbose_name="salt"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="salting_agreements", verbose_name="employer"
    )
    signed_on = models.DateField("signed")
    starts_on = models.DateField("from")
    ends_on = models.DateField("to", null=True, blank=True, help_text="Empty: until the employer signs.")
    directed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    notes = models.TextField(blank=True)
    exemption = models.OneToOneField(Exemption, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    ended_on = models.DateField("ended", null=True, blank=True, editable=False)
    ended_because = models.CharField("why it ended", max_length=300, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "salting agreement"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="salting_agreement_signed_first",
                condition=Q(signed_on__lte=F("starts_on")),
                violation_error_message="It is signed before it begins: check both dates.",
            ),
            models.CheckConstraint(
                name="salting_agreement_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="It ends before it begins: check the dates.",
            ),
            models.CheckConstraint(
                name="salting_agreement_ended_for_a_reason",
                condition=Q(ended_on=None, ended_because="", ended_by=None)
                | Q(ended_on__isnull=False, ended_on__gte=F("signed_on")) & filled("ended_because"),
            ),
            ExclusionConstraint(
                name="salting_agreement_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    (days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_on=None),
                violation_error_message="This salt already has an agreement for that employer at that time.",
            ),
        ]
        indexes = [models.Index(fields=["member", "-starts_on"], name="salting_agreement_of_member")]

    def __str__(self):
        return f"{self.member} at {self.organization}"

    def get_absolute_url(self):
        return record_url("organizing:saltingagreement_detail", self.pk)
