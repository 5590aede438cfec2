"""Two workers who look like one, and of whom somebody said that they are two."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from organizing.models.scope import CampaignRecord
from organizing.models.workers import Worker


class NotTheSame(CampaignRecord):
    """``first`` has the smaller number. Rows are only ever added."""

    append_only = True
    takes_documents = False

    first = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    second = models.ForeignKey(Worker, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "pair of different workers"
        verbose_name_plural = "pairs of different workers"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="not_the_same_in_order", condition=Q(first__lt=F("second"))),
            models.UniqueConstraint(name="not_the_same_once", fields=["first", "second"]),
        ]

    def __str__(self):
        return f"{self.first} is not {self.second}"
