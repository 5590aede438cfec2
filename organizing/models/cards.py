"""Authorization cards as evidence, and where each has been; and what the employer did against the law."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ip2a.models.base import record_url
from ip2a.models.fields import among, filled
from members.models import Organization
from organizing.models.campaign import Campaign
from organizing.models.scope import CampaignRecord, OfCampaign
from organizing.models.words import CardKind, ChargeSection, ChargeStatus
from organizing.models.workers import Worker


class CardQuerySet(OfCampaign):
    def standing(self):
        """Without those that were made void."""
        return self.filter(voided_at=None)

    def for_table(self):
        return self.select_related("worker", "organization", "received_by")


class AuthorizationCard(CampaignRecord):
    """A worker's card. Whether it counts is computed (rules); the scan is a document of this record.

    The database holds that it is signed neither in the future nor before its campaign opened.
    """

    Kind = CardKind

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="cards", db_index=False)
    kind = models.CharField(max_length=10, choices=CardKind, default=CardKind.PAPER)
    employer_named = models.CharField(
        "employer named on it", max_length=200, blank=True, help_text="As written. Empty where none is named."
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="which employer that is"
    )
    has_signature = models.BooleanField("signed", default=True)
    signed_on = models.DateField("date on the card", null=True, blank=True, help_text="Empty: undated.")
    witnessed_by = models.CharField(max_length=200, blank=True, help_text="Who saw it signed.")
    received_on = models.DateField("received", default=timezone.localdate)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    identity_method = models.CharField(
        "how the signer was identified", max_length=200, blank=True, help_text="Electronic cards only."
    )
    signer_contact = models.CharField(
        "signer's phone or e-mail", max_length=200, blank=True, help_text="Electronic cards only."
    )
    signed_at = models.DateTimeField("time stamp", null=True, blank=True, help_text="Electronic cards only.")
    ip_hash = models.CharField("fingerprint of the address", max_length=64, blank=True, editable=False)
    confirmation_sent_at = models.DateTimeField("confirmation sent", null=True, blank=True)
    notes = models.TextField(blank=True)
    voided_at = models.DateTimeField("void since", null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    void_reason = models.CharField("why it is void", max_length=300, blank=True, editable=False)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = "authorization card"
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.CheckConstraint(name="card_kind_known", condition=among("kind", CardKind)),
            models.CheckConstraint(
                name="card_electronic_fields",
                condition=Q(kind=CardKind.ELECTRONIC)
                | Q(identity_method="", signer_contact="", signed_at=None, ip_hash="", confirmation_sent_at=None),
                violation_error_message="A paper card has no electronic details. Leave them empty.",
            ),
            models.CheckConstraint(
                name="card_fingerprint_whole", condition=Q(ip_hash="") | Q(ip_hash__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="card_void_for_a_reason",
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | Q(voided_at__isnull=False, voided_by__isnull=False) & filled("void_reason"),
            ),
        ]
        indexes = [
            models.Index(fields=["worker", "-signed_on"], name="card_of_worker"),
            models.Index(F("signed_on").desc(nulls_last=True), F("id").desc(), name="card_by_day"),
            models.Index(
                fields=["campaign", "worker", "signed_on"],
                name="card_of_campaign",
                condition=Q(voided_at=None),
                include=["has_signature", "organization"],
            ),
        ]

    def __str__(self):
        return f"Card of {self.worker}"

    def get_absolute_url(self):
        return record_url("organizing:authorizationcard_detail", self.pk)


class CustodyQuerySet(OfCampaign):
    def for_table(self):
        return self.select_related("card", "by")


class CardCustody(CampaignRecord):
    """A card changed hands. Links of the chain are only ever added."""

    append_only = True
    takes_documents = False

    card = models.ForeignKey(AuthorizationCard, models.PROTECT, related_name="custody", db_index=False)
    handed_by = models.CharField("from", max_length=200)
    handed_to = models.CharField("to", max_length=200)
    on = models.DateField("on", default=timezone.localdate)
    place = models.CharField("where it is", max_length=200)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = CustodyQuerySet.as_manager()

    class Meta:
        verbose_name = "custody of a card"
        verbose_name_plural = "custody of cards"
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                name="custody_names_hands_and_place",
                condition=filled("handed_by", "handed_to", "place"),
                violation_error_message="Say from whom, to whom and where the card is now.",
            )
        ]
        indexes = [models.Index(fields=["card", "on", "id"], name="custody_of_card")]

    def __str__(self):
        return f"{self.handed_by} to {self.handed_to}, {self.on}"


class UnfairQuerySet(OfCampaign):
    def unfiled(self):
        """Those whose clock still runs."""
        return self.filter(status=ChargeStatus.NOTED)

    def for_table(self):
        return self.select_related("campaign", "organization")


class UnfairPractice(CampaignRecord):
    """What the employer did against the law. The charge must be filed and served within six months (section 10(b))."""

    Status = ChargeStatus
    Section = ChargeSection
    NEXT = {
        ChargeStatus.NOTED: (ChargeStatus.FILED, ChargeStatus.DROPPED),
        ChargeStatus.DROPPED: (ChargeStatus.NOTED,),
        ChargeStatus.FILED: (
            ChargeStatus.COMPLAINT,
            ChargeStatus.SETTLED,
            ChargeStatus.DISMISSED,
            ChargeStatus.WITHDRAWN,
        ),
        ChargeStatus.COMPLAINT: (ChargeStatus.SETTLED, ChargeStatus.WITHDRAWN, ChargeStatus.WON, ChargeStatus.LOST),
        ChargeStatus.DISMISSED: (ChargeStatus.FILED,),
        ChargeStatus.SETTLED: (),
        ChargeStatus.WITHDRAWN: (),
        ChargeStatus.WON: (),
        ChargeStatus.LOST: (),
    }

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="unfair_practices")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="employer")
    occurred_on = models.DateField("happened")
    known_on = models.DateField("known since", default=timezone.localdate)
    sections = ArrayField(models.CharField(max_length=10, choices=ChargeSection))
    what_happened = models.TextField()
    witnesses = models.TextField(blank=True)
    workers = models.ManyToManyField(Worker, blank=True, related_name="unfair_practices", verbose_name="against whom")
    status = models.CharField(max_length=10, choices=ChargeStatus, default=ChargeStatus.NOTED, editable=False)
    charge_number = models.CharField(max_length=40, blank=True, editable=False)
    filed_on = models.DateField("filed", null=True, blank=True, editable=False)
    served_on = models.DateField("served", null=True, blank=True, editable=False)
    closed_on = models.DateField("closed", null=True, blank=True, editable=False)
    outcome = models.CharField(max_length=300, blank=True, editable=False)

    objects = UnfairQuerySet.as_manager()

    class Meta:
        verbose_name = "unfair labor practice"
        ordering = ["-occurred_on", "-id"]
        constraints = [
            models.CheckConstraint(name="unfair_status_known", condition=among("status", ChargeStatus)),
            models.CheckConstraint(
                name="unfair_says_what_and_which",
                condition=filled("what_happened")
                & Q(sections__len__gte=1, sections__contained_by=list(ChargeSection.values)),
                violation_error_message="Say what happened, and which part of the law it broke.",
            ),
            models.CheckConstraint(
                name="unfair_known_after_it_happened",
                condition=Q(known_on__gte=models.F("occurred_on")),
                violation_error_message="It was known before it happened: check both dates.",
            ),
            models.CheckConstraint(
                name="unfair_filed_with_number_and_day",
                condition=Q(status__in=["noted", "dropped"], filed_on=None, charge_number="", served_on=None)
                | ~Q(status__in=["noted", "dropped"])
                & Q(filed_on__isnull=False, filed_on__gte=models.F("occurred_on"))
                & filled("charge_number"),
            ),
            models.UniqueConstraint(
                name="unfair_charge_number_once",
                fields=["campaign", "charge_number"],
                condition=~Q(charge_number=""),
                violation_error_message="Another entry of this campaign has that charge number.",
            ),
        ]

    def __str__(self):
        return f"{self.organization}, {self.occurred_on}"

    def get_absolute_url(self):
        return record_url("organizing:unfairpractice_detail", self.pk)
