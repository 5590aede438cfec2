"""A collective agreement: whom it binds, which days are off, and the versions of its procedure."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q

from ip2a.models import Record, RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled
from members.models import Organization


class DateRange(Func):
    """From one day to another, both included; without an end, for good."""

    function = "daterange"
    output_field = DateRangeField()


def _days(start: str, end: str) -> DateRange:
    return DateRange(start, end, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def public_holidays() -> list[str]:
    return ["public"]


def saturday_and_sunday() -> list[int]:
    return [5, 6]


class Calendar(models.TextChoices):
    NONE = "none", "None: only the agreement's own days"
    FEDERAL = "federal", "Federal holidays"
    STATE = "state", "Federal holidays and those of the state"


class AgreementQuerySet(RecordQuerySet):
    def active(self):
        return self.filter(is_active=True)


class Agreement(Record):
    """A contract with one or many employers. Its days off may change while cases run; its procedure may not."""

    Calendar = Calendar

    name = models.CharField(max_length=200)
    text = models.TextField(blank=True, help_text="What representatives should know about it.")
    calendar = models.CharField("public holidays", max_length=20, choices=Calendar, default=Calendar.FEDERAL)
    state = models.CharField(max_length=2, blank=True, help_text="Whose holidays count, such as IL.")
    kinds = ArrayField(
        models.CharField(max_length=20),
        default=public_holidays,
        verbose_name="kinds of public holidays",
        blank=True,
    )
    moves_holidays = models.BooleanField(
        "holidays move off the weekend",
        default=True,
        help_text="A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after.",
    )
    weekend = ArrayField(models.PositiveSmallIntegerField(), default=saturday_and_sunday, blank=True)
    zone = models.CharField("time zone", max_length=60, default="America/Chicago")
    is_active = models.BooleanField("active", default=True, help_text="Offered for new cases.")
    employers = models.ManyToManyField(Organization, through="AgreementEmployer", related_name="agreements")

    objects = AgreementQuerySet.as_manager()
    never_deleted = True

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="agreement_named", condition=filled("name"), violation_error_message="An agreement needs a name."
            ),
            models.UniqueConstraint(
                name="agreement_name_unique",
                fields=["name"],
                violation_error_message="Another agreement already has this name.",
            ),
            models.CheckConstraint(name="agreement_calendar_known", condition=among("calendar", Calendar)),
            models.CheckConstraint(
                name="agreement_state_for_its_holidays",
                condition=~Q(calendar=Calendar.STATE) | ~Q(state=""),
                violation_error_message="Say whose holidays count, such as IL.",
            ),
            models.CheckConstraint(
                name="agreement_weekend_is_days",
                condition=Q(weekend__contained_by=list(range(7))) & Q(weekend__len__lte=6),
                violation_error_message="At least one day of the week must be a working day.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return record_url("grievances:agreement_detail", self.pk)


class AgreementEmployer(Record):
    """An employer bound by an agreement, from a day, perhaps to a day."""

    named_by = ("organization", "agreement")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties", db_index=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="agreement_parties", verbose_name="employer"
    )
    starts_on = models.DateField("bound from")
    ends_on = models.DateField("bound to", null=True, blank=True, help_text="Leave empty while it lasts.")

    never_deleted = True
    takes_documents = False

    class Meta:
        verbose_name = "employer under the agreement"
        verbose_name_plural = "employers under the agreement"
        ordering = ["organization__sort_key", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="agreement_employer_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="It ends before it starts: check both dates.",
            ),
            ExclusionConstraint(
                name="agreement_employer_once",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    (_days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="This employer is bound twice at the same time: check the dates.",
            ),
        ]

    def __str__(self):
        return f"{self.organization} under {self.agreement}"


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_FORCE = "in_force", "In force"
    WITHDRAWN = "withdrawn", "Withdrawn"


class AgreementVersion(Record):
    """The procedure as it stands for cases filed between two days. Only a draft can be changed.

    The database itself refuses to change the procedure of a version that was ever in force.
    """

    named_by = ("agreement",)
    State = VersionState

    NEXT = {
        VersionState.DRAFT: (VersionState.IN_FORCE, VersionState.WITHDRAWN),
        VersionState.IN_FORCE: (VersionState.WITHDRAWN,),
        VersionState.WITHDRAWN: (),
    }

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    state = models.CharField(max_length=20, choices=VersionState, default=VersionState.DRAFT, editable=False)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True, help_text="Leave empty until the next version is known.")
    note = models.TextField(blank=True, help_text="What changed, and where it stands in the contract.")
    policy_starts_at = models.PositiveSmallIntegerField("policy grievances start at step", default=1)
    group_starts_at = models.PositiveSmallIntegerField("group grievances start at step", default=1)
    sitting_months = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="Months in which a council sits."
    )
    sitting_weekday = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(6)],
        help_text="A sitting begins on the first such day of its month.",
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True, editable=False)

    never_deleted = True

    class Meta:
        verbose_name = "version of an agreement"
        verbose_name_plural = "versions of agreements"
        ordering = ["agreement", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="agreement_version_numbered_once",
                fields=["agreement", "number"],
                violation_error_message="This agreement already has a version with that number.",
            ),
            models.CheckConstraint(name="agreement_version_state_known", condition=among("state", VersionState)),
            models.CheckConstraint(
                name="agreement_version_ends_after_start",
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                violation_error_message="It ends before it starts: check both dates.",
            ),
            models.CheckConstraint(
                name="agreement_version_withdrawn_for_a_reason",
                condition=Q(state=VersionState.WITHDRAWN) & ~Q(withdrawn_reason="")
                | ~Q(state=VersionState.WITHDRAWN) & Q(withdrawn_reason=""),
            ),
            models.CheckConstraint(
                name="agreement_version_sits_in_months",
                condition=Q(sitting_months__contained_by=list(range(1, 13))) & Q(sitting_weekday__lte=6),
                violation_error_message="Months are 1 to 12, days of the week 0 (Monday) to 6 (Sunday).",
            ),
            ExclusionConstraint(
                name="agreement_version_in_force_once",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    (_days("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=VersionState.IN_FORCE),
                violation_error_message="Another version is in force at that time: check the dates.",
            ),
        ]

    def __str__(self):
        return f"{self.agreement}, version {self.number}"

    def get_record_url(self):
        return self.agreement.get_absolute_url()

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT


class HolidayEffect(models.TextChoices):
    OFF = "off", "A day off"
    WORKED = "worked", "Worked: no day off"


class HolidayRecurrence(models.TextChoices):
    ONCE = "once", "Once, on this day"
    YEARLY = "yearly", "Every year on this day"
    BESIDE = "beside", "Every year, beside a public holiday"


class ContractHoliday(Record):
    """A day that the agreement takes off, or a public holiday that is worked. It may be added while cases run."""

    Effect = HolidayEffect
    Recurrence = HolidayRecurrence

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="holidays")
    name = models.CharField(max_length=100)
    effect = models.CharField("counts as", max_length=20, choices=HolidayEffect, default=HolidayEffect.OFF)
    recurs = models.CharField("how often", max_length=20, choices=HolidayRecurrence, default=HolidayRecurrence.ONCE)
    on = models.DateField("day", null=True, blank=True, help_text="For every year, the first of them.")
    beside = models.CharField(
        "public holiday", max_length=100, blank=True, help_text="Its name, such as Thanksgiving Day."
    )
    offset = models.SmallIntegerField("days after it", default=0, help_text="1: the day after; -1: the day before.")
    days = models.PositiveSmallIntegerField(
        "how many days", default=1, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    moves = models.BooleanField("moves off the weekend", default=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_reason = models.CharField(max_length=300, blank=True, editable=False)

    never_deleted = True
    takes_documents = False

    class Meta:
        verbose_name = "contract holiday"
        ordering = ["on", "name", "id"]
        constraints = [
            models.CheckConstraint(
                name="contract_holiday_named",
                condition=filled("name"),
                violation_error_message="A holiday needs a name.",
            ),
            models.CheckConstraint(name="contract_holiday_effect_known", condition=among("effect", HolidayEffect)),
            models.CheckConstraint(name="contract_holiday_recurs_known", condition=among("recurs", HolidayRecurrence)),
            models.CheckConstraint(
                name="contract_holiday_has_its_day",
                condition=Q(recurs=HolidayRecurrence.BESIDE) & ~Q(beside="")
                | ~Q(recurs=HolidayRecurrence.BESIDE) & Q(on__isnull=False, beside=""),
                violation_error_message="Give the day, or the public holiday it stands beside.",
            ),
            models.CheckConstraint(
                name="contract_holiday_some_days",
                condition=Q(days__gte=1, days__lte=60),
                violation_error_message="A holiday lasts from 1 to 60 days.",
            ),
            models.CheckConstraint(
                name="contract_holiday_removed_for_a_reason",
                condition=Q(removed_at=None, removed_reason="") | Q(removed_at__isnull=False) & ~Q(removed_reason=""),
            ),
        ]

    def __str__(self):
        return self.name
