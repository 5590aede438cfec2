"""A table that was taken into a unit list, so that it can be taken back."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ip2a.models.fields import filled
from organizing.models.scope import CampaignRecord
from organizing.models.workers import UnitList


class ListImport(CampaignRecord):
    """Which entries and workers came with which file. The file itself is a document of the list."""

    named_by = ("unit_list",)
    takes_documents = False

    unit_list = models.ForeignKey(UnitList, models.PROTECT, related_name="imports")
    file_name = models.CharField("file", max_length=255)
    sha256 = models.CharField("checksum", max_length=64)
    entries = ArrayField(models.BigIntegerField(), default=list)
    workers = ArrayField(models.BigIntegerField(), default=list)
    refused = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("taken back", null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undo_reason = models.CharField("why it was taken back", max_length=300, blank=True)

    class Meta:
        verbose_name = "table taken into a unit list"
        verbose_name_plural = "tables taken into unit lists"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="list_import_undone_for_a_reason",
                condition=Q(undone_at=None, undone_by=None, undo_reason="")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & filled("undo_reason"),
            ),
        ]

    def __str__(self):
        return f"{self.file_name} into {self.unit_list}"
