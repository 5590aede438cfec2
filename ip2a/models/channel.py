"""Where the house tells of itself: a mailbox, a chat, another program, its own log."""

from datetime import datetime, time, timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone

from ip2a.models.base import Record
from ip2a.models.fields import among, filled


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    WEBHOOK = "webhook", "Signed webhook"
    LOG = "log", "Log"


WEB = (Channel.SLACK, Channel.WEBHOOK)


class Priority(models.TextChoices):
    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"

    @property
    def weight(self) -> int:
        """0 is the gravest."""
        return list(type(self)).index(self)


class NotificationChannel(Record):
    """One place that notices go to, from which priority on, and when it must not ring.

    The address of a chat's webhook is a secret as much as the key is: both are kept encrypted, stay out of the audit
    trail, and ``address`` holds the part that may be shown.
    """

    Kind = Channel
    Priority = Priority
    takes_documents = False
    never_deleted = True
    audit_hidden = ("sealed_url", "sealed_secret")

    name = models.CharField(max_length=80, unique=True, help_text="What staff call it, such as “Office mailbox”.")
    kind = models.CharField(max_length=20, choices=Channel)
    address = models.CharField(max_length=254, blank=True, help_text="The mailbox, or the host of the webhook.")
    sealed_url = models.TextField(blank=True, editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    lowest_priority = models.CharField(max_length=10, choices=Priority, default=Priority.HIGH)
    is_on = models.BooleanField("on", default=True)
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="From this time of day it is quiet: only what is critical goes out."
    )
    quiet_to = models.TimeField(null=True, blank=True, help_text="What waited goes out from this time on, as one.")

    class Meta:
        verbose_name = "notification channel"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="channel_kind_known", condition=among("kind", Channel)),
            models.CheckConstraint(name="channel_priority_known", condition=among("lowest_priority", Priority)),
            models.CheckConstraint(name="channel_named", condition=filled("name")),
            models.CheckConstraint(
                name="channel_quiet_from_and_to",
                condition=models.Q(quiet_from=None, quiet_to=None)
                | models.Q(quiet_from__isnull=False, quiet_to__isnull=False),
                violation_error_message="Enter both ends of the quiet hours, or neither.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:ip2a_notificationchannel_change", args=[self.pk])

    def quiet_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that ``now`` lies in; None outside of them. They may pass midnight."""
        if self.quiet_from is None or self.quiet_to is None or self.quiet_from == self.quiet_to:
            return None
        local = timezone.localtime(now)
        at = local.time()
        passes_midnight = self.quiet_from > self.quiet_to
        if passes_midnight and at >= self.quiet_from:
            return _at(local + timedelta(days=1), self.quiet_to)
        begun = passes_midnight or at >= self.quiet_from
        return _at(local, self.quiet_to) if begun and at < self.quiet_to else None


def _at(day: datetime, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day.date(), moment))
