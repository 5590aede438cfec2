"""An application: what everybody who works with it may know, and apart from it the story that only few may read."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from benevolence.models.policy import Policy
from benevolence.models.words import LEVELS, Level, Payee, PaymentMethod, Reason, Status, money
from ip2a.models import Record, RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text
from members.models import Member

EARLIEST = date(1990, 1, 1)

# status: where it may go. The database refuses every other move, too.
NEXT: dict[str, frozenset[str]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.UNDER_REVIEW, Status.APPROVED, Status.DENIED, Status.DRAFT}),
    Status.UNDER_REVIEW: frozenset({Status.APPROVED, Status.DENIED, Status.DRAFT}),
    Status.APPROVED: frozenset({Status.PAID, Status.DRAFT}),
    Status.DENIED: frozenset(),
    Status.PAID: frozenset({Status.APPROVED, Status.DENIED}),
}
IN_REVIEW = (Status.SUBMITTED, Status.UNDER_REVIEW)
COMMITTED = (Status.APPROVED, Status.PAID)


class ApplicationQuerySet(RecordQuerySet):
    def for_table(self):
        return self.select_related("member", "filed_by")

    def in_review(self):
        return self.filter(status__in=IN_REVIEW)

    def awaiting(self, *levels: str):
        """What one of these levels has to decide now: neither deferred nor waiting for an answer."""
        return self.in_review().filter(current_level__in=levels, waiting_since=None, deferred_until=None)

    def overdue(self, on: date):
        """A level's review is late by the days of its policy."""
        return self.in_review().filter(review_due_on__lt=on)

    def unanswered(self, on: date):
        """The officers' question has waited for the filer longer than the policy of the case says."""
        days = models.Func(
            models.F("policy__answer_days"),
            template="make_interval(days => %(expressions)s)",
            output_field=models.DurationField(),
        )
        return self.in_review().filter(waiting_since__date__lt=models.Value(on, models.DateField()) - days)

    def deferral_over(self, on: date):
        return self.in_review().filter(deferred_until__lte=on)

    def waiting_for(self, filer):
        """Asked for more information, and this person must answer."""
        return self.in_review().filter(filed_by=filer).exclude(waiting_since=None)

    def committed(self):
        """Approved, not yet paid."""
        return self.filter(status=Status.APPROVED)

    def unconfirmed(self):
        """Approved in the emergency lane, without a second officer's word so far."""
        return self.filter(is_emergency=True, status__in=COMMITTED, confirmations=None)


class BenevolenceApplication(Record):
    """A member's application to the fund: state and amounts. The story stands apart, in ``ApplicationStory``.

    A withdrawn application is a draft again, with ``withdrawn_at``. One that waits for an answer stays under review,
    with ``waiting_since``; a deferred one, too, with ``deferred_until``. ``attempt`` counts submissions, ``round`` the
    times the case came to a level; ``current_level`` is the level whose decision is awaited.
    """

    Status = Status
    Reason = Reason
    PaymentMethod = PaymentMethod
    audit_hidden = ("reason",)  # the trail is read outside the compartment; Submission keeps it inside
    takes_documents = False
    never_deleted = True

    number = models.CharField(max_length=12, blank=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="benevolence_applications", db_index=False)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    application_date = models.DateField(default=timezone.localdate)
    reason = models.CharField(max_length=20, choices=Reason)
    amount_requested = money()
    is_emergency = models.BooleanField("emergency", default=False)
    needed_by = models.DateField(null=True, blank=True, help_text="The day the money must be there, if there is one.")

    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    policy = models.ForeignKey(
        Policy, models.PROTECT, null=True, blank=True, related_name="applications", editable=False
    )
    required_levels = ArrayField(
        models.CharField(max_length=10, choices=Level), default=list, blank=True, editable=False
    )
    attempt = models.PositiveSmallIntegerField(default=0, editable=False)
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    current_level = models.CharField(max_length=10, choices=Level, blank=True, editable=False)
    level_since = models.DateTimeField(null=True, blank=True, editable=False)
    review_due_on = models.DateField(null=True, blank=True, editable=False)
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    deferred_until = models.DateField(null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_on = models.DateField(null=True, blank=True, editable=False)
    reapply_on = models.DateField(null=True, blank=True, editable=False)

    approved_amount = money(null=True, blank=True, editable=False)
    payment_date = models.DateField(null=True, blank=True, editable=False)
    payment_method = models.CharField(max_length=10, choices=PaymentMethod, blank=True, editable=False)

    search_text = search_text("number", models.Value(""))

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "application"
        ordering = ["-application_date", "-id"]
        permissions = [
            ("decide_benevolenceapplication", "Can decide applications at the level of the office held"),
            ("pay_benevolenceapplication", "Can pay applications and keep the fund's books"),
        ]
        constraints = [
            models.CheckConstraint(name="application_reason_known", condition=among("reason", Reason)),
            models.CheckConstraint(name="application_status_known", condition=among("status", Status)),
            models.CheckConstraint(
                name="application_amount_positive",
                condition=models.Q(amount_requested__gt=0),
                violation_error_message="Ask for an amount above zero.",
            ),
            models.CheckConstraint(
                name="application_date_possible",
                condition=models.Q(application_date__gte=EARLIEST),
                violation_error_message="That day lies before 1990. Check the year.",
            ),
            models.CheckConstraint(
                name="application_approved_within_requested",
                condition=models.Q(approved_amount=None)
                | models.Q(approved_amount__gt=0, approved_amount__lte=models.F("amount_requested")),
                violation_error_message="More was approved than was asked for.",
            ),
            models.CheckConstraint(
                name="application_approved_has_amount",
                condition=models.Q(status__in=COMMITTED, approved_amount__isnull=False)
                | (~models.Q(status__in=COMMITTED) & models.Q(approved_amount=None)),
            ),
            models.CheckConstraint(
                name="application_paid_has_payment",
                condition=(models.Q(status=Status.PAID, payment_date__isnull=False) & ~models.Q(payment_method=""))
                | (~models.Q(status=Status.PAID) & models.Q(payment_date=None, payment_method="")),
            ),
            models.CheckConstraint(
                name="application_payment_method_known",
                condition=models.Q(payment_method__in=["", *PaymentMethod.values]),
            ),
            models.CheckConstraint(
                name="application_submitted_whole",
                condition=models.Q(status=Status.DRAFT)
                | (
                    models.Q(policy__isnull=False, submitted_at__isnull=False, withdrawn_at=None)
                    & models.Q(attempt__gt=0, round__gt=0, required_levels__len__gt=0)
                    & ~models.Q(number="")
                ),
            ),
            models.CheckConstraint(
                name="application_levels_known",
                condition=models.Q(required_levels__contained_by=list(LEVELS)),
            ),
            models.CheckConstraint(
                name="application_level_while_in_review",
                condition=models.Q(status__in=IN_REVIEW, current_level__in=LEVELS, level_since__isnull=False)
                | (
                    ~models.Q(status__in=IN_REVIEW)
                    & models.Q(current_level="", level_since=None, waiting_since=None, deferred_until=None)
                ),
            ),
            models.CheckConstraint(
                name="application_due_while_awaited",
                condition=(
                    models.Q(status__in=IN_REVIEW, waiting_since=None, deferred_until=None)
                    & models.Q(review_due_on__isnull=False)
                )
                | (
                    models.Q(review_due_on=None)
                    & ~models.Q(status__in=IN_REVIEW, waiting_since=None, deferred_until=None)
                ),
            ),
            models.CheckConstraint(
                name="application_waits_for_one_thing",
                condition=models.Q(waiting_since=None) | models.Q(deferred_until=None),
            ),
            models.CheckConstraint(
                name="application_decided_on_a_day",
                condition=models.Q(status__in=[*COMMITTED, Status.DENIED], decided_on__isnull=False)
                | (~models.Q(status__in=[*COMMITTED, Status.DENIED]) & models.Q(decided_on=None, reapply_on=None)),
            ),
            models.CheckConstraint(
                name="application_withdrawn_is_draft",
                condition=models.Q(withdrawn_at=None) | models.Q(status=Status.DRAFT),
            ),
            models.UniqueConstraint(
                name="application_number_unique", fields=["number"], condition=~models.Q(number="")
            ),
        ]
        indexes = [
            search_index("application_search"),
            models.Index(fields=["member", "-application_date"], name="application_of_member"),
            models.Index(fields=["filed_by", "-application_date"], name="application_of_filer"),
            models.Index(fields=["-application_date", "-id"], name="application_by_date"),
            models.Index(fields=["status", "-application_date", "-id"], name="application_by_status"),
            models.Index(
                fields=["current_level", "level_since"],
                name="application_queue",
                condition=models.Q(status__in=IN_REVIEW),
            ),
            models.Index(
                fields=["decided_on"], name="application_committed", condition=models.Q(status=Status.APPROVED)
            ),
            *(
                models.Index(fields=[happened], name=name, include=["status", "amount_requested", "approved_amount"])
                for happened, name in (
                    ("submitted_at", "application_by_submission"),
                    ("decided_on", "application_by_decision"),
                )
            ),
            models.Index(
                fields=["payment_date"],
                name="application_by_payment",
                include=["reason", "approved_amount"],
                condition=models.Q(status=Status.PAID),
            ),
        ]

    def __str__(self):
        return f"{self.number or 'Draft'}, {self.member}"

    def get_absolute_url(self):
        return record_url("benevolence:benevolenceapplication_detail", self.pk)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_in_review(self) -> bool:
        return self.status in IN_REVIEW

    @property
    def lies_with_filer(self) -> bool:
        """A draft, or sent back with a question: the filer writes, nobody decides."""
        return self.status == Status.DRAFT or self.waiting_since is not None

    @property
    def state(self) -> str:
        """The status in words that also tell a withdrawn, asked or deferred case apart."""
        if self.is_withdrawn:
            return "Withdrawn"
        if self.waiting_since is not None:
            return "More information needed"
        if self.deferred_until is not None:
            return "Deferred"
        return self.get_status_display()

    @property
    def description(self) -> str:
        """The story, for those inside: callers ask ``rules.may_read_story`` first."""
        return self.story.description if hasattr(self, "story") else ""

    @property
    def notes(self) -> str:
        """The officers' own notes; as confidential as the story."""
        return self.story.notes if hasattr(self, "story") else ""


class StoryQuerySet(RecordQuerySet):
    def visible_to(self, user):
        """All stories for those inside the compartment; for a filer the own ones that lie with the filer."""
        if user.has_perm("ip2a.enter_benevolence"):
            return super().visible_to(user)
        if not user.has_perm("benevolence.add_benevolenceapplication"):
            return self.none()
        own = models.Q(application__filed_by=user)
        draft = models.Q(application__status=Status.DRAFT)
        return self.filter(own & (draft | models.Q(application__waiting_since__isnull=False)))


class ApplicationStory(Record):
    """What happened, told by the member, and who is to be paid. The papers hang here, too: one compartment."""

    named_by = ("application",)
    compartment = "benevolence"
    never_deleted = True

    application = models.OneToOneField(BenevolenceApplication, models.PROTECT, related_name="story")
    description = models.TextField("what happened", blank=True)
    notes = models.TextField("notes of the officers", blank=True)
    payee = models.CharField("paid to", max_length=10, choices=Payee, default=Payee.MEMBER)
    creditor_name = models.CharField(max_length=200, blank=True)
    creditor_reference = models.CharField(
        max_length=100, blank=True, help_text="Account, lease or invoice number with the creditor."
    )
    withdrawn_because = models.TextField("reason of the withdrawal", blank=True, editable=False)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = "story of an application"
        verbose_name_plural = "stories of applications"
        constraints = [
            models.CheckConstraint(name="story_payee_known", condition=among("payee", Payee)),
            models.CheckConstraint(
                name="story_creditor_named",
                condition=models.Q(payee=Payee.MEMBER) | filled("creditor_name"),
                violation_error_message="Name the creditor who is to be paid.",
            ),
        ]

    def __str__(self):
        return f"Story of {self.application.number or 'a draft'}"  # no name: the review may be blind

    def get_absolute_url(self):
        return self.application.get_absolute_url()


class StoryAddition(Record):
    """The filer's answer to a question. Never edited, never deleted."""

    compartment = "benevolence"
    append_only = True
    takes_documents = False

    application = models.ForeignKey(BenevolenceApplication, models.PROTECT, related_name="additions")
    round = models.PositiveSmallIntegerField()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=201)

    class Meta:
        verbose_name = "answer of a filer"
        verbose_name_plural = "answers of filers"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="addition_written", condition=filled("text", "by_name")),
            models.UniqueConstraint(name="addition_once", fields=["application", "round"]),
        ]

    def __str__(self):
        return f"Answer of {self.by_name}"


class Submission(Record):
    """One submission with the numbers it was judged by: policy, levels, eligibility line by line. Append-only."""

    named_by = ("application",)
    compartment = "benevolence"
    append_only = True
    takes_documents = False

    application = models.ForeignKey(BenevolenceApplication, models.PROTECT, related_name="submissions")
    attempt = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=201)
    submitted_on = models.DateField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason)
    amount_requested = money()
    is_emergency = models.BooleanField()
    required_levels = ArrayField(models.CharField(max_length=10, choices=Level))
    can_get = money()
    lines = models.JSONField()
    employers = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="submission_reason_known", condition=among("reason", Reason)),
            models.UniqueConstraint(name="submission_once", fields=["application", "attempt"]),
        ]

    def __str__(self):
        return f"Submission {self.attempt} of {self.application.number}"


class NumberSeries(models.Model):
    """The last number given in a year. Its row is locked while one is given, so that none is lost or doubled."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "series of numbers"
        verbose_name_plural = "series of numbers"

    def __str__(self):
        return f"BA-{self.year}-{self.last:04d}"
