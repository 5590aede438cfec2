"""The duty-of-fair-representation file: what was asked for, what was decided and why, and how the grievant was told."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from grievances.models.case import Grievance
from ip2a.models import Attachment, Record, RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled


class Direction(models.TextChoices):
    OURS = "ours", "We ask the employer"
    THEIRS = "theirs", "The employer asks us"


class RequestState(models.TextChoices):
    OPEN = "open", "Open"
    PARTLY = "partly", "Partly answered"
    ANSWERED = "answered", "Answered"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


AWAITED = (RequestState.OPEN, RequestState.PARTLY, RequestState.REFUSED)


class InformationRequestQuerySet(RecordQuerySet):
    def awaited(self):
        """Requests somebody still owes an answer to; a refusal does not end our claim to it."""
        return self.filter(state__in=AWAITED)

    def for_table(self):
        return self.select_related("grievance", "grievance__employer", "grievance__member")


class InformationRequest(Record):
    """One side asks the other for information it needs for the case. Both are bound to answer."""

    Direction = Direction
    State = RequestState

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="information_requests", db_index=False)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.OURS)
    what = models.TextField("what is asked for")
    asked_of = models.CharField("asked of", max_length=200, blank=True, help_text="The person it went to.")
    state = models.CharField(max_length=20, choices=RequestState, default=RequestState.OPEN, editable=False)
    asked_on = models.DateField("asked")
    due_on = models.DateField("answer due")
    answered_on = models.DateField(null=True, blank=True, editable=False)

    objects = InformationRequestQuerySet.as_manager()
    never_deleted = True

    class Meta:
        verbose_name = "information request"
        ordering = ["asked_on", "id"]
        constraints = [
            models.CheckConstraint(name="information_request_direction_known", condition=among("direction", Direction)),
            models.CheckConstraint(name="information_request_state_known", condition=among("state", RequestState)),
            models.CheckConstraint(name="information_request_asks", condition=filled("what")),
            models.CheckConstraint(
                name="information_request_due_later",
                condition=Q(due_on__gte=F("asked_on")),
                violation_error_message="The answer is due before it was asked for: check both dates.",
            ),
            models.CheckConstraint(
                name="information_request_answered_has_day",
                condition=Q(state=RequestState.ANSWERED, answered_on__isnull=False)
                | (~Q(state=RequestState.ANSWERED) & Q(answered_on=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["grievance", "asked_on"], name="information_request_of_case"),
            models.Index(fields=["due_on", "id"], name="information_request_awaited", condition=Q(state__in=AWAITED)),
            models.Index(fields=["-asked_on", "-id"], name="information_request_by_day"),
        ]

    def __str__(self):
        return f"Information request of {self.asked_on} in {self.grievance}"

    def get_absolute_url(self):
        return record_url("grievances:informationrequest_detail", self.pk)


class EntryKind(models.TextChoices):
    ASKED = "asked", "Asked"
    REMINDED = "reminded", "Reminded"
    EXTENDED = "extended", "More time given"
    PARTLY = "partly", "Answered in part"
    ANSWERED = "answered", "Answered"
    REFUSED = "refused", "Refused"
    OBJECTED = "objected", "Objected to the refusal"
    NARROWED = "narrowed", "Narrowed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RequestEntry(Record):
    """One turn in a request: the refusal trail."""

    Kind = EntryKind

    request = models.ForeignKey(InformationRequest, models.PROTECT, related_name="entries", db_index=False)
    kind = models.CharField(max_length=20, choices=EntryKind)
    happened_on = models.DateField("day")
    until_on = models.DateField("new day for the answer", null=True, blank=True)
    text = models.TextField(blank=True)
    paper = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)

    append_only = True
    takes_documents = False

    class Meta:
        verbose_name = "turn of an information request"
        verbose_name_plural = "turns of information requests"
        ordering = ["happened_on", "id"]
        constraints = [
            models.CheckConstraint(name="request_entry_kind_known", condition=among("kind", EntryKind)),
            models.CheckConstraint(
                name="request_entry_refusal_says_why",
                condition=~Q(kind__in=[EntryKind.REFUSED, EntryKind.OBJECTED, EntryKind.WITHDRAWN]) | ~Q(text=""),
                violation_error_message="Write down the words of the refusal, the objection or the withdrawal.",
            ),
            models.CheckConstraint(
                name="request_entry_extension_has_day",
                condition=~Q(kind=EntryKind.EXTENDED) | Q(until_on__isnull=False),
                violation_error_message="Say until when there is more time.",
            ),
        ]
        indexes = [models.Index(fields=["request", "happened_on", "id"], name="request_entry_of_request")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.happened_on}"


class DecisionKind(models.TextChoices):
    NOT_FILED = "not_filed", "Not to file"
    ADVANCE = "advance", "To advance"
    ARBITRATE = "arbitrate", "To arbitrate"
    NOT_ARBITRATE = "not_arbitrate", "Not to arbitrate"
    SETTLE = "settle", "To settle"
    WITHDRAW = "withdraw", "To withdraw"
    CLOSE = "close", "To close"
    REOPEN = "reopen", "To reopen"


CLOSING = (DecisionKind.NOT_FILED, DecisionKind.NOT_ARBITRATE, DecisionKind.WITHDRAW, DecisionKind.CLOSE)


class Decision(Record):
    """What we decided in a case, and why. A decision that closes a door must be told to the grievant."""

    Kind = DecisionKind

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="decisions", db_index=False)
    kind = models.CharField(max_length=20, choices=DecisionKind)
    decided_on = models.DateField("decided")
    reason = models.TextField()
    appeal_until = models.DateField(
        "may be appealed until", null=True, blank=True, help_text="Inside the union, before the door closes."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)

    append_only = True
    takes_documents = False

    class Meta:
        ordering = ["decided_on", "id"]
        constraints = [
            models.CheckConstraint(name="decision_kind_known", condition=among("kind", DecisionKind)),
            models.CheckConstraint(
                name="decision_has_reason",
                condition=filled("reason"),
                violation_error_message="Write down why: the reason is what a fair-representation claim asks for.",
            ),
            models.CheckConstraint(
                name="decision_appeal_later", condition=Q(appeal_until=None) | Q(appeal_until__gte=F("decided_on"))
            ),
        ]
        indexes = [models.Index(fields=["grievance", "decided_on", "id"], name="decision_of_case")]

    def __str__(self):
        return f"Decision {self.get_kind_display().lower()}, {self.decided_on}"


class Channel(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    PHONE = "phone", "By phone"
    LETTER = "letter", "By letter"
    CERTIFIED = "certified", "By certified letter"
    EMAIL = "email", "By e-mail"


class Notice(Record):
    """How and when a grievant was told of a decision. Telling again is another notice."""

    Channel = Channel

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="notices")
    told_on = models.DateField("told")
    told_how = models.CharField("how", max_length=20, choices=Channel)
    told_whom = models.CharField("whom", max_length=200, blank=True)
    note = models.TextField(blank=True)
    paper = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)

    append_only = True
    takes_documents = False

    class Meta:
        verbose_name = "notice to the grievant"
        verbose_name_plural = "notices to grievants"
        ordering = ["told_on", "id"]
        constraints = [models.CheckConstraint(name="notice_channel_known", condition=among("told_how", Channel))]

    def __str__(self):
        return f"Told {self.get_told_how_display().lower()}, {self.told_on}"
