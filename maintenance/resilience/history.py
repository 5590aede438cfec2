"""The numbers of earlier reports."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from maintenance.resilience.models import ReportState, ResilienceMetric

MOST = 400
Points = dict[str, list[tuple[datetime, float]]]


def of(name: str, most: int = MOST) -> Points:
    """By subject, in the order of time: each is (when, value). Reports that were cut off do not count."""
    counts = models.Q(report=None) | models.Q(report__state=ReportState.DONE)
    rows = ResilienceMetric.objects.filter(counts, name=name).order_by("-at", "-pk")
    found: Points = {}
    for subject, at, value in rows.values_list("subject", "at", "value").iterator():
        points = found.setdefault(subject, [])
        if len(points) < most:
            points.append((timezone.localtime(at), value))
    return {subject: points[::-1] for subject, points in found.items()}
