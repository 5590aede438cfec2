"""What somebody was reminded of. A reminder is given once; a date that changed reminds anew."""

from django.db import models
from django.db.models import Q

from grievances.models.case import Grievance
from grievances.models.duty import InformationRequest
from grievances.models.events import Deadline
from ip2a.models import Record
from ip2a.models.fields import among


class ReminderKind(models.TextChoices):
    EARLY = "early", "Coming up"
    LAST = "last", "Almost due"
    TODAY = "today", "Last day"
    OVERDUE = "overdue", "Overdue"
    DEFAULT = "default", "The employer is in default"


class Reminder(Record):
    """One reminder of one limit, or of one information request, on one last day."""

    Kind = ReminderKind

    grievance = models.ForeignKey(Grievance, models.PROTECT, related_name="reminders", db_index=False)
    deadline = models.ForeignKey(
        Deadline, models.PROTECT, null=True, blank=True, related_name="reminders", db_index=False
    )
    request = models.ForeignKey(
        InformationRequest, models.PROTECT, null=True, blank=True, related_name="reminders", db_index=False
    )
    kind = models.CharField(max_length=20, choices=ReminderKind)
    due_on = models.DateField("due")
    given_on = models.DateField("given")
    text = models.CharField(max_length=300)

    append_only = True
    takes_documents = False

    class Meta:
        ordering = ["-given_on", "due_on", "id"]
        constraints = [
            models.CheckConstraint(name="reminder_kind_known", condition=among("kind", ReminderKind)),
            models.CheckConstraint(
                name="reminder_of_one_thing",
                condition=Q(deadline__isnull=False, request=None) | Q(deadline=None, request__isnull=False),
            ),
            models.UniqueConstraint(
                name="reminder_of_limit_once", fields=["deadline", "kind"], condition=Q(deadline__isnull=False)
            ),
            models.UniqueConstraint(
                name="reminder_of_request_once",
                fields=["request", "due_on", "kind"],
                condition=Q(request__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["grievance", "-given_on"], name="reminder_of_case"),
            models.Index(fields=["-given_on", "due_on"], name="reminder_by_day"),
        ]

    def __str__(self):
        return self.text
