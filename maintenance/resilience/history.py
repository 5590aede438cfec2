"""The numbers of earlier reports."""

from datetime import datetime

from django.utils import timezone

from maintenance.resilience.models import ReportState, ResilienceMetric

MOST = 400
Points = dict[str, list[tuple[datetime, float]]]


def of(name: str, most: int = MOST) -> Points:
    """By subject, in the order they were written: each is (when, value). Reports that were cut off do not count."""
    rows = ResilienceMetric.objects.filter(name=name, report__state=ReportState.DONE).order_by("-report_id")
    found: Points = {}
    for subject, at, value in rows.values_list("subject", "at", "value").iterator():
        points = found.setdefault(subject, [])
        if len(points) < most:
            points.append((timezone.localtime(at), value))
    return {subject: points[::-1] for subject, points in found.items()}
