"""What is told between two reports."""

from datetime import timedelta

import pytest
from django.utils import timezone

from maintenance.models import BackupRun, Notice, Threshold
from maintenance.resilience import history, limits
from maintenance.resilience.tasks import watch

pytestmark = pytest.mark.django_db


def set_to(**limit):
    for name, value in limit.items():
        Threshold.objects.filter(name=getattr(limits, name)).update(value=value)


def told():
    return [(notice.name, notice.priority, notice.sentence) for notice in Notice.objects.open()]


def test_a_full_disk_and_a_lost_backup_do_not_wait_for_sunday(settings, tmp_path):
    """Before the first backup was ever made nobody is told that there is none: the first night makes it."""
    settings.BACKUP_FOLDER = tmp_path / "backups"
    set_to(STORAGE_ACT=0, STORAGE_WARN=0)
    watch()
    [(name, priority, sentence)] = told()
    assert (name, priority, sentence[:12]) == ("resilience:storage", "critical", "The disk of ")
    set_to(STORAGE_ACT=101)
    watch()
    assert [line[:2] for line in told()] == [("resilience:storage", "medium")]
    set_to(STORAGE_WARN=101)
    at = timezone.now() - timedelta(days=3)
    BackupRun.objects.create(name="b", started_at=at, ended_at=at, state="failed", problem="The disk is full.")
    watch()
    assert told() == [
        (
            "resilience:backups",
            "critical",
            "There is no good backup. Make one: Upkeep, Backups, Back up now. And 2 more.",
        )
    ]
    assert [len(points) for points in history.of("storage.used").values()] == [3] * len(history.of("storage.used"))
