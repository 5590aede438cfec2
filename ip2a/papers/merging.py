"""What becomes of drafts when two records of one thing become one."""

from django.db import models
from django.utils import timezone

from ip2a.merging import settles
from ip2a.models import PaperDraft


@settles("ip2a.paperdraft", "object_id")
def one_open_draft(rows: models.QuerySet, loser: models.Model, survivor: models.Model) -> None:
    """When both have an open draft of a paper, the one of the record that stays goes on."""
    there = PaperDraft.objects.of(survivor).open().values("key")
    rows.filter(closed_at=None, key__in=there).update(closed_at=timezone.now())
