"""A case, who it is for, and how it stands."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from grievances.models.agreement import AgreementVersion
from ip2a.models import Record, RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text
from members.models import Member, Organization


class Status(models.TextChoices):
    OPEN = "open", "Open"
    INVESTIGATION = "investigation", "Investigation"
    HEARING = "hearing", "Hearing"
    SETTLED = "settled", "Settled"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ARBITRATION = "arbitration", "Arbitration"
    CLOSED = "closed", "Closed"


class CurrentStep(models.TextChoices):
    STEP_1 = "step_1", "Step 1"
    STEP_2 = "step_2", "Step 2"
    STEP_3 = "step_3", "Step 3"
    ARBITRATION = "arbitration", "Arbitration"


class CaseType(models.TextChoices):
    INDIVIDUAL = "individual", "Individual"
    GROUP = "group", "Group"
    POLICY = "policy", "Policy"


RUNNING = (Status.OPEN, Status.INVESTIGATION, Status.HEARING, Status.ARBITRATION)
ENDED = (Status.SETTLED, Status.WITHDRAWN, Status.CLOSED)


STILL_RUNNING = Q(status__in=RUNNING)


class GrievanceQuerySet(RecordQuerySet):
    def running(self):
        """Cases that are not settled, withdrawn or closed."""
        return self.filter(status__in=RUNNING)

    def overdue(self, *, on):
        """Cases with a limit of ours that has passed."""
        return self.running().filter(next_due_on__lt=on)

    def due_by(self, day, *, on):
        """Cases with a limit of ours from ``on`` to ``day``."""
        return self.running().filter(next_due_on__gte=on, next_due_on__lte=day)

    def in_default(self, *, on):
        """Cases whose employer let a limit pass."""
        return self.running().filter(employer_due_on__lt=on)

    def of_member(self, member):
        """A member's own cases and those of a group; each half is found by its own index."""
        own = Grievance.objects.order_by().filter(member=member).values("pk")
        in_group = Grievant.objects.order_by().filter(member=member).values("grievance")
        return self.filter(pk__in=own.union(in_group))

    def for_table(self):
        return self.select_related("member", "employer", "assigned_rep", "subject")


class Subject(Record):
    """What cases are about, in the local's own words: overtime distribution, safety, seniority."""

    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True, help_text="Offered in new cases.")

    takes_documents = False

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="grievance_subject_named", condition=filled("name")),
            models.UniqueConstraint(
                name="grievance_subject_once", fields=["name"], violation_error_message="This subject is there already."
            ),
        ]

    def __str__(self):
        return self.name


class CaseNumbers(Record):
    """The last number given in a year. The row is locked until the case stands, so no number is lost or doubled."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    takes_documents = False

    class Meta:
        verbose_name = "case number"
        verbose_name_plural = "case numbers"

    def __str__(self):
        return f"{self.year}: {self.last}"


class Grievance(Record):
    """A grievance, from the complaint to the last word.

    A complaint that is still looked into has no number and no filing date; filing gives it both. ``next_due_on`` and
    ``employer_due_on`` repeat the earliest open limit of each side, for lists; ``grievances.deadlines`` keeps them.
    """

    Status = Status
    CurrentStep = CurrentStep
    CaseType = CaseType

    NEXT = {
        Status.INVESTIGATION: (Status.OPEN, Status.HEARING, *ENDED, Status.ARBITRATION),
        Status.OPEN: (Status.INVESTIGATION, Status.HEARING, *ENDED, Status.ARBITRATION),
        Status.HEARING: (Status.OPEN, Status.INVESTIGATION, *ENDED, Status.ARBITRATION),
        Status.ARBITRATION: (*ENDED,),
        Status.SETTLED: (Status.CLOSED, Status.OPEN, Status.ARBITRATION),
        Status.WITHDRAWN: (Status.CLOSED, Status.OPEN, Status.ARBITRATION, Status.INVESTIGATION),
        Status.CLOSED: (Status.OPEN, Status.ARBITRATION, Status.INVESTIGATION),
    }

    grievance_number = models.CharField(  # noqa: DJ001 a complaint that is not filed has none, and "" is not unique
        "number", max_length=20, null=True, blank=True, editable=False
    )
    case_type = models.CharField("type", max_length=20, choices=CaseType, default=CaseType.INDIVIDUAL)
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grievances",
        db_index=False,
        verbose_name="grievant",
        help_text="For a group, the member who speaks for it. A policy grievance needs none.",
    )
    employer = models.ForeignKey(Organization, models.PROTECT, related_name="grievances", db_index=False)
    agreement_version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="grievances")
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, blank=True, related_name="grievances")
    contract_article = models.CharField(max_length=100, blank=True, help_text="Such as: Art. 12 §3.")
    violation_description = models.TextField("what happened")
    remedy_sought = models.TextField(blank=True)

    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN, editable=False)
    current_step = models.CharField("step", max_length=20, choices=CurrentStep, default=CurrentStep.STEP_1)
    assigned_rep = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grievances",
        db_index=False,
        verbose_name="representative",
    )
    resolution = models.TextField(blank=True)
    settlement_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    has_precedent = models.BooleanField("with precedent", null=True, blank=True)

    incident_date = models.DateField()
    knowledge_date = models.DateField(
        null=True, blank=True, help_text="When the grievant learned of it, if that was later than the day itself."
    )
    filed_date = models.DateField("filed", null=True, blank=True)
    resolution_date = models.DateField(null=True, blank=True)
    next_due_on = models.DateField("our next limit", null=True, blank=True, editable=False)
    employer_due_on = models.DateField("the employer's next limit", null=True, blank=True, editable=False)

    search_text = search_text("grievance_number", "contract_article", "violation_description")

    objects = GrievanceQuerySet.as_manager()
    never_deleted = True

    class Meta:
        verbose_name = "grievance"
        ordering = ["-filed_date", "-id"]
        permissions = [("pursue_grievance", "Can file, advance, settle, withdraw and close grievances")]
        constraints = [
            models.CheckConstraint(name="grievance_status_known", condition=among("status", Status)),
            models.CheckConstraint(name="grievance_step_known", condition=among("current_step", CurrentStep)),
            models.CheckConstraint(name="grievance_type_known", condition=among("case_type", CaseType)),
            models.CheckConstraint(name="grievance_tells_what", condition=filled("violation_description")),
            models.CheckConstraint(
                name="grievance_number_shaped",
                condition=Q(grievance_number=None) | Q(grievance_number__regex=r"^GR-\d{4}-\d{4,}$"),
            ),
            models.CheckConstraint(
                name="grievance_filed_has_number",
                condition=Q(grievance_number=None, filed_date=None)
                | Q(grievance_number__isnull=False, filed_date__isnull=False),
            ),
            models.CheckConstraint(
                name="grievance_unfiled_is_looked_into",
                condition=Q(grievance_number__isnull=False)
                | Q(status__in=[Status.INVESTIGATION, Status.WITHDRAWN, Status.SETTLED, Status.CLOSED]),
            ),
            models.CheckConstraint(
                name="grievance_person_or_policy",
                condition=Q(member__isnull=False) | Q(case_type=CaseType.POLICY),
                violation_error_message="Say who the grievant is, or make it a policy grievance.",
            ),
            models.CheckConstraint(
                name="grievance_settled_has_resolution",
                condition=~Q(status=Status.SETTLED) | (Q(resolution_date__isnull=False) & ~Q(resolution="")),
                violation_error_message="A settled grievance needs its resolution and the date.",
            ),
            models.CheckConstraint(
                name="grievance_resolved_has_date",
                condition=Q(status__in=ENDED, resolution_date__isnull=False)
                | Q(status__in=RUNNING, resolution_date=None),
            ),
            models.CheckConstraint(
                name="grievance_filed_after_incident",
                condition=Q(filed_date=None) | Q(filed_date__gte=models.F("incident_date")),
                violation_error_message="It is filed before it happened: check both dates.",
            ),
            models.CheckConstraint(
                name="grievance_known_after_incident",
                condition=Q(knowledge_date=None) | Q(knowledge_date__gte=models.F("incident_date")),
                violation_error_message="Nobody can learn of it before it happened: check both dates.",
            ),
            models.CheckConstraint(
                name="grievance_resolved_after_filing",
                condition=Q(resolution_date=None) | Q(filed_date=None) | Q(resolution_date__gte=models.F("filed_date")),
                violation_error_message="It ends before it was filed: check both dates.",
            ),
            models.CheckConstraint(
                name="grievance_money_not_negative",
                condition=Q(settlement_amount=None) | Q(settlement_amount__gte=0),
                violation_error_message="A settlement cannot be negative.",
            ),
            models.CheckConstraint(
                name="grievance_money_only_ended",
                condition=Q(settlement_amount=None) | Q(status__in=[Status.SETTLED, Status.CLOSED]),
            ),
            models.UniqueConstraint(
                name="grievance_number_unique",
                fields=["grievance_number"],
                violation_error_message="Another grievance already has this number.",
            ),
        ]
        indexes = [
            search_index("grievance_search"),
            models.Index(fields=["-filed_date", "-id"], name="grievance_by_filing"),
            models.Index(fields=["member", "-filed_date"], name="grievance_of_member"),
            models.Index(fields=["employer", "-filed_date"], name="grievance_of_employer"),
            models.Index(fields=["assigned_rep", "next_due_on"], name="grievance_of_rep", condition=STILL_RUNNING),
            models.Index(fields=["next_due_on", "id"], name="grievance_by_limit", condition=STILL_RUNNING),
            models.Index(fields=["employer_due_on", "id"], name="grievance_by_default", condition=STILL_RUNNING),
            models.Index(fields=["current_step", "status"], name="grievance_by_step"),
            models.Index(fields=["current_step", "next_due_on", "id"], name="grievance_board", condition=STILL_RUNNING),
            models.Index(fields=["next_due_on", "id"], name="grievance_in_due_order"),
            models.Index(fields=["employer_due_on", "id"], name="grievance_in_default_order"),
            models.Index(
                fields=["next_due_on", "id"], name="grievance_unfiled", condition=STILL_RUNNING & Q(filed_date=None)
            ),
        ]

    def __str__(self):
        return self.grievance_number or f"Complaint {self.pk}, not filed"

    def get_absolute_url(self):
        return record_url("grievances:grievance_detail", self.pk)

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def is_filed(self) -> bool:
        return self.grievance_number is not None


class Grievant(Record):
    """A member of a group case beside the one who speaks for it, from joining to leaving."""

    named_by = ("member",)

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="grievants", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="group_grievances")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    reason = models.CharField("why left", max_length=300, blank=True)

    never_deleted = True
    takes_documents = False

    class Meta:
        ordering = ["joined_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="grievant_once",
                fields=["grievance", "member"],
                condition=Q(left_on=None),
                violation_error_message="This member is in the group already.",
            ),
            models.CheckConstraint(
                name="grievant_leaves_after_joining",
                condition=Q(left_on=None) | Q(left_on__gte=models.F("joined_on")),
                violation_error_message="They leave before they joined: check both dates.",
            ),
            models.CheckConstraint(
                name="grievant_leaves_for_a_reason",
                condition=Q(left_on=None) | ~Q(reason=""),
                violation_error_message="Say why they leave the group.",
            ),
        ]

    def __str__(self):
        return str(self.member)


class Outcome(models.TextChoices):
    DENIED = "denied", "Denied"
    SETTLED = "settled", "Settled"
    ADVANCED = "advanced", "Advanced"


class GrievanceStepRecord(Record):
    """What happened at one step. Without an outcome the step is still running."""

    named_by = ("grievance",)
    Outcome = Outcome

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="step_records", db_index=False)
    step_number = models.PositiveSmallIntegerField("step")
    meeting_date = models.DateField(null=True, blank=True)
    union_attendees = models.TextField(blank=True)
    employer_attendees = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    notes = models.TextField(blank=True)

    never_deleted = True

    class Meta:
        verbose_name = "step record"
        ordering = ["grievance", "step_number"]
        constraints = [
            models.UniqueConstraint(
                name="step_record_once",
                fields=["grievance", "step_number"],
                violation_error_message="This step has its record already.",
            ),
            models.CheckConstraint(
                name="step_record_number_1_to_4", condition=Q(step_number__gte=1, step_number__lte=4)
            ),
            models.CheckConstraint(
                name="step_record_outcome_known", condition=Q(outcome="") | among("outcome", Outcome)
            ),
        ]

    def __str__(self):
        return f"{self.grievance}, step {self.step_number}"

    def get_absolute_url(self):
        return record_url("grievances:grievancesteprecord_detail", self.pk)
