"""The outbox: every mail that this house sends of itself, and what became of it."""

from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import reverse

from ip2a.compartments import traces_open_to
from ip2a.models.base import Record, RecordQuerySet
from ip2a.models.channel import WEB, Channel, NotificationChannel
from ip2a.models.fields import among, filled


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent yet"
    DEAD = "dead", "Not sent"
    UNSURE = "unsure", "Perhaps sent"


class MessageQuerySet(RecordQuerySet):
    def visible_to(self, user):
        return super().visible_to(user).filter(traces_open_to(user))

    def about(self, record):
        return self.filter(about_model=record._meta.label_lower, about_id=record.pk)

    def due(self, now):
        """To be sent now, one by one. Lines of a digest go with the mail that carries them."""
        return self.filter(state__in=[State.WAITING, State.FAILED], next_try_at__lte=now, is_line=False)

    def stale(self, since):
        """Claimed before ``since`` and never heard of again: the process ended in the middle."""
        return self.filter(state=State.SENDING, claimed_at__lt=since)

    def needing_a_person(self):
        return self.filter(state__in=[State.DEAD, State.UNSURE], settled_at=None)

    def for_table(self):
        return self.select_related("recipient", "through")


class Message(Record):
    """One mail to one person. ``key`` says what it is about so exactly that it is written once, however often asked.

    A line of a digest (``is_line``) waits until ``carrier``, the digest itself, is made; from then on it shares the
    state of its carrier, whose text is put together from its lines when it is sent.
    ``compartment`` is its record's, copied: outside of it the mail does not exist.
    """

    Channel = Channel
    State = State
    NEXT = {
        State.WAITING: {State.SENDING, State.DEAD},
        State.SENDING: {State.SENT, State.FAILED, State.DEAD, State.UNSURE},
        State.FAILED: {State.SENDING, State.WAITING, State.DEAD},
        State.UNSURE: {State.SENT, State.FAILED, State.DEAD, State.WAITING},
        State.DEAD: {State.WAITING},
        State.SENT: set(),
    }
    takes_documents = False
    never_deleted = True

    channel = models.CharField(max_length=20, choices=Channel, default=Channel.EMAIL)
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="mail", verbose_name="to"
    )
    address = models.CharField(max_length=254, blank=True)
    through = models.ForeignKey(NotificationChannel, models.PROTECT, null=True, blank=True, related_name="mail")
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True)

    about_model = models.CharField(max_length=100, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    compartment = models.CharField(max_length=40, blank=True, editable=False)
    is_line = models.BooleanField("for the digest", default=False)
    carrier = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="lines")

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField("next try", null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    settled_at = models.DateTimeField("looked after", null=True, blank=True, editable=False)
    last_error = models.TextField("why not", blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="message_once", fields=["key"], violation_error_message="This mail was written already."
            ),
            models.CheckConstraint(name="message_state_known", condition=among("state", State)),
            models.CheckConstraint(name="message_channel_known", condition=among("channel", Channel)),
            models.CheckConstraint(
                name="message_webhook_known",
                condition=~models.Q(channel__in=WEB) | models.Q(through__isnull=False),
            ),
            models.CheckConstraint(name="message_named", condition=filled("kind", "key", "subject")),
            models.CheckConstraint(
                name="message_about_a_record",
                condition=models.Q(about_model="", about_id=None)
                | ~models.Q(about_model="") & models.Q(about_id__isnull=False),
            ),
            models.CheckConstraint(
                name="message_sent_when_sent",
                condition=models.Q(state=State.SENT, sent_at__isnull=False)
                | ~models.Q(state=State.SENT) & models.Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="message_claimed_while_sending",
                condition=~models.Q(state=State.SENDING) | models.Q(claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_trouble_explained",
                condition=~models.Q(state__in=[State.FAILED, State.DEAD, State.UNSURE]) | filled("last_error"),
            ),
            models.CheckConstraint(
                name="message_only_lines_are_carried", condition=models.Q(carrier=None) | models.Q(is_line=True)
            ),
        ]
        indexes = [
            models.Index(fields=["about_model", "about_id", "-created_at"], name="message_about"),
            models.Index(
                fields=["next_try_at"],
                name="message_to_send",
                condition=models.Q(state__in=[State.WAITING, State.SENDING, State.FAILED]),
            ),
            models.Index(
                fields=["-created_at"],
                name="message_in_trouble",
                condition=models.Q(state__in=[State.DEAD, State.UNSURE]),
            ),
        ]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("post:message_detail", args=[self.pk])

    @property
    def message_id(self) -> str:
        """The same at every try, so that a mailbox can tell that two copies are one mail."""
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        return f"<ip2a.{self.pk}.{self.created_at.timestamp():.0f}@{host}>"

    @property
    def to(self) -> str:
        return str(self.recipient or self.through or self.address or "nobody")

    def record(self) -> models.Model | None:
        """What it is about, whoever asks; None when it is about nothing or its model is no more."""
        try:
            model = apps.get_model(self.about_model) if self.about_model else None
        except LookupError:
            model = None
        return model and model._default_manager.filter(pk=self.about_id).first()
