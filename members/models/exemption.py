"""Until when a member is not sent to work."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ip2a.models import Record, RecordQuerySet
from members.models.member import Member


class ExemptionQuerySet(RecordQuerySet):
    def running(self, today=None):
        today = today or timezone.localdate()
        return self.filter(ended_on=None, from_day__lte=today, until_day__gte=today)

    def visible_to(self, user):
        """Everybody sees their own entries alone: who entered one, and why, would tell what the day must not."""
        return super().visible_to(user).filter(entered_by=user.pk)


class Exemption(Record):
    """A member is exempt from being sent to work until a day.

    Illness, school, duty or a task of the local: the day is all that anybody else ever learns, so one entry says as
    little as another. The trail names no person for it (``members.exemptions``), and entries may overlap: refusing
    the second would tell of the first.
    """

    named_by = ("member",)
    takes_documents = False
    never_deleted = True
    audit_hidden = ("entered_by_id", "note")

    member = models.ForeignKey(Member, models.PROTECT, related_name="exemptions", db_index=False)
    from_day = models.DateField("from", default=timezone.localdate)
    until_day = models.DateField("until")
    note = models.CharField(max_length=300, blank=True, help_text="Only you will ever see it.")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    ended_on = models.DateField("ended", null=True, blank=True, editable=False)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering = ["-until_day", "-id"]
        constraints = [
            models.CheckConstraint(
                name="exemption_ends_after_start",
                condition=Q(until_day__gte=F("from_day")),
                violation_error_message="It is over before it begins: check both days.",
            )
        ]
        indexes = [
            models.Index(fields=["member", "-until_day"], name="exemption_of_member", condition=Q(ended_on=None)),
            models.Index(fields=["until_day"], name="exemption_by_day", condition=Q(ended_on=None)),
        ]

    def __str__(self):
        return f"{self.member}, until {self.until_day}"
