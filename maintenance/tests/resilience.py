"""What the tests of the resilience report share: places of its own, a document, a past."""

import shutil
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from maintenance.models import ResilienceMetric, ResilienceReport, Threshold
from maintenance.resilience.parts import Part
from members.factories import MemberFactory


@pytest.fixture(autouse=True)
def own_places(settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.LOGS = tmp_path / "logs"
    shutil.rmtree(default_storage.location, ignore_errors=True)


def document(text=b"Dear Rosa.\n"):
    return attach(MemberFactory(), ContentFile(text, "letter.txt"), by=UserFactory(role="staff"))


def said(part: Part) -> list[tuple[str, str]]:
    return [(one.level, one.text) for one in part.says]


def set_to(name, value):
    Threshold.objects.filter(name=name).update(value=value)


def past(name, *values, subject="", every=1):
    """Reports of the days before, the last of them yesterday."""
    for ago, value in zip(range(len(values) * every, 0, -every), values, strict=True):
        at = timezone.now() - timedelta(days=ago)
        report = ResilienceReport.objects.create(started_at=at, ended_at=at, state="done")
        ResilienceMetric.objects.create(report=report, name=name, subject=subject, value=value, at=at)
