"""Who works there: dated lists of the unit, the workers, how they stand and what was said."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ip2a.models.base import record_url
from ip2a.models.fields import Digits, among, filled, search_index, search_text, sort_key
from members.models import Member, Organization
from organizing.models.campaign import Campaign
from organizing.models.scope import CAMPAIGNS_TO_WORK_IN, CampaignRecord, OfCampaign
from organizing.models.words import ContactKind, LeftBecause, WorkerStanding


class ListQuerySet(OfCampaign):
    def as_of(self, day):
        """The lists of this day or earlier, the newest first."""
        return self.filter(as_of__lte=day).order_by("-as_of", "-id")

    def for_table(self):
        return self.select_related("campaign")


class UnitList(CampaignRecord):
    """Who was in the unit on a day, and who says so. Once it was counted against, the database keeps it as it is."""

    never_deleted = False  # the undo of an import takes back a list that nobody used

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="unit_lists", db_index=False)
    as_of = models.DateField("as of", help_text="The day for which the list is true.")
    source = models.CharField(max_length=200, help_text="Who made it: the employer's voter list, the night crew …")
    received_on = models.DateField("received", null=True, blank=True)
    stated_size = models.PositiveIntegerField(
        "size stated", null=True, blank=True, help_text="How many the source says there are, if it does."
    )
    notes = models.TextField(blank=True)
    frozen_at = models.DateTimeField("kept as it is since", null=True, blank=True, editable=False)
    frozen_because = models.CharField(max_length=200, blank=True, editable=False)

    objects = ListQuerySet.as_manager()

    class Meta:
        verbose_name = "unit list"
        ordering = ["-as_of", "-id"]
        constraints = [
            models.CheckConstraint(
                name="unit_list_names_its_source",
                condition=filled("source"),
                violation_error_message="Say where the list comes from.",
            ),
            models.CheckConstraint(
                name="unit_list_frozen_for_a_reason",
                condition=Q(frozen_at=None, frozen_because="") | Q(frozen_at__isnull=False) & filled("frozen_because"),
            ),
            models.UniqueConstraint(
                name="unit_list_once",
                fields=["campaign", "as_of", "source"],
                violation_error_message="There is a list of that day from that source already.",
            ),
        ]

    def __str__(self):
        return f"{self.source}, {self.as_of}"

    def get_absolute_url(self):
        return record_url("organizing:unitlist_detail", self.pk)


class WorkerQuerySet(OfCampaign):
    def here(self):
        """Without those who left."""
        return self.filter(left_on=None)

    def on_list(self, unit_list):
        return self.filter(entries__unit_list=unit_list)

    def for_table(self):
        return self.select_related("campaign", "organizer", "organization")


class Worker(CampaignRecord):
    """Somebody of the unit. ``standing`` is the newest assessment and ``last_contact_on`` the newest conversation,
    both kept by the database."""

    never_deleted = False  # the undo of an import takes back those whom nobody assessed since
    audit_silent = ("standing", "standing_on", "last_contact_on")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="workers", db_index=False)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="employer"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="campaign_workers", help_text="If one of ours."
    )
    employer_number = models.CharField("number at the employer", max_length=40, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    crew = models.CharField(max_length=100, blank=True)
    shift = models.CharField(max_length=40, blank=True)
    location = models.CharField("site", max_length=200, blank=True)
    language = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    notes = models.TextField(blank=True)
    organizer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="assigned to"
    )
    next_step = models.CharField(max_length=300, blank=True)
    next_step_on = models.DateField("next step on", null=True, blank=True)
    left_on = models.DateField("left the unit", null=True, blank=True, editable=False)
    left_because = models.CharField("why", max_length=12, choices=LeftBecause, blank=True, editable=False)
    standing = models.PositiveSmallIntegerField(
        "assessment", choices=WorkerStanding, null=True, blank=True, editable=False
    )
    standing_on = models.DateField("assessed", null=True, blank=True, editable=False)
    last_contact_on = models.DateField("last contact", null=True, blank=True, editable=False)

    sort_key = sort_key("last_name", "first_name")
    search_text = search_text("first_name", "last_name", "employer_number", "job_title", Digits("phone"))

    objects = WorkerQuerySet.as_manager()
    wall_write = f"campaign_id = {CAMPAIGNS_TO_WORK_IN}"

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="worker_named",
                condition=filled("last_name"),
                violation_error_message="A worker needs a last name.",
            ),
            models.CheckConstraint(
                name="worker_standing_known", condition=Q(standing=None) | Q(standing__in=WorkerStanding.values)
            ),
            models.CheckConstraint(
                name="worker_left_for_a_reason",
                condition=Q(left_on=None, left_because="")
                | Q(left_on__isnull=False) & among("left_because", LeftBecause),
            ),
            models.CheckConstraint(
                name="worker_next_step_has_a_day",
                condition=Q(next_step_on=None) | filled("next_step"),
                violation_error_message="Say what is to be done on that day.",
            ),
            models.UniqueConstraint(
                name="worker_member_once",
                fields=["campaign", "member"],
                violation_error_message="This member is a worker of the campaign already.",
            ),
            models.UniqueConstraint(
                name="worker_number_once",
                fields=["campaign", "organization", "employer_number"],
                condition=~Q(employer_number=""),
                nulls_distinct=False,
                violation_error_message="Another worker of the campaign has this number at the employer.",
            ),
        ]
        indexes = [
            search_index("worker_search"),
            models.Index(fields=["campaign", "sort_key", "id"], name="worker_of_campaign"),
            models.Index(fields=["sort_key", "id"], name="worker_by_name"),
            models.Index(
                fields=["organizer", "next_step_on"],
                name="worker_next_steps",
                condition=Q(next_step_on__isnull=False, left_on=None),
            ),
        ]

    def __str__(self):
        return f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name

    def get_absolute_url(self):
        return record_url("organizing:worker_detail", self.pk)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class EntryQuerySet(OfCampaign):
    def for_table(self):
        return self.select_related("worker", "unit_list")


class UnitListEntry(CampaignRecord):
    """A worker on a list, with what that list says of them."""

    never_deleted = False  # with its list
    takes_documents = False

    unit_list = models.ForeignKey(UnitList, models.PROTECT, related_name="entries", db_index=False)
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="entries")
    name_on_list = models.CharField(max_length=201, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    shift = models.CharField(max_length=40, blank=True)
    location = models.CharField("site", max_length=200, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "entry of a unit list"
        verbose_name_plural = "entries of unit lists"
        ordering = ["worker__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                name="unit_list_entry_once",
                fields=["unit_list", "worker"],
                violation_error_message="This worker is on the list already.",
            )
        ]

    def __str__(self):
        return f"{self.worker} on {self.unit_list}"


class AssessmentQuerySet(OfCampaign):
    def for_table(self):
        return self.select_related("worker", "by")


class Assessment(CampaignRecord):
    """How a worker stands, in somebody's judgement. Rows are only ever added; of the newest day the last one counts."""

    append_only = True
    takes_documents = False

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="assessments", db_index=False)
    value = models.PositiveSmallIntegerField("assessment", choices=WorkerStanding)
    on = models.DateField("on", default=timezone.localdate)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    note = models.CharField(max_length=500, blank=True)

    objects = AssessmentQuerySet.as_manager()
    wall_write = f"campaign_id = {CAMPAIGNS_TO_WORK_IN}"

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="assessment_known",
                condition=Q(value__in=WorkerStanding.values),
                violation_error_message="An assessment is one of the five words from strong supporter to opposed.",
            )
        ]
        indexes = [
            models.Index(fields=["worker", "-on", "-id"], name="assessment_of_worker"),
            models.Index(fields=["campaign", "on"], name="assessment_of_campaign"),
        ]

    def __str__(self):
        return f"{self.worker}: {self.get_value_display()}"


class ContactQuerySet(OfCampaign):
    def for_table(self):
        return self.select_related("worker", "by")


class ContactNote(CampaignRecord):
    """A conversation with a worker, or the attempt. What was wrong is said in another note."""

    append_only = True
    takes_documents = False

    worker = models.ForeignKey(Worker, models.PROTECT, related_name="contacts", db_index=False)
    on = models.DateField("on", default=timezone.localdate)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    kind = models.CharField(max_length=12, choices=ContactKind)
    was_reached = models.BooleanField("reached", default=True)
    note = models.TextField(blank=True)
    next_step = models.CharField(max_length=300, blank=True)
    next_step_on = models.DateField("next step on", null=True, blank=True)

    objects = ContactQuerySet.as_manager()
    wall_write = f"campaign_id = {CAMPAIGNS_TO_WORK_IN}"

    class Meta:
        verbose_name = "conversation"
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(name="contact_kind_known", condition=among("kind", ContactKind)),
            models.CheckConstraint(
                name="contact_next_step_has_a_day",
                condition=Q(next_step_on=None) | filled("next_step"),
                violation_error_message="Say what is to be done on that day.",
            ),
        ]
        indexes = [
            models.Index(fields=["worker", "-on", "-id"], name="contact_of_worker"),
            models.Index(fields=["campaign", "-on"], name="contact_of_campaign"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} with {self.worker}"
