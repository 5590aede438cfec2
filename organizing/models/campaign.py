"""A campaign at employers, and who may know of it."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ip2a.models import RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text, sort_key
from members.models import Organization
from organizing.models.scope import (
    CAMPAIGNS,
    NAMED,
    OVERSEE,
    OVERSEERS,
    CampaignRecord,
    OrganizingRecord,
    WalledQuerySet,
)
from organizing.models.words import CampaignStatus

LONGEST_GLASS = timedelta(hours=24)


class CampaignQuerySet(WalledQuerySet):
    of_campaign = "pk"

    def running(self):
        return self.filter(status__in=Campaign.RUNNING)

    def for_table(self):
        return self.select_related("lead").prefetch_related("parties__organization")


class Campaign(OrganizingRecord):
    """A drive at one or several employers, for one unit."""

    Status = CampaignStatus
    RUNNING = (CampaignStatus.PLANNED, CampaignStatus.ACTIVE, CampaignStatus.FILED)
    NEXT = {
        CampaignStatus.PLANNED: (CampaignStatus.ACTIVE, CampaignStatus.ENDED),
        CampaignStatus.ACTIVE: (CampaignStatus.FILED, CampaignStatus.WON, CampaignStatus.LOST, CampaignStatus.ENDED),
        CampaignStatus.FILED: (CampaignStatus.ACTIVE, CampaignStatus.WON, CampaignStatus.LOST, CampaignStatus.ENDED),
        CampaignStatus.WON: (CampaignStatus.ACTIVE,),
        CampaignStatus.LOST: (CampaignStatus.ACTIVE,),
        CampaignStatus.ENDED: (CampaignStatus.ACTIVE,),
    }

    name = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=CampaignStatus, default=CampaignStatus.PLANNED, editable=False)
    opened_on = models.DateField("opened", default=timezone.localdate)
    closed_on = models.DateField("closed", null=True, blank=True, editable=False)
    unit_description = models.TextField("unit", blank=True, help_text="Who is in the unit, and who is not.")
    target_percent = models.PositiveSmallIntegerField(
        "target",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent of the unit with a valid card. Empty: the local's own target.",
    )
    stale_days = models.PositiveSmallIntegerField(
        "assessments are stale after",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Days. Empty: the local's own number.",
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lead organizer"
    )
    employers = models.ManyToManyField(Organization, through="CampaignEmployer", related_name="campaigns")
    notes = models.TextField(blank=True)

    sort_key = sort_key("name")
    search_text = search_text("name", models.Value(""))

    objects = CampaignQuerySet.as_manager()
    also_known_to = (NAMED,)
    wall = f"id = {CAMPAIGNS}"

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="campaign_named", condition=filled("name"), violation_error_message="A campaign needs a name."
            ),
            models.UniqueConstraint(
                name="campaign_name_unique",
                fields=["name"],
                violation_error_message="Another campaign already has this name.",
            ),
            models.CheckConstraint(name="campaign_status_known", condition=among("status", CampaignStatus)),
            models.CheckConstraint(
                name="campaign_closed_with_its_status",
                condition=Q(status__in=["planned", "active", "filed"], closed_on=None)
                | Q(status__in=["won", "lost", "ended"], closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_closes_after_opening",
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                violation_error_message="It closes before it opens: check both dates.",
            ),
            models.CheckConstraint(
                name="campaign_numbers_possible",
                condition=(Q(target_percent=None) | Q(target_percent__gte=1, target_percent__lte=100))
                & (Q(stale_days=None) | Q(stale_days__gte=1)),
                violation_error_message="The target lies from 1 to 100 percent, and the days are at least 1.",
            ),
        ]
        indexes = [search_index("campaign_search")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return record_url("organizing:campaign_detail", self.pk)


class CampaignEmployer(CampaignRecord):
    """An employer whose workers the campaign is about."""

    named_by = ("organization", "campaign")
    takes_documents = False

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="parties", db_index=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="campaign_parties", verbose_name="employer"
    )
    ended_on = models.DateField("no longer since", null=True, blank=True)

    class Meta:
        verbose_name = "employer of a campaign"
        verbose_name_plural = "employers of a campaign"
        ordering = ["organization__sort_key"]
        constraints = [
            models.UniqueConstraint(
                name="campaign_employer_once",
                fields=["campaign", "organization"],
                violation_error_message="This employer is part of the campaign already.",
            )
        ]

    def __str__(self):
        return f"{self.organization} in {self.campaign}"


class AccessQuerySet(RecordQuerySet):
    def running(self, at=None):
        """Granted, begun, and neither over nor ended."""
        now = at or timezone.now()
        return self.filter(granted_at__isnull=False, ended_at=None, starts_at__lte=now).filter(
            Q(until_at=None) | Q(until_at__gt=now)
        )

    def asked(self):
        """Waiting for an officer."""
        return self.filter(granted_at=None, ended_at=None)

    def visible_to(self, user):
        """Organizers and officers see all; nobody else any, not even their own."""
        return self if user.has_perm("organizing.view_campaignaccess") else self.none()

    def for_table(self):
        return self.select_related("person", "asked_by", "granted_by", "ended_by")


class CampaignAccess(CampaignRecord):
    """A person of any role for whom one campaign exists. An organizer asks, an officer grants; either may end it.

    ``label`` is what the officer reads: outside of the compartment, the campaign itself stays unknown to officers too.
    """

    takes_documents = False

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="access", db_index=False)
    label = models.CharField("campaign", max_length=200, help_text="What the officer who decides will read.")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    may_write = models.BooleanField(
        "may also write", default=False, help_text="Assess workers and note conversations, not only read."
    )
    starts_at = models.DateTimeField("from", default=timezone.now, editable=False)
    until_at = models.DateTimeField("until", null=True, blank=True, help_text="Empty: until somebody ends it.")
    why = models.CharField(max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    granted_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_because = models.CharField(max_length=300, blank=True, editable=False)

    objects = AccessQuerySet.as_manager()
    also_known_to = (OVERSEE,)
    # the own rows, while they hold, say which campaigns to show
    wall = f"{OVERSEERS} OR (person_id = (SELECT ip2a_actor()) AND campaign_id = {CAMPAIGNS})"
    wall_write = OVERSEERS

    class Meta:
        verbose_name = "access to a campaign"
        verbose_name_plural = "access to campaigns"
        ordering = ["-id"]
        permissions = [("oversee", "Can name people for a campaign and break the glass")]
        constraints = [
            models.CheckConstraint(
                name="campaign_access_for_a_reason",
                condition=filled("why", "label"),
                violation_error_message="Say why, and what the officer should read.",
            ),
            models.CheckConstraint(
                name="campaign_access_ends_after_start",
                condition=Q(until_at=None) | Q(until_at__gt=F("starts_at")),
                violation_error_message="It ends before it starts: check both dates.",
            ),
            models.CheckConstraint(
                name="campaign_access_granted_by_another",
                condition=Q(granted_at=None, granted_by=None)
                | Q(granted_at__isnull=False, granted_by__isnull=False) & ~Q(granted_by=F("person")),
                violation_error_message="Nobody opens a campaign to themselves.",
            ),
            models.CheckConstraint(
                name="campaign_access_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None, ended_because="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & filled("ended_because"),
            ),
            models.UniqueConstraint(
                name="campaign_access_once",
                fields=["campaign", "person"],
                condition=Q(ended_at=None),
                violation_error_message="This person already has, or waits for, access to this campaign.",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="campaign_access_of_person", condition=Q(ended_at=None))]

    def __str__(self):
        return f"{self.person} for {self.label}"


class GlassQuerySet(RecordQuerySet):
    def open(self, at=None):
        return self.filter(ended_at=None, expires_at__gt=at or timezone.now())

    def visible_to(self, user):
        return self if user.has_perm("organizing.view_breakglass") else self.none()

    def for_table(self):
        return self.select_related("officer", "ended_by")


class BreakGlass(OrganizingRecord):
    """An officer looks into the compartment, for a reason, for some hours. Only its end is ever written later."""

    takes_documents = False

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField("opened", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("expires", editable=False)
    ended_at = models.DateTimeField("ended", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = GlassQuerySet.as_manager()
    also_known_to = (OVERSEE,)
    wall = wall_write = OVERSEERS

    class Meta:
        verbose_name = "opening by an officer"
        verbose_name_plural = "openings by officers"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="break_glass_for_a_reason",
                condition=filled("reason"),
                violation_error_message="Say why you must look inside.",
            ),
            models.CheckConstraint(
                name="break_glass_for_some_hours",
                condition=Q(expires_at__gt=F("opened_at"), expires_at__lte=F("opened_at") + LONGEST_GLASS),
                violation_error_message="It lasts at least a moment and at most a day.",
            ),
            models.CheckConstraint(
                name="break_glass_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("opened_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "-expires_at"], name="break_glass_of_officer", condition=Q(ended_at=None))
        ]

    def __str__(self):
        return f"{self.officer}, {timezone.localtime(self.opened_at):%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
