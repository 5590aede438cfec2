"""Decisions and what bears on who may take them. None of these rows is ever changed."""

from django.conf import settings
from django.db import models

from benevolence.models.application import BenevolenceApplication
from benevolence.models.words import Decision, Level, money
from ip2a.models import Record, RecordQuerySet
from ip2a.models.fields import among, filled
from members.models import Member

FINAL = (Decision.APPROVED, Decision.DENIED)


class ReviewQuerySet(RecordQuerySet):
    def finals(self):
        """A level's last word in an attempt: neither a question nor a deferral."""
        return self.filter(decision__in=FINAL)


class BenevolenceReview(Record):
    """One decision of one level. Never edited, never deleted.

    ``comments`` are for the officers; ``for_applicant`` is what the applicant is told: why not, or what is missing.
    """

    Decision = Decision
    compartment = "benevolence"
    append_only = True
    takes_documents = False

    application = models.ForeignKey(BenevolenceApplication, models.PROTECT, related_name="reviews")
    attempt = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField()
    review_level = models.CharField(max_length=10, choices=Level)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewer_name = models.CharField(max_length=201)
    is_stand_in = models.BooleanField("stand-in", default=False)
    decision = models.CharField(max_length=12, choices=Decision)
    review_date = models.DateField()
    approved_amount = money(null=True, blank=True)
    deferred_until = models.DateField(null=True, blank=True)
    comments = models.TextField(blank=True)
    for_applicant = models.TextField("words for the applicant", blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "review"
        ordering = ["application", "id"]
        constraints = [
            models.CheckConstraint(name="review_level_known", condition=among("review_level", Level)),
            models.CheckConstraint(name="review_decision_known", condition=among("decision", Decision)),
            models.CheckConstraint(name="review_signed", condition=filled("reviewer_name")),
            models.CheckConstraint(
                name="review_amount_when_approved",
                condition=models.Q(decision=Decision.APPROVED, approved_amount__isnull=False, approved_amount__gt=0)
                | (~models.Q(decision=Decision.APPROVED) & models.Q(approved_amount=None)),
            ),
            models.CheckConstraint(
                name="review_date_when_deferred",
                condition=models.Q(
                    decision=Decision.DEFERRED, deferred_until__isnull=False, deferred_until__gt=models.F("review_date")
                )
                | (~models.Q(decision=Decision.DEFERRED) & models.Q(deferred_until=None)),
                violation_error_message="Defer to a day after the decision.",
            ),
            models.CheckConstraint(
                name="review_words_for_applicant",
                condition=models.Q(decision__in=[Decision.APPROVED, Decision.DEFERRED]) | filled("for_applicant"),
                violation_error_message="Write what the applicant is told.",
            ),
            models.CheckConstraint(
                name="review_deferral_has_reason",
                condition=~models.Q(decision=Decision.DEFERRED) | filled("comments"),
                violation_error_message="Say why the decision waits.",
            ),
            models.UniqueConstraint(
                name="review_once_a_level_and_round",
                fields=["application", "round", "review_level"],
                violation_error_message="This level has already decided in this round.",
            ),
            models.UniqueConstraint(
                name="review_one_final_a_level",
                fields=["application", "attempt", "review_level"],
                condition=models.Q(decision__in=FINAL),
                violation_error_message="This level has already decided.",
            ),
            models.UniqueConstraint(
                name="review_two_approvals_two_persons",
                fields=["application", "attempt", "reviewer"],
                condition=models.Q(decision=Decision.APPROVED),
                violation_error_message="You approved this case at another level. Two approvals are two persons.",
            ),
        ]
        indexes = [models.Index(fields=["review_date"], name="review_by_date")]

    def __str__(self):
        return f"{self.get_review_level_display()}: {self.get_decision_display()}"


class ConflictKind(models.TextChoices):
    OWN = "own", "Own case"
    RELATIVE = "relative", "Relative"
    EMPLOYER = "employer", "Same employer"
    OTHER = "other", "Other"


class RecusalQuerySet(RecordQuerySet):
    def steps_aside(self):
        return self.filter(is_recused=True)


class Recusal(Record):
    """An officer was asked to step aside from a case, or did so unasked; ``is_recused`` is the answer."""

    Kind = ConflictKind
    compartment = "benevolence"
    append_only = True
    takes_documents = False

    application = models.ForeignKey(BenevolenceApplication, models.PROTECT, related_name="recusals")
    review_level = models.CharField(max_length=10, choices=Level)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=201)
    kind = models.CharField(max_length=10, choices=ConflictKind)
    was_asked = models.BooleanField(help_text="The system asked; otherwise the officer came forward.")
    is_recused = models.BooleanField(help_text="The officer steps aside; otherwise stays, with the reason.")
    reason = models.TextField(blank=True)
    recused_on = models.DateField()

    objects = RecusalQuerySet.as_manager()

    class Meta:
        ordering = ["application", "id"]
        constraints = [
            models.CheckConstraint(name="recusal_level_known", condition=among("review_level", Level)),
            models.CheckConstraint(name="recusal_kind_known", condition=among("kind", ConflictKind)),
            models.CheckConstraint(
                name="recusal_from_own_case",
                condition=~models.Q(kind=ConflictKind.OWN) | models.Q(is_recused=True),
                violation_error_message="Nobody decides the own case.",
            ),
            models.CheckConstraint(
                name="recusal_staying_has_reason",
                condition=models.Q(is_recused=True) | filled("reason"),
                violation_error_message="Say why you can decide this case all the same.",
            ),
            models.UniqueConstraint(
                name="recusal_once",
                fields=["application", "person", "kind"],
                violation_error_message="You have answered this already.",
            ),
        ]

    def __str__(self):
        return f"{self.person_name}: {self.get_kind_display().lower()}"


class Confirmation(Record):
    """A second officer's word on an emergency approval. The payment does not wait for it."""

    named_by = ("application__member",)
    compartment = "benevolence"
    append_only = True
    takes_documents = False

    application = models.ForeignKey(BenevolenceApplication, models.PROTECT, related_name="confirmations")
    attempt = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=201)
    confirmed_on = models.DateField()
    agrees = models.BooleanField(help_text="The emergency lane was right for this case.")
    comments = models.TextField(blank=True)

    class Meta:
        ordering = ["application", "id"]
        constraints = [
            models.CheckConstraint(
                name="confirmation_objection_has_reason",
                condition=models.Q(agrees=True) | filled("comments"),
                violation_error_message="Say what was wrong with this emergency approval.",
            ),
            models.UniqueConstraint(
                name="confirmation_once",
                fields=["application", "attempt"],
                violation_error_message="Another officer has confirmed this already.",
            ),
        ]

    def __str__(self):
        return f"Confirmation of {self.application}"


class BarQuerySet(RecordQuerySet):
    def on(self, day):
        return self.filter(from_date__lte=day, until_date__gte=day, lifted_at=None)


class Bar(Record):
    """A time in which a member may not apply, after a false statement."""

    named_by = ("member",)
    compartment = "benevolence"
    takes_documents = False

    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    application = models.ForeignKey(BenevolenceApplication, models.PROTECT, null=True, blank=True, related_name="bars")
    from_date = models.DateField()
    until_date = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_reason = models.TextField(blank=True)

    objects = BarQuerySet.as_manager()

    class Meta:
        ordering = ["-from_date", "-id"]
        constraints = [
            models.CheckConstraint(name="bar_has_reason", condition=filled("reason")),
            models.CheckConstraint(name="bar_lasts", condition=models.Q(until_date__gt=models.F("from_date"))),
            models.CheckConstraint(
                name="bar_lifted_by_somebody",
                condition=models.Q(lifted_at=None, lifted_by=None, lifted_reason="")
                | (models.Q(lifted_at__isnull=False, lifted_by__isnull=False) & filled("lifted_reason")),
            ),
        ]

    def __str__(self):
        return f"Bar of {self.member}"
