"""What the fund promises to whom, as dated rows: the rules of a case are those of the day it was submitted."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models

from benevolence.models.words import LEVELS, Level, Reason, in_order, money
from ip2a.models import Record, RecordQuerySet
from ip2a.models.fields import among, filled
from members.models import Member


class PayeeRule(models.TextChoices):
    MEMBER = "member", "Only the member"
    CREDITOR = "creditor", "Only a creditor"
    EITHER = "either", "The member or a creditor"


class DateRange(models.Func):
    function = "daterange"
    output_field = DateRangeField()


def between(start: str, end: str) -> DateRange:
    """The days from one column to the other, both included; no end is no bound."""
    return DateRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def usual_standings() -> list[str]:
    return [Member.Status.ACTIVE.value, Member.Status.RETIRED.value]


def covering(on: date, start: str, end: str) -> models.Q:
    """The day lies between two columns, both included; no end lasts."""
    return models.Q(**{f"{start}__lte": on}) & (models.Q(**{end: None}) | models.Q(**{f"{end}__gte": on}))


class PolicyQuerySet(RecordQuerySet):
    def adopted(self):
        return self.exclude(adopted_at=None)

    def in_force(self, on: date) -> "Policy | None":
        """The policy that governs a day; None where there is a gap."""
        return self.adopted().filter(covering(on, "effective_from", "effective_until")).first()


class Policy(Record):
    """One version of the fund's rules. A draft until it is adopted; from then on the database keeps it as it is."""

    PayeeRule = PayeeRule
    takes_documents = False

    number = models.PositiveIntegerField("version number", unique=True)
    title = models.CharField(max_length=120)
    effective_from = models.DateField()
    effective_until = models.DateField(null=True, blank=True, help_text="Set when the next version takes effect.")
    adopted_at = models.DateTimeField(null=True, blank=True, editable=False)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    membership_months = models.PositiveSmallIntegerField(
        default=12, help_text="How long somebody must have been a member, in months."
    )
    standings = ArrayField(
        models.CharField(max_length=20, choices=Member.Status),
        default=usual_standings,
        help_text="Which member statuses may receive a benefit.",
    )
    largest_amount = money(default=Decimal(7500), help_text="The most that one application may ask for.")
    rolling_cap = money(default=Decimal(7500), help_text="The most that a member gets within the rolling period.")
    rolling_months = models.PositiveSmallIntegerField(default=12, validators=[MinValueValidator(1)])
    lifetime_cap = money(default=Decimal(20000), help_text="The most that a member ever gets.")
    document_threshold = money(default=Decimal(500), help_text="Above this amount at least one paper must be attached.")
    reapply_days = models.PositiveSmallIntegerField(default=90, help_text="Days from a denial to the next application.")
    bar_months = models.PositiveSmallIntegerField(default=24, help_text="Months of the bar after a false statement.")
    fund_floor = money(default=Decimal(5000), help_text="Payments never take the fund below this balance.")
    suspends_in_strike = models.BooleanField(default=True, help_text="No new applications while a strike is on.")
    emergency_max = money(default=Decimal(1500), help_text="The most in the emergency lane; 0 closes the lane.")
    emergency_level = models.CharField(
        max_length=10, choices=Level, default=Level.PRESIDENT, help_text="The one level that decides an emergency."
    )
    emergency_confirm_days = models.PositiveSmallIntegerField(
        default=14, help_text="Days within which a second officer confirms an emergency approval."
    )
    payee_rule = models.CharField(max_length=10, choices=PayeeRule, default=PayeeRule.EITHER)
    review_days = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1)], help_text="Days a level has before its review is overdue."
    )
    answer_days = models.PositiveSmallIntegerField(
        default=14, validators=[MinValueValidator(1)], help_text="Days the filer has to answer a question."
    )
    is_blind = models.BooleanField(
        "blind review", default=False, help_text="Reviewers do not see the names of member and employer."
    )
    relatives_must_recuse = models.BooleanField(
        default=True, help_text="Otherwise a relative may stay on the case with a written reason."
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["-effective_from", "-number"]
        constraints = [
            models.CheckConstraint(name="policy_named", condition=filled("title")),
            models.CheckConstraint(
                name="policy_lasts",
                condition=models.Q(effective_until=None) | models.Q(effective_until__gte=models.F("effective_from")),
                violation_error_message="The policy ends before it takes effect: check both dates.",
            ),
            models.CheckConstraint(
                name="policy_adopted_by_somebody",
                condition=models.Q(adopted_by=None) | models.Q(adopted_at__isnull=False),
            ),
            models.CheckConstraint(name="policy_payee_rule_known", condition=among("payee_rule", PayeeRule)),
            models.CheckConstraint(name="policy_emergency_level_known", condition=among("emergency_level", Level)),
            models.CheckConstraint(
                name="policy_standings_known",
                condition=models.Q(standings__contained_by=list(Member.Status.values), standings__len__gt=0),
                violation_error_message="Choose at least one member status that may receive a benefit.",
            ),
            models.CheckConstraint(
                name="policy_amounts_possible",
                condition=models.Q(
                    largest_amount__gt=0,
                    rolling_cap__gt=0,
                    lifetime_cap__gt=0,
                    document_threshold__gte=0,
                    fund_floor__gte=0,
                    emergency_max__gte=0,
                ),
                violation_error_message="Amounts cannot be negative, and the caps must be more than nothing.",
            ),
            models.CheckConstraint(
                name="policy_days_possible",
                condition=models.Q(rolling_months__gt=0, review_days__gt=0, answer_days__gt=0),
                violation_error_message="A period must be at least one day or month long.",
            ),
            ExclusionConstraint(
                name="policy_one_at_a_time",
                expressions=[(between("effective_from", "effective_until"), RangeOperators.OVERLAPS)],
                condition=models.Q(adopted_at__isnull=False),
                violation_error_message="Another policy is in force on some of these days.",
            ),
        ]

    def __str__(self):
        return f"Policy {self.number}: {self.title}"

    @property
    def is_adopted(self) -> bool:
        return self.adopted_at is not None

    def required_levels(self, amount: Decimal) -> list[str]:
        """The levels that must approve an amount, in order."""
        return in_order(row.level for row in self.levels.all() if amount > row.above_amount)

    def may_be_emergency(self, amount: Decimal) -> bool:
        return 0 < amount <= self.emergency_max

    def cap_of(self, reason: str) -> Decimal | None:
        """The cap of one reason within the rolling period; None where it has none of its own."""
        return next((row.amount for row in self.reason_caps.all() if row.reason == reason), None)


class PolicyLevel(Record):
    """A level that must approve every amount above a line."""

    takes_documents = False

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="levels")
    level = models.CharField(max_length=10, choices=Level)
    above_amount = money(default=Decimal(0), help_text="This level decides amounts above this one.")

    class Meta:
        verbose_name = "level of a policy"
        verbose_name_plural = "levels of a policy"
        ordering = ["above_amount", "id"]
        constraints = [
            models.CheckConstraint(name="policylevel_known", condition=models.Q(level__in=LEVELS)),
            models.CheckConstraint(
                name="policylevel_not_negative",
                condition=models.Q(above_amount__gte=0),
                violation_error_message="The line cannot lie below nothing.",
            ),
            models.UniqueConstraint(
                name="policylevel_once",
                fields=["policy", "level"],
                violation_error_message="This level is already in the policy.",
            ),
        ]

    def __str__(self):
        return f"{self.get_level_display()} above ${self.above_amount:,.2f}"


class PolicyReasonCap(Record):
    """The most a member gets for one reason within the rolling period."""

    takes_documents = False

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="reason_caps")
    reason = models.CharField(max_length=20, choices=Reason)
    amount = money()

    class Meta:
        verbose_name = "cap for a reason"
        verbose_name_plural = "caps for a reason"
        ordering = ["reason"]
        constraints = [
            models.CheckConstraint(name="reasoncap_known", condition=among("reason", Reason)),
            models.CheckConstraint(
                name="reasoncap_positive",
                condition=models.Q(amount__gt=0),
                violation_error_message="A cap must be more than nothing.",
            ),
            models.UniqueConstraint(
                name="reasoncap_once",
                fields=["policy", "reason"],
                violation_error_message="This reason already has a cap in the policy.",
            ),
        ]

    def __str__(self):
        return f"{self.get_reason_display()}: ${self.amount:,.2f}"


class StrikeQuerySet(RecordQuerySet):
    def on(self, day: date):
        return self.filter(covering(day, "started_on", "ended_on"))


class Strike(Record):
    """A time in which the fund takes no new applications, where the policy says so."""

    takes_documents = False

    name = models.CharField(max_length=120)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="Leave empty while it lasts.")

    objects = StrikeQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-id"]
        constraints = [
            models.CheckConstraint(name="strike_named", condition=filled("name")),
            models.CheckConstraint(
                name="strike_ends_after_start",
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                violation_error_message="The strike ends before it starts: check both dates.",
            ),
        ]

    def __str__(self):
        return self.name
