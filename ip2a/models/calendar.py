from django.conf import settings
from django.db import models

from ip2a.models.base import Record, RecordQuerySet


class CalendarFeedQuerySet(RecordQuerySet):
    def readable(self):
        """Those whose address answers."""
        return self.filter(revoked_at=None, user__is_active=True)


class CalendarFeed(Record):
    """The secret address under which a person's phone reads their dates. Of the secret only a digest is kept."""

    takes_documents = False
    audit_hidden = ("digest",)
    audit_silent = ("last_read_at",)

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField("turned off", null=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="calendarfeed_digest_whole", condition=models.Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self):
        return f"Calendar of {self.user}"
